/**
 * Who uses what: when an incarnation may go, and telling others that theirs may.
 *
 * There is no barrier over the stack. An incarnation may go when nobody holds it: its users' rows say which
 * incarnations theirs use (`holds`). A user that was told of this generation and whose row is still below it counts as
 * holding all, since an order of an earlier generation may yet make it begin something; one that was not told stays as
 * its row says (architecture: Convergence, 4). Everybody takes up a generation without waiting for anything, so this
 * never waits in a circle, not even where an update turns a dependency around.
 */
import type { Address, Uuid } from '../kernel/ids.ts';
import { isReleasable, type ResourceRecord } from './records.ts';
import type { ResourceState, ResourceTurn, UserView } from './resource-turn.ts';

/** All who require it now, or did. */
export function usersOf(resource: ResourceRecord): readonly Address[] {
  if (resource.formerUsers.length === 0) return resource.requiredBy;
  const former = resource.formerUsers.filter(({ id }) => !resource.requiredBy.some(user => user.id === id));
  return [...resource.requiredBy, ...former];
}

/** Users that stand in the way of the end of any of its incarnations that shall go. */
export function waitedFor(state: ResourceState): readonly Address[] {
  const leaving = leavingOf(state);
  if (leaving.length === 0) return [];
  return usersOf(state.resource).filter(({ id }) => leaving.some(incarnation => blocks(state, id, incarnation)));
}

/** Its incarnations that shall go: all of a removed resource, else all but the current one once that is right. */
function leavingOf({ resource, incarnations }: ResourceState): readonly Uuid[] {
  if (!resource.removed && !isReleasable(resource)) return [];
  const left = incarnations.filter(({ life, id }) => life !== 'gone' && (resource.removed || id !== resource.current));
  return left.map(({ id }) => id);
}

/** True where nobody uses that incarnation any more, nor will. */
export function isFree(turn: ResourceTurn, incarnation: Uuid): boolean {
  return usersOf(turn.resource).every(({ id }) => !blocks(turn.memory, id, incarnation));
}

/** Of those who required it, the ones of which it is not known that they use none of its incarnations. */
export function stillUsing({ memory }: ResourceTurn): readonly Address[] {
  const left = memory.incarnations.filter(({ life }) => life !== 'gone');
  return memory.resource.formerUsers.filter(({ id }) => left.some(incarnation => blocks(memory, id, incarnation.id)));
}

function blocks({ resource, users }: ResourceState, user: Uuid, incarnation: Uuid): boolean {
  const seen = users.get(user);
  if (seen === undefined) return true;
  if (seen.gone) return false;
  if (seen.holds.includes(incarnation)) return true;
  // What was read of an untold one counts from the row on that was there when this generation began.
  const untold = resource.untold.find(each => each.resource === user);
  return untold === undefined ? seen.generation < resource.generation : seen.version < untold.version;
}

/** What a resource holds, by its row. */
export function holdsOf(resource: ResourceRecord): readonly Uuid[] {
  return Object.values(resource.holds).flat();
}

/** Remembers how a user stands, unless something newer is known. */
export function seen(turn: ResourceTurn, user: Uuid, view: UserView): void {
  const known = turn.memory.users.get(user);
  if (known?.gone === true || (known !== undefined && known.generation > view.generation)) return;
  turn.setMemory({ users: new Map(turn.memory.users).set(user, view) });
}

/** Tells those it required before what it still uses of them. Pushed once; their owners read the row, too. */
export function tellReleased(turn: ResourceTurn, to: readonly Address[] = turn.resource.former): void {
  const { resource } = turn;
  if (to.length === 0) return;
  const released = {
    kind: 'released',
    generation: resource.generation,
    resource: resource.id,
    holds: holdsOf(resource),
  };
  for (const address of to) turn.tell(address, released);
}

/** Two lists of addresses as one, each once. */
export function union(a: readonly Address[], b: readonly Address[]): readonly Address[] {
  const more = b.filter(({ id }) => !a.some(address => address.id === id));
  return more.length === 0 ? a : [...a, ...more];
}
