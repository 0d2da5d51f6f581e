/**
 * One stack's life, timed from outside: created and deleted through the API by a client that polls, and right after
 * each the floor of the same rows in the same database. What stands side by side was measured within a second.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type Session } from '../../cli/client.ts';
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

export interface Round {
  readonly create: Sample;
  readonly remove: Sample;
}

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

/** Creates a stack of this template and deletes it again; each beside its floor. Throws if the stack fails. */
export async function round(site: Site, name: string, template: unknown): Promise<Round> {
  const { session, floor } = site;
  let id = '';
  const created = await timed(site, async () => {
    const json = { stack_name: name, template, timeout_mins: 60, disable_rollback: true };
    id = (await session.must<StackBody>('POST', '/stacks', { json })).stack.id;
    await until(session, `/stacks/${name}/${id}`, 'CREATE_COMPLETE');
  });
  const createFloor = await floor.write(id, false);
  const removed = await timed(site, async () => {
    await session.must('DELETE', `/stacks/${name}/${id}`);
    await until(session, `/stacks/${name}/${id}`, 'DELETE_COMPLETE');
  });
  const removeFloor = await floor.write(id, true);
  return {
    create: { ...created, floorSeconds: createFloor.seconds },
    remove: { ...removed, floorSeconds: removeFloor.seconds },
  };
}

/** The middle one; of an even number the lower of the two. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error('there is no median of nothing');
  return middle;
}
