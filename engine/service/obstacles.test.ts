import { describe, expect, it } from 'vitest';
import { hybridFromMs } from '../kernel/clock.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import type { IncarnationRecord, ResourceRecord, StackRecord } from '../orchestration/records.ts';
import type { StepState, Trouble } from '../orchestration/work-records.ts';
import { obstaclesOf, type StackView } from './obstacles.ts';

const uuidOf = (n: number): Uuid => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as Uuid;
const address = (n: number): Address => ({ kind: 'resource', stack: uuidOf(1), bucket: 0, id: uuidOf(n) });
const mark = 'm';

function stackOf(more: Partial<StackRecord> = {}): StackRecord {
  return {
    id: uuidOf(1),
    project: 'p',
    name: 's',
    owner: null,
    parentResource: null,
    root: uuidOf(1),
    nestedDepth: 0,
    username: 'u',
    userProject: null,
    action: 'UPDATE',
    status: 'IN_PROGRESS',
    reason: 'Stack UPDATE started',
    createdAt: 1_000,
    updatedAt: 2_000,
    deletedAt: null,
    disableRollback: true,
    timeoutMins: null,
    tags: null,
    generation: 2,
    plans: [],
    previous: null,
    told: null,
    laid: 2,
    observe: false,
    isAdmin: false,
    nesting: null,
    contents: { template: '', environment: '', files: '', outputs: '' },
    version: '2018-08-31',
    description: '""',
    parameters: '{}',
    hidden: [],
    ordinal: 0,
    stopped: 0,
    deadline: hybridFromMs(99_000),
    answers: [],
    credential: { kind: 'none' },
    ...more,
  };
}

function resourceOf(n: number, name: string, more: Partial<ResourceRecord> = {}): ResourceRecord {
  return {
    id: uuidOf(n),
    name,
    type: `T::${name}`,
    root: uuidOf(1),
    stackName: 's',
    action: 'CREATE',
    status: 'COMPLETE',
    reason: 'state changed',
    physicalId: null,
    createdAt: 1_000,
    updatedAt: 1_500,
    generation: 2,
    task: 'UPDATE',
    removed: false,
    stopped: false,
    observe: false,
    reached: 2,
    clean: 2,
    failedIn: 0,
    failure: '',
    order: {
      type: `T::${name}`,
      properties: '{}',
      metadata: '{}',
      deletionPolicy: 'Delete',
      description: '',
      policies: '',
      secret: false,
    },
    requires: [],
    requiredBy: [],
    formerUsers: [],
    former: [],
    untold: [],
    holds: {},
    exports: [],
    deadline: hybridFromMs(99_000),
    timeoutMs: 97_000,
    current: null,
    credential: '',
    exported: null,
    absent: false,
    ...more,
  };
}

function incarnationOf(
  n: number,
  more: Partial<IncarnationRecord> & { readonly at?: StepState; readonly trouble?: Trouble },
) {
  const { at, trouble, ...rest } = more;
  const made: IncarnationRecord = {
    id: uuidOf(n),
    type: 'T',
    physicalName: 's-x',
    physicalId: null,
    life: 'making',
    generation: 2,
    frozen: '',
    child: null,
    work: null,
    unsound: '',
    prepared: false,
    secret: false,
    properties: '{}',
    data: '{}',
    wait: null,
    steps: at === undefined ? [] : [{ name: 'server', state: at, tries: 1, ...(trouble && { trouble }) }],
    ...rest,
  };
  return made;
}

function viewOf(
  resources: readonly ResourceRecord[],
  more: Partial<StackView> & { readonly made?: Readonly<Record<number, readonly IncarnationRecord[]>> } = {},
): StackView {
  const { made = {}, ...rest } = more;
  const incarnations = new Map(Object.entries(made).map(([n, list]) => [uuidOf(Number(n)), list]));
  return { stack: stackOf(), resources, incarnations, below: new Map(), ...rest };
}

const show = (view: StackView) =>
  obstaclesOf(view, () => 'compute').map(({ path, state, waitsFor, lastError, nextTry }) => ({
    path: path.join('.'),
    state,
    waitsFor: waitsFor.join('; '),
    ...(lastError === undefined ? {} : { lastError }),
    ...(nextTry === undefined ? {} : { nextTry }),
  }));

const unreached = { action: 'CREATE', status: 'IN_PROGRESS', reached: 0, clean: 0 } as const;
const waiting = { action: 'INIT', status: 'COMPLETE', reached: 0, clean: 0 } as const;

describe('obstacles', () => {
  it('are none where everything is as it should be', () => {
    const done = stackOf({ status: 'COMPLETE' });
    expect(show(viewOf([resourceOf(2, 'a'), resourceOf(3, 'b')], { stack: done }))).toEqual([]);
    const gone = resourceOf(2, 'gone', { ...unreached, absent: true });
    expect(show(viewOf([gone], { stack: done }))).toEqual([]);
  });

  it('come with the root cause first, and after it who waits for it, and who for that', () => {
    const c = resourceOf(4, 'c', { ...waiting, requires: [address(3)], updatedAt: 100 });
    const b = resourceOf(3, 'b', { ...waiting, requires: [address(2), address(5)], updatedAt: 200 });
    const a = resourceOf(2, 'a', { ...unreached, updatedAt: 3_000 });
    const ready = resourceOf(5, 'ready');
    const at: StepState = { at: 'waiting', mark, physicalId: 'abc', data: '{}' };
    const view = viewOf([c, b, a, ready], { made: { 2: [incarnationOf(12, { at })] } });
    expect(show(view)).toEqual([
      { path: 'a', state: 'CREATE_IN_PROGRESS', waitsFor: 'compute: server abc to be ready' },
      { path: 'b', state: 'INIT_COMPLETE', waitsFor: 'a (CREATE_IN_PROGRESS)' },
      { path: 'c', state: 'INIT_COMPLETE', waitsFor: 'b (INIT_COMPLETE)' },
    ]);
    const since = obstaclesOf(view, () => '').map(obstacle => obstacle.since);
    expect(since).toEqual([3_000, 2_000, 2_000]);
  });

  it('of what was left alone count by its own generation', () => {
    const untold = resourceOf(2, 'a', { generation: 1, reached: 1, clean: 1 });
    const b = resourceOf(3, 'b', {
      ...waiting,
      requires: [address(2)],
      untold: [{ resource: uuidOf(2), version: 4 }],
    });
    expect(show(viewOf([untold, b]))).toEqual([{ path: 'b', state: 'INIT_COMPLETE', waitsFor: 'its own next turn' }]);
  });

  it('say the last error and the next try', () => {
    const at: StepState = { at: 'idle' };
    const trouble = { message: 'Conflict: port in use', nextAt: hybridFromMs(7_000) };
    const view = viewOf([resourceOf(2, 'a', unreached)], { made: { 2: [incarnationOf(12, { at, trouble })] } });
    expect(show(view)).toEqual([
      {
        path: 'a',
        state: 'CREATE_IN_PROGRESS',
        waitsFor: 'compute: server is to be asked for',
        lastError: 'Conflict: port in use',
        nextTry: 7_000,
      },
    ]);
  });

  it.each<[StepState, IncarnationRecord['life'], string]>([
    [{ at: 'intended', mark, notAfter: hybridFromMs(1) }, 'making', 'the answer for server'],
    [
      { at: 'looking', mark, notAfter: hybridFromMs(1), looks: 2 },
      'making',
      'whether server is there, since no answer came',
    ],
    [{ at: 'leaving', mark, physicalId: 'x', data: '{}', accepted: true }, 'going', 'server x to be gone'],
    [{ at: 'leaving', mark, physicalId: 'x', data: '{}', accepted: false }, 'going', 'server x is to be deleted'],
    [{ at: 'done', mark, physicalId: 'x', data: '{}' }, 'going', 'server x is to be deleted'],
  ])('%j of one that is %s', (at, life, words) => {
    const resource = resourceOf(2, 'a', { ...unreached, removed: life === 'going' });
    const view = viewOf([resource], { made: { 2: [incarnationOf(12, { at, life })] } });
    expect(show(view)[0]?.waitsFor).toBe(`compute: ${words}`);
  });

  it('that wait for their time say until when', () => {
    const wait = { until: hybridFromMs(50_000), failed: null };
    const view = viewOf([resourceOf(2, 'a', unreached)], { made: { 2: [incarnationOf(12, { wait })] } });
    expect(show(view)).toEqual([{ path: 'a', state: 'CREATE_IN_PROGRESS', waitsFor: 'its time', nextTry: 50_000 }]);
  });

  it('what must go waits for who still uses it, and nobody else', () => {
    const old = incarnationOf(12, { life: 'live' });
    const used = resourceOf(2, 'used', {
      current: uuidOf(13),
      clean: 1,
      requiredBy: [address(3), address(4)],
      formerUsers: [address(5)],
    });
    const moved = resourceOf(3, 'moved', { holds: { [uuidOf(20)]: [uuidOf(13)] } });
    const former = resourceOf(5, 'former', { holds: { [uuidOf(21)]: [uuidOf(12)] } });
    const absent = resourceOf(4, 'absent', { holds: { [uuidOf(22)]: [uuidOf(12)] }, absent: true });
    const current = incarnationOf(13, { life: 'live' });
    const view = viewOf([used, moved, former, absent], { made: { 2: [old, current] } });
    expect(show(view)).toEqual([{ path: 'used', state: 'CREATE_COMPLETE', waitsFor: 'former (CREATE_COMPLETE)' }]);
    const removed = viewOf([{ ...used, removed: true }, moved, former], { made: { 2: [current] } });
    expect(show(removed)[0]?.waitsFor).toBe('moved (CREATE_COMPLETE)');
  });

  it('of a failed stack are what failed, with its reason, and what is still under way', () => {
    const stack = stackOf({ status: 'FAILED', reason: 'Resource CREATE failed: …' });
    const failed = resourceOf(2, 'bad', {
      status: 'FAILED',
      reason: 'Conflict: no',
      failedIn: 2,
      reached: 0,
      clean: 0,
    });
    const slow = resourceOf(3, 'slow', { ...unreached, updatedAt: 10 });
    const idle = resourceOf(4, 'never', { ...waiting, stopped: true, requires: [address(2)] });
    expect(show(viewOf([idle, slow, failed], { stack }))).toEqual([
      { path: 'bad', state: 'CREATE_FAILED', waitsFor: '', lastError: 'Conflict: no' },
      { path: 'slow', state: 'CREATE_IN_PROGRESS', waitsFor: 'its own next turn' },
    ]);
    const alone = stackOf({ status: 'FAILED', reason: 'Stack UPDATE cancelled' });
    expect(show(viewOf([resourceOf(2, 'a')], { stack: alone }))).toEqual([
      { path: '', state: 'UPDATE_FAILED', waitsFor: '', lastError: 'Stack UPDATE cancelled' },
    ]);
  });

  it('below come first, with their path, then the resource that they are, then who waits for that', () => {
    const child = viewOf(
      [
        resourceOf(31, 'x', { ...waiting, requires: [address(32)] }),
        resourceOf(32, 'y', { status: 'FAILED', reason: 'no host', failedIn: 2, reached: 0, clean: 0 }),
      ],
      { stack: stackOf({ id: uuidOf(30) }) },
    );
    const group = resourceOf(2, 'group', unreached);
    const user = resourceOf(3, 'user', { ...waiting, requires: [address(2)] });
    expect(show(viewOf([user, group], { below: new Map([['group', child]]) }))).toEqual([
      { path: 'group.y', state: 'CREATE_FAILED', waitsFor: '', lastError: 'no host' },
      { path: 'group.x', state: 'INIT_COMPLETE', waitsFor: 'y (CREATE_FAILED)' },
      { path: 'group', state: 'CREATE_IN_PROGRESS', waitsFor: 'what is in it (2)' },
      { path: 'user', state: 'INIT_COMPLETE', waitsFor: 'group (CREATE_IN_PROGRESS)' },
    ]);
  });

  it('a credential that is not traded yet is what all wait for', () => {
    const stack = stackOf({ credential: { kind: 'own', sealed: 'x' } });
    const view = viewOf([resourceOf(2, 'a', { ...waiting, credential: null })], { stack });
    expect(show(view).map(({ path, waitsFor }) => [path, waitsFor.slice(0, 17)])).toEqual([
      ['', 'identity: a trust'],
      ['a', 'the stack’s trust'],
    ]);
  });

  it('in progress with nothing to show for it says so', () => {
    expect(show(viewOf([resourceOf(2, 'a')]))).toEqual([
      { path: '', state: 'UPDATE_IN_PROGRESS', waitsFor: 'its own next turn' },
    ]);
  });

  it('end also where rows say that two wait for each other', () => {
    const a = resourceOf(2, 'a', { ...waiting, requires: [address(3)] });
    const b = resourceOf(3, 'b', { ...waiting, requires: [address(2)] });
    expect(show(viewOf([a, b]))).toHaveLength(2);
  });
});
