import { expect, it } from 'vitest';
import { minorOf } from './microversion.ts';
import { repr, str } from './python.ts';
import { check, explained, type Schema } from './schema.ts';
import { Refusal } from './service.ts';

const schema: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 3 },
    size: { type: ['integer', 'null'], minimum: 1 },
    ids: { type: 'array', items: { type: 'string', format: 'uuid' }, minItems: 1, maxItems: 2 },
    kind: { enum: ['a', null] },
    many: { type: ['string', 'array'], pattern: /^auto$/, alternatives: true },
    meta: { type: 'object', names: { pattern: /^[a-z]+$/, of: { type: 'string' } }, additionalProperties: false },
  },
  required: ['name'],
  additionalProperties: false,
};
const says = (value: unknown): string | undefined => {
  const wrong = check(schema, value);
  return wrong && explained(wrong);
};

it('finds nothing wrong with what fits', () => {
  const ids = ['0ce1c8c2-511f-41ab-a5ad-0fe853764c9a'];
  expect(says({ name: 'abc', size: null, ids, kind: null, many: 'auto', meta: { a: 'b' } })).toBeUndefined();
});

it.each([
  [5, "5 is not of type 'object'"],
  [{}, "'name' is a required property"],
  [{ name: '' }, "Invalid input for field/attribute name. Value: . '' is too short"],
  [{ name: 'abcd' }, "Invalid input for field/attribute name. Value: abcd. 'abcd' is too long"],
  [{ name: null }, "Invalid input for field/attribute name. Value: None. None is not of type 'string'"],
  [
    { name: 'a', size: 1.5 },
    "Invalid input for field/attribute size. Value: 1.5. 1.5 is not of type 'integer', 'null'",
  ],
  [{ name: 'a', size: 0 }, 'Invalid input for field/attribute size. Value: 0. 0 is less than the minimum of 1'],
  [{ name: 'a', ids: [] }, 'Invalid input for field/attribute ids. Value: []. [] is too short'],
  [{ name: 'a', ids: ['x'] }, "Invalid input for field/attribute 0. Value: x. 'x' is not a 'uuid'"],
  [{ name: 'a', kind: 'b' }, "Invalid input for field/attribute kind. Value: b. 'b' is not one of ['a', None]"],
  [
    { name: 'a', many: 'x' },
    "Invalid input for field/attribute many. Value: x. 'x' is not valid under any of the given schemas",
  ],
  [
    { name: 'a', meta: { A: 'b' } },
    "Invalid input for field/attribute meta. Value: {'A': 'b'}. 'A' does not match any of the regexes: '^[a-z]+$'",
  ],
  [{ name: 'a', x: 1, y: 2 }, "Additional properties are not allowed ('x', 'y' were unexpected)"],
])('says what is wrong with %j as the services do', (value, message) => {
  expect(says(value)).toBe(message);
});

it('prints values as Python does', () => {
  expect(repr({ a: [true, null, "it's", 'say "it\'s"', 'a\n\\', '\u0001', 1] })).toBe(
    `{'a': [True, None, "it's", 'say "it\\'s"', 'a\\n\\\\', '\\x01', 1]}`,
  );
  expect([str('x'), str(false)]).toEqual(['x', 'False']);
});

it('reads which version of an API is asked for, and refuses what it is not', () => {
  const versions = { service: 'compute', legacyHeader: 'x-openstack-nova-api-version', major: 2, min: 1, max: 93 };
  const minor = (headers: Record<string, string>) =>
    minorOf(versions, headers, (status, message) => ({ status, body: message }));
  const refused = (version: string): unknown => {
    try {
      return minor({ 'openstack-api-version': version });
    } catch (error) {
      return error instanceof Refusal ? error.reply.status : error;
    }
  };
  expect(minor({})).toBe(1);
  expect(minor({ 'openstack-api-version': 'volume 3.70, compute 2.53' })).toBe(53);
  expect(minor({ 'openstack-api-version': 'compute latest' })).toBe(93);
  expect(minor({ 'x-openstack-nova-api-version': '2.10' })).toBe(10);
  expect([refused('compute 2.94'), refused('compute 3.1'), refused('compute 2'), refused('compute x')]).toEqual([
    406, 406, 400, 400,
  ]);
});
