/**
 * Dependency order, looked at in every commit: what begins finds all that it requires as it shall be, and says what it
 * uses of it, also when it is done; what goes is used by nobody, and by nobody who was not heard of. And that secrets are sealed.
 *
 * The rule is told from rows alone, and not by the engine's own functions: who requires whom, which generation each has
 * heard of, what each incarnation holds.
 */
import type { Uuid } from '../../../engine/kernel/ids.ts';
import { type IncarnationRecord, isActing, type ResourceRecord } from '../../../engine/orchestration/records.ts';
import type { Row } from '../../../engine/store/store.ts';
import { decode } from '../decoded.ts';
import type { Landed } from '../books.ts';
import type { Cluster } from '../cluster.ts';

export class Order {
  private readonly cluster: Cluster;
  private readonly secrets: () => readonly string[];

  constructor(cluster: Cluster, secrets: () => readonly string[]) {
    this.cluster = cluster;
    this.secrets = secrets;
    cluster.books.listeners.push((landed, before) => this.landed(landed, before));
  }

  private landed({ rows }: Landed, before: ReadonlyMap<Row, Row>): void {
    for (const row of rows.rows) {
      this.sealed(row.state, () => `${row.table} ${row.key}`);
      if (row.table === 'incarnations') this.incarnation(row, before);
      if (row.table === 'resources') this.reached(row, before.get(row));
    }
    for (const event of rows.events) {
      this.sealed(event.properties ?? '', () => `event of ${event.resource_name}`);
      this.sealed(event.reason, () => `event of ${event.resource_name}`);
    }
    for (const content of rows.contents) this.sealed(content.body, () => 'a content');
  }

  private sealed(text: string, where: () => string): void {
    const secrets = this.secrets();
    if (secrets.length === 0) return;
    const shown = text.includes('s3cret-') && secrets.some(secret => text.includes(secret));
    this.cluster.checks.expect('secrets are sealed', !shown, () => `${where()} shows a hidden parameter`);
  }

  private incarnation(row: Row, before: ReadonlyMap<Row, Row>): void {
    const main = this.cluster.books.rows.get(row.actor);
    if (main === undefined) return;
    const old = before.get(row);
    const now = decode.incarnation(row);
    const then = old === undefined ? undefined : decode.incarnation(old);
    const resource = decode.resource(main);
    if (then === undefined && now.life !== 'gone') this.begun(resource, now);
    if (isGoing(now.life) && (then === undefined ? now.life === 'going' : !isGoing(then.life)))
      this.going(row.stack, resource, now, then, (before.get(main) ?? main).columns.generation === resource.generation);
  }

  /** Made only after all that it requires is there; and of each of those it holds what it uses. */
  private begun(resource: ResourceRecord, incarnation: IncarnationRecord): void {
    const { books } = this.cluster;
    // Told of a newer generation since: what it required when it began is not in its row any more.
    if (resource.absent || resource.removed || incarnation.generation !== resource.generation) return;
    // Nor for an action that makes nothing: what was begun in the same commit was begun for the generation before.
    if (isActing(resource.task)) return;
    const name = () => `${resource.stackName}.${resource.name}`;
    const held = new Set(resource.holds[incarnation.id] ?? []);
    for (const { id } of resource.requires) {
      const row = books.rows.get(id);
      const their = row === undefined || row.goneAt !== null ? undefined : decode.resource(row);
      // Left alone by this generation, and maybe told of the next since, in which it goes only after this one has heard.
      const isUntold = resource.untold.some(each => each.resource === id);
      const rests = their?.reached === their?.generation || (their?.generation ?? 0) > resource.generation;
      const isThere = their !== undefined && (their.reached >= resource.generation || (isUntold && rests));
      this.expect(isThere, () => `${name()} was begun before ${their?.name}, which it requires, was reached`);
      const holds = [...held].some(used => books.rows.get(used)?.actor === id);
      this.expect(holds || resource.task === 'DELETE', () => `${name()} was begun and holds nothing of ${their?.name}`);
    }
    for (const used of held) {
      const row = books.rows.get(used);
      const life = row === undefined || row.goneAt !== null ? 'gone' : decode.incarnation(row).life;
      this.expect(!isGoing(life), () => `${name()} was begun with ${used}, which is ${life}`);
    }
  }

  /** What is as it shall be holds what it uses, however often it was loaded meanwhile: nothing else keeps that there. */
  private reached(row: Row, old: Row | undefined): void {
    const { generation, reached } = row.columns;
    if (reached !== generation || old?.columns.reached === reached) return;
    const resource = decode.resource(row);
    if (resource.absent || resource.removed || resource.current === null || isActing(resource.task)) return;
    const held = resource.holds[resource.current] ?? [];
    for (const { id } of resource.requires) {
      const holds = held.some(used => this.cluster.books.rows.get(used)?.actor === id);
      this.expect(holds, () => `${resource.stackName}.${resource.name} was reached and holds nothing of ${id}`);
    }
  }

  /** Undone only after all that used it is gone, and nobody who may still begin to use it is unheard of. */
  private going(
    stack: Uuid,
    resource: ResourceRecord,
    { id }: IncarnationRecord,
    then: IncarnationRecord | undefined,
    isSettled: boolean,
  ): void {
    const { books } = this.cluster;
    // An attempt that is given up for a debt, with all that it made handed on.
    if (then?.life === 'making' && resource.current !== id) return;
    // What can be there only once goes before the one that takes its place; what failed was never used by anybody.
    const mayGoFirst = goesFirst.has(then?.type ?? '') || then?.life === 'failed';
    const isReplaced = resource.current === id || resource.reached < resource.generation;
    if (!resource.removed && isReplaced && mayGoFirst) return;
    const name = () => `${resource.stackName}.${resource.name}`;
    for (const row of books.rowsOf(stack)) {
      if (row.table !== 'resources' || row.goneAt !== null) continue;
      const their = decode.resource(row);
      const holds = Object.values(their.holds).some(used => used.includes(id));
      this.expect(!holds, () => `${name()} is undone while ${their.name} (${row.key}) holds it`);
    }
    // Of an attempt that never was live nobody can have been told, heard of the generation or not.
    if (then?.life === 'making') return;
    // Nor of one that failed; in one commit it may have begun to go, and been told of the next generation.
    if (then?.life === 'failed' && !isSettled) return;
    const users = new Map([...resource.requiredBy, ...resource.formerUsers].map(user => [user.id, user]));
    for (const user of users.keys()) {
      const row = books.rows.get(user);
      if (row === undefined || row.goneAt !== null) continue;
      const their = decode.resource(row);
      const untold = resource.untold.find(each => each.resource === user);
      const isHeard = untold === undefined ? their.generation >= resource.generation : row.version >= untold.version;
      this.expect(isHeard, () => `${name()} is undone while ${their.name} (${user}) has not heard of the generation`);
    }
  }

  private expect(holds: boolean, what: () => string): void {
    this.cluster.checks.expect('dependency order', holds, what);
  }
}

/** Types whose things may be there only once (engine/resources: prepareReplace). */
const goesFirst: ReadonlySet<string> = new Set([
  'OS::Nova::KeyPair',
  'OS::Neutron::Subnet',
  'OS::Neutron::Port',
  'OS::Neutron::RouterInterface',
  'OS::Neutron::SecurityGroupRule',
  'OS::Neutron::FloatingIP',
  'OS::Neutron::FloatingIPAssociation',
  'OS::Cinder::VolumeAttachment',
  'OS::Keystone::Project',
  'OS::Keystone::User',
  'OS::Keystone::Role',
]);

function isGoing(life: IncarnationRecord['life']): boolean {
  return life === 'going' || life === 'gone';
}
