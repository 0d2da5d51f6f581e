/**
 * A small cloud service as one state machine: parts, things that are made of a part, and keys that are one of a kind.
 *
 * Pure state and the time it is handed: no clock, no dice, no network of its own, so that the simulator's port and an
 * HTTP server can both stand before it. It behaves as OpenStack's services do where that matters (contract: marks):
 * creates are answered at once while the thing is still `building`; a list's filter ignores case, so it is never a
 * proof; what is in use cannot be deleted (409); a second key of one slot is refused (409); what is not there is 404.
 */
import type { CloudAnswer, CloudCall } from '../../engine/kernel/world.ts';

export type Kind = 'part' | 'thing' | 'key';

export interface CloudThing {
  readonly id: string;
  readonly kind: Kind;
  /** Whose it is: `us`, or another user of the same project. */
  readonly owner: string;
  readonly name: string;
  readonly mark: string;
  readonly part: string | undefined;
  /** Of a key: only one per slot. */
  readonly slot: string | undefined;
  readonly createdAt: number;
  readonly readyAt: number;
  /** It will go to `error` instead of `active`. */
  readonly fails: boolean;
}

export interface JournalEntry {
  readonly at: number;
  readonly what: 'created' | 'deleted';
  readonly thing: CloudThing;
}

/** How a created thing will fare. */
export interface Fate {
  readonly id: string;
  readonly readyAt: number;
  readonly fails: boolean;
}

const kinds: readonly Kind[] = ['part', 'thing', 'key'];

export class CloudState {
  readonly things = new Map<string, CloudThing>();
  readonly journal: JournalEntry[] = [];

  /** Carries out one request at this time. `fate` is asked once for each thing that is made. */
  handle(now: number, owner: string, call: CloudCall, fate: () => Fate): CloudAnswer {
    const [path = '', query = ''] = call.path.split('?');
    const [collection = '', id] = path.slice(1).split('/');
    const kind = kinds.find(candidate => `${candidate}s` === collection);
    if (kind === undefined) return problem(404, 'NotFound', `no collection ${collection}`);
    if (call.method === 'POST' && id === undefined) return this.create(now, owner, kind, call.body ?? '{}', fate);
    if (call.method === 'GET' && id === undefined) return this.list(now, kind, new URLSearchParams(query));
    if (id === undefined) return problem(405, 'MethodNotAllowed', call.method);
    const thing = this.things.get(id);
    if (thing === undefined || thing.kind !== kind)
      return problem(404, 'NotFound', `${kind} ${id} could not be found.`);
    if (call.method === 'GET') return answer(200, { [kind]: shown(thing, now) });
    if (call.method === 'DELETE') return this.remove(now, thing);
    return problem(405, 'MethodNotAllowed', call.method);
  }

  /** Adds what another user made. */
  add(thing: CloudThing): void {
    this.things.set(thing.id, thing);
    this.journal.push({ at: thing.createdAt, what: 'created', thing });
  }

  private create(now: number, owner: string, kind: Kind, body: string, fate: () => Fate): CloudAnswer {
    const asked = (JSON.parse(body) as Record<string, Record<string, string | undefined> | undefined>)[kind] ?? {};
    const { name = '', mark = '', part, slot } = asked;
    if (part !== undefined && this.things.get(part)?.kind !== 'part') {
      return problem(404, 'NotFound', `part ${part} could not be found.`);
    }
    if (slot !== undefined && [...this.things.values()].some(other => other.slot === slot)) {
      return problem(409, 'Conflict', `slot ${slot} is taken.`);
    }
    const thing: CloudThing = { ...fate(), kind, owner, name, mark, part, slot, createdAt: now };
    this.add(thing);
    return answer(201, { [kind]: shown(thing, now) });
  }

  private list(now: number, kind: Kind, query: URLSearchParams): CloudAnswer {
    const found = [...this.things.values()].filter(
      thing =>
        thing.kind === kind &&
        [...query].every(([field, wanted]) => fieldOf(thing, field).toLowerCase() === wanted.toLowerCase()),
    );
    return answer(200, { [`${kind}s`]: found.map(thing => shown(thing, now)) });
  }

  private remove(now: number, thing: CloudThing): CloudAnswer {
    if ([...this.things.values()].some(other => other.part === thing.id)) {
      return problem(409, 'Conflict', `${thing.kind} ${thing.id} is in use.`);
    }
    this.things.delete(thing.id);
    this.journal.push({ at: now, what: 'deleted', thing });
    return answer(204, undefined);
  }
}

function fieldOf(thing: CloudThing, field: string): string {
  if (field === 'mark') return thing.mark;
  if (field === 'name') return thing.name;
  return field === 'slot' ? (thing.slot ?? '') : '';
}

function shown(thing: CloudThing, now: number) {
  const { id, name, mark, part, slot } = thing;
  const status = now < thing.readyAt ? 'building' : thing.fails ? 'error' : 'active';
  return { id, name, mark, status, ...(part === undefined ? {} : { part }), ...(slot === undefined ? {} : { slot }) };
}

function answer(status: number, body: object | undefined): CloudAnswer {
  return { status, body: body === undefined ? '' : JSON.stringify(body) };
}

/** An error as OpenStack's services write it. */
export function problem(status: number, kind: string, message: string): CloudAnswer {
  return answer(status, { [kind]: { message, code: status } });
}
