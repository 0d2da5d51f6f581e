/** get_resource: a resource's reference, mostly its physical id; the reference is a dependency (contract: templates §3). */
import { errors } from '../../kernel/errors.ts';
import { pyStr } from '../../values/python.ts';
import { failure, unnamed } from './function.ts';

export const getResource = unnamed({
  id: 'get_resource',
  make(args, name) {
    // Heat fails on these without a word; any other wrong name is told when it is resolved.
    if (Array.isArray(args)) throw failure.type(`Argument to "${name}" must be the name of a resource`);
  },
  reads: call => ({ resource: call.args, attribute: null }),
  apply(args, scope, call) {
    if (typeof args !== 'string') throw errors.InvalidTemplateReference({ resource: pyStr(args), key: 'unknown' });
    return scope.reference(args, call.at);
  },
});
