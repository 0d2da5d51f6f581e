import { expect, it } from 'vitest';
import type { EngineService } from '../../proto/engine.ts';
import { isHeatError } from '../kernel/errors.ts';
import { StoreUnavailable } from '../store/store.ts';
import { withoutOutages } from './available.ts';

it('makes an outage of the database a 503, and leaves all else as it is', async () => {
  const bug = new TypeError('x');
  const service: Partial<EngineService> = {
    templateVersions: async () => [],
    typeSchema: () => Promise.reject(new StoreUnavailable('secret words')),
    typeTemplate: () => Promise.reject(bug),
  };
  const calm = withoutOutages(service as EngineService);
  expect(await calm.templateVersions()).toEqual([]);
  const outage: unknown = await calm.typeSchema({} as never, 'x').catch((error: unknown) => error);
  expect([isHeatError(outage) && outage.status, String(outage)]).toEqual([
    503,
    'ServiceUnavailable: The database cannot be reached; please retry.',
  ]);
  await expect(calm.typeTemplate({} as never, 'x', 'hot')).rejects.toBe(bug);
});
