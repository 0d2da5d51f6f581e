/**
 * Ref: a resource's reference or a parameter's value, by one name (contract: templates §3).
 *
 * Which of the two is known when the template is read: a name of the section of resources is a resource, also where a
 * condition switches it off; anything else is a parameter. Inside conditions there are parameters only.
 */
import { errors } from '../../kernel/errors.ts';
import { pyStr } from '../../values/python.ts';
import { isList, isMap } from '../../values/value.ts';
import { isKnown } from '../expr.ts';
import { type Choice, failure, unnamed } from './function.ts';
import { getResource } from './get-resource.ts';
import { omission } from './internal.ts';

export const parameterRef = unnamed({
  id: 'Ref',
  make(args, name) {
    if (!isKnown(args) || isList(args) || isMap(args)) {
      throw failure.type(`Argument to "${name}" must be the name of a resource or a parameter`);
    }
  },
  apply(args, scope) {
    const value = typeof args === 'string' ? scope.parameter(args) : undefined;
    if (value === undefined) throw errors.InvalidTemplateReference({ resource: pyStr(args), key: 'unknown' });
    return value;
  },
});

/** Also AWS::NoValue: the entry that it stands in goes away. */
export const refOrNothing: Choice = {
  meant: (args, isResource) => (args === 'AWS::NoValue' ? omission : ref.meant(args, isResource)),
};

export const ref: Choice = {
  meant: (args, isResource) => (typeof args === 'string' && isResource(args) ? getResource : parameterRef),
};
