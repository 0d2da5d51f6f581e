import { mkdtempSync, rmSync, appendFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../cloud/journal.ts';
import type { RequestEntry } from '../cloud/openstack.ts';
import { Random } from '../support/random.ts';
import { madeBy, type Thing, thingsIn, touches } from './cloud-state.ts';
import { type Claim, countThings } from './count.ts';
import { JournalTail } from './journal-tail.ts';
import { planServers } from './server-template.ts';

const thing = (kind: Thing['kind'], id: string, more: Partial<Thing> = {}): Thing => ({
  kind,
  id,
  project: 'p',
  device: '',
  volumes: [],
  ...more,
});

const claims: readonly Claim[] = [
  { name: 's.net', type: 'OS::Neutron::Net', physicalId: 'N' },
  { name: 's.server', type: 'OS::Nova::Server', physicalId: 'S' },
  { name: 's.volume', type: 'OS::Cinder::Volume', physicalId: 'V' },
  { name: 's.attachment', type: 'OS::Cinder::VolumeAttachment', physicalId: 'V', server: 'S' },
];
const there: readonly Thing[] = [
  thing('network', 'N'),
  thing('server', 'S', { volumes: ['V'] }),
  thing('port', 'P', { device: 'S' }),
  thing('volume', 'V'),
];
const without = (id: string): Thing[] => there.filter(each => each.id !== id);

describe('counting', () => {
  it('finds nothing where all is there once', () => {
    expect(countThings(claims, there)).toEqual({ extra: [], missing: [] });
  });

  it.each([
    ['a server that nobody claims', thing('server', 'S2'), 1],
    ['a port on nothing', thing('port', 'P2'), 1],
    // Which of the two is too much cannot be said.
    ["a server's second port", thing('port', 'P2', { device: 'S' }), 2],
    ['a volume', thing('volume', 'V2'), 1],
  ])('sees as extra: %s', (_what, more, extra) => {
    const counted = countThings(claims, [...there, more]);
    expect([counted.extra.length, counted.missing.length]).toEqual([extra, 0]);
  });

  it.each(['N', 'S', 'P', 'V'])('sees that %s is missing', id => {
    expect(countThings(claims, without(id)).missing.length).toBeGreaterThan(0);
  });

  it('sees a volume that is not on its server', () => {
    const loose = [...without('S'), thing('server', 'S')];
    expect(countThings(claims, loose).missing).toEqual(['s.attachment: the volume is not on its server']);
  });

  it('sees two resources that share a thing, and one that is of another kind', () => {
    const twice = { name: 't.net', type: 'OS::Neutron::Net', physicalId: 'N' };
    expect(countThings([...claims, twice], there).missing).toHaveLength(1);
    const other = { name: 't.net', type: 'OS::Neutron::Net', physicalId: 'P' };
    expect(countThings([...claims, other], there).missing).toHaveLength(1);
  });
});

const request = (more: Partial<RequestEntry>): RequestEntry => ({
  service: 'compute',
  kind: 'request',
  at: 1,
  user: 'us',
  project: 'p',
  method: 'POST',
  path: '/v2.1/servers',
  status: 202,
  id: 'S',
  marks: { name: 'web' },
  changes: [{ table: 'compute.servers', id: 'S', item: { id: 'S' } }],
  ...more,
});

describe("the cloud's journal", () => {
  it('says what a request made', () => {
    expect(madeBy(request({}))).toEqual({ kind: 'server', id: 'S', user: 'us', at: 1, name: 'web' });
    expect(madeBy(request({ path: '/v3/abc/volumes' }))?.kind).toBe('volume');
    expect(madeBy(request({ path: '/v2.0/ports' }))?.kind).toBe('port');
    expect(madeBy(request({ path: '/v2.1/servers/S/action' }))).toBeUndefined();
    expect(madeBy(request({ method: 'DELETE' }))).toBeUndefined();
  });

  it('says what is there in the end, without deleted servers', () => {
    const dead = { id: 'D', state: 'deleted' };
    const volume = { id: 'V', projectId: 'p' };
    const entries: Entry[] = [
      request({ changes: [{ table: 'volumev3.volumes', id: 'V', item: volume }] }),
      request({ changes: [{ table: 'volumev3.volumes', id: 'W', item: { id: 'W' } }] }),
      request({ changes: [{ table: 'volumev3.volumes', id: 'W' }] }),
      request({ changes: [{ table: 'compute.servers', id: 'D', item: dead }] }),
    ];
    expect(thingsIn(entries).map(({ kind, id, project }) => [kind, id, project])).toEqual([['volume', 'V', 'p']]);
  });

  it('says who touched what is not his, and nothing of owners', () => {
    const owners = new Map([['S', 'them']]);
    expect(touches([request({})], owners)).toHaveLength(1);
    expect(touches([request({ user: 'them' })], owners)).toEqual([]);
    const deleted = request({ method: 'DELETE', path: '/v2.1/servers/S', changes: [] });
    expect(touches([deleted], owners)).toHaveLength(1);
    expect(touches([request({ changes: [] })], owners)).toEqual([]);
  });

  it('is read as it grows, whole lines only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'convect-journal-'));
    try {
      const path = join(folder, 'journal');
      writeFileSync(path, '{"service":"a","kind":"x"}\n{"service":"ä');
      const tail = new JournalTail(path);
      expect(tail.next()).toEqual([{ service: 'a', kind: 'x' }]);
      expect(tail.next()).toEqual([]);
      appendFileSync(path, '","kind":"y"}\n');
      expect(tail.next()).toEqual([{ service: 'ä', kind: 'y' }]);
      tail.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the plans', () => {
  it('have exactly so many servers, the same for the same seed, and each need before what needs it', () => {
    const plans = planServers(50, new Random(3));
    const names = plans.flatMap(({ resources }) => resources);
    expect(names.filter(name => name.startsWith('server'))).toHaveLength(50);
    for (const kind of ['port', 'volume', 'attachment']) expect(names.some(name => name.startsWith(kind))).toBe(true);
    expect(planServers(50, new Random(3))).toEqual(plans);
    for (const { edges, resources } of plans) {
      for (const [need, name] of edges) expect(resources.indexOf(need)).toBeLessThan(resources.indexOf(name));
    }
  });
});
