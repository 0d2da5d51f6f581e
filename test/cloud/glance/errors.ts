/** How Glance refuses: with its web framework's own page. */
import { Refusal } from '../service.ts';
import { explanations } from '../webob.ts';

export class GlanceRefusal extends Refusal {
  readonly status: number;

  constructor(status: number, message: string = explanations[status] ?? '') {
    super({ status }, message);
    this.status = status;
  }
}

export const refuse = {
  noImage: (id: string) => new GlanceRefusal(404, `Failed to find image ${id}`),
  notFound: (id: string) => new GlanceRefusal(404, `No image found with ID ${id}`),
  readOnly: (name: string) => new GlanceRefusal(403, `Attribute '${name}' is read-only.`),
  reserved: (name: string) => new GlanceRefusal(403, `Attribute '${name}' is reserved.`),
  schema: (reason: string) => new GlanceRefusal(400, `Provided object does not match schema 'image': ${reason}`),
  exists: (id: string) => new GlanceRefusal(409, `Image ID ${id} already exists!`),
  forbidden: (message = 'You are not authorized to complete this action.') => new GlanceRefusal(403, message),
} as const;
