/** All events of all stacks, when all is quiet: each that ends something after the one that began it, none twice. */
import type { Uuid } from '../../../engine/kernel/ids.ts';
import type { EventRow } from '../../../engine/store/store.ts';
import type { Cluster } from '../cluster.ts';

export function checkHistory(cluster: Cluster): void {
  for (const [stack, events] of cluster.books.events) checkEvents(cluster, stack, events);
}

/** That it stops at a hook, or goes on: of the state that it is in. */
function isRemark({ reason }: EventRow): boolean {
  return / paused until Hook [a-z-]+ is cleared$|^Hook [a-z-]+ is cleared$|^Failure occurred while waiting\.$/.test(
    reason,
  );
}

function checkEvents({ checks, books }: Cluster, stack: Uuid, unordered: readonly EventRow[]): void {
  const events = [...unordered].sort((a, b) => (a.id < b.id ? -1 : 1));
  const row = books.stacks.get(stack);
  const name = String(row?.columns.name);
  const own = (event: EventRow) => event.physical_id === stack;
  const begun = new Set<string>();
  const seen = new Map<string, number>();
  const generations = events.filter(event => own(event) && event.status === 'IN_PROGRESS');
  const making = generations.filter(
    ({ action }) => action === 'CREATE' || action === 'UPDATE' || action === 'ROLLBACK',
  );
  // What was wanted and had just gone is laid out once more, in a generation of its own that nobody asked for.
  const unasked = Math.max(0, Number(row?.columns.generation ?? 0) - generations.length);
  for (const event of events) {
    if (isRemark(event)) continue;
    const what = `${own(event) ? '' : event.resource_name} ${event.action}_${event.status}`;
    const times = (seen.get(what) ?? 0) + 1;
    seen.set(what, times);
    const most = event.action === 'CREATE' ? making.length + unasked : generations.length + unasked;
    // What a user says of a resource's health is an event each time.
    if (event.action !== 'CHECK')
      checks.expect('events once', times <= most, () => `stack ${name}: event "${what}" is there ${times} times`);
    if (event.status === 'IN_PROGRESS') {
      begun.add(what);
      continue;
    }
    const began = `${own(event) ? '' : event.resource_name} ${event.action}_IN_PROGRESS`;
    const known = begun.has(began) || event.action === 'CHECK';
    checks.expect('events in order', known, () => `stack ${name}: "${what}" without or before "${began}"`);
  }
  const first = events[0];
  checks.expect(
    'events in order',
    first !== undefined && own(first) && first.action === 'CREATE',
    () => `stack ${name}: its first event is ${first?.resource_name} ${first?.action}`,
  );
  // A suspend, resume or check leaves alone what an earlier delete, that was ended from outside, still lets go of.
  const acting = ['SUSPEND', 'RESUME', 'CHECK'].includes(String(row?.columns.action));
  const mayFollow = acting ? ['CHECK', 'DELETE'] : ['CHECK'];
  const last = events.findLast(event => !isRemark(event) && (own(event) || !mayFollow.includes(event.action)));
  if (row?.columns.status === 'COMPLETE') {
    checks.expect(
      'events in order',
      last !== undefined && own(last) && last.status === 'COMPLETE',
      () => `stack ${name} is complete, but its last event is ${last?.resource_name} ${last?.action}_${last?.status}`,
    );
  }
}
