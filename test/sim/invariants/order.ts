/**
 * Dependency order and the order of events, and that secrets are sealed: looked at in every commit and at the end.
 */
import type { Uuid } from '../../../engine/kernel/ids.ts';
import { decode, type ResourceRecord } from '../../../engine/orchestration/records.ts';
import type { EventRow, Row } from '../../../engine/store/store.ts';
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

  private landed({ rows }: Landed, before: ReadonlyMap<Uuid, Row>): void {
    for (const row of rows.rows) {
      this.sealed(row.state, () => `${row.table} ${row.key}`);
      if (row.table === 'resources') this.begun(row, before.get(row.key));
      if (row.table === 'incarnations') this.going(row, before.get(row.key));
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

  /** Made only after all that it requires is there. */
  private begun(row: Row, old: Row | undefined): void {
    const now = decode.resource(row);
    const then = old === undefined ? undefined : decode.resource(old);
    // Begun and undone between two commits: the events tell in which order.
    if (now.absent) return;
    if (now.current === null || (then !== undefined && then.current !== null)) return;
    // Told to go since, it may have begun in the generation before; there is only one that makes.
    const generation = now.removed ? 1 : now.generation;
    for (const required of now.requires) {
      const their = this.cluster.books.rows.get(required.id);
      this.cluster.checks.expect(
        'dependency order',
        their !== undefined && their.goneAt === null && Number(their.columns.reached) >= generation,
        () =>
          `${now.stackName}.${now.name} was begun before ${String(their?.columns.name)}, which it requires, was reached`,
      );
    }
  }

  /** Undone only after all that required it is gone. */
  private going(row: Row, old: Row | undefined): void {
    const life = decode.incarnation(row).life;
    if (life !== 'going' || (old !== undefined && decode.incarnation(old).life === 'going')) return;
    const main = this.cluster.books.rows.get(row.actor);
    if (main === undefined) return;
    const resource = decode.resource(main);
    for (const user of resource.requiredBy) {
      const their = this.cluster.books.rows.get(user.id);
      this.cluster.checks.expect(
        'dependency order',
        their === undefined || their.goneAt !== null,
        () =>
          `${resource.stackName}.${resource.name} is undone while ${String(their?.columns.name)} (${user.id}, v${their?.version}), which requires it, is there`,
      );
    }
  }

  /** All events of all stacks, when all is quiet. */
  final(): void {
    for (const [stack, events] of this.cluster.books.events) this.stackEvents(stack, events);
  }

  private stackEvents(stack: Uuid, unordered: readonly EventRow[]): void {
    const { checks, books } = this.cluster;
    const events = [...unordered].sort((a, b) => (a.id < b.id ? -1 : 1));
    const row = books.rows.get(stack);
    const name = String(row?.columns.name);
    const place = new Map<string, number>();
    const deletes = events.filter(
      event => event.physical_id === stack && event.action === 'DELETE' && event.status === 'IN_PROGRESS',
    ).length;
    const seen = new Map<string, number>();
    events.forEach((event, index) => {
      const what = `${event.physical_id === stack ? '' : event.resource_name} ${event.action}_${event.status}`;
      const times = (seen.get(what) ?? 0) + 1;
      seen.set(what, times);
      const most = event.action === 'CREATE' ? 1 : Math.max(1, deletes + 1);
      checks.expect('events once', times <= most, () => `stack ${name}: event "${what}" is there ${times} times`);
      if (!place.has(what)) place.set(what, index);
      if (event.status === 'IN_PROGRESS') return;
      const began = `${event.physical_id === stack ? '' : event.resource_name} ${event.action}_IN_PROGRESS`;
      checks.expect('events in order', place.has(began), () => `stack ${name}: "${what}" without or before "${began}"`);
    });
    const first = events[0];
    checks.expect(
      'events in order',
      first?.physical_id === stack && first.action === 'CREATE',
      () => `stack ${name}: its first event is ${first?.resource_name} ${first?.action}`,
    );
    const last = events.at(-1);
    if (row?.columns.status === 'COMPLETE') {
      checks.expect(
        'events in order',
        last?.physical_id === stack && last.status === 'COMPLETE',
        () => `stack ${name} is complete, but its last event is ${last?.resource_name} ${last?.action}_${last?.status}`,
      );
    }
    this.alongEdges(stack, name, place);
  }

  private alongEdges(stack: Uuid, name: string, place: ReadonlyMap<string, number>): void {
    const { books, checks } = this.cluster;
    const resources: ResourceRecord[] = [];
    for (const row of books.rowsOf(stack)) if (row.table === 'resources') resources.push(decode.resource(row));
    const names = new Map(resources.map(resource => [resource.id, resource.name]));
    for (const resource of resources) {
      for (const required of resource.requires) {
        const before = names.get(required.id);
        const inOrder = (early: string, late: string) => {
          const [a, b] = [place.get(early), place.get(late)];
          if (b === undefined) return;
          checks.expect(
            'events in order',
            a !== undefined && a < b,
            () => `stack ${name}: "${late}" before "${early}"`,
          );
        };
        inOrder(`${before} CREATE_COMPLETE`, `${resource.name} CREATE_IN_PROGRESS`);
        if (place.has(`${resource.name} DELETE_IN_PROGRESS`))
          inOrder(`${resource.name} DELETE_COMPLETE`, `${before} DELETE_IN_PROGRESS`);
      }
    }
  }
}
