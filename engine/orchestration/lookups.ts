/**
 * Names become ids: asked of the services before an incarnation begins, and before a stack is accepted (asking.ts).
 *
 * Nothing is made here, so a lost answer is simply asked for again. A name that two things bear is an error, as in
 * Heat: a guess would act on the wrong one.
 */
import type { World } from '../actors/world.ts';
import { errors, HeatError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import type { CloudCall } from '../kernel/world.ts';
import { byId, byName, type Finder, finders, namedThings, shownThing } from '../kit/finders.ts';
import { type Wanted, wantedKey } from '../kit/lookups.ts';
import { isList, isMap, type Value, type ValueMap } from '../values/value.ts';
import type { Resolved } from './messages.ts';
import type { Zones } from './plan-facts.ts';
import { bodyOf, isUnreadable, refusalOf, refuses, succeeded } from './answers.ts';

/** The id (or name) that a finder gives; undefined where no answer can be had now; a HeatError where there is none. */
export async function find(
  world: World,
  credential: string,
  { finder: name, text }: Wanted,
): Promise<string | undefined | HeatError> {
  const finder = finders[name];
  if (finder === undefined) return errors.BadRequest({ message: `There is no way to look up a ${name}.` });
  const shown = await ask(world, credential, byId(finder, text, limits.lookupCacheMs));
  if (shown === undefined || shown instanceof Error) return shown;
  const thing = shown === 'absent' ? undefined : shownThing(finder, shown);
  if (thing !== undefined) return idOf(finder, thing, text);
  const listed = await ask(world, credential, byName(finder, text, limits.lookupCacheMs));
  if (listed === undefined || listed instanceof Error) return listed;
  const things = listed === 'absent' ? [] : namedThings(finder, listed, text);
  const [first, second] = things;
  if (first === undefined) return errors.EntityNotFound({ entity: finder.entity, name: text });
  if (second !== undefined) return errors.PhysicalResourceNameAmbiguity({ name: text });
  return idOf(finder, first, text);
}

function idOf(finder: Finder, thing: ValueMap, text: string): string {
  const id = thing.get(finder.gives);
  return typeof id === 'string' ? id : text;
}

/** The body; `absent` for 404 (and 400: an id that is none); an error for another refusal; undefined: no answer. */
async function ask(
  world: World,
  credential: string,
  call: CloudCall,
  deadlineMs: number = limits.callDeadlineMs,
): Promise<Value | 'absent' | undefined | HeatError> {
  const outcome = await world.cloud.call(credential, call, deadlineMs);
  const answer = succeeded(outcome);
  if (answer !== undefined) {
    try {
      return bodyOf(answer);
    } catch (error) {
      if (isUnreadable(error)) return undefined;
      throw error;
    }
  }
  if (outcome.kind !== 'answered' || !refuses(outcome.answer)) return undefined;
  const { status } = outcome.answer;
  if (status === 404 || status === 400) return 'absent';
  const { error, message } = refusalOf(outcome.answer);
  return new HeatError(error, 400, message);
}

/** The names of Nova's availability zones, as whoever asks sees them. */
export async function zonesFor(world: World, credential: string): Promise<Zones> {
  const path = '/os-availability-zone';
  const call: CloudCall = { service: 'compute', method: 'GET', path, cacheMs: limits.lookupCacheMs };
  const shown = await ask(world, credential, call);
  if (shown instanceof Error) return { failure: `The availability zones cannot be had: ${shown.message}` };
  if (shown === undefined || shown === 'absent') {
    return { failure: 'The availability zones cannot be had: Nova gave no answer' };
  }
  const list = isMap(shown) ? (shown.get('availabilityZoneInfo') ?? null) : null;
  const zones = isList(list) ? list.map(zone => (isMap(zone) ? zone.get('zoneName') : undefined)) : [];
  return { names: zones.filter(name => typeof name === 'string') };
}

const extensionLists: Readonly<Record<string, readonly [service: string, path: string]>> = {
  cinder: ['volumev3', '/extensions'],
  neutron: ['network', '/v2.0/extensions'],
  openstack: ['network', '/v2.0/extensions'],
};

/** Aliases of the extensions that a client's service has; undefined where it does not tell. */
export async function extensionsOf(
  world: World,
  credential: string,
  client: string,
): Promise<ReadonlySet<string> | undefined> {
  const [service, path] = extensionLists[client] ?? [];
  if (service === undefined || path === undefined) return undefined;
  const call: CloudCall = { service, method: 'GET', path, cacheMs: limits.lookupCacheMs };
  const shown = await ask(world, credential, call, limits.showDeadlineMs);
  if (shown === undefined || shown === 'absent' || shown instanceof Error || !isMap(shown)) return undefined;
  const list = shown.get('extensions') ?? null;
  if (!isList(list)) return undefined;
  const aliases = list.map(each => (isMap(each) ? each.get('alias') : undefined));
  return new Set(aliases.filter(alias => typeof alias === 'string'));
}

/** All names of a resource's properties. What could not be asked is missing in `ids`: the resource asks again. */
export function resolveTask(wanted: readonly Wanted[], sealed: string): (world: World) => Promise<Resolved> {
  return async world => {
    const credential = sealed === '' ? '' : world.vault.open(sealed);
    const ids: Record<string, string> = {};
    for (const each of wanted) {
      const found = await find(world, credential, each);
      if (found instanceof Error) {
        return { kind: 'resolved', ids, complete: true, failure: { error: found.type, message: found.message } };
      }
      if (found !== undefined) ids[wantedKey(each)] = found;
    }
    return { kind: 'resolved', ids, complete: Object.keys(ids).length === wanted.length };
  };
}
