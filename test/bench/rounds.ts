/**
 * One stack's life, timed from outside: created, updated and deleted through the API by a client that polls, and right
 * after each the floor of the same rows in the same database. What stands side by side was measured within a second.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type Session } from '../../cli/client.ts';
import type { Part, Stack } from './cases.ts';
import type { Floor } from './floor.ts';

const pollMs = 20;
const giveUpMs = 120_000;

export interface Sample {
  readonly seconds: number;
  readonly floorSeconds: number;
  /** Of engine, gateway and database together. */
  readonly cpuSeconds: number;
  readonly commits: number;
}

export type Round = ReadonlyMap<Part, Sample>;

export interface Site {
  readonly session: Session;
  readonly floor: Floor;
  /** Processor seconds of all that is measured, so far. */
  readonly cpu: () => number;
}

export interface Patience {
  readonly pollMs: number;
  readonly giveUpMs: number;
}

interface StackBody {
  readonly stack: { readonly id: string; readonly stack_status: string; readonly stack_status_reason: string };
}

/** The first poll that shows this status ends it; a failed stack or the end of all patience do so with an error. */
export async function until(
  session: Session,
  path: string,
  wanted: string,
  patience: Patience = { pollMs, giveUpMs },
): Promise<void> {
  for (const deadline = performance.now() + patience.giveUpMs; ; await sleep(patience.pollMs)) {
    const status = await statusOf(session, path);
    if (status.name === wanted) return;
    if (status.name.endsWith('_FAILED')) throw new Error(`the stack is ${status.name}: ${status.reason}`);
    if (performance.now() > deadline) throw new Error(`the stack is still ${status.name}`);
  }
}

async function statusOf(session: Session, path: string): Promise<{ readonly name: string; readonly reason: string }> {
  try {
    const { stack } = await session.must<StackBody>('GET', `${path}?resolve_outputs=False`);
    return { name: stack.stack_status, reason: stack.stack_status_reason };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { name: 'DELETE_COMPLETE', reason: '' };
    throw error;
  }
}

async function timed(site: Site, work: () => Promise<void>): Promise<Omit<Sample, 'floorSeconds'>> {
  const [commits, cpu] = [await site.floor.commits(), site.cpu()];
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1_000;
  return { seconds, cpuSeconds: site.cpu() - cpu, commits: (await site.floor.commits()) - commits };
}

/** Creates a stack, updates and deletes it again; each beside its floor. Throws if the stack fails. */
export async function round(site: Site, name: string, stack: Stack): Promise<Round> {
  const { session, floor } = site;
  const done = new Map<Part, Sample>();
  let id = '';
  const measured = async (part: Part, wanted: string, ask: () => Promise<unknown>): Promise<void> => {
    const sample = await timed(site, async () => {
      await ask();
      await until(session, `/stacks/${name}/${id}`, wanted);
    });
    done.set(part, { ...sample, floorSeconds: (await floor.write(id)).seconds });
  };
  await measured('create', 'CREATE_COMPLETE', async () => {
    const json = { stack_name: name, template: stack.template, timeout_mins: 60, disable_rollback: true };
    id = (await session.must<StackBody>('POST', '/stacks', { json })).stack.id;
  });
  for (const { part, template } of stack.updates ?? []) {
    const json = { template, timeout_mins: 60 };
    await measured(part, 'UPDATE_COMPLETE', () => session.must('PUT', `/stacks/${name}/${id}`, { json }));
  }
  await measured('remove', 'DELETE_COMPLETE', () => session.must('DELETE', `/stacks/${name}/${id}`));
  return done;
}

/** The middle one; of an even number the lower of the two. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error('there is no median of nothing');
  return middle;
}
