/** Fn::GetAZs: the names of Nova's availability zones; the argument, a region, counts for nothing (contract: templates §3). */
import { unknown } from '../scope.ts';
import { intrinsic } from './function.ts';

export const getAzs = intrinsic({
  id: 'Fn::GetAZs',
  apply: (_args, _name, scope) => scope.zones?.() ?? unknown,
});
