/**
 * The reference model: what exists, as a set of incarnations with edges to those that they use. Nothing else.
 *
 * It knows no messages, no generations and no engine; it is told what each commit writes, and says what may never be:
 *
 *   order     nothing is made of what is not there, and nothing goes that something there still uses;
 *             a nested stack goes after all that is in it
 *   ends      what is there at the end is what the template says, each once, with the values that follow from it
 */
import type { Uuid } from '../../engine/kernel/ids.ts';
import { decode } from '../../engine/orchestration/records.ts';
import type { Row, RowSet } from '../../engine/store/store.ts';
import { parseJson } from '../../engine/values/json.ts';
import { isMap } from '../../engine/values/value.ts';
import type { Graph } from './graph.ts';

interface Thing {
  readonly resource: Uuid;
  /** The incarnation whose stack it is in, or the root. */
  readonly stack: Uuid;
  readonly life: string;
  readonly value: string;
}

export class Oracle {
  readonly violations: string[] = [];
  replaced = 0;
  nested = 0;
  failed = 0;
  private readonly root: Uuid;
  private readonly things = new Map<Uuid, Thing>();
  private readonly uses = new Map<Uuid, readonly Uuid[]>();
  private readonly names = new Map<Uuid, string>();
  private readonly holders = new Map<Uuid, readonly Uuid[]>();

  constructor(root: Uuid) {
    this.root = root;
  }

  /** One commit is in. */
  landed({ rows, events }: RowSet): void {
    for (const row of rows) {
      if (row.table === 'incarnations') this.incarnation(row);
      if (row.table === 'resources') this.resource(row);
    }
    this.failed += events.filter(
      event => event.status === 'FAILED' && event.resource_type !== 'OS::Heat::Stack',
    ).length;
    for (const { table, key } of rows) {
      if (table === 'resources') this.checkUses(key);
      if (table === 'incarnations') this.checkUsers(key);
      if (table === 'incarnations') this.checkInside(key);
    }
  }

  /** What is there is what the template says; undefined says nothing. */
  checkEnd(graph: Graph | undefined): void {
    const there = [...this.things].map(([id, { value }]) => `${this.nameOf(id)} = ${value}`).sort();
    const expected = [...(graph?.values() ?? [])].map(([name, value]) => `${name} = ${value}`).sort();
    if (there.join('\n') !== expected.join('\n')) {
      this.violations.push(`there is: ${there.join(', ')}; the template says: ${expected.join(', ')}`);
    }
  }

  private incarnation(row: Row): void {
    const { life, data, child } = decode.incarnation(row);
    const isNew = !this.things.has(row.key) && life !== 'gone';
    if (isNew && child !== null) this.nested++;
    if (isNew && [...this.things.values()].some(({ resource }) => resource === row.actor)) this.replaced++;
    if (life === 'gone') this.things.delete(row.key);
    else {
      const value = child === null ? valueIn(data) : '';
      this.things.set(row.key, { resource: row.actor, stack: row.stack, life, value });
    }
  }

  private resource(row: Row): void {
    const { name, holds } = decode.resource(row);
    this.names.set(row.key, name);
    for (const id of this.holders.get(row.key) ?? []) this.uses.delete(id);
    this.holders.set(row.key, Object.keys(holds) as Uuid[]);
    for (const [id, used] of Object.entries(holds)) this.uses.set(id as Uuid, used);
  }

  /** What a resource's incarnations use is there. */
  private checkUses(resource: Uuid): void {
    for (const user of this.holders.get(resource) ?? []) {
      if (!this.things.has(user)) continue;
      for (const used of this.uses.get(user) ?? []) this.checkEdge(user, used);
    }
  }

  /** What uses this one may. */
  private checkUsers(used: Uuid): void {
    for (const [user, all] of this.uses) if (this.things.has(user) && all.includes(used)) this.checkEdge(user, used);
  }

  /** What it is in is there, and if it is gone, so is all that was in it. */
  private checkInside(id: Uuid): void {
    const thing = this.things.get(id);
    if (thing !== undefined && thing.stack !== this.root && !this.things.has(thing.stack))
      this.violations.push(`${this.nameOf(id)} is in a stack that is gone`);
    if (thing === undefined && [...this.things.values()].some(({ stack }) => stack === id))
      this.violations.push(`a nested stack is gone before all that is in it`);
  }

  private checkEdge(user: Uuid, used: Uuid): void {
    const thing = this.things.get(used);
    const by = `${this.nameOf(user)} (${this.things.get(user)?.life})`;
    if (thing === undefined) this.violations.push(`${by} uses something that is gone`);
    else if (thing.life === 'going') this.violations.push(`${by} uses ${this.nameOf(used)}, which is going`);
    else if (thing.life === 'making') this.violations.push(`${by} uses ${this.nameOf(used)}, which is not made yet`);
  }

  /** Its path: names of the resources from the root down. */
  private nameOf(id: Uuid): string {
    const thing = this.things.get(id);
    if (thing === undefined) return id;
    const name = this.names.get(thing.resource) ?? id;
    return thing.stack === this.root ? name : `${this.nameOf(thing.stack)}.${name}`;
  }
}

function valueIn(data: string): string {
  const kept = parseJson(data);
  const value = isMap(kept) ? kept.get('value') : undefined;
  return typeof value === 'string' ? value : '';
}
