/**
 * CloudFormation's short forms in YAML: `!Ref a` is `{Ref: a}`, `!Sub text` is `{"Fn::Sub": text}`, `!GetAtt a.b` is
 * `{"Fn::GetAtt": [a, b]}`. Heat knows no tags: a server reads them where that is switched on, and Convect's own
 * command writes them out.
 */
import { mapOf, type Value } from './value.ts';
import type { Tags } from './yaml.ts';

/** Those of AWS, and of the functions that Heat has beside them. */
const functions = [
  'And Base64 Cidr Equals FindInMap GetAZs GetAtt If Join Length Not Or Select Split Sub ToJsonString',
  'MemberListToMap Replace ResourceFacade',
]
  .join(' ')
  .split(' ');

/** Short names and the keys that they stand for. */
export const longForms: ReadonlyMap<string, string> = new Map([
  ['Condition', 'Condition'],
  ['Ref', 'Ref'],
  ...functions.map((name): [string, string] => [name, `Fn::${name}`]),
]);

export const shortTags: Tags = new Map(
  [...longForms].map(([name, key]) => [
    `!${name}`,
    (value: Value) => mapOf([[key, name === 'GetAtt' ? resourceAndAttribute(value) : value]]),
  ]),
);

/** The resource's name ends at the first dot. */
function resourceAndAttribute(value: Value): Value {
  const dot = typeof value === 'string' ? value.indexOf('.') : -1;
  return typeof value === 'string' && dot >= 0 ? [value.slice(0, dot), value.slice(dot + 1)] : value;
}
