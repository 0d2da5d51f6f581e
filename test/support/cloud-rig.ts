/** The engine's cloud over a fake Keystone and one fake service, `compute`, that does what a test says. */
import type { CloudCall } from '../../engine/kernel/world.ts';
import { createCloud, type CloudOptions, type RealCloud } from '../../engine/cloud/cloud.ts';
import { createClock } from '../../engine/real/clock.ts';
import { createDice } from '../../engine/real/dice.ts';
import { type Doing, type Fake, FakeKeystone, type Got, startFake } from './fake-services.ts';

export interface CloudRig {
  readonly cloud: RealCloud;
  readonly keystone: FakeKeystone;
  readonly service: Fake;
  /** Requests to the service itself, without those that ask for its versions. */
  readonly calls: () => readonly Got[];
  stop(): Promise<void>;
}

/** `handle`: the service; it gets no request for its root. */
export async function startCloudRig(
  handle: (got: Got) => Doing | Promise<Doing>,
  options: Partial<CloudOptions> & { readonly mayStart?: () => boolean } = {},
): Promise<CloudRig> {
  const { mayStart = () => true, ...cloudOptions } = options;
  const keystone = new FakeKeystone();
  const authUrl = await keystone.start();
  const root = '/v2.1/';
  const version = JSON.stringify({ version: { id: 'v2.1', version: '2.60', min_version: '2.1' } });
  const service = await startFake(got => (got.path === root ? { status: 200, body: version } : handle(got)));
  keystone.catalog.set('compute', `${service.url}/v2.1`);
  const cloud = createCloud(
    { authUrl, serviceUser: { name: 'heat', password: 'password', project: 'service' }, ...cloudOptions },
    { clock: createClock(), dice: createDice(), log: { write: () => undefined }, mayStart },
  );
  return {
    cloud,
    keystone,
    service,
    calls: () => service.got.filter(({ path }) => path !== root),
    async stop() {
      await cloud.stop();
      await service.stop();
      await keystone.stop();
    },
  };
}

export const get = (path: string, more: Partial<CloudCall> = {}): CloudCall => ({
  service: 'compute',
  method: 'GET',
  path,
  ...more,
});

export const post = (path: string, body = '{}'): CloudCall => ({ service: 'compute', method: 'POST', path, body });
