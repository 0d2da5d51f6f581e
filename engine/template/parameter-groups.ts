/** parameter_groups: how a client may lay parameters out; checked, kept and echoed (contract: templates §4). */
import { errors } from '../kernel/errors.ts';
import { pyStr, pyTruthy } from '../values/python.ts';
import { isList, isMap, type Value } from '../values/value.ts';
import { joinPath } from './path.ts';

/** Throws StackValidationFailed `Parameter Groups error: …`. */
export function checkParameterGroups(
  groups: Value,
  parameters: ReadonlyMap<string, unknown>,
  pseudo: ReadonlySet<string>,
): void {
  if (!pyTruthy(groups)) return;
  if (!isList(groups)) throw invalid([], 'The parameter_groups should be a list.');
  const grouped = new Set<string>();
  for (const group of groups) {
    if (!isMap(group)) throw invalid([], 'A parameter group should be a map.');
    const label = pyStr(group.get('label') ?? '');
    const members = group.get('parameters') ?? null;
    if (members === null) throw invalid([label], 'The parameters must be provided for each parameter group.');
    if (!isList(members)) throw invalid([label], 'The parameters of parameter group should be a list.');
    for (const member of members) {
      const name = pyStr(member);
      if (grouped.has(name))
        throw invalid([label], `The ${name} parameter must be assigned to one parameter group only.`);
      grouped.add(name);
      if (typeof member !== 'string' || !(parameters.has(name) || pseudo.has(name))) {
        throw invalid([label], `The grouped parameter ${name} does not reference a valid parameter.`);
      }
    }
  }
}

function invalid(label: readonly string[], message: string): Error {
  return errors.StackValidationFailed({
    error: 'Parameter Groups error',
    path: joinPath(['parameter_groups', ...label]),
    message,
  });
}
