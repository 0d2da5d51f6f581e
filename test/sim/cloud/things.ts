/**
 * A service of the simulator's own, beside OpenStack's in the same machine: parts, things that are made of a part, and
 * keys that are one of a kind.
 *
 * It behaves as OpenStack's services do where that matters (contract: marks): creates are answered at once while the
 * thing is still `building`; a list's filter ignores case, so it is never a proof; what is in use cannot be deleted
 * (409); a second key of one slot is refused (409); what is not there is 404.
 */
import { type Ask, isFields, type Reply, type Service } from '../../cloud/service.ts';
import type { Item, Table, Tables } from '../../cloud/table.ts';

export const thingKinds = ['part', 'thing', 'key'] as const;
type ThingKind = (typeof thingKinds)[number];

export interface SimThing extends Item {
  readonly kind: ThingKind;
  readonly name: string;
  readonly mark: string;
  /** Of a thing: the part that it is made of. */
  readonly part: string | undefined;
  /** Of a key: only one per slot. */
  readonly slot: string | undefined;
  readonly readyAt: number;
  /** It will go to `error` instead of `active`. */
  readonly fails: boolean;
}

const longestBuildMs = 8_000;

export class Things implements Service {
  readonly type = 'sim';
  readonly #tables: ReadonlyMap<ThingKind, Table<SimThing>>;

  constructor(tables: Tables) {
    this.#tables = new Map(thingKinds.map(kind => [kind, tables.table<SimThing>(`sim.${kind}s`)]));
  }

  isOpen(): boolean {
    return false;
  }

  advance(): void {
    // A thing's status follows from comparing times.
  }

  problem(status: number, message: string): Reply {
    return { status, body: { error: { message, code: status } } };
  }

  handle(ask: Ask): Reply {
    const [collection = '', id] = ask.path.slice(1).split('/');
    const kind = thingKinds.find(candidate => `${candidate}s` === collection);
    if (kind === undefined) return this.problem(404, `no collection ${collection}`);
    if (id === undefined) {
      if (ask.method === 'POST') return this.#create(ask, kind);
      return ask.method === 'GET' ? this.#list(ask, kind) : this.problem(405, ask.method);
    }
    const thing = this.#table(kind).get(id);
    if (thing === undefined) return this.problem(404, `${kind} ${id} could not be found.`);
    if (ask.method === 'GET') return { status: 200, body: { [kind]: shown(thing, ask.now) } };
    if (ask.method === 'PUT') return this.#rename(ask, thing);
    return ask.method === 'DELETE' ? this.#remove(thing) : this.problem(405, ask.method);
  }

  #table(kind: ThingKind): Table<SimThing> {
    const table = this.#tables.get(kind);
    if (table === undefined) throw new Error(`there is a table of ${kind}s`);
    return table;
  }

  #create(ask: Ask, kind: ThingKind): Reply {
    const body = isFields(ask.body) ? ask.body[kind] : undefined;
    const asked = (isFields(body) ? body : {}) as Readonly<Record<string, string | undefined>>;
    const { name = '', mark = '', part, slot } = asked;
    if (part !== undefined && this.#table('part').get(part) === undefined) {
      return this.problem(404, `part ${part} could not be found.`);
    }
    if (slot !== undefined && this.#table('key').filter(other => other.slot === slot).length > 0) {
      return this.problem(409, `slot ${slot} is taken.`);
    }
    const [byte = 0] = ask.bytes(1);
    // Mostly soon, now and then late.
    const readyAt = ask.now + (byte / 256) ** 3 * longestBuildMs;
    const thing = { id: ask.newId(), kind, name, mark, part, slot, readyAt, fails: ask.doomed === true };
    this.#table(kind).put(thing);
    return { status: 201, body: { [kind]: shown(thing, ask.now) } };
  }

  #list(ask: Ask, kind: ThingKind): Reply {
    const found = this.#table(kind).filter(thing =>
      [...ask.query].every(([field, wanted]) => fieldOf(thing, field).toLowerCase() === wanted.toLowerCase()),
    );
    return { status: 200, body: { [`${kind}s`]: found.map(thing => shown(thing, ask.now)) } };
  }

  #rename(ask: Ask, thing: SimThing): Reply {
    const body = isFields(ask.body) ? ask.body[thing.kind] : undefined;
    const { name = thing.name } = (isFields(body) ? body : {}) as { readonly name?: string };
    const renamed = { ...thing, name };
    this.#table(thing.kind).put(renamed);
    return { status: 200, body: { [thing.kind]: shown(renamed, ask.now) } };
  }

  #remove(thing: SimThing): Reply {
    if (this.#table('thing').filter(other => other.part === thing.id).length > 0) {
      return this.problem(409, `${thing.kind} ${thing.id} is in use.`);
    }
    this.#table(thing.kind).drop(thing.id);
    return { status: 204 };
  }
}

function fieldOf(thing: SimThing, field: string): string {
  if (field === 'mark') return thing.mark;
  if (field === 'name') return thing.name;
  return field === 'slot' ? (thing.slot ?? '') : '';
}

function shown({ id, name, mark, part, slot, readyAt, fails }: SimThing, now: number) {
  const status = now < readyAt ? 'building' : fails ? 'error' : 'active';
  return { id, name, mark, status, ...(part === undefined ? {} : { part }), ...(slot === undefined ? {} : { slot }) };
}
