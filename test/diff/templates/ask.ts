/** Puts a case to an orchestration, and keeps what came back, without what differs between any two runs. */
import { plainAnswer } from '../answer-plain.ts';
import type { Answer, Api } from '../api.ts';
import { Names } from '../normal.ts';
import type { Ask, Case } from './case.ts';

const pollMs = 400;
const longestWaitMs = 90_000;

/** What a request came to: an error, or the answer. */
export type Asked =
  | { readonly status: number; readonly error: string }
  | { readonly status: number; readonly [field: string]: unknown };

export type CaseRecording = Readonly<Partial<Record<Ask, Asked>>>;

type Fields = Readonly<Record<string, unknown>>;

/** @param stackName unlike any other at the same orchestration. */
export async function ask({ asks, body }: Case, api: Api, stackName: string): Promise<CaseRecording> {
  const recording: Partial<Record<Ask, Asked>> = {};
  for (const each of asks) recording[each] = await askers[each](api, body as unknown as Fields, stackName);
  return recording;
}

type Asker = (api: Api, body: Fields, stackName: string) => Promise<Asked>;

const askers: Readonly<Record<Ask, Asker>> = { validate, preview, create };

async function validate(api: Api, body: Fields, stackName: string): Promise<Asked> {
  const answer = await api.ask('POST', '/validate', body);
  const names = new Names(stackName, 'None!');
  if (answer.status !== 200) return refused(answer, names);
  const { Environment, ...rest } = fieldsOf(answer);
  const usual = JSON.stringify(sortedDeep(Environment)) === usualEnvironment;
  return { status: 200, ...(names.value({ ...rest, ...(!usual && { Environment }) }) as Fields) };
}

const usualEnvironment = JSON.stringify({
  event_sinks: [],
  parameter_defaults: {},
  parameters: {},
  resource_registry: { resources: {} },
});

async function preview(api: Api, body: Fields, stackName: string): Promise<Asked> {
  const answer = await api.ask('POST', '/stacks/preview', { stack_name: stackName, ...body });
  const names = new Names(stackName, 'None!');
  if (answer.status !== 200) return refused(answer, names);
  const stack = fieldsOf(answer)['stack'] as Fields;
  return { status: 200, ...shown(stack, names), resources: previewed(stack['resources'], names) };
}

async function create(api: Api, body: Fields, stackName: string): Promise<Asked> {
  const answer = await api.ask('POST', '/stacks', { stack_name: stackName, ...body });
  if (answer.status !== 201) return refused(answer, new Names(stackName, 'None!'));
  const { id } = (fieldsOf(answer)['stack'] ?? {}) as { readonly id: string };
  const path = `/stacks/${stackName}/${id}`;
  const names = new Names(stackName, id);
  try {
    const end = Date.now() + longestWaitMs;
    for (;;) {
      const stack = fieldsOf(await api.ask('GET', path))['stack'] as Fields;
      if (!String(stack['stack_status']).endsWith('IN_PROGRESS')) {
        const { stack_status: ended, stack_status_reason: reason } = stack;
        return { status: 201, ended, reason: names.value(reason), ...shown(stack, names) };
      }
      if (Date.now() > end) throw new Error(`not ended after ${longestWaitMs / 1000} s`);
      await new Promise(resolve => setTimeout(resolve, pollMs));
    }
  } finally {
    // Nobody waits for its end: no case sees another's stack.
    await api.ask('DELETE', path);
  }
}

function fieldsOf({ text }: Answer): Fields {
  return plainAnswer(text) as Fields;
}

/** @throws Error where a busy service has not looked at the question. */
function refused({ status, body }: Answer, names: Names): Asked {
  const { type, message } = ((body as Fields | undefined)?.['error'] ?? {}) as Fields;
  if (status === 503 || status === 504 || type === 'MessagingTimeout') throw new Error(`${status} ${String(type)}`);
  return { status, error: names.text(`${String(type)}: ${message === undefined ? '(none)' : String(message)}`) };
}

/** Pseudo parameters beside the user's own: their values are names and ids. */
function shown(stack: Fields, names: Names): Fields {
  const outputs = (stack['outputs'] ?? []) as readonly Fields[];
  const entries = outputs.map(({ output_key: key, output_value: value, output_error: error, description }) => [
    String(key),
    {
      value: names.value(value),
      ...(error !== undefined && { error: names.value(error) }),
      ...(description !== 'No description given' && { description }),
    },
  ]);
  const { description } = stack;
  return {
    ...(description !== 'No description' && { description }),
    parameters: names.value(stack['parameters']),
    outputs: Object.fromEntries(entries),
  };
}

/** By name; a nested stack's are a list in the list, and stand under the name of what holds them. */
function previewed(list: unknown, names: Names): unknown {
  const entries = (Array.isArray(list) ? (list as unknown[]) : []).map(each => {
    if (Array.isArray(each)) {
      const inside = (each as unknown[]).flat(9) as Fields[];
      const [first] = inside.map(one => String(one['stack_name'])).sort();
      return [`in ${names.text(first ?? 'nothing')}`, previewed(each, names)] as const;
    }
    const {
      resource_name: name,
      resource_type: type,
      properties,
      metadata,
      required_by: users,
      description,
    } = each as Fields;
    const about = {
      type,
      ...(!isEmpty(properties) && { properties: names.value(properties) }),
      ...(!isEmpty(metadata) && { metadata: names.value(metadata) }),
      ...(!isEmpty(users) && { required_by: (users as string[]).sort() }),
      ...(description !== '' && { description }),
    };
    return [names.text(String(name)), about] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isEmpty = (it: unknown): boolean =>
  it === undefined || it === null || (typeof it === 'object' && Object.keys(it).length === 0);

function sortedDeep(it: unknown): unknown {
  if (typeof it !== 'object' || it === null || Array.isArray(it)) return it;
  const entries = Object.entries(it).map(([key, each]) => [key, sortedDeep(each)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
