import { errors } from '../kernel/errors.ts';
import { StoreUnavailable } from '../store/store.ts';
import type { EngineService } from '../../proto/engine.ts';

type Method = (...given: never[]) => Promise<unknown>;

/** The same service, where a database that is away for a moment is a 503 that asks to come again, and no bug of ours. */
export function withoutOutages(service: EngineService): EngineService {
  const methods = Object.entries(service) as [string, Method][];
  const calm = ([name, method]: [string, Method]): [string, Method] => [
    name,
    async (...given) => {
      try {
        return await method(...given);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        throw errors.Unavailable({ message: 'The database cannot be reached; please retry.' });
      }
    },
  ];
  return Object.fromEntries(methods.map(calm)) as unknown as EngineService;
}
