/** Plays a scenario to an orchestration and records what came back. */
import type { Answer, Api } from './api.ts';
import { byResource, Names, type RawEvent, saidBy, stackOf } from './normal.ts';
import type { Answered, Recording, Seen, SeenResource } from './recording.ts';
import type { Scenario, Step } from './scenario.ts';

const pollMs = 300;
const longestWaitMs = 120_000;
/** How long resources may go on after their stack has ended. */
const settleMs = 40_000;

interface RawStack {
  readonly id: string;
  readonly stack_status: string;
  readonly stack_status_reason: string;
  readonly updated_time: string | null;
  readonly deletion_time: string | null;
  readonly disable_rollback: boolean;
  readonly timeout_mins: number | null;
  readonly tags: readonly string[] | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs?: readonly {
    readonly output_key: string;
    readonly output_value: unknown;
    readonly output_error?: string;
  }[];
}

interface RawResource {
  readonly resource_name: string;
  readonly resource_type: string;
  readonly resource_status: string;
  readonly resource_status_reason: string;
  readonly physical_resource_id: string;
  readonly required_by: readonly string[];
  readonly links: readonly { readonly rel: string; readonly href: string }[];
}

export interface Played {
  readonly recording: Recording;
  /** All events in the order in which they came, which is not compared: what works side by side has none. */
  readonly order: readonly string[];
}

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/**
 * @param stackName unlike any other at the same orchestration.
 * @throws Error when something that is waited for does not come; the stack is taken away all the same.
 */
export async function play(scenario: Scenario, api: Api, stackName: string): Promise<Played> {
  const player = new Player(scenario, api, stackName);
  let played: Played;
  try {
    for (const step of scenario.steps) await player.step(step);
    played = await player.played();
  } catch (error) {
    // What went wrong first is what is told.
    await player.tidy().catch(() => undefined);
    throw error;
  }
  await player.tidy();
  return played;
}

class Player {
  readonly #scenario: Scenario;
  readonly #api: Api;
  readonly #name: string;
  readonly #answers: Answered[] = [];
  readonly #looks: { readonly after: string; readonly stack: RawStack; readonly resources: readonly RawResource[] }[] =
    [];
  readonly #events = new Map<string, RawEvent>();
  #id = '';
  #ownEvents = 0;
  #last = 'nothing';

  constructor(scenario: Scenario, api: Api, stackName: string) {
    this.#scenario = scenario;
    this.#api = api;
    this.#name = stackName;
  }

  get #path(): string {
    return `/stacks/${this.#name}/${this.#id}`;
  }

  async step(step: Step): Promise<void> {
    if (step.do !== 'create' && this.#id === '') {
      throw new Error(`no stack: ${JSON.stringify(this.#answers.at(-1) ?? 'none was asked for')}`);
    }
    switch (step.do) {
      case 'until':
        return this.#until(step.status, step.atOnce);
      case 'reached':
        return this.#reached(step.resource, step.status);
      case 'pause':
        await sleep(step.seconds * 1000);
        return this.#look(`${step.seconds} s`);
      default: {
        // Counted before: what the request does may be over when its answer comes.
        this.#ownEvents = this.#id === '' ? 0 : (await this.#own()).length;
        const { name, answer } = await this.#request(step);
        this.#last = name;
        this.#answers.push(answered(name, answer));
        // What it does not know at all need not be waited for.
        if (answer.status === 501) throw new Error(`${name}: ${JSON.stringify(answer.body)}`);
      }
    }
  }

  async #request(
    step: Exclude<Step, { do: 'until' | 'reached' | 'pause' }>,
  ): Promise<{ name: string; answer: Answer }> {
    const at = this.#path;
    switch (step.do) {
      case 'create': {
        const body = { stack_name: this.#name, template: step.template, ...step.request };
        const answer = await this.#api.ask('POST', '/stacks', body);
        this.#id = (answer.body as { stack?: { id?: string } } | undefined)?.stack?.id ?? this.#id;
        return { name: 'create', answer };
      }
      case 'update':
      case 'preview': {
        const body = { ...(step.template && { template: step.template }), ...step.request };
        const path = step.do === 'update' ? at : `${at}/preview`;
        return { name: `${step.do} ${step.method}`, answer: await this.#api.ask(step.method, path, body) };
      }
      case 'delete':
        return { name: 'delete', answer: await this.#api.ask('DELETE', at) };
      case 'action':
        return {
          name: step.action,
          answer: await this.#api.ask('POST', `${at}/actions`, { [step.action]: null }),
        };
      case 'unhealthy': {
        const body = { mark_unhealthy: step.mark, ...(step.reason && { resource_status_reason: step.reason }) };
        const answer = await this.#api.ask('PATCH', `${at}/resources/${step.resource}`, body);
        return { name: `mark ${step.resource} ${step.mark ? 'unhealthy' : 'healthy'}`, answer };
      }
      case 'signal': {
        const answer = await this.#api.ask('POST', `${at}/resources/${step.resource}/signal`, step.body);
        return { name: `signal ${step.resource}`, answer };
      }
    }
  }

  async #wait<T>(what: string, ms: number, come: () => Promise<T | undefined>): Promise<T> {
    const end = Date.now() + ms;
    for (;;) {
      const it = await come();
      if (it !== undefined) return it;
      if (Date.now() > end) throw new Error(`after ${this.#last}: ${what} did not come in ${ms / 1000} s`);
      await sleep(pollMs);
    }
  }

  async #until(status: string, atOnce: boolean): Promise<void> {
    let now = '';
    const come = async (): Promise<true | undefined> => {
      const { stack } = await this.#stack();
      now = stack.stack_status;
      if (now !== status) return undefined;
      // Heat's row is there for another moment.
      if (status === 'DELETE_COMPLETE' && stack.deletion_time === null) return undefined;
      const own = (await this.#own()).slice(this.#ownEvents);
      return own.some(event => event.resource_status === status) ? true : undefined;
    };
    await this.#wait(status, longestWaitMs, come).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)}; it is ${now}`);
    });
    // Not an error if it lasts longer: the look shows what is still at work.
    if (!atOnce && status !== 'DELETE_COMPLETE') {
      await this.#wait('quiet', settleMs, async () => {
        const working = (await this.#resources()).some(one => one.resource_status.endsWith('IN_PROGRESS'));
        return working ? undefined : true;
      }).catch(() => undefined);
    }
    await this.#look(status);
  }

  async #reached(path: string, status: string): Promise<void> {
    await this.#wait(`${path} ${status}`, longestWaitMs, async () => {
      const name = path.split('/').at(-1);
      const found = (await this.#resources()).find(one => one.resource_name === name);
      return found?.resource_status === status ? true : undefined;
    });
  }

  #stack(): Promise<{ readonly stack: RawStack }> {
    return this.#api.get(this.#path);
  }

  async #resources(): Promise<readonly RawResource[]> {
    type Listed = { readonly resources: readonly RawResource[] };
    return (await this.#api.get<Listed>(`${this.#path}/resources?nested_depth=5`)).resources;
  }

  /** The stack's own events, oldest first. */
  async #own(): Promise<readonly RawEvent[]> {
    const { status, body } = await this.#api.ask('GET', `${this.#path}/resources/${this.#name}/events?sort_dir=asc`);
    return status === 200 ? (body as { readonly events: readonly RawEvent[] }).events : [];
  }

  async #look(after: string): Promise<void> {
    const { stack } = await this.#stack();
    this.#looks.push({ after: `${this.#last}: ${after}`, stack, resources: await this.#resources() });
    await this.#gather();
  }

  /** Keeps the events of now, as those of a nested stack go with it. */
  async #gather(): Promise<void> {
    // With nested_depth a stack that is deleted, or has no resource left, has no events.
    for (const deep of ['', '&nested_depth=5']) {
      const path = `${this.#path}/events?sort_dir=asc${deep}`;
      const { events } = await this.#api.get<{ readonly events: readonly RawEvent[] }>(path);
      for (const event of events) this.#events.set(event.id, event);
    }
  }

  async played(): Promise<Played> {
    if (this.#id !== '') await this.#gather();
    const names = new Names(this.#name, this.#id);
    const raw = [...this.#events.values()];
    // A second is as fine as it gets; within one, each stack's own order is left as it is.
    const events = saidBy(
      raw.sort((a, b) => (a.event_time < b.event_time ? -1 : Number(a.event_time > b.event_time))),
      names,
    );
    for (const { resources } of this.#looks) nestedOf(resources, names);
    const looks = this.#looks.map(look => ({ ...look, resources: resourcesOf(look.resources, names) }));
    const seen = looks.map(({ after, stack, resources }) => this.#seen(after, stack, resources(), names));
    const answers = this.#answers.map(({ error, ...rest }) => ({
      ...rest,
      ...(error !== undefined && { error: names.text(error) }),
    }));
    const { name, row } = this.#scenario;
    const recording = { scenario: name, row, answers, seen, events: byResource(events) };
    return { recording, order: events.map(({ path, text }) => `${path.padEnd(12)} ${text}`) };
  }

  #seen(after: string, stack: RawStack, resources: Record<string, SeenResource>, names: Names): Seen {
    const outputs = (stack.outputs ?? []).map(({ output_key: key, output_value: value, output_error: error }) => {
      const random = this.#scenario.random?.includes(key) === true && value !== null;
      const shown = random ? names.chance(key, value) : names.value(value);
      return [key, error === undefined ? shown : { value: shown, error: names.text(error) }] as const;
    });
    const own = Object.entries(stack.parameters).filter(([key]) => !key.startsWith('OS::'));
    return {
      after,
      status: stack.stack_status,
      reason: names.text(stack.stack_status_reason),
      updated: stack.updated_time !== null,
      disable_rollback: stack.disable_rollback,
      timeout_mins: stack.timeout_mins,
      tags: stack.tags ?? [],
      parameters: sorted(own),
      outputs: sorted(outputs),
      resources,
    };
  }

  /** The stack goes, whatever it is doing. */
  async tidy(): Promise<void> {
    if (this.#id === '') return;
    await this.#api.ask('DELETE', this.#path);
    await this.#wait('DELETE_COMPLETE', longestWaitMs, async () => {
      const { stack } = await this.#stack();
      if (stack.stack_status === 'DELETE_FAILED') await this.#api.ask('DELETE', this.#path);
      return stack.stack_status === 'DELETE_COMPLETE' ? true : undefined;
    });
  }
}

const sorted = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

function answered(request: string, { status, body }: Answer): Answered {
  const fault = body as
    | { readonly error?: { readonly type?: string; readonly message?: string }; readonly resource_changes?: unknown }
    | null
    | undefined;
  if (status >= 400) return { request, status, error: `${fault?.error?.type}: ${fault?.error?.message ?? '(none)'}` };
  if (fault?.resource_changes === undefined) return { request, status };
  const lists = Object.entries(fault.resource_changes as Record<string, readonly RawResource[]>);
  const changes = lists.map(
    ([list, all]) => [list, all.map(one => `${one.resource_name} ${one.resource_type}`).sort()] as const,
  );
  return { request, status, changes: sorted(changes) };
}

function nestedOf(resources: readonly RawResource[], names: Names): void {
  for (const one of resources) {
    const path = names.path(stackOf(link(one, 'stack')).id, one.resource_name);
    const nested = stackOf(link(one, 'nested')).id;
    if (path !== undefined && nested !== '') names.nested(nested, path);
  }
}

const link = (one: RawResource, rel: string): string => one.links.find(each => each.rel === rel)?.href ?? '';

/** Numbers all ids at once; the texts, in which they may stand, are made when all looks have been numbered. */
function resourcesOf(resources: readonly RawResource[], names: Names): () => Record<string, SeenResource> {
  const placed = resources.map(one => {
    const path = names.path(stackOf(link(one, 'stack')).id, one.resource_name) ?? `?/${one.resource_name}`;
    return { one, path, physical: names.physical(path, one.physical_resource_id) };
  });
  return () =>
    sorted(
      placed.map(({ one, path, physical }) => [
        path,
        {
          type: one.resource_type,
          status: one.resource_status,
          reason: names.text(one.resource_status_reason),
          physical,
          required_by: [...one.required_by].sort(),
        },
      ]),
    );
}
