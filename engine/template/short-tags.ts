/**
 * CloudFormation's short forms in YAML: `!Ref a` is `{Ref: a}`, `!Sub text` is `{"Fn::Sub": text}`, `!GetAtt a.b` is
 * `{"Fn::GetAtt": [a, b]}`. Heat knows no tags: they are read where its functions' extension is switched on.
 */
import { mapOf, type Value } from '../values/value.ts';
import type { Tags } from '../values/yaml.ts';
import { extended } from './dialects/cfn.ts';

export const shortTags: Tags = new Map(
  [...extended.values()].flatMap(({ functions, conditionFunctions }) =>
    [...functions.keys(), ...(conditionFunctions?.keys() ?? [])].map(name => [
      `!${name.replace(/^Fn::/, '')}`,
      (value: Value) => mapOf([[name, name === 'Fn::GetAtt' ? parts(value) : value]]),
    ]),
  ),
);

/** The resource's name ends at the first dot. */
function parts(value: Value): Value {
  const dot = typeof value === 'string' ? value.indexOf('.') : -1;
  return typeof value === 'string' && dot >= 0 ? [value.slice(0, dot), value.slice(dot + 1)] : value;
}
