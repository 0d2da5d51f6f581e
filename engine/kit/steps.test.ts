import { describe, expect, it } from 'vitest';
import { fromPlain, type PlainMap, parseJson } from '../values/json.ts';
import { emptyMap, float, mapOf, type ValueMap } from '../values/value.ts';
import { LifeFailure, type StepInput } from './resource.ts';
import { byStatus, restStep } from './steps.ts';

const input: StepInput = {
  properties: mapOf([
    ['size', 5n],
    ['ratio', float('1.0')],
  ]),
  physicalName: 's-r-abc',
  mark: 's-r-abc&x=1 é',
  made: new Map(),
};
const step = restStep({
  name: 'thing',
  service: 'stuff',
  path: '/v1/things',
  key: 'thing',
  body: ({ properties }) =>
    mapOf([
      ['size', properties.get('size') ?? null],
      ['ratio', properties.get('ratio') ?? null],
    ]),
  markField: 'name',
  ready: byStatus(['ACTIVE']),
  keep: thing => mapOf([['status', thing.get('status') ?? null]]),
});
const body = (plain: PlainMap) => fromPlain(plain) as ValueMap;

describe('a REST step', () => {
  it('posts the thing with its mark, floats as they were', () => {
    const call = step.create(input);
    expect(call).toMatchObject({ service: 'stuff', method: 'POST', path: '/v1/things' });
    expect(parseJson(call.body ?? '')).toEqual(
      mapOf([
        [
          'thing',
          mapOf([
            ['size', 5n],
            ['ratio', float('1.0')],
            ['name', input.mark],
          ]),
        ],
      ]),
    );
  });

  it('puts the mark in place of whatever the body says there', () => {
    const named = restStep({
      name: 't',
      service: 's',
      path: '/t',
      key: 't',
      body: () =>
        mapOf([
          ['name', 'chosen'],
          ['description', 'chosen too'],
        ]),
      markField: 'description',
    });
    expect(parseJson(named.create(input).body ?? '')).toEqual(
      mapOf([
        [
          't',
          mapOf([
            ['name', 'chosen'],
            ['description', input.mark],
          ]),
        ],
      ]),
    );
  });

  it('reads what was made, from the create and from a show', () => {
    const made = step.made(body({ thing: { id: 'i', status: 'BUILD' } }), input);
    expect(made).toEqual({ physicalId: 'i', data: mapOf([['status', 'BUILD']]) });
  });

  it('asks for its mark, escaped', () => {
    expect(step.find(input)).toEqual({
      service: 'stuff',
      method: 'GET',
      path: '/v1/things?name=s-r-abc%26x%3D1%20%C3%A9',
    });
    expect(step.show('a/b', input).path).toBe('/v1/things/a%2Fb');
    expect(step.remove('i', input)).toEqual({ service: 'stuff', method: 'DELETE', path: '/v1/things/i' });
  });

  it('finds only what is marked byte for byte', () => {
    const { mark } = input;
    const lookalikes = [mark.toUpperCase(), `${mark} `, mark.normalize('NFD'), '', null];
    const things = lookalikes.map((name, i) => ({ id: `foreign-${i}`, name }));
    expect(step.found(body({ things }), input)).toBeUndefined();
    expect(step.found(body({ things: [...things, { id: 'ours', name: mark }] }), input)?.physicalId).toBe('ours');
    expect(step.found(body({ things: [] }), input)).toBeUndefined();
  });

  it('chooses the same one of two, in whatever order they are listed', () => {
    const two = ['b', 'a'].map(id => ({ id, name: input.mark }));
    expect(step.found(body({ things: two }), input)?.physicalId).toBe('a');
    expect(step.found(body({ things: two.reverse() }), input)?.physicalId).toBe('a');
  });

  it('never takes an answer that it cannot read for absence', () => {
    for (const answer of [null, [], emptyMap, body({ things: null }), body({ things: [1] }), 'x']) {
      expect(() => step.found(answer, input)).toThrow(LifeFailure);
    }
    expect(() => step.made(body({ thing: {} }), input)).toThrow('a thing without an id');
    expect(() => step.made(body({ other: { id: 'i' } }), input)).toThrow('no thing');
  });

  it('waits for its status', () => {
    const ready = (status: string) => step.ready(body({ thing: { status } })).kind;
    expect([ready('ACTIVE'), ready('BUILD'), ready('ERROR')]).toEqual(['ready', 'waiting', 'failed']);
    expect(step.ready(body({ thing: {} })).kind).toBe('waiting');
  });

  it('fails on a conflict and is not unique unless it says so; its plural is its own', () => {
    const base = {
      name: 'p',
      service: 's',
      path: '/p',
      key: 'policy',
      body: () => emptyMap,
      markField: 'name',
    } as const;
    expect(restStep(base)).toMatchObject({ unique: false, conflict: 'fail' });
    const other = restStep({ ...base, plural: 'policies', unique: true, conflict: 'retry' });
    expect(other).toMatchObject({ unique: true, conflict: 'retry' });
    expect(other.found(body({ policies: [{ id: 'i', name: input.mark }] }), input)?.physicalId).toBe('i');
    expect(other.ready(body({ policy: {} }))).toEqual({ kind: 'ready' });
    expect(() => restStep({ ...base, path: '/p/' })).toThrow('path');
  });
});
