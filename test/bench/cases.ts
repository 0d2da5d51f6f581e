/** What is measured: which stack, which half of its life, and what it may cost. */
import { chain, independent } from './templates.ts';

export interface Stack {
  readonly template: unknown;
  readonly resources: number;
  readonly rounds: number;
}

export interface Case {
  readonly name: string;
  readonly about: string;
  readonly stack: Stack;
  readonly half: 'create' | 'remove';
  /** More commits than this are a fault, on however busy a machine. */
  readonly maxCommits?: number;
  /** Real Heat on a machine like this one, in seconds (measured with bench_heat.py). */
  readonly heatSeconds: number;
}

const thousand: Stack = { template: independent(1_000), resources: 1_000, rounds: 9 };
const hundred: Stack = { template: chain(100), resources: 100, rounds: 15 };

export const cases: readonly Case[] = [
  {
    name: 'create-1000',
    about: 'a stack of 1,000 RandomStrings, POST to CREATE_COMPLETE',
    stack: thousand,
    half: 'create',
    heatSeconds: 57,
  },
  { name: 'delete-1000', about: 'the same stack, DELETE to gone', stack: thousand, half: 'remove', heatSeconds: 41 },
  {
    name: 'chain-100',
    about: 'a chain of 100 Values, POST to CREATE_COMPLETE',
    stack: hundred,
    half: 'create',
    maxCommits: 2,
    heatSeconds: 2.7,
  },
];
