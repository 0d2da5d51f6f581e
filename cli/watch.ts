/**
 * `--wait`: looks at a stack until what was begun has ended, and shows a tree of its resources meanwhile.
 *
 * A server that does not answer for a while (it restarts, the network hangs) is waited for: the stack goes on without
 * whoever watches it. The end is told in words, with the reason of every resource that failed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isList, type ValueMap } from '../engine/values/value.ts';
import { ApiError, type Session } from './client.ts';
import { Progress, type Screen } from './progress.ts';
import { resourcesOf, showStack } from './stacks.ts';
import { textIn } from './table.ts';
import { Unusable } from './unusable.ts';

export interface Watch {
  readonly session: Session;
  /** `name/id`: a new stack may have taken the name meanwhile. */
  readonly stack: string;
  readonly screen: Screen;
  readonly pollMs: number;
  /** A create or update that fails is rolled back: that it failed is not the end. */
  readonly rollsBack: boolean;
  /** How long to wait at most; as long as it takes where it is not given. */
  readonly waitMs?: number;
}

/** How it ended: `complete` is what was wanted. */
export interface Ended {
  readonly status: string;
  readonly complete: boolean;
  /** Undefined where the stack is gone. */
  readonly stack: ValueMap | undefined;
  /** A line each: the stack's own reason, then those of resources that failed. */
  readonly reasons: readonly string[];
}

/** How long the server may be silent before the watch gives up. */
const patienceMs = 60_000;

/** Throws Unusable where the server stays silent, ApiError where it refuses. */
export async function watch(asked: Watch): Promise<Ended> {
  const { stack, screen, pollMs, waitMs = Number.POSITIVE_INFINITY } = asked;
  const progress = new Progress(screen);
  const name = stack.split('/')[0] ?? stack;
  const begun = performance.now();
  let heard = begun;
  for (;;) {
    const seen = await look(asked);
    if (seen === 'silent') {
      if (performance.now() - heard > patienceMs) {
        throw new Unusable(`no answer for ${patienceMs / 1_000} s; the stack goes on: convect stack show ${stack}`);
      }
      await sleep(pollMs);
      continue;
    }
    heard = performance.now();
    if (seen === 'gone') return { status: 'DELETE_COMPLETE', complete: true, stack: undefined, reasons: [] };
    const { resources } = seen;
    const status = textIn(seen.stack, 'stack_status');
    progress.show(name, status, inOrder(resources).map(lineOf));
    if (hasEnded(status, asked.rollsBack)) {
      const complete = status.endsWith('_COMPLETE') && !status.startsWith('ROLLBACK_');
      return { status, complete, stack: seen.stack, reasons: complete ? [] : reasonsOf(seen.stack, resources) };
    }
    if (performance.now() - begun > waitMs) throw new Unusable(`still ${status} after ${waitMs / 1_000} s`);
    await sleep(pollMs);
  }
}

function hasEnded(status: string, rollsBack: boolean): boolean {
  if (status.endsWith('_IN_PROGRESS')) return false;
  return !(rollsBack && (status === 'CREATE_FAILED' || status === 'UPDATE_FAILED'));
}

interface Seen {
  readonly stack: ValueMap;
  readonly resources: readonly ValueMap[];
}

async function look({ session, stack }: Watch): Promise<Seen | 'gone' | 'silent'> {
  try {
    // In this order, so that a stack that has ended is never shown with resources that were read before.
    const shown = await showStack(session, stack, false);
    const path = `/stacks/${stack.split('/').map(encodeURIComponent).join('/')}`;
    return { stack: shown, resources: await resourcesOf(session, path) };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return 'gone';
    if (error instanceof ApiError && error.status < 500) throw error;
    if (error instanceof ApiError || error instanceof TypeError || isTimeout(error)) return 'silent';
    throw error;
  }
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

const lineOf = (resource: ValueMap) => ({
  name: textIn(resource, 'resource_name'),
  type: textIn(resource, 'resource_type'),
  status: textIn(resource, 'resource_status'),
});

/** What others need stands before them, whatever order the server has; otherwise by name. */
export function inOrder(resources: readonly ValueMap[]): readonly ValueMap[] {
  const required = new Map<string, string[]>(resources.map(each => [textIn(each, 'resource_name'), []]));
  for (const each of resources) {
    for (const user of usersOf(each)) required.get(user)?.push(textIn(each, 'resource_name'));
  }
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    depths.set(name, 0); // ends a circle, which no stack has
    const depth = Math.max(-1, ...(required.get(name) ?? []).map(depthOf)) + 1;
    depths.set(name, depth);
    return depth;
  };
  const keyed = resources.map(each => {
    const name = textIn(each, 'resource_name');
    return { each, name, depth: depthOf(name) };
  });
  return keyed.sort((a, b) => a.depth - b.depth || (a.name < b.name ? -1 : 1)).map(({ each }) => each);
}

function usersOf(resource: ValueMap): readonly string[] {
  const users = resource.get('required_by') ?? null;
  return isList(users) ? users.filter(user => typeof user === 'string') : [];
}

function reasonsOf(stack: ValueMap, resources: readonly ValueMap[]): string[] {
  const failed = resources.filter(resource => textIn(resource, 'resource_status').endsWith('_FAILED'));
  return [
    textIn(stack, 'stack_status_reason'),
    ...failed.map(resource => `${textIn(resource, 'resource_name')}: ${textIn(resource, 'resource_status_reason')}`),
  ].filter(line => line !== '');
}
