/**
 * Orphans: things in a cloud that carry our mark and that no row claims.
 *
 *   list (as the caller) ─▶ looks like a mark, old enough ─▶ rows claim it? ─▶ events name it? ─▶ ours for certain
 *
 * The lists come first and the rows after them: what is made is in its row before its create is sent, so what the rows
 * do not know then is nobody's. A name alone proves nothing, since Heat's own names look the same; that a stack of ours,
 * there or deleted, announced it in its events does. But whose id stands in events was known once, and may have been left
 * on purpose (deletion policy Retain), and with it what was made beside it. So only what never got that far, a create
 * whose answer was lost and that landed after all, is ours for certain; and only that is ever removed (contract: marks).
 */
import type { World } from '../actors/world.ts';
import { msOf } from '../kernel/clock.ts';
import { errors } from '../kernel/errors.ts';
import type { Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { CloudCall, CloudOutcome } from '../kernel/world.ts';
import type { MarkedCollection } from '../kit/collection.ts';
import { textIn } from '../kit/given.ts';
import { thingsIn } from '../kit/steps.ts';
import { bodyOf, isUnreadable, succeeded } from '../orchestration/answers.ts';
import { decode } from '../orchestration/records.ts';
import type { Row } from '../store/store.ts';
import type { OrphanListed, OrphansFound, ThingNamed } from '../../proto/admin.ts';
import type { Caller, StackIdentity } from '../../proto/engine.ts';
import { isoToMs } from '../values/times.ts';
import { emptyMap, isList, isMap, type ValueMap } from '../values/value.ts';
import { identityOf } from './access.ts';
import { requireAdmin } from './admin.ts';

/** A physical name, and what stands after it in marks of what an incarnation makes besides its thing. */
const markForm = /^((?:.+)-[a-z2-7]{12})(?:-[\w.-]*)?$/s;

interface Candidate {
  readonly collection: MarkedCollection;
  readonly id: string;
  readonly mark: string;
  /** The physical name in it. */
  readonly name: string;
  readonly project: string | undefined;
  readonly createdAt: number | undefined;
}

/** Looks through the given collections. Throws Forbidden. */
export async function listOrphans(
  world: World,
  caller: Caller,
  collections: readonly MarkedCollection[],
  olderThanMs: number,
): Promise<OrphansFound> {
  requireAdmin(caller);
  const unseen: OrphansFound['unseen'][number][] = [];
  const candidates: Candidate[] = [];
  let things = 0;
  const before = msOf(world.clock.now()) - olderThanMs;
  for (const collection of collections) {
    const listed = await listedIn(world, caller, collection);
    if (typeof listed === 'string') {
      unseen.push({ service: collection.service, collection: collection.name, reason: listed });
      continue;
    }
    things += listed.length;
    candidates.push(...listed.flatMap(thing => candidatesOf(collection, thing)).filter(each => isOlder(each, before)));
  }
  const orphans = candidates.length === 0 ? [] : await unclaimed(world, candidates);
  return { orphans, unseen, things, collections: collections.length - unseen.length };
}

/** Deletes one. Throws NotFound for what is no orphan, or not ours for certain; BadRequest with the service's refusal. */
export async function removeOrphan(
  world: World,
  caller: Caller,
  collections: readonly MarkedCollection[],
  thing: ThingNamed,
  olderThanMs: number,
): Promise<void> {
  requireAdmin(caller);
  const { service, id } = thing;
  const found = collections.filter(each => each.service === service && each.name === thing.collection);
  const { orphans } = await listOrphans(world, caller, found, olderThanMs);
  const [collection] = found;
  const orphan = orphans.find(each => each.id === id);
  if (collection === undefined || orphan?.isCertain !== true)
    throw errors.NotFound({ message: `${service} ${thing.collection} ${id} is no orphan of ours` });
  world.log.write('info', 'orphan-removed', { request_id: caller.requestId, user: caller.userId, service, id });
  const { headers } = collection;
  const path = `${collection.one}/${encodeURIComponent(id)}`;
  const outcome = await asCaller(world, caller, { service, method: 'DELETE', path, ...(headers && { headers }) });
  if (succeeded(outcome) === undefined && !(outcome.kind === 'answered' && outcome.answer.status === 404))
    throw errors.BadRequest({ message: `${service} ${thing.collection} ${id} stays: ${refused(outcome)}` });
}

function asCaller(world: World, caller: Caller, call: CloudCall): Promise<CloudOutcome> {
  return world.cloud.call(`token:${caller.token}`, call, limits.callDeadlineMs);
}

function refused(outcome: CloudOutcome): string {
  return outcome.kind === 'answered' ? `the service answered ${outcome.answer.status}` : outcome.reason;
}

/** All of a collection, or why it cannot be listed. */
async function listedIn(
  world: World,
  caller: Caller,
  collection: MarkedCollection,
): Promise<readonly ValueMap[] | string> {
  const { service, list, headers, paged, name } = collection;
  const all: ValueMap[] = [];
  for (let marker: string | undefined; ; ) {
    const query = paged
      ? new URLSearchParams({ limit: String(limits.pollPageThings), ...(marker !== undefined && { marker }) })
      : undefined;
    const path = query === undefined ? list : `${list}${list.includes('?') ? '&' : '?'}${query.toString()}`;
    const outcome = await asCaller(world, caller, { service, method: 'GET', path, ...(headers && { headers }) });
    const answer = succeeded(outcome);
    if (answer === undefined) return refused(outcome);
    try {
      const page = thingsIn(bodyOf(answer), name);
      all.push(...page);
      marker = page.length < limits.pollPageThings ? undefined : textIn(page.at(-1) ?? emptyMap, 'id');
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return 'its answer cannot be read';
    }
    if (!paged || marker === undefined) return all;
  }
}

function candidatesOf(collection: MarkedCollection, thing: ValueMap): readonly Candidate[] {
  const id = textIn(thing, 'id');
  if (id === undefined) return [];
  const texts = collection.markFields.flatMap(field => {
    const value = thing.get(field) ?? null;
    return isList(value) ? value : isMap(value) ? [...value.values()] : [value];
  });
  const marks = texts.flatMap(text => {
    const name = typeof text === 'string' ? markForm.exec(text)?.[1] : undefined;
    return typeof text === 'string' && name !== undefined ? [{ mark: text, name }] : [];
  });
  const { projectField, createdField } = collection;
  const project = projectField === undefined ? undefined : textIn(thing, projectField);
  const createdAt = createdField === undefined ? undefined : isoToMs(textIn(thing, createdField) ?? '');
  return marks.slice(0, 1).map(mark => ({ collection, id, ...mark, project, createdAt }));
}

function isOlder({ createdAt }: Candidate, before: number): boolean {
  return createdAt === undefined || createdAt <= before;
}

/** Those of which no row says that they are its own, with the stack whose events name them. */
async function unclaimed(world: World, candidates: readonly Candidate[]): Promise<readonly OrphanListed[]> {
  const stacks = await stacksNamed(world, candidates);
  const claims = await claimsOf(world, candidates, stacks);
  const rest = candidates.filter(each => !claims.has(each.id) && !claims.has(each.name));
  const announced = rest.length === 0 ? new Map<string, StackIdentity>() : await announcedBy(world, rest, stacks);
  return rest.map(({ collection, id, mark, name, project, createdAt }) => ({
    service: collection.service,
    collection: collection.name,
    id,
    mark,
    project,
    createdAt,
    stack: announced.get(id) ?? announced.get(name),
    isCertain: mark === name && announced.has(name) && !announced.has(id),
  }));
}

/** What a stack may be called in whose physical name this is: all that a dash follows. */
function stackNamesIn(name: string): readonly string[] {
  const ends = [...name.matchAll(/-/g)].map(({ index }) => index).slice(0, -1);
  return ends.map(end => name.slice(0, end)).filter(each => each !== '');
}

/** Stacks that may have made them, deleted ones too. */
async function stacksNamed({ store }: World, candidates: readonly Candidate[]): Promise<readonly Row[]> {
  const names = [...new Set(candidates.flatMap(({ name }) => stackNamesIn(name)))];
  const found: Row[] = [];
  for (const some of slices(names)) {
    found.push(...(await store.select('stacks', { where: [{ column: 'name', in: some }], withGone: true })));
  }
  return found;
}

/** Ids that rows of incarnations say are theirs; and physical names of what is under way, or owed. */
async function claimsOf(
  { store }: World,
  candidates: readonly Candidate[],
  stacks: readonly Row[],
): Promise<ReadonlySet<string>> {
  const claims = new Set<string>();
  const claim = (row: Row): void => {
    const { physicalName, physicalId, steps, life, work } = decode.incarnation(row);
    if (physicalId !== null) claims.add(physicalId);
    for (const { state } of steps) if ('physicalId' in state) claims.add(state.physicalId);
    // All that it made is known by its id: what has its name besides is a create that landed twice.
    const isSettled = life === 'live' && work === null && steps.every(({ state }) => state.at === 'done');
    if (!isSettled) claims.add(physicalName);
  };
  for (const some of slices(candidates.map(({ id }) => id))) {
    const where = [{ column: 'physical_id', in: some }];
    for (const row of await store.select('incarnations', { where })) claim(row);
  }
  for (const some of slices(stacks.map(({ key }) => key))) {
    const where = [{ column: 'stack', in: some }];
    for (const row of await store.select('debts', { where })) claims.add(nameIn(decode.debt(row).mark));
    const actors = (await store.select('resources', { where })).map(({ key }) => key);
    for (const few of slices(actors)) {
      for (const row of (await store.load(few)).rows) if (row.table === 'incarnations') claim(row);
    }
  }
  return claims;
}

const nameIn = (mark: string): string => markForm.exec(mark)?.[1] ?? mark;

/** By id or physical name: the stack whose events name it. */
async function announcedBy(
  { store }: World,
  orphans: readonly Candidate[],
  stacks: readonly Row[],
): Promise<ReadonlyMap<string, StackIdentity>> {
  const identities = new Map<Uuid, StackIdentity>(stacks.map(row => [row.key, identityOf(decode.stack(row))]));
  const wanted = [...new Set(orphans.flatMap(({ id, name }) => [id, name]))];
  const found = new Map<string, StackIdentity>();
  for (const some of slices([...identities.keys()])) {
    for (const few of slices(wanted)) {
      for (const event of await store.events(some, { where: [{ column: 'physical_id', in: few }] })) {
        const stack = identities.get(event.stack);
        if (event.physical_id !== null && stack !== undefined) found.set(event.physical_id, stack);
      }
    }
  }
  return found;
}

function* slices<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < all.length; at += limits.loadBatch) yield all.slice(at, at + limits.loadBatch);
}
