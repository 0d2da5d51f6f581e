/** Where a resource stops, and what may not be done to it, as an environment says (contract: lifecycle §8). */
import { errors } from '../kernel/errors.ts';
import { pyStr } from '../values/python.ts';
import { isList, type Value } from '../values/value.ts';

export const hooks = ['pre-create', 'pre-update', 'pre-delete', 'post-create', 'post-update', 'post-delete'] as const;
export type Hook = (typeof hooks)[number];

/** What an update may not do to it. */
export const restrictions = ['update', 'replace'] as const;

const listOf = (value: Value): readonly Value[] => (isList(value) ? value : [value]);
const quoted = (names: readonly string[]): string => `(${names.map(name => `'${name}'`).join(', ')})`;

export function isHook(name: string): name is Hook {
  return hooks.some(hook => hook === name);
}

/** The names of one `hooks` or `restricted_actions`. Throws InvalidBreakPointHook, InvalidRestrictedAction. */
export function breakpointsIn(key: string, value: Value): readonly string[] {
  if (value === null) return [];
  const names = listOf(value).map(pyStr);
  for (const name of names) {
    if (key === 'hooks' && !isHook(name)) {
      const message = `Invalid hook type "${name}" for resource breakpoint, acceptable hook types are: ${quoted(hooks)}`;
      throw errors.InvalidBreakPointHook({ message });
    }
    if (key !== 'hooks' && !restrictions.some(each => each === name)) {
      const message = `Invalid restricted_action type "${name}" for resource, acceptable restricted_action types are: ${quoted(restrictions)}`;
      throw errors.InvalidRestrictedAction({ message });
    }
  }
  return names;
}
