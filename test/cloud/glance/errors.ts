/** How Glance refuses: with its web framework's own page. */
import { repr } from '../python.ts';
import { Refusal } from '../service.ts';
import { explanations } from '../webob.ts';

export class GlanceRefusal extends Refusal {
  readonly status: number;
  /** Below an explanation that is not Glance's own. */
  readonly detail: string;

  constructor(status: number, message: string = explanations[status] ?? '', detail = '') {
    super({ status }, message);
    this.status = status;
    this.detail = detail;
  }
}

const below = (status: number, detail: string): GlanceRefusal =>
  new GlanceRefusal(status, explanations[status], detail);

export const refuse = {
  toDelete: (id: string) => new GlanceRefusal(404, `Failed to find image ${id} to delete`),
  notFound: (id: string) => new GlanceRefusal(404, `No image found with ID ${id}`),
  readOnly: (name: string) => new GlanceRefusal(403, `Attribute '${name}' is read-only.`),
  reserved: (name: string) => below(403, `Attribute '${name}' is reserved.`),
  notRemovable: (name: string) => below(403, `Property ${name} may not be removed.`),
  noProperty: (name: string) => below(409, `Property ${name} does not exist.`),
  /** As the schema's library prints it, but for the schema itself. */
  schema(reason: string, path: readonly (string | number)[], value: unknown): GlanceRefusal {
    const place = path.map(step => `[${repr(step)}]`).join('');
    const where = `Failed validating in schema['properties']${place}\n\nOn instance${place}:\n    ${repr(value)}`;
    return new GlanceRefusal(400, `Provided object does not match schema 'image': ${reason}\n\n${where}`);
  },
  exists: (id: string) => new GlanceRefusal(409, `Image ID ${id} already exists!`),
  notYours: () => new GlanceRefusal(403, 'You do not own this image'),
  forbidden: (action: string) => new GlanceRefusal(403, `You are not authorized to complete ${action} action.`),
  denied: (message: string) => new GlanceRefusal(403, message),
} as const;
