/**
 * The reference model: what exists, as a set of incarnations with edges to those that they use. Nothing else.
 *
 * It knows no messages, no generations and no engine; it is told what each commit writes, and says what may never be:
 *
 *   order     nothing is made of what is not there, and nothing goes that something there still uses
 *   ends      what is there at the end is what the newest template says, each once, with the values that follow from it
 */
import type { Uuid } from '../../engine/kernel/ids.ts';
import { decode } from '../../engine/orchestration/records.ts';
import type { Row, RowSet } from '../../engine/store/store.ts';
import { parseJson } from '../../engine/values/json.ts';
import { isMap } from '../../engine/values/value.ts';
import type { Graph } from './graph.ts';

interface Thing {
  readonly resource: Uuid;
  readonly life: string;
  readonly value: string;
}

export class Oracle {
  readonly violations: string[] = [];
  replaced = 0;
  failed = 0;
  private readonly things = new Map<Uuid, Thing>();
  private readonly uses = new Map<Uuid, readonly Uuid[]>();
  private readonly names = new Map<Uuid, string>();
  private readonly holders = new Map<Uuid, readonly Uuid[]>();

  /** One commit is in. */
  landed({ rows, events }: RowSet): void {
    for (const row of rows) {
      if (row.table === 'incarnations') this.incarnation(row);
      if (row.table === 'resources') this.resource(row);
    }
    this.failed += events.filter(
      event => event.status === 'FAILED' && event.resource_type !== 'OS::Heat::Stack',
    ).length;
    for (const id of rows.filter(row => row.table === 'resources').map(row => row.key)) this.checkUses(id);
    for (const row of rows) if (row.table === 'incarnations') this.checkUsers(row.key);
  }

  /** What is there is what the template says. */
  checkEnd(graph: Graph): void {
    const wanted = graph.values();
    const there = [...this.things.values()]
      .map(({ resource, value }) => `${this.names.get(resource)} = ${value}`)
      .sort();
    const expected = [...wanted].map(([name, value]) => `${name} = ${value}`).sort();
    if (there.join('\n') !== expected.join('\n')) {
      this.violations.push(`there is: ${there.join(', ')}; the template says: ${expected.join(', ')}`);
    }
  }

  checkNothing(): void {
    if (this.things.size > 0) this.violations.push(`${this.things.size} things are left`);
  }

  private incarnation(row: Row): void {
    const { life, data } = decode.incarnation(row);
    const known = this.things.get(row.key);
    if (life === 'gone') this.things.delete(row.key);
    else this.things.set(row.key, { resource: row.actor, life, value: valueIn(data) });
    if (
      known === undefined &&
      life !== 'gone' &&
      [...this.things.values()].filter(t => t.resource === row.actor).length > 1
    )
      this.replaced++;
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

  private checkEdge(user: Uuid, used: Uuid): void {
    const thing = this.things.get(used);
    const by = `${this.nameOf(user)} (${this.things.get(user)?.life})`;
    if (thing === undefined) this.violations.push(`${by} uses something that is gone`);
    else if (thing.life === 'going') this.violations.push(`${by} uses ${this.nameOf(used)}, which is going`);
    else if (thing.life === 'making') this.violations.push(`${by} uses ${this.nameOf(used)}, which is not made yet`);
  }

  private nameOf(id: Uuid): string {
    const thing = this.things.get(id);
    return thing === undefined ? id : (this.names.get(thing.resource) ?? id);
  }
}

function valueIn(data: string): string {
  const kept = parseJson(data);
  const value = isMap(kept) ? kept.get('value') : undefined;
  return typeof value === 'string' ? value : '';
}
