import { expect, it } from 'vitest';
import { mapOf, type ValueMap } from '../engine/values/value.ts';
import { textIn } from './table.ts';
import { inOrder } from './watch.ts';

const resource = (name: string, ...users: readonly string[]): ValueMap =>
  mapOf([
    ['resource_name', name],
    ['required_by', users],
  ]);
const names = (...resources: readonly ValueMap[]): readonly string[] =>
  inOrder(resources).map(each => textIn(each, 'resource_name'));

it('puts what others need before them', () => {
  expect(names(resource('port', 'server'), resource('server'), resource('net', 'port', 'server'))).toEqual([
    'net',
    'port',
    'server',
  ]);
  expect(names(resource('b'), resource('c'), resource('a'))).toEqual(['a', 'b', 'c']);
});

it('bears users that are gone, and circles', () => {
  expect(names(resource('b', 'gone'), resource('a'))).toEqual(['a', 'b']);
  expect(names(resource('a', 'b'), resource('b', 'a'))).toHaveLength(2);
});

it('takes a thousand in a row, each of which many need', () => {
  const all = Array.from({ length: 1_000 }, (_, i) => `r${String(i).padStart(3, '0')}`);
  const chain = all.map((name, i) => resource(name, ...all.slice(i + 1, i + 20)));
  expect(names(...chain.reverse())).toEqual(all);
});
