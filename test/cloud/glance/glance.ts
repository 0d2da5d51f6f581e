/**
 * Glance, the image service (v2), as a state machine.
 *
 * Images are records: of bytes that are uploaded only size and digests are kept, and an import (`web-download`) becomes
 * active after its time without a byte being fetched. An id is used once: creating a deleted one again is 409.
 */
import { createHash } from 'node:crypto';
import { type Params, Router } from '../router.ts';
import { type Ask, isAdmin, isFields, type Reply, type Service } from '../service.ts';
import type { Tables } from '../table.ts';
import { page, wrongMediaType, wrongMethod } from '../webob.ts';
import { patched, readImage } from './body.ts';
import { GlanceRefusal, refuse } from './errors.ts';
import { listed, mayRead, mayWrite } from './list.ts';
import { memberRoutes } from './members.ts';
import { type Content, type GlanceTables, type Image, type Status, tablesOf } from './state.ts';
import { imageView, versionsView } from './views.ts';

export interface GlanceOptions {
  readonly tables: Tables;
  /** How long an import takes. */
  readonly importMs: number;
}

const patchTypes = ['application/openstack-images-v2.0-json-patch', 'application/openstack-images-v2.1-json-patch'];
const importMethods = 'glance-direct,web-download,copy-image';

export class Glance implements Service {
  readonly type = 'image';
  readonly #tables: GlanceTables;
  readonly #importMs: number;
  readonly #routes: Router;

  constructor({ tables, importMs }: GlanceOptions) {
    this.#tables = tablesOf(tables);
    this.#importMs = importMs;
    this.#routes = this.#router();
  }

  isOpen(path: string): boolean {
    return path === '/' || path === '/versions' || path === '/healthcheck';
  }

  problem(status: number, message: string): Reply {
    return page(status, message);
  }

  handle(ask: Ask): Reply {
    try {
      const match = this.#routes.match(ask.method, ask.path);
      if (match.kind === 'found') return match.handler(ask, match.params);
      if (match.kind === 'no method') return wrongMethod(ask, match.allowed);
      throw new GlanceRefusal(404);
    } catch (error) {
      if (error instanceof GlanceRefusal) return page(error.status, error.message, ask, error.detail);
      throw error;
    }
  }

  advance(now: number): void {
    for (const image of this.#tables.images.all()) {
      const { importedAt, ...rest } = image;
      if (importedAt === undefined || importedAt > now) continue;
      this.#tables.images.put({
        ...rest,
        status: 'active',
        content: contentOf(new Uint8Array()),
        updatedAt: importedAt,
      });
    }
  }

  /** An image as another service sees it: no policy, but nothing that is not there. */
  image(id: string): Image | undefined {
    return this.#tables.images.get(id);
  }

  named(name: string): readonly Image[] {
    return this.#tables.images.filter(image => image.name === name);
  }

  /** A server's or a volume's snapshot: an image that somebody else fills. */
  add(image: Image): void {
    this.#tables.images.put(image);
  }

  /** The image that every sandbox has. */
  furnish({ now, newId }: Pick<Ask, 'now' | 'newId'>, { adminProjectId }: { readonly adminProjectId: string }): void {
    this.add({
      ...blank(newId(), adminProjectId, now),
      name: 'cirros',
      status: 'active',
      visibility: 'public',
      diskFormat: 'raw',
      containerFormat: 'bare',
      content: contentOf(new Uint8Array(1024)),
    });
  }

  #router(): Router {
    const routes = new Router()
      .on('GET', '/', ask => ({ status: 300, body: versionsView(ask.base) }))
      .on('GET', '/versions', ask => ({ status: 200, body: versionsView(ask.base) }))
      .on('GET', '/healthcheck', () => ({ status: 200, body: 'OK', headers: { 'content-type': 'text/plain' } }))
      .on('GET', '/v2/info/import', () => ({ status: 200, body: importInfo }))
      .on('GET', '/v2/schemas/image', () => ({ status: 200, body: imageSchema }))
      .on('GET', '/v2/images', ask => ({ status: 200, body: listed(this.#tables.images.all(), ask) }))
      .on('POST', '/v2/images', ask => this.#create(ask))
      .on('GET', '/v2/images/:id', (ask, { id = '' }) => ({ status: 200, body: imageView(this.#readable(ask, id)) }))
      .on('PATCH', '/v2/images/:id', (ask, params) => this.#patch(ask, params))
      .on('DELETE', '/v2/images/:id', (ask, { id = '' }) => this.#delete(ask, id))
      .on('PUT', '/v2/images/:id/file', (ask, { id = '' }) => this.#upload(ask, id))
      .on('POST', '/v2/images/:id/import', (ask, { id = '' }) => this.#import(ask, id))
      .on('PUT', '/v2/images/:id/tags/:tag', (ask, { id = '', tag = '' }) => this.#tag(ask, id, tag, true))
      .on('DELETE', '/v2/images/:id/tags/:tag', (ask, { id = '', tag = '' }) => this.#tag(ask, id, tag, false))
      .on('POST', '/v2/images/:id/actions/deactivate', (ask, { id = '' }) => this.#activate(ask, id, 'deactivated'))
      .on('POST', '/v2/images/:id/actions/reactivate', (ask, { id = '' }) => this.#activate(ask, id, 'active'));
    memberRoutes(routes, this.#tables.images, (ask, id) => this.#readable(ask, id));
    return routes;
  }

  #create(ask: Ask): Reply {
    const { asker, now } = ask;
    const { id = ask.newId(), fields, extra } = readImage(ask.body);
    const image: Image = { ...blank(id, asker.projectId ?? null, now), ...fields, extra };
    if (image.owner !== asker.projectId && !isAdmin(asker)) {
      throw refuse.denied(`You are not permitted to create images owned by '${image.owner}'.`);
    }
    if (image.visibility === 'public' && !isAdmin(asker)) throw refuse.forbidden('publicize_image');
    if (this.#tables.images.get(id) !== undefined || this.#tables.graves.get(id) !== undefined) throw refuse.exists(id);
    this.#tables.images.put(image);
    const headers = {
      location: `${ask.base}/v2/images/${id}`,
      'openstack-image-import-methods': importMethods,
      'openstack-image-store-ids': 'file',
    };
    return { status: 201, body: imageView(image), headers };
  }

  #patch(ask: Ask, { id = '' }: Params): Reply {
    const type = (ask.headers['content-type'] ?? '').split(';')[0] ?? '';
    if (!patchTypes.includes(type)) {
      const reply = wrongMediaType(ask, type);
      return { ...reply, headers: { ...reply.headers, 'accept-patch': patchTypes.join(', ') } };
    }
    const before = this.#readable(ask, id);
    const image = patched(before, ask.body);
    if (image === before) return { status: 200, body: imageView(image) };
    this.#writable(ask, id);
    if (image.visibility === 'public' && before.visibility !== 'public' && !isAdmin(ask.asker)) {
      throw refuse.forbidden('publicize_image');
    }
    return { status: 200, body: imageView(this.#changed(image, ask)) };
  }

  #delete(ask: Ask, id: string): Reply {
    const image = this.#writable(ask, id);
    if (image.protected) throw refuse.denied(`Image ${id} is protected and cannot be deleted.`);
    this.#tables.images.drop(id);
    this.#tables.graves.put({ id });
    return nothing;
  }

  #upload(ask: Ask, id: string): Reply {
    const image = this.#writable(ask, id);
    if (image.status !== 'queued') {
      throw new GlanceRefusal(409, `Image status transition from ${image.status} to saving is not allowed`);
    }
    const missing =
      image.diskFormat === null ? 'disk_format' : image.containerFormat === null ? 'container_format' : '';
    if (missing !== '') {
      const what = `Properties disk_format, container_format must be set prior to saving data.`;
      throw new GlanceRefusal(400, what);
    }
    const bytes = ask.body instanceof Uint8Array ? ask.body : new Uint8Array();
    this.#changed({ ...image, status: 'active', content: contentOf(bytes) }, ask);
    return nothing;
  }

  #import(ask: Ask, id: string): Reply {
    const method = isFields(ask.body) && isFields(ask.body['method']) ? ask.body['method'] : undefined;
    const name = method?.['name'];
    if (method === undefined) throw new GlanceRefusal(400, "Import request requires a 'method' field.");
    if (typeof name !== 'string') throw new GlanceRefusal(400, "Import request requires a 'name' field.");
    if (!importMethods.split(',').includes(name)) throw new GlanceRefusal(400, `Unknown import method name '${name}'.`);
    const image = this.#writable(ask, id);
    if (image.status === 'active' && name !== 'copy-image') {
      throw new GlanceRefusal(409, 'Image with status active cannot be target for import');
    }
    if (name === 'glance-direct') {
      throw new GlanceRefusal(409, "Image needs to be staged before 'glance-direct' method can be used");
    }
    if (name !== 'web-download' || image.status !== 'queued') {
      throw new GlanceRefusal(409, `Image needs to be in 'queued' state to use '${name}' method`);
    }
    for (const [field, value] of [
      ['container_format', image.containerFormat],
      ['disk_format', image.diskFormat],
    ]) {
      if (value === null) throw new GlanceRefusal(409, `'${field}' needs to be set before import`);
    }
    const uri = method['uri'];
    if (typeof uri !== 'string' || !/^https?:\/\/[^/:]+(:(80|443))?(\/|$)/.test(uri)) {
      throw new GlanceRefusal(400, `URI for web-download does not pass filtering: ${String(uri)}`);
    }
    this.#changed({ ...image, status: 'importing', importedAt: ask.now + this.#importMs }, ask);
    return { status: 202, body: '' };
  }

  #tag(ask: Ask, id: string, tag: string, wanted: boolean): Reply {
    const image = this.#writable(ask, id);
    const has = image.tags.includes(tag);
    if (!wanted && !has) throw new GlanceRefusal(404);
    const others = image.tags.filter(one => one !== tag);
    if (has !== wanted) this.#changed({ ...image, tags: wanted ? [...others, tag] : others }, ask);
    return nothing;
  }

  #activate(ask: Ask, id: string, status: Status): Reply {
    const image = this.#writable(ask, id);
    if (image.status !== 'active' && image.status !== 'deactivated') {
      const verb = status === 'active' ? 'reactivate' : 'deactivate';
      throw new GlanceRefusal(403, `Not allowed to ${verb} image in status '${image.status}'`);
    }
    if (image.status !== status) this.#changed({ ...image, status }, ask);
    return nothing;
  }

  #changed(image: Image, { now }: Ask): Image {
    return this.#tables.images.put({ ...image, updatedAt: now });
  }

  #readable({ asker }: Ask, id: string): Image {
    const image = this.#tables.images.get(id);
    if (image === undefined || !mayRead(image, asker)) throw refuse.notFound(id);
    return image;
  }

  #writable(ask: Ask, id: string): Image {
    const image = this.#tables.images.get(id);
    if (image === undefined || !mayRead(image, ask.asker)) {
      throw ask.method === 'DELETE' && ask.path.endsWith(id) ? refuse.toDelete(id) : refuse.notFound(id);
    }
    if (!mayWrite(image, ask.asker)) throw refuse.notYours();
    return image;
  }
}

/** An answer without a body says what its framework would have sent. */
const nothing: Reply = { status: 204, headers: { 'content-type': 'text/html; charset=UTF-8' } };

/** An image of which nothing is said. */
export function blank(id: string, owner: string | null, now: number): Image {
  return {
    id,
    name: null,
    status: 'queued',
    visibility: 'shared',
    protected: false,
    hidden: false,
    owner,
    content: undefined,
    minDisk: 0,
    minRam: 0,
    diskFormat: null,
    containerFormat: null,
    tags: [],
    extra: {},
    members: [],
    createdAt: now,
    updatedAt: now,
  };
}

export function contentOf(bytes: Uint8Array): Content {
  const digest = (algorithm: string): string => createHash(algorithm).update(bytes).digest('hex');
  return { size: bytes.length, checksum: digest('md5'), hash: digest('sha512') };
}

const importInfo = {
  'import-methods': {
    description: 'Import methods available.',
    type: 'array',
    value: importMethods.split(','),
  },
};

/** As much of it as clients read: which properties there are, and that there may be others. */
const imageSchema = {
  name: 'image',
  properties: Object.fromEntries(Object.keys(imageView(blank('', null, 0))).map(name => [name, {}])),
  additionalProperties: { type: 'string' },
};
