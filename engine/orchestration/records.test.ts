import { describe, expect, it } from 'vitest';
import type { Encoded } from '../actors/actor.ts';
import type { HybridTime } from '../kernel/clock.ts';
import type { Shard, Uuid } from '../kernel/ids.ts';
import type { Row } from '../store/store.ts';
import type { VersionedTable } from '../store/tables.ts';
import {
  decode,
  encodeIncarnation,
  encodeResource,
  encodeStack,
  type IncarnationRecord,
  type ResourceRecord,
  type StackRecord,
} from './records.ts';

const uuid = (n: number): Uuid => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as Uuid;
const time = (n: number): HybridTime => n as HybridTime;

function rowOf(table: VersionedTable, key: Uuid, { unfinished, gone, columns, state }: Encoded): Row {
  const place = { actor: uuid(1), kind: 'resource', stack: uuid(2), bucket: 0, shard: 3 as Shard };
  const written = { version: 4, clock: time(5), unfinished, goneAt: gone ? time(5) : null, plan: null };
  return { table, key, ...place, ...written, columns, state };
}

/** No two fields alike, so that none can stand in for another. */
const resource: ResourceRecord = {
  id: uuid(10),
  name: 'web',
  type: 'My::Type',
  root: uuid(11),
  stackName: 'stack',
  action: 'CREATE',
  status: 'FAILED',
  reason: 'ResourceInError: resources.web: "it" broke',
  physicalId: 'physical',
  createdAt: 12,
  updatedAt: 13,
  generation: 14,
  task: 'UPDATE',
  removed: true,
  stopped: false,
  observe: true,
  reached: 15,
  clean: 16,
  failedIn: 14,
  failure: 'CREATE failed: so',
  order: {
    type: 'OS::Heat::Value',
    properties: '["m"]',
    metadata: '["m","a","b"]',
    deletionPolicy: 'Retain',
    description: 'words',
    policies: '["l"]',
    secret: true,
  },
  requires: [{ kind: 'resource', stack: uuid(2), bucket: 1, id: uuid(17) }],
  requiredBy: [{ kind: 'resource', stack: uuid(2), bucket: 2, id: uuid(18) }],
  formerUsers: [{ kind: 'resource', stack: uuid(2), bucket: 2, id: uuid(19) }],
  former: [{ kind: 'resource', stack: uuid(2), bucket: 0, id: uuid(20) }],
  untold: [{ resource: uuid(19), version: 3 }],
  holds: { [uuid(21)]: [uuid(31)] },
  exports: ['value', ''],
  deadline: time(19),
  timeoutMs: 20,
  current: uuid(21),
  credential: 'sealed credential',
  exported: 'sealed export',
  absent: false,
};

const incarnation: IncarnationRecord = {
  id: uuid(30),
  type: 'Sim::Cloud::Thing',
  physicalName: 'stack-web-abc',
  child: null,
  physicalId: 'physical',
  life: 'live',
  generation: 3,
  frozen: 'sealed text',
  work: {
    kind: 'update',
    generation: 4,
    undo: ['one'],
    changed: ['a'],
    properties: 'sealed properties',
    metadata: 'sealed metadata',
    frozen: '',
    data: null,
    attempt: 1,
    failed: true,
  },
  unsound: 'UPDATE',
  prepared: true,
  secret: true,
  properties: 'sealed properties',
  data: 'sealed data',
  wait: { until: time(32), failed: { error: 'Failed', message: 'so' } },
  steps: [{ name: 'one', state: { at: 'waiting', mark: 'm', physicalId: 'p', data: 'd' }, tries: 33 }],
};

describe('records as rows', () => {
  it('bring a resource back as it was', () => {
    const changed: Partial<ResourceRecord>[] = [
      {},
      { absent: true },
      { physicalId: null, current: null, credential: null, exported: null },
      { removed: false, stopped: true, requires: [], requiredBy: [], exports: [] },
      { task: 'CREATE', observe: false, failedIn: 0, failure: '', formerUsers: [], former: [], untold: [], holds: {} },
    ];
    for (const change of changed) {
      const record = { ...resource, ...change };
      expect(decode.resource(rowOf('resources', record.id, encodeResource(record)))).toEqual(record);
    }
  });
  it('bring an incarnation back as it was', () => {
    for (const change of [
      {},
      { life: 'gone', physicalId: null, wait: null, steps: [], work: null, frozen: '', data: '{}' } as const,
      { unsound: '', prepared: false, secret: false } as const,
    ]) {
      const record = { ...incarnation, ...change };
      expect(decode.incarnation(rowOf('incarnations', record.id, encodeIncarnation(record)))).toEqual(record);
    }
  });
  it('bring a stack back as it was', () => {
    const record = { id: uuid(40), name: 'stack', plans: [], tags: ['a'], credential: { kind: 'none' } };
    const stack = { ...record, status: 'COMPLETE', deletedAt: null } as unknown as StackRecord;
    expect(decode.stack(rowOf('stacks', stack.id, encodeStack(stack)))).toEqual(stack);
  });
  it('say once what the columns say already', () => {
    const { state, columns } = encodeResource(resource);
    const said = Object.keys(JSON.parse(state) as object);
    expect(said).not.toContain('name');
    expect(columns['name']).toBe('web');
    expect(state).not.toContain(resource.reason);
  });
});
