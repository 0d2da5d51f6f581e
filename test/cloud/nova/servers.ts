/** A server that is there: shown, changed, deleted; its metadata, tags and addresses. */
import { check, explained } from '../schema.ts';
import { isFields, type Reply } from '../service.ts';
import { changedServer, metadata as metadataSchema, tagSchema } from './bodies.ts';
import { bodyOf, changed, type Desk, serverOf } from './desk.ts';
import { refuse } from './errors.ts';
import type { Server } from './state.ts';
import { addressesOf, serverView } from './views.ts';

export const showServer = (desk: Desk, id: string): Reply => ({
  status: 200,
  body: { server: serverView(desk, serverOf(desk, id)) },
});

export function changeServer(desk: Desk, id: string): Reply {
  const given = bodyOf(desk, 'server', changedServer(desk.minor));
  const server = serverOf(desk, id);
  const text = (field: string): string | undefined => (typeof given[field] === 'string' ? given[field] : undefined);
  const { description } = given;
  const [name, hostname, v4, v6] = [text('name'), text('hostname'), text('accessIPv4'), text('accessIPv6')];
  const next = changed(
    desk,
    server,
    {
      ...(name !== undefined && { name: name.trim() }),
      ...(description !== undefined && { description: text('description') ?? null }),
      ...(hostname !== undefined && { hostname }),
      ...(v4 !== undefined && { accessIPv4: v4 }),
      ...(v6 !== undefined && { accessIPv6: v6 }),
      ...(text('OS-DCF:diskConfig') === 'AUTO' && { diskConfig: 'AUTO' as const }),
    },
    desk.ask.now,
  );
  return { status: 200, body: { server: serverView(desk, next, { brief: desk.minor < 75 }) } };
}

export function deleteServer(desk: Desk, id: string): Reply {
  const server = serverOf(desk, id);
  if (server.locked) throw refuse.conflict(`Instance ${id} is locked`);
  const at = desk.ask.now + desk.delays.deleteMs;
  // Asked again it is not begun anew: what is under way goes on.
  if (server.due?.what !== 'gone') {
    changed(desk, server, { task: 'deleting', due: { at, what: 'gone' } }, desk.ask.now);
  }
  return { status: 204 };
}

export const showAddresses = (desk: Desk, id: string): Reply => ({
  status: 200,
  body: { addresses: addressesOf(desk, serverOf(desk, id), false) },
});

export function showNetwork(desk: Desk, id: string, name: string): Reply {
  const addresses: Readonly<Record<string, unknown>> = { ...addressesOf(desk, serverOf(desk, id), false) };
  if (addresses[name] === undefined) throw refuse.notFound(`Instance is not a member of specified network`);
  return { status: 200, body: { [name]: addresses[name] } };
}

export const showMetadata = (desk: Desk, id: string): Reply => ({
  status: 200,
  body: { metadata: serverOf(desk, id).metadata },
});

/** POST adds, PUT replaces. */
export function setMetadata(desk: Desk, id: string, replace: boolean): Reply {
  const given = bodyOf(desk, 'metadata', metadataSchema) as Server['metadata'];
  const server = serverOf(desk, id);
  const metadata = replace ? given : { ...server.metadata, ...given };
  changed(desk, server, { metadata }, desk.ask.now);
  return { status: 200, body: { metadata } };
}

export function showMeta(desk: Desk, id: string, key: string): Reply {
  const value = serverOf(desk, id).metadata[key];
  if (value === undefined) throw refuse.notFound('Metadata item was not found');
  return { status: 200, body: { meta: { [key]: value } } };
}

export function setMeta(desk: Desk, id: string, key: string): Reply {
  const meta = bodyOf(desk, 'meta', metadataSchema) as Server['metadata'];
  if (meta[key] === undefined) throw refuse.badRequest('Request body and URI mismatch');
  const server = serverOf(desk, id);
  changed(desk, server, { metadata: { ...server.metadata, [key]: meta[key] } }, desk.ask.now);
  return { status: 200, body: { meta: { [key]: meta[key] } } };
}

export function dropMeta(desk: Desk, id: string, key: string): Reply {
  const server = serverOf(desk, id);
  const { [key]: old, ...metadata } = server.metadata;
  if (old === undefined) throw refuse.notFound('Metadata item was not found');
  changed(desk, server, { metadata }, desk.ask.now);
  return { status: 204 };
}

/** From 2.26 on. A tag leaves the server's `updated` alone (marks). */
export function tags(desk: Desk, id: string): Server {
  if (desk.minor < 26) throw refuse.notFound('The resource could not be found.');
  return serverOf(desk, id);
}

const html = { 'content-type': 'text/html; charset=UTF-8' } as const;

const putTags = (desk: Desk, server: Server, list: readonly string[]): void => {
  desk.tables.servers.put({ ...server, tags: [...new Set(list)].sort() });
};

export const showTags = (desk: Desk, id: string): Reply => ({ status: 200, body: { tags: tags(desk, id).tags } });

export function setTags(desk: Desk, id: string): Reply {
  const server = tags(desk, id);
  const schema = {
    type: 'object',
    properties: { tags: { type: 'array', items: tagSchema, maxItems: 50 } },
    required: ['tags'],
    additionalProperties: false,
  } as const;
  const wrong = check(schema, desk.ask.body);
  if (wrong !== undefined) throw refuse.badRequest(explained(wrong));
  const given = isFields(desk.ask.body) ? desk.ask.body['tags'] : [];
  const list = Array.isArray(given) ? given.map(String) : [];
  putTags(desk, server, list);
  return { status: 200, body: { tags: [...new Set(list)].sort() } };
}

export function dropTags(desk: Desk, id: string): Reply {
  putTags(desk, tags(desk, id), []);
  return { status: 204 };
}

function noTag(id: string, tag: string): Error {
  return refuse.notFound(`Instance ${id} has no tag '${tag}'`);
}

export function showTag(desk: Desk, id: string, tag: string): Reply {
  if (!tags(desk, id).tags.includes(tag)) throw refuse.notFound(`Server ${id} has no tag '${tag}'`);
  return { status: 204 };
}

export function addTag(desk: Desk, id: string, tag: string): Reply {
  const server = tags(desk, id);
  const wrong = check(tagSchema, tag, ['tag']);
  if (wrong !== undefined)
    throw refuse.badRequest(
      `Tag '${tag}' is invalid. It must be a non empty string without characters '/' and ','. ${wrong.message}`,
    );
  if (server.tags.includes(tag)) return { status: 204, headers: html };
  putTags(desk, server, [...server.tags, tag]);
  return { status: 201, headers: { ...html, location: `${desk.ask.base}/v2.1/servers/${id}/tags/${tag}` } };
}

export function dropTag(desk: Desk, id: string, tag: string): Reply {
  const server = tags(desk, id);
  if (!server.tags.includes(tag)) throw noTag(id, tag);
  putTags(
    desk,
    server,
    server.tags.filter(one => one !== tag),
  );
  return { status: 204 };
}
