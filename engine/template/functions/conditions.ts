/** The functions of conditions: equals, not, and, or, in CloudFormation Fn::Equals, Fn::Not, … (contract: templates §3). */
import { pyEquals } from '../../values/python.ts';
import { isList } from '../../values/value.ts';
import { sizeOf, spend } from './bounds.ts';
import { failure, intrinsic } from './function.ts';
import { isEnabled } from './if.ts';

export const equals = intrinsic({
  id: 'equals',
  make(args, name) {
    if (!Array.isArray(args) || args.length !== 2) {
      throw failure.value(`Arguments to "${name}" must be of the form: [value_1, value_2]`);
    }
  },
  apply(args) {
    const [a, b] = isList(args) ? args : [];
    spend(sizeOf(a ?? null));
    return pyEquals(a ?? null, b ?? null);
  },
});

export const not = intrinsic({
  id: 'not',
  make(args, name) {
    if (args === null) throw failure.value(`Argument to "${name}" must be a condition`);
  },
  apply: (args, _name, scope) => !isEnabled(args, scope),
});

/** Its condition stands in a list. */
export const fnNot = intrinsic({
  id: 'Fn::Not',
  make(args, name) {
    if (Array.isArray(args) && args.length === 1) return;
    throw failure.value(`Arguments to "${name}" must be of the form: [condition]`);
  },
  apply: (args, _name, scope) => !isEnabled(isList(args) ? (args[0] ?? null) : null, scope),
});

/** {Condition: name} in a definition: AWS's way to name another condition; Heat takes the bare name only. */
export const namedCondition = intrinsic({
  id: 'Condition',
  make(args, name) {
    if (typeof args !== 'string') throw failure.type(`Argument to "${name}" must be the name of a condition`);
  },
  apply: (args, _name, scope) => isEnabled(args, scope),
});

/** Names are looked up from left to right, and only until it is decided. */
export const and = intrinsic({
  id: 'and',
  make: atLeastTwo,
  apply: (args, _name, scope) => isList(args) && args.every(condition => isEnabled(condition, scope)),
});

export const or = intrinsic({
  id: 'or',
  make: atLeastTwo,
  apply: (args, _name, scope) => isList(args) && args.some(condition => isEnabled(condition, scope)),
});

function atLeastTwo(args: unknown, name: string): void {
  if (!Array.isArray(args)) throw failure.value(`Arguments to "${name}" must be a list of conditions`);
  if (args.length < 2) {
    throw failure.value(`The minimum number of condition arguments to "${name}" is 2.`);
  }
}
