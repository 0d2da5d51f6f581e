/** With whom a shared image is shared: its owner invites projects, each of them accepts or not. */
import type { Router } from '../router.ts';
import { type Ask, isAdmin, isFields, type Reply } from '../service.ts';
import type { Table } from '../table.ts';
import { GlanceRefusal, refuse } from './errors.ts';
import type { Image, Member, MemberStatus } from './state.ts';
import { memberView } from './views.ts';

/** Adds the routes. `readable` gives an image that the asker may read, or refuses. */
export function memberRoutes(routes: Router, images: Table<Image>, readable: (ask: Ask, id: string) => Image): void {
  routes
    .on('GET', '/v2/images/:id/members', (ask, { id = '' }) => {
      const image = readable(ask, id);
      const members = visible(image, ask).map(member => memberView(image, member));
      return { status: 200, body: { members, schema: '/v2/schemas/members' } };
    })
    .on('POST', '/v2/images/:id/members', (ask, { id = '' }) => invite(images, readable(ask, id), ask))
    .on('GET', '/v2/images/:id/members/:member', (ask, { id = '', member = '' }) => {
      const image = readable(ask, id);
      return { status: 200, body: memberView(image, memberOf(image, member)) };
    })
    .on('PUT', '/v2/images/:id/members/:member', (ask, { id = '', member = '' }) =>
      decide(images, readable(ask, id), ask, member),
    )
    .on('DELETE', '/v2/images/:id/members/:member', (ask, { id = '', member = '' }) => {
      const image = readable(ask, id);
      owned(image, ask, 'delete');
      memberOf(image, member);
      images.put({ ...image, members: image.members.filter(one => one.id !== member) });
      return { status: 204 };
    });
}

const isOwner = (image: Image, { asker }: Ask): boolean => isAdmin(asker) || image.owner === asker.projectId;

function visible(image: Image, ask: Ask): readonly Member[] {
  if (image.visibility !== 'shared') {
    throw refuse.denied(`Not allowed to list members for image ${image.id}: Only shared images have members.`);
  }
  return isOwner(image, ask) ? image.members : image.members.filter(member => member.id === ask.asker.projectId);
}

function owned(image: Image, ask: Ask, what: 'create' | 'delete'): void {
  if (!isOwner(image, ask)) throw refuse.denied('You are not permitted to create image members for the image.');
  if (image.visibility !== 'shared') throw refuse.denied(`Not allowed to ${what} members for image ${image.id}.`);
}

function memberOf(image: Image, id: string): Member {
  const found = image.members.find(member => member.id === id);
  if (found === undefined) throw new GlanceRefusal(404, `${id} not found in the member list of the image ${image.id}.`);
  return found;
}

function invite(images: Table<Image>, image: Image, ask: Ask): Reply {
  const id = isFields(ask.body) ? ask.body['member'] : undefined;
  if (typeof id !== 'string') throw new GlanceRefusal(400, 'Member to be added not specified');
  owned(image, ask, 'create');
  if (image.members.some(member => member.id === id)) {
    throw new GlanceRefusal(409, `Member ${id} is duplicated for image ${image.id}`);
  }
  const member: Member = { id, status: 'pending', createdAt: ask.now, updatedAt: ask.now };
  images.put({ ...image, members: [...image.members, member] });
  return { status: 200, body: memberView(image, member) };
}

function decide(images: Table<Image>, image: Image, ask: Ask, id: string): Reply {
  const status = isFields(ask.body) ? ask.body['status'] : undefined;
  if (status === undefined) throw new GlanceRefusal(400, 'Status not specified');
  if (status !== 'pending' && status !== 'accepted' && status !== 'rejected') {
    throw new GlanceRefusal(400, 'Incorrect request: Status must be "pending", "accepted" or "rejected".');
  }
  if (id !== ask.asker.projectId && !isAdmin(ask.asker)) {
    throw refuse.denied(`Not allowed to update members for image ${image.id}.`);
  }
  const member: Member = { ...memberOf(image, id), status: status satisfies MemberStatus, updatedAt: ask.now };
  images.put({ ...image, members: image.members.map(one => (one.id === id ? member : one)) });
  return { status: 200, body: memberView(image, member) };
}
