import { describe, expect, it } from 'vitest';
import { plainOf } from '../../test/support/plain.ts';
import { isHeatError } from '../kernel/errors.ts';
import { fromPlain, type PlainMap } from '../values/json.ts';
import type { ValueMap } from '../values/value.ts';
import { configContent } from './config-content.ts';

const content = (plain: PlainMap) => configContent(fromPlain(plain) as ValueMap);

function refused(plain: PlainMap): string {
  try {
    content(plain);
    return 'nothing';
  } catch (error) {
    if (!isHeatError(error)) throw error;
    return `${error.status} ${error.type}: ${error.message}`;
  }
}

describe('what a config holds', () => {
  it('may be nothing at all', () => {
    const nothing = { name: null, group: null, config: null, inputs: [], outputs: [], options: null };
    expect(content({})).toEqual(nothing);
    expect(content({ name: null, inputs: null, outputs: null, unknown: 1 })).toEqual(nothing);
  });

  it('has inputs with a type, and what was said of them', () => {
    const inputs = [
      { name: 'a' },
      { name: 'b', description: 'd', type: 'Number', default: '1', replace_on_change: false },
      { name: 'c', type: 'Json', default: { x: 1 }, replace_on_change: true, value: null },
    ];
    expect(content({ inputs }).inputs.map(plainOf)).toEqual([
      { name: 'a', type: 'String' },
      { name: 'b', description: 'd', type: 'Number', default: '1' },
      { name: 'c', type: 'Json', default: { x: 1 }, replace_on_change: true, value: null },
    ]);
  });

  it('has outputs that say whether they are errors', () => {
    const outputs = [{ name: 'a' }, { name: 'b', type: 'Boolean', error_output: true, description: null }];
    expect(content({ outputs }).outputs.map(plainOf)).toEqual([
      { name: 'a', type: 'String', error_output: false },
      { name: 'b', type: 'Boolean', error_output: true },
    ]);
  });

  it.each<[PlainMap, string]>([
    [{ inputs: { name: 'a' } }, '"inputs" must be a list.'],
    [{ outputs: 'a' }, '"outputs" must be a list.'],
    [{ name: 1 }, '"name" must be a text.'],
    [{ name: 'a\0' }, '"name" must be a text without a NUL.'],
  ])('%j is malformed', (plain, hint) => {
    const malformed =
      'The server could not comply with the request since it is either malformed or otherwise incorrect.';
    expect(refused(plain)).toBe(`400 HTTPBadRequest: ${malformed} ${hint}`);
  });

  it.each<[PlainMap, string]>([
    [{ inputs: ['a'] }, '"inputs"[0]: it must be a map.'],
    [{ inputs: [{}] }, '"inputs"[0]: "name" must be a text.'],
    [
      { inputs: [{ name: 'a' }, { name: 'b', typ: 1 }] },
      '"inputs"[1]: there is no "typ", only: name, description, type, default, replace_on_change, value.',
    ],
    [
      { outputs: [{ name: 'a', default: 1 }] },
      '"outputs"[0]: there is no "default", only: name, description, type, error_output.',
    ],
    [
      { inputs: [{ name: 'a', type: 'string' }] },
      '"inputs"[0]: "type" must be one of: String, Number, CommaDelimitedList, Json, Boolean.',
    ],
    [{ inputs: [{ name: 'a', type: 'Number', default: 'x' }] }, '"inputs"[0]: "default" is not of its type.'],
    [{ inputs: [{ name: 'a', type: 'Boolean', default: 'x' }] }, '"inputs"[0]: "default" is not of its type.'],
    [{ inputs: [{ name: 'a', type: 'Json', default: '{' }] }, '"inputs"[0]: "default" is not of its type.'],
    [{ inputs: [{ name: 'a', default: [] }] }, '"inputs"[0]: "default" is not of its type.'],
    [{ outputs: [{ name: 'a', error_output: 1 }] }, '"outputs"[0]: "error_output" must be true or false.'],
  ])('%j is refused', (plain, message) => {
    expect(refused(plain)).toBe(`400 ValueError: ${message}`);
  });
});
