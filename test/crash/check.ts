/** What must be true of a stack that was accepted, whatever was killed meanwhile. */
import type { Planned } from './template.ts';

export interface EventSeen {
  readonly resource_name: string;
  readonly resource_status: string;
  readonly physical_resource_id?: string | null;
}

export interface ResourceSeen {
  readonly resource_name: string;
  readonly resource_status: string;
  readonly physical_resource_id?: string | null;
}

/** All that the API tells of one stack; undefined where it does not know it. */
export interface StackSeen {
  readonly status: string;
  readonly reason: string;
  readonly resources: readonly ResourceSeen[];
  readonly outputs: ReadonlyMap<string, unknown>;
  /** Oldest first. */
  readonly events: readonly EventSeen[];
}

export interface Verdict {
  readonly lost: boolean;
  /** Why it is not as it should be, a line each; the doubled events are not among them. */
  readonly faults: readonly string[];
  /** Events that came more than once. */
  readonly doubled: readonly string[];
}

const done = 'CREATE_COMPLETE';
const begun = 'CREATE_IN_PROGRESS';

export function judge(plan: Planned, seen: StackSeen | undefined): Verdict {
  if (seen === undefined) return { lost: true, faults: [], doubled: [] };
  if (seen.status !== done) {
    return { lost: false, faults: [`is ${seen.status}: ${seen.reason}`], doubled: doubledIn(seen.events) };
  }
  const faults = [...resourceFaults(plan, seen), ...outputFaults(plan, seen), ...eventFaults(plan, seen.events)];
  return { lost: false, faults, doubled: doubledIn(seen.events) };
}

const keyOf = (event: EventSeen): string => `${event.resource_name} ${event.resource_status}`;

function doubledIn(events: readonly EventSeen[]): string[] {
  const keys = events.map(keyOf);
  return keys.filter((key, index) => keys.indexOf(key) !== index);
}

const isStack = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/**
 * Of a stack that was changed many times: events that came twice in a row for the same thing of a resource. Those of
 * nested stacks are left out: an order that a newer one supersedes begins again.
 */
export function repeatedIn(events: readonly EventSeen[]): string[] {
  const last = new Map<string, string>();
  return events.flatMap(event => {
    const { resource_name, resource_status, physical_resource_id } = event;
    if (isStack.test(physical_resource_id ?? '')) return [];
    const thing = `${resource_name} ${physical_resource_id}`;
    const isAgain = last.get(thing) === resource_status;
    last.set(thing, resource_status);
    return isAgain ? [`${thing} ${resource_status}`] : [];
  });
}

function resourceFaults(plan: Planned, seen: StackSeen): string[] {
  const statuses = new Map(seen.resources.map(one => [one.resource_name, one.resource_status]));
  const wrong = plan.resources.filter(name => statuses.get(name) !== done);
  const foreign = [...statuses.keys()].filter(name => !plan.resources.includes(name));
  return [
    ...wrong.map(name => `its resource ${name} is ${statuses.get(name) ?? 'not there'}`),
    ...foreign.map(name => `it has a resource ${name} that is not in its template`),
  ];
}

function outputFaults(plan: Planned, seen: StackSeen): string[] {
  return plan.equal
    .filter(
      ([head, end]) => typeof seen.outputs.get(head) !== 'string' || seen.outputs.get(head) !== seen.outputs.get(end),
    )
    .map(([head, end]) => `its output ${end} is not the ${head} that was drawn`);
}

/** Each event is there, the stack's own come first and last, and nothing begins before what it needs is complete. */
function eventFaults(plan: Planned, events: readonly EventSeen[]): string[] {
  const first = new Map<string, number>();
  for (const [index, event] of events.entries()) if (!first.has(keyOf(event))) first.set(keyOf(event), index);
  const at = (name: string, status: string): number | undefined => first.get(`${name} ${status}`);
  const missing = [plan.name, ...plan.resources].flatMap(name =>
    [begun, done].filter(status => at(name, status) === undefined).map(status => `it has no event ${name} ${status}`),
  );
  const wanted = 2 * (plan.resources.length + 1);
  const others = first.size + missing.length - wanted;
  const unexpected = others > 0 ? [`it has ${others} kinds of events that it should not have`] : [];
  if (missing.length > 0) return [...missing, ...unexpected];
  const orders: (readonly [string, string, string, string])[] = [
    ...plan.resources.map(name => [plan.name, begun, name, begun] as const),
    ...plan.resources.map(name => [name, begun, name, done] as const),
    ...plan.edges.map(([need, name]) => [need, done, name, begun] as const),
    ...plan.resources.map(name => [name, done, plan.name, done] as const),
  ];
  const disordered = orders
    .filter(([a, aStatus, b, bStatus]) => (at(a, aStatus) ?? 0) > (at(b, bStatus) ?? 0))
    .map(([a, aStatus, b, bStatus]) => `its event ${a} ${aStatus} comes after ${b} ${bStatus}`);
  return [...unexpected, ...disordered];
}
