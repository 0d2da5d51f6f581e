/**
 * Takes out what differs between any two runs: names with their random ends, ids, times. What is left of an id is its
 * number among the ids that the same resource has had, so that a replaced resource still shows.
 */

export interface RawEvent {
  readonly id: string;
  readonly links: readonly { readonly rel: string; readonly href: string }[];
  readonly event_time: string;
  readonly resource_name: string;
  readonly resource_status: string;
  readonly resource_status_reason: string | null;
  readonly physical_resource_id: string | null;
}

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const hex = /\b[0-9a-f]{32}\b/g;
const time = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?/g;

export class Names {
  readonly #stackName: string;
  readonly #stackId: string;
  readonly #paths = new Map<string, string>();
  readonly #numbers = new Map<string, string[]>();
  readonly #chance = new Map<string, string[]>();

  constructor(stackName: string, stackId: string) {
    this.#stackName = stackName;
    this.#stackId = stackId;
    this.#paths.set(stackId, '');
  }

  /** The resource whose nested stack this is. */
  nested(stackId: string, path: string): void {
    if (!this.#paths.has(stackId)) this.#paths.set(stackId, path);
  }

  /** `parent/child`, undefined for a stack that is not (yet) known to belong here. */
  path(stackId: string, resource: string): string | undefined {
    const path = this.#paths.get(stackId);
    return path === undefined ? undefined : path === '' ? resource : `${path}/${resource}`;
  }

  /** `#n`: which of the ids that this resource has had. */
  physical(path: string, id: string | null): string {
    if (id === null || id === '') return '';
    return `#${numberIn(this.#numbers, path, id)}`;
  }

  /** `<n>`: which of the values that this output has had. */
  chance(output: string, value: unknown): string {
    return `<${numberIn(this.#chance, output, JSON.stringify(value))}>`;
  }

  text(text: string): string {
    return [...this.#numbers.entries()]
      .flatMap(([path, ids]) => ids.map((id, index) => ({ id, name: `<${path}#${index + 1}>` })))
      .sort((a, b) => b.id.length - a.id.length)
      .reduce((said, { id, name }) => said.replaceAll(id, name), text)
      .replaceAll(this.#stackId, '<stack id>')
      .replaceAll(new RegExp(`${this.#stackName}(-[A-Za-z0-9_]+-[a-z2-7]{12})+`, 'g'), '<child>')
      .replaceAll(this.#stackName, '<stack>')
      .replaceAll(uuid, '<uuid>')
      .replaceAll(hex, '<hex>')
      .replaceAll(time, '<time>');
  }

  /** The same in all that a value holds. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map(each => this.value(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [this.text(key), this.value(each)]));
  }
}

function numberIn(lists: Map<string, string[]>, key: string, id: string): number {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  if (!list.includes(id)) list.push(id);
  return list.indexOf(id) + 1;
}

/** Stack name and id out of an event's or a resource's own link. */
export function stackOf(href: string): { readonly name: string; readonly id: string } {
  const [, name = '', id = ''] = /\/stacks\/([^/]+)\/([^/?]+)/.exec(href) ?? [];
  return { name: decodeURIComponent(name), id };
}

export interface Said {
  /** The resource's, `.` for the stack itself, `child/.` for a nested one. */
  readonly path: string;
  /** `STATUS #id: reason`. */
  readonly text: string;
}

/** In their order; events of stacks that are not this one's are left out. */
export function saidBy(events: readonly RawEvent[], names: Names): Said[] {
  const own = (event: RawEvent) => stackOf(event.links.find(link => link.rel === 'self')?.href ?? '');
  // A nested stack is found by the id of the resource that it stands behind; parents come first after a few rounds.
  for (let depth = 0; depth < 6; depth += 1) {
    for (const event of events) {
      const path = names.path(own(event).id, event.resource_name);
      if (path === undefined || event.resource_name === own(event).name) continue;
      if (event.physical_resource_id !== null) names.nested(event.physical_resource_id, path);
    }
  }
  const placed = events.flatMap(event => {
    const { name, id } = own(event);
    const inside = names.path(id, event.resource_name);
    if (inside === undefined) return [];
    const path = event.resource_name === name ? `${names.path(id, '.')}` : inside;
    return [{ event, path, physical: names.physical(path, event.physical_resource_id) }];
  });
  return placed.map(({ event, path, physical }) => ({
    path,
    text: `${event.resource_status} ${physical}: ${names.text(event.resource_status_reason ?? '')}`,
  }));
}

/** By resource, each resource's in their order. */
export function byResource(events: readonly Said[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const { path, text } of events) {
    const list = (lists[path] ??= []);
    list.push(text);
  }
  return Object.fromEntries(Object.entries(lists).sort(([a], [b]) => (a < b ? -1 : 1)));
}
