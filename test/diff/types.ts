/**
 * The types' attributes: an entry of the table in test/types becomes a stack, whose outputs show every attribute of the
 * resource, as it was created and again when its updates are done. Ids, names and times are taken out (normal.ts); of
 * what differs from run to run by its nature (`varying`) its shape is left.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRegistry } from '../../engine/resources/registry.ts';
import { typeEntries } from '../types/all.ts';
import type { TypeEntry } from '../types/form.ts';
import { type Stage, stagesOf, templateOf } from '../types/stages.ts';
import type { Api } from './api.ts';
import { Names } from './normal.ts';

const pollMs = 400;
const patienceMs = 240_000;

/** What was read, by attribute; `error` in the place of what could not be read. */
type Read = Readonly<Record<string, unknown>>;

export interface TypeRecording {
  /** A digest of what was asked, so that an answer is never taken for one to another question. */
  readonly of: string;
  readonly created: Read;
  /** Absent where the entry has no updates. */
  readonly updated?: Read;
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
}

const registry = createRegistry();

/** Those that real Heat can be asked, and that have something to tell. */
export const comparedEntries: readonly TypeEntry[] = typeEntries.filter(
  entry => entry.not?.lab === undefined && entry.heatRefuses === undefined && readOf(entry).length > 0,
);

function readOf({ type, unread = {} }: TypeEntry): readonly string[] {
  return Object.keys(registry.get(type)?.attributes ?? {}).filter(name => name !== 'show' && !(name in unread));
}

/** The first one, and what it is after all updates; real Heat is asked on the lab. */
function asked(entry: TypeEntry): readonly Stage[] {
  return stagesOf(entry, 'lab').filter(({ kind, replaces }) => kind === 'create' || (kind === 'update' && !replaces));
}

export function digestOf(entry: TypeEntry): string {
  const templates = asked(entry).map(({ properties }) => templateOf(entry, 'name', properties, readOf(entry)));
  return createHash('sha256')
    .update(JSON.stringify([templates, entry.varying ?? []]))
    .digest('hex')
    .slice(0, 12);
}

/** @throws Error where the stack fails: then there is nothing to compare. */
export async function playType(entry: TypeEntry, api: Api, stackName: string): Promise<TypeRecording> {
  const play = new Play(entry, api, stackName);
  try {
    return await play.all();
  } finally {
    await play.tidy();
  }
}

class Play {
  readonly #entry: TypeEntry;
  readonly #api: Api;
  readonly #name: string;
  readonly #attributes: readonly string[];
  #id = '';

  constructor(entry: TypeEntry, api: Api, stackName: string) {
    this.#entry = entry;
    this.#api = api;
    this.#name = stackName;
    this.#attributes = readOf(entry);
  }

  async all(): Promise<TypeRecording> {
    const [first, ...updates] = asked(this.#entry);
    await this.#send('POST', '/stacks', first);
    await this.#until('CREATE_COMPLETE');
    const created = await this.#read();
    for (const stage of updates) {
      await this.#send('PUT', this.#path, stage);
      await this.#until('UPDATE_COMPLETE');
    }
    const of = digestOf(this.#entry);
    return updates.length === 0 ? { of, created } : { of, created, updated: await this.#read() };
  }

  get #path(): string {
    return `/stacks/${this.#name}/${this.#id}`;
  }

  async #send(method: string, path: string, stage: Stage | undefined): Promise<void> {
    const template = templateOf(this.#entry, this.#name, stage?.properties ?? {}, this.#attributes);
    const { status, body, text } = await this.#api.ask(method, path, { stack_name: this.#name, template });
    if (status >= 300) throw new Error(`${method}: ${text}`);
    this.#id = (body as { stack?: { id?: string } } | undefined)?.stack?.id ?? this.#id;
  }

  async #until(wanted: string): Promise<void> {
    for (const end = Date.now() + patienceMs; ; await sleep(pollMs)) {
      const { stack_status: status, stack_status_reason: reason } = await this.#stack('?resolve_outputs=False');
      if (status === wanted) return;
      if (status.endsWith('_FAILED') || Date.now() > end) throw new Error(`${status}: ${reason}`);
    }
  }

  async #stack(query = ''): Promise<RawStack> {
    return (await this.#api.get<{ readonly stack: RawStack }>(`${this.#path}${query}`)).stack;
  }

  async #read(): Promise<Read> {
    const { outputs = [] } = await this.#stack();
    const { resources } = await this.#api.get<{ readonly resources: readonly RawResource[] }>(
      `${this.#path}/resources`,
    );
    const names = new Names(this.#name, this.#id);
    for (const { resource_name: name, physical_resource_id: id } of resources) names.physical(name, id);
    const told = new Map(outputs.map(output => [output.output_key, output]));
    return Object.fromEntries(
      this.#attributes.map(name => {
        const { output_value: value, output_error: error } = told.get(name) ?? {};
        if (error !== undefined) return [name, { error: names.text(error) }];
        const plain = names.value(value ?? null);
        return [name, this.#entry.varying?.includes(name) === true ? shape(plain) : plain];
      }),
    );
  }

  /** The stack goes, whatever it is doing. */
  async tidy(): Promise<void> {
    if (this.#id === '') return;
    await this.#api.ask('DELETE', this.#path);
    for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(pollMs)) {
      const { status, body } = await this.#api.ask('GET', `${this.#path}?resolve_outputs=False`);
      const now = status === 404 ? 'DELETE_COMPLETE' : (body as { stack: RawStack }).stack.stack_status;
      if (now === 'DELETE_COMPLETE') return;
      if (now === 'DELETE_FAILED') await this.#api.ask('DELETE', this.#path);
    }
  }
}

/** What kind of value stands where; equal shapes in a list are one. */
export function shape(value: unknown): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) {
    const shapes = value.map(shape);
    return shapes.filter((each, i) => shapes.findIndex(other => JSON.stringify(other) === JSON.stringify(each)) === i);
  }
  if (typeof value !== 'object') return `<${typeof value}>`;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]));
}
