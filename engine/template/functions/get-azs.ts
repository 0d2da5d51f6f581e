/** Fn::GetAZs: the names of Nova's availability zones; the argument, a region, counts for nothing (contract: templates §3). */
import type { FunctionDefinition } from './function.ts';

export const getAzs: FunctionDefinition = {
  id: 'Fn::GetAZs',
  evaluate(call, scope) {
    const zones = scope.zones?.();
    return zones === undefined || typeof zones === 'symbol' ? call : zones;
  },
};
