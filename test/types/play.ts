/**
 * Plays an entry's life on a cloud through an orchestration: create, updates, check, replacements, delete. Each step is
 * judged by what the services themselves show, asked with a token of the user's own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../cli/client.ts';
import type { Template } from '../diff/scenario.ts';
import type { Change, CloudName, TypeEntry } from './form.ts';
import { at, isSeen, resolved } from './seen.ts';
import type { Services } from './services.ts';
import { named, type Stage, shown, stagesOf, templateOf } from './stages.ts';

const pollMs = 250;
const patienceMs = 180_000;
/** How long a service may take to show what it was told. */
const showMs = 15_000;

/** What of an entry was shown; names of properties and attributes. */
export interface Shown {
  readonly given: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
  readonly replaced: ReadonlySet<string>;
  /** Attributes that were told. */
  readonly read: ReadonlySet<string>;
  readonly created: boolean;
  readonly checked: boolean;
  /** Things of `it` that are gone, of so many that there were. */
  readonly gone: number;
  readonly of: number;
  /** What went otherwise, a line each. */
  readonly failures: readonly string[];
}

interface RawStack {
  readonly id: string;
  readonly stack_status: string;
  readonly stack_status_reason: string;
  readonly outputs?: readonly {
    readonly output_key: string;
    readonly output_value: unknown;
    readonly output_error?: string;
  }[];
}

interface RawResource {
  readonly resource_name: string;
  readonly physical_resource_id: string | null;
  readonly resource_status: string;
}

export interface Ground {
  readonly session: Session;
  readonly services: Services;
  readonly cloud: CloudName;
}

/** Never throws for what the cloud or the orchestration says: that is among the failures. */
export async function playEntry(
  entry: TypeEntry,
  stackName: string,
  on: Ground,
  read: readonly string[],
): Promise<Shown> {
  const life = new Life(entry, stackName, on, read);
  try {
    await life.play();
  } catch (error) {
    life.failures.push(messageOf(error));
  }
  try {
    await life.end();
  } catch (error) {
    life.failures.push(`delete: ${messageOf(error)}`);
  }
  return life;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

class Life implements Shown {
  readonly given = new Set<string>();
  readonly changed = new Set<string>();
  readonly replaced = new Set<string>();
  readonly read = new Set<string>();
  created = false;
  checked = false;
  gone = 0;
  of = 0;
  readonly failures: string[] = [];
  readonly #entry: TypeEntry;
  readonly #name: string;
  readonly #on: Ground;
  readonly #attributes: readonly string[];
  /** Physical ids by resource name, as they are now; those of `it` also as `id`. */
  #ids: ReadonlyMap<string, string> = new Map();
  /** Of `it`: all that there ever were. */
  readonly #things = new Set<string>();
  #path = '';

  constructor(entry: TypeEntry, stackName: string, on: Ground, attributes: readonly string[]) {
    this.#entry = entry;
    this.#name = stackName;
    this.#on = on;
    this.#attributes = attributes;
  }

  async play(): Promise<void> {
    const [first, ...rest] = stagesOf(this.#entry, this.#on.cloud);
    if (first === undefined) return;
    if (!(await this.#create(first))) return;
    await this.#readAttributes();
    const isUpdate = ({ kind }: Stage): boolean => kind === 'update';
    for (const stage of rest.filter(isUpdate)) await this.#follow(stage);
    await this.#check();
    for (const stage of rest.filter(each => !isUpdate(each))) await this.#follow(stage);
  }

  async #create({ properties }: Stage): Promise<boolean> {
    const json = { stack_name: this.#name, template: this.#template(properties), disable_rollback: true };
    const { stack } = await this.#on.session.must<{ readonly stack: RawStack }>('POST', '/stacks', { json });
    this.#path = `/stacks/${this.#name}/${stack.id}`;
    const said = await this.#ended();
    await this.#learn();
    if (said !== 'CREATE_COMPLETE') {
      this.failures.push(`create: ${said}`);
      return false;
    }
    for (const name of Object.keys(properties)) this.given.add(name);
    this.created = true;
    return true;
  }

  #template(properties: Stage['properties']): Template {
    return templateOf(this.#entry, this.#name, properties, this.#attributes);
  }

  /** An update; one that failed, or shows something else, counts for nothing. */
  async #follow(stage: Stage): Promise<void> {
    const names = Object.keys(stage.changes).join(', ');
    const before = this.#ids.get('id');
    const json = { template: this.#template(stage.properties), disable_rollback: true };
    await this.#on.session.must('PUT', this.#path, { json });
    const said = await this.#ended();
    await this.#learn();
    if (said !== 'UPDATE_COMPLETE') {
      this.failures.push(`${stage.kind} of ${names}: ${said}`);
      return;
    }
    const isAnother = this.#ids.get('id') !== before;
    if (isAnother !== stage.replaces) {
      this.failures.push(
        `${stage.kind} of ${names}: it is ${isAnother ? 'another thing' : 'the same thing as before'}`,
      );
      return;
    }
    for (const [name, change] of Object.entries(stage.changes)) {
      const wrong = await this.#wrong(name, change, stage.kind);
      if (wrong !== undefined) this.failures.push(`${stage.kind} of ${name}: ${wrong}`);
      else (stage.kind === 'update' ? this.changed : this.replaced).add(name);
    }
  }

  /** What is shown in the place of the new value; undefined where it is the new one. */
  async #wrong(name: string, change: Change, kind: Stage['kind']): Promise<string | undefined> {
    const { to, is = to, at: path = name, unseen } = change;
    // Another thing shows by being there; where it says more, that is looked at, too.
    const saysWhere = change.at !== undefined || change.is !== undefined || change.thing !== undefined;
    if (unseen !== undefined || (kind === 'replace' && !saysWhere)) return undefined;
    const expected = resolved(named(is, this.#name), this.#ids);
    let actual: unknown;
    for (const until = performance.now() + showMs; ; await sleep(pollMs)) {
      actual = at(await this.#shown(change), path);
      if (isSeen(expected, actual)) return undefined;
      if (performance.now() > until) break;
    }
    return `expected ${JSON.stringify(expected)}, it shows ${JSON.stringify(actual)}`;
  }

  async #shown({ thing = this.#entry.thing }: Change): Promise<unknown> {
    if (thing === undefined) return this.#attributesNow();
    const { status, thing: found, text } = await this.#on.services.look(thing, this.#ids);
    return found ?? { status, text };
  }

  async #attributesNow(): Promise<Readonly<Record<string, unknown>>> {
    const { stack } = await this.#on.session.must<{ readonly stack: RawStack }>('GET', this.#path);
    const told = (stack.outputs ?? []).filter(({ output_error: error }) => error === undefined);
    return Object.fromEntries(told.map(output => [output.output_key, output.output_value]));
  }

  async #readAttributes(): Promise<void> {
    const told = await this.#attributesNow();
    for (const name of this.#attributes) {
      if (name in told) this.read.add(name);
      else this.failures.push(`attribute ${name} is not told`);
    }
  }

  async #check(): Promise<void> {
    await this.#on.session.must('POST', `${this.#path}/actions`, { json: { check: null } });
    const said = await this.#ended();
    this.checked = said === 'CHECK_COMPLETE';
    if (!this.checked) this.failures.push(`check: ${said}`);
  }

  /** Everything goes, whatever it is. */
  async end(): Promise<void> {
    if (this.#path === '') return;
    await this.#on.session.must('DELETE', this.#path);
    const said = await this.#ended();
    if (said !== 'DELETE_COMPLETE') this.failures.push(`delete: ${said}`);
    this.of = this.#things.size;
    for (const id of this.#things) {
      if (await this.#isGone(id)) this.gone += 1;
      else this.failures.push(`${id} is left`);
    }
  }

  /** What has no call of its own, or is a tie of others, went with its stack. */
  async #isGone(id: string): Promise<boolean> {
    const { thing } = this.#entry;
    if (thing === undefined || !/\{id\}$/.test(thing.path)) return true;
    for (const until = performance.now() + showMs; ; await sleep(pollMs)) {
      const { status } = await this.#on.services.look(thing, new Map([...this.#ids, ['id', id]]));
      if (status === 404) return true;
      if (performance.now() > until) return false;
    }
  }

  async #learn(): Promise<void> {
    type Listed = { readonly resources: readonly RawResource[] };
    const { resources } = await this.#on.session.must<Listed>('GET', `${this.#path}/resources`);
    const ids = resources.map(one => [one.resource_name, one.physical_resource_id ?? ''] as const);
    const own = ids.find(([name]) => name === shown)?.[1] ?? '';
    this.#ids = new Map([...ids, ['id', own]]);
    if (own !== '') this.#things.add(own);
  }

  /** The status when nothing goes on any more, with the reason where it failed. */
  async #ended(): Promise<string> {
    for (const until = performance.now() + patienceMs; ; await sleep(pollMs)) {
      const answer = await this.#on.session.ask('GET', `${this.#path}?resolve_outputs=False`);
      if (answer.status === 404) return 'DELETE_COMPLETE';
      const { stack } = answer.body as { readonly stack: RawStack };
      const { stack_status: status, stack_status_reason: reason } = stack;
      if (status.endsWith('_COMPLETE')) return status;
      if (status.endsWith('_FAILED')) return `${status}: ${reason}`;
      if (performance.now() > until) return `${status} for ${patienceMs / 1000} s`;
    }
  }
}
