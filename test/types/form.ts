/**
 * The form of an entry in the table of types: what a type is shown with, as data. Nothing here knows who reads it: the
 * e2e scenario `types` plays an entry's life on a cloud (play.ts), `npm run diff -- --only types` compares its attributes
 * with real Heat's, and the simulator plays it under faults.
 *
 * An entry becomes a stack of its own. The shown resource is called `it` there, what stands around it by the names in
 * `around`; both are referred to as in any template (ref, attr; depends_on works too). Every text may hold `$stack`, the stack's name, which is unlike any
 * other: names that are one of their kind in a cloud are made of it.
 *
 *     create: around + it with `properties`, every attribute read
 *     update: all `updates` of a wave in one stack update, then the next wave; after each `it` is still the same thing,
 *             and its service shows every value (`thing`, `at`, `is`)
 *     check · replace: each of `replaces` in an update of its own, on top of what is; `it` is then another thing
 *     delete: every thing that ever was is gone
 *
 * Several entries of one type count together: a property that any of them shows is shown.
 */
import type { Json } from '../diff/scenario.ts';

export type Parts = Readonly<Record<string, Json>>;
export type CloudName = 'lab' | 'sandbox';

/** Where its service shows it: the call's path below the service's endpoint, and the key of the body that is it. */
export interface Thing {
  /** As in the catalog: `compute`, `network`, `volumev3`, `image`, `identity`. */
  readonly service: string;
  /** `{id}` is the physical id of `it`, `{net}` that of `net` around it. */
  readonly path: string;
  /** '': the body itself is the thing. */
  readonly key: string;
}

/** One property's new value, and where it is to be seen afterwards. */
export interface Change {
  readonly to: Json;
  /** A dotted path in the shown thing (without a thing: in the resource's attributes); '': all of it; default the property's name. */
  readonly at?: string;
  /** What is seen there; default `to`. Maps: these keys at least; `{}`: anything; lists: in any order; `{get_resource}`: a physical id. */
  readonly is?: Json;
  /** It is shown by another call than the thing's own. */
  readonly thing?: Thing;
  /** Nobody shows it: why. Then only this is asked, that `it` is still the same thing. */
  readonly unseen?: string;
  /** Properties that must change with it (shown by nobody). */
  readonly with?: Parts;
  /** May be changed by declaration, but is replaced for this value, in Heat as here. */
  readonly replaces?: true;
  /** Why it cannot be made on that cloud. */
  readonly not?: Readonly<Partial<Record<CloudName, string>>>;
  /** Changes of one wave are made together; default 1. One that excludes another has a later one. */
  readonly wave?: number;
}

/** Why a property's change cannot be shown, on whatever cloud. */
export interface Cannot {
  readonly cannot: string;
}

export interface TypeEntry {
  readonly type: string;
  /** Where a type has several: what this one shows. */
  readonly about?: string;
  /** Who makes the stack; default `member`, an ordinary user of a project. */
  readonly as?: 'admin';
  /** What stands around it: resources of the same template, by name. */
  readonly around?: Parts;
  /** At creation. */
  readonly properties: Parts;
  /** What stands beside its properties: `metadata`, `depends_on`. */
  readonly beside?: Parts;
  readonly thing?: Thing;
  /** By name of the updatable property: every one of the type, by a new value or by why not. */
  readonly updates?: Readonly<Record<string, Change | Cannot>>;
  /** By name of the property: changes that replace it, one at least; or why there is none. */
  readonly replaces: Readonly<Record<string, Change>> | Cannot;
  /** Why it cannot be made there. */
  readonly not?: Readonly<Partial<Record<CloudName, string>>>;
  /** Why real Heat cannot be asked for it: it refuses what this cloud lets Convect do. */
  readonly heatRefuses?: string;
  /** Attributes that are not read, and why; all others of the type are. */
  readonly unread?: Readonly<Record<string, string>>;
  /** Attributes that differ from run to run (dice, addresses of a pool): compared with Heat's by their shape alone. */
  readonly varying?: readonly string[];
}

type Ways = Omit<Change, 'to'>;

/** A new value: seen in the thing's field of the property's name, or as `ways` say. */
export const to = (value: Json, ways: Ways = {}): Change => ({ to: value, ...ways });
export const cannot = (why: string): Cannot => ({ cannot: why });
export const thing = (service: string, path: string, key: string): Thing => ({ service, path, key });
export const isCannot = (it: object): it is Cannot => 'cannot' in it;

/** A resource of a template; `rest` stands beside its properties. */
export const made = (type: string, properties: Parts = {}, rest: Parts = {}): Json => ({ type, properties, ...rest });

export { attr, ref } from '../diff/scenario.ts';
