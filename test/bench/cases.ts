/** What is measured: which stack, which part of its life, and what it may cost. */
import { chain, group, independent, values } from './templates.ts';

export type Part = 'create' | 'noop' | 'update' | 'remove';

export interface Stack {
  readonly name: string;
  readonly template: unknown;
  /** What it is updated to, one after the other, before it is deleted. */
  readonly updates?: readonly { readonly part: 'noop' | 'update'; readonly template: unknown }[];
  readonly resources: number;
  readonly rounds: number;
}

export interface Case {
  readonly name: string;
  readonly about: string;
  readonly stack: Stack;
  readonly part: Part;
  /** More commits than this are a fault, on however busy a machine. */
  readonly maxCommits?: number;
  /** Real Heat on a machine like this one, in seconds (measured with bench_heat.py); undefined: not measured. */
  readonly heatSeconds?: number;
}

const thousand: Stack = { name: 'thousand', template: independent(1_000), resources: 1_000, rounds: 9 };
const hundred: Stack = { name: 'chain', template: chain(100), resources: 100, rounds: 15 };
const strings: Stack = {
  name: 'strings',
  template: independent(100),
  updates: [
    { part: 'noop', template: independent(100) },
    { part: 'update', template: independent(100, 50) },
  ],
  resources: 100,
  rounds: 9,
};
const changing: Stack = {
  name: 'values',
  template: values(100),
  updates: [{ part: 'update', template: values(100, 50) }],
  resources: 100,
  rounds: 9,
};

const grouped: Stack = { name: 'group', template: group(100), resources: 100, rounds: 9 };

export const cases: readonly Case[] = [
  {
    name: 'create-1000',
    about: 'a stack of 1,000 RandomStrings, POST to CREATE_COMPLETE',
    stack: thousand,
    part: 'create',
    heatSeconds: 57,
  },
  { name: 'delete-1000', about: 'the same stack, DELETE to gone', stack: thousand, part: 'remove', heatSeconds: 41 },
  {
    name: 'chain-100',
    about: 'a chain of 100 Values, POST to CREATE_COMPLETE',
    stack: hundred,
    part: 'create',
    maxCommits: 2,
    heatSeconds: 2.7,
  },
  {
    name: 'noop-100',
    about: 'a stack of 100 RandomStrings, PUT of the same template to UPDATE_COMPLETE',
    stack: strings,
    part: 'noop',
    heatSeconds: 4.9,
  },
  {
    name: 'update-1-of-100',
    about: 'a stack of 100 Values, PUT with one of them changed (in place) to UPDATE_COMPLETE',
    stack: changing,
    part: 'update',
  },
  {
    name: 'replace-1-of-100',
    about: 'a stack of 100 RandomStrings, PUT with one of them longer (replaced) to UPDATE_COMPLETE',
    stack: strings,
    part: 'update',
  },
  {
    name: 'group-100',
    about: 'a ResourceGroup of 100 RandomStrings (a nested stack), POST to CREATE_COMPLETE',
    stack: grouped,
    part: 'create',
    heatSeconds: 4.4,
  },
  { name: 'group-100-delete', about: 'the same group, DELETE to gone', stack: grouped, part: 'remove' },
];
