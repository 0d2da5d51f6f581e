/** Volume types, how they are encrypted, QoS specs and which types have them: their calls, marks and changes. */
import { describe, expect, it } from 'vitest';
import { inputFor, mark, problem, shown, stepsFor, walk, walkChange } from '../../../test/support/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { Made, ResourceType, Step } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap, toPlain } from '../../values/json.ts';
import encryption from './encrypted-volume-type.ts';
import association from './qos-association.ts';
import qos from './qos-specs.ts';
import volumeType from './volume-type.ts';

const v = (plain: Plain) => fromPlain(plain);
const made = (physicalId: string, data: PlainMap = {}): Made => ({ physicalId, data: v(data) as Made['data'] });
const step = (type: ResourceType, given: PlainMap, name: string): Step => {
  const found = stepsFor(type, given).find(each => each.name === name);
  if (found === undefined) throw new Error(`no step ${name}`);
  return found;
};
const [one, two, three] = ['1', '2', '3'].map(n => `${n.repeat(8)}-1111-4111-8111-111111111111`) as [
  string,
  string,
  string,
];

describe('a volume type', () => {
  const answer = ({ method }: CloudCall): Plain =>
    method === 'DELETE'
      ? {}
      : { volume_type: { id: 'T', name: 'fast', extra_specs: { 'convect:mark': mark, a: 'b' } } };

  it('has the mark among its specs, for a while, and nobody sees it kept', () => {
    const { calls, last } = walk(volumeType, { name: 'fast', metadata: { a: 'b' }, description: 'd' }, answer);
    expect(calls.map(shown)).toEqual([
      `POST /types {"volume_type":{"name":"fast","description":"d","os-volume-type-access:is_public":true,"extra_specs":{"a":"b","convect:mark":"${mark}"}}}`,
      'DELETE /types/T/extra_specs/convect%3Amark',
    ]);
    expect(toPlain(last.data)).toMatchObject({ id: 'T', extra_specs: { a: 'b' } });
  });

  it('is found by it byte for byte; a mark that is gone already is no failure', () => {
    const given = { name: 'fast' };
    const main = step(volumeType, given, 'volume_type');
    const input = inputFor(volumeType, given, { volume_type: made('T') });
    const found = (specs: PlainMap) =>
      main.found(v({ volume_types: [{ id: 'T', name: 'fast', extra_specs: specs }] }), input)?.physicalId;
    expect(shown(main.find(input))).toBe('GET /types?is_public=None');
    expect(found({ 'convect:mark': mark })).toBe('T');
    expect(found({ 'convect:mark': mark.toUpperCase() })).toBeUndefined();
    expect(found({})).toBeUndefined();
    const unmark = step(volumeType, given, 'unmark');
    expect(unmark.found(v({ volume_type: { id: 'T', extra_specs: {} } }), input)?.physicalId).toBe('T');
    expect(unmark.found(v({ volume_type: { id: 'T', extra_specs: { 'convect:mark': mark } } }), input)).toBeUndefined();
  });

  it('that is private is for the projects that are said', () => {
    const given = { name: 'fast', is_public: false, projects: [one, two] };
    expect(walk(volumeType, given, answer).calls.slice(2).map(shown)).toEqual([
      `POST /types/T/action {"addProjectAccess":{"project":"${one}"}}`,
      `POST /types/T/action {"addProjectAccess":{"project":"${two}"}}`,
    ]);
    expect(problem(volumeType, { name: 'fast', projects: [one] })).toBe(
      'Can not specify property "projects" if the volume type is public.',
    );
    expect(problem(volumeType, given)).toBeUndefined();
  });

  it('changes its words, its specs and who may use it', () => {
    const before = { name: 'fast', metadata: { a: 'b', c: 'd' }, is_public: false, projects: [one, two] };
    const after = { name: 'slow', metadata: { c: 'e' }, is_public: false, projects: [two, three] };
    expect(walkChange(volumeType, before, after, answer).calls).toEqual([
      'PUT /types/T {"volume_type":{"name":"slow"}}',
      'DELETE /types/T/extra_specs/a',
      'POST /types/T/extra_specs {"extra_specs":{"c":"e"}}',
      `POST /types/T/action {"removeProjectAccess":{"project":"${one}"}}`,
      `POST /types/T/action {"addProjectAccess":{"project":"${three}"}}`,
    ]);
  });
});

describe('QoS specs', () => {
  const answer = ({ method }: CloudCall): Plain =>
    method === 'POST' ? { qos_specs: { id: 'Q', name: 'q', specs: {} } } : {};

  it('are made with their specs beside the name, marked where the name is the user’s', () => {
    expect(walk(qos, { specs: { consumer: 'both' } }, answer).calls.map(shown)).toEqual([
      `POST /qos-specs {"qos_specs":{"consumer":"both","name":"${mark}"}}`,
    ]);
    expect(walk(qos, { name: 'q', specs: { a: 'b' } }, answer).calls.map(shown)).toEqual([
      `POST /qos-specs {"qos_specs":{"a":"b","convect:mark":"${mark}","name":"q"}}`,
      'PUT /qos-specs/Q/delete_keys {"keys":["convect:mark"]}',
    ]);
  });

  it('are found among all, and go although types have them', () => {
    const main = step(qos, { specs: {} }, 'qos_specs');
    const input = inputFor(qos, { specs: {} });
    expect(shown(main.find(input))).toBe('GET /qos-specs');
    expect(main.found(v({ qos_specs: [{ id: 'Q', name: mark, specs: {} }] }), input)?.physicalId).toBe('Q');
    expect(shown(main.remove('Q', input)!)).toBe('DELETE /qos-specs/Q?force=True');
  });

  it('lose keys and get others', () => {
    expect(walkChange(qos, { specs: { a: '1', b: '2' } }, { specs: { b: '3' } }, answer).calls).toEqual([
      'PUT /qos-specs/Q/delete_keys {"keys":["a"]}',
      'PUT /qos-specs/Q {"qos_specs":{"b":"3"}}',
    ]);
  });
});

it('types get QoS specs and lose them, each by a call that may come again', () => {
  const before = { qos_specs: three, volume_types: [one, two] };
  const { calls, last } = walk(association, before, () => ({ qos_specs: {} }));
  expect(calls.map(shown)).toEqual([
    `GET /qos-specs/${three}`,
    `GET /qos-specs/${three}/associate?vol_type_id=${one}`,
    `GET /qos-specs/${three}/associate?vol_type_id=${two}`,
  ]);
  expect(last.physicalId).toBe(mark);
  expect(walkChange(association, before, { qos_specs: three, volume_types: [two] }, () => null).calls).toEqual([
    `GET /qos-specs/${three}/disassociate?vol_type_id=${one}`,
  ]);
  expect(stepsFor(association, { qos_specs: three, volume_types: [] })).toHaveLength(1);
});

describe('a type’s encryption', () => {
  const given = { volume_type: one, provider: 'luks', key_size: 256 };
  const body = { encryption_id: 'E', provider: 'luks', volume_type_id: one };
  const answer = ({ method }: CloudCall): Plain => (method === 'GET' ? {} : { encryption: body });

  it('is looked for, then made, and called by its type', () => {
    const { calls, last } = walk(encryption, given, answer);
    expect(calls.map(shown)).toEqual([
      `GET /types/${one}/encryption`,
      `POST /types/${one}/encryption {"encryption":{"provider":"luks","control_location":"front-end","key_size":256}}`,
    ]);
    expect(last.physicalId).toBe(one);
  });

  it('is ours only if there was none', () => {
    const main = step(encryption, given, 'encryption');
    const found = (shownThing: Plain, taken: boolean) =>
      main.found(v(shownThing), inputFor(encryption, given, { free: made('', { taken }) }));
    expect(found(body, false)?.physicalId).toBe(one);
    expect(found(body, true)).toBeUndefined();
    expect(found({}, false)).toBeUndefined();
  });

  it('is changed and removed by its own id', () => {
    expect(walkChange(encryption, given, { volume_type: one, provider: 'plain' }, answer).calls).toEqual([
      `PUT /types/${one}/encryption/E {"encryption":{"provider":"plain","key_size":null}}`,
    ]);
    const main = step(encryption, given, 'encryption');
    const input = inputFor(encryption, given, { encryption: made(one, body) });
    expect(shown(main.remove(one, input)!)).toBe(`DELETE /types/${one}/encryption/E`);
  });
});
