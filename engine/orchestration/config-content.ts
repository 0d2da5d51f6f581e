/**
 * What a software config holds, checked and in the form in which it is kept (contract: rest-api §7). Pure.
 *
 * Inputs and outputs are lists of maps with known keys. What is not said of them is filled in: each has a type, each
 * output says whether it is an error's. `config` and `options` are the user's own, and are not looked at.
 */
import { errors, type HeatError } from '../kernel/errors.ts';
import type { ParameterType } from '../template/dialects/parameter-rules.ts';
import { parseJson } from '../values/json.ts';
import { pyNumber } from '../values/python.ts';
import { ValueSyntaxError } from '../values/syntax.ts';
import { isList, isMap, isNumber, mapOf, type Value, type ValueMap } from '../values/value.ts';

/** All of a config but its id and its time. */
export interface ConfigContent {
  readonly name: string | null;
  readonly group: string | null;
  readonly config: Value;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly options: Value;
}

const types: Readonly<Record<string, ParameterType>> = {
  String: 'string',
  Number: 'number',
  CommaDelimitedList: 'comma_delimited_list',
  Json: 'json',
  Boolean: 'boolean',
};

type Words = 'inputs' | 'outputs';

const keys: Readonly<Record<Words, readonly string[]>> = {
  inputs: ['name', 'description', 'type', 'default', 'replace_on_change', 'value'],
  outputs: ['name', 'description', 'type', 'error_output'],
};

/** Throws MalformedBody for what is of another kind altogether, ValueError for an input or output that is not right. */
export function configContent(given: ValueMap): ConfigContent {
  return {
    name: textOf(given, 'name'),
    group: textOf(given, 'group'),
    config: given.get('config') ?? null,
    inputs: listOf(given, 'inputs').map((item, i) => inputOf(item, i)),
    outputs: listOf(given, 'outputs').map((item, i) => outputOf(item, i)),
    options: given.get('options') ?? null,
  };
}

function textOf(given: ValueMap, key: string): string | null {
  const value = given.get(key) ?? null;
  if (value !== null && (typeof value !== 'string' || value.includes('\0'))) {
    throw errors.MalformedBody({
      hint: `"${key}" must be a text${typeof value === 'string' ? ' without a NUL' : ''}.`,
    });
  }
  return value;
}

function listOf(given: ValueMap, key: Words): readonly Value[] {
  const value = given.get(key) ?? null;
  if (value === null) return [];
  if (!isList(value)) throw errors.MalformedBody({ hint: `"${key}" must be a list.` });
  return value;
}

function wrong(words: Words, i: number, what: string): HeatError {
  return errors.ValueError({ message: `"${words}"[${i}]: ${what}` });
}

/** What inputs and outputs both have. */
function known(words: Words, item: Value, i: number): { readonly map: ValueMap; readonly entries: [string, Value][] } {
  if (!isMap(item)) throw wrong(words, i, 'it must be a map.');
  const stranger = [...item.keys()].find(key => !keys[words].includes(key));
  if (stranger !== undefined) {
    throw wrong(words, i, `there is no "${stranger}", only: ${keys[words].join(', ')}.`);
  }
  const name = item.get('name') ?? null;
  if (typeof name !== 'string') throw wrong(words, i, '"name" must be a text.');
  const description = item.get('description') ?? null;
  if (description !== null && typeof description !== 'string') throw wrong(words, i, '"description" must be a text.');
  const type = item.get('type') ?? 'String';
  if (typeof type !== 'string' || !Object.hasOwn(types, type)) {
    throw wrong(words, i, `"type" must be one of: ${Object.keys(types).join(', ')}.`);
  }
  const entries: [string, Value][] = [['name', name]];
  if (description !== null) entries.push(['description', description]);
  entries.push(['type', type]);
  return { map: item, entries };
}

function inputOf(item: Value, i: number): ValueMap {
  const { map, entries } = known('inputs', item, i);
  const otherwise = map.get('default') ?? null;
  const type = types[String(map.get('type') ?? 'String')] ?? 'string';
  if (otherwise !== null) {
    if (!fits(type, otherwise)) throw wrong('inputs', i, `"default" is not of its type.`);
    entries.push(['default', otherwise]);
  }
  if (flag('inputs', map, 'replace_on_change', i)) entries.push(['replace_on_change', true]);
  if (map.has('value')) entries.push(['value', map.get('value') ?? null]);
  return mapOf(entries);
}

function outputOf(item: Value, i: number): ValueMap {
  const { map, entries } = known('outputs', item, i);
  return mapOf([...entries, ['error_output', flag('outputs', map, 'error_output', i)]]);
}

function flag(words: Words, map: ValueMap, key: string, i: number): boolean {
  const value = map.get(key) ?? false;
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (word === true || word === 'true') return true;
  if (word === false || word === 'false') return false;
  throw wrong(words, i, `"${key}" must be true or false.`);
}

function fits(type: ParameterType, value: Value): boolean {
  switch (type) {
    case 'string':
      return !isList(value) && !isMap(value);
    case 'number':
      return isNumber(value) || (typeof value === 'string' && pyNumber(value) !== undefined);
    case 'boolean':
      return typeof value === 'boolean' || (typeof value === 'string' && /^(?:true|false)$/i.test(value));
    case 'comma_delimited_list':
      return typeof value === 'string' || isList(value);
    case 'json':
      return isList(value) || isMap(value) || (typeof value === 'string' && isJson(value));
  }
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch (error) {
    if (error instanceof ValueSyntaxError) return false;
    throw error;
  }
}
