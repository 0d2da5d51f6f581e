/** What stands around the functions that are tried: the parameters, resources, conditions and maps that they name. */
import type { Json } from '../scenario.ts';
import { type Body, type Column, isHot, type Parts, template, value } from './case.ts';

const deep: Json = { k: { l: [1, { m: 'x' }] }, z: null };

/** HOT's type, default. */
const parameters: Readonly<Record<string, readonly [type: string, fallback: Json]>> = {
  s: ['string', 'abc'],
  n: ['number', 3],
  b: ['boolean', true],
  l: ['comma_delimited_list', 'a,b,c'],
  j: ['json', deep],
  flat: ['json', { a: 5 }],
  name: ['string', 's'],
  key: ['string', 'k'],
  key2: ['string', 'l'],
  key3: ['string', 'a'],
  tname: ['string', 't'],
  attr: ['string', 'value'],
  file: ['string', 'f.txt'],
};

const cfnTypes: Readonly<Record<string, string>> = {
  string: 'String',
  number: 'Number',
  boolean: 'Boolean',
  comma_delimited_list: 'CommaDelimitedList',
  json: 'Json',
};

function parameter(column: Column, [type, fallback]: readonly [string, Json]): Json {
  return isHot(column) ? { type, default: fallback } : { Type: cfnTypes[type] ?? type, Default: fallback };
}

const resources = (column: Column): Parts => ({
  t: isHot(column)
    ? { type: 'OS::Heat::TestResource', properties: { value: 'made' } }
    : { Type: 'OS::Heat::TestResource', Properties: { value: 'made' } },
  v: value(column, deep, { type: 'json' }),
});

/** Whether `yes` and `no` can be defined. */
export const hasConditions = (column: Column): boolean => column === 'aws' || (isHot(column) && column >= '2016-10-14');

function conditions(column: Column): Parts {
  const equals = isHot(column) ? 'equals' : 'Fn::Equals';
  return { yes: { [equals]: ['a', 'a'] }, no: { [equals]: ['a', 'b'] } };
}

/** Only what is named somewhere in quotes: recordings echo it all. */
function named<T>(all: Readonly<Record<string, T>>, text: string): [string, T][] {
  return Object.entries(all).filter(([name]) => text.includes(`"${name}"`));
}

/** A body whose template has these sections and all that they name. */
export function around(column: Column, sections: Readonly<Record<string, Parts>>): Body {
  const text = JSON.stringify(sections);
  const maps = !isHot(column) && text.includes('Fn::FindInMap') ? { m: { a: { x: 'found', y: ['list'] } } } : {};
  const made = named(resources(column), text);
  const all = {
    parameters: {
      ...Object.fromEntries(named(parameters, text).map(([name, each]) => [name, parameter(column, each)])),
      ...sections['parameters'],
    },
    mappings: maps,
    conditions: hasConditions(column)
      ? { ...Object.fromEntries(named(conditions(column), text)), ...sections['conditions'] }
      : (sections['conditions'] ?? {}),
    resources: { ...Object.fromEntries(made), ...sections['resources'] },
    outputs: sections['outputs'] ?? {},
  };
  return { template: template(column, all), ...(text.includes('f.txt') && { files: { 'f.txt': 'content\n' } }) };
}
