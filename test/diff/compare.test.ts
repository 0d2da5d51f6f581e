import { describe, expect, it } from 'vitest';
import { compare } from './compare.ts';
import type { Recording, Seen } from './recording.ts';

const seen: Seen = {
  after: 'create: CREATE_COMPLETE',
  status: 'CREATE_COMPLETE',
  reason: 'done',
  updated: false,
  disable_rollback: true,
  timeout_mins: null,
  tags: [],
  parameters: {},
  outputs: { o: { deep: ['x'] } },
  resources: {},
};
const recording: Recording = {
  scenario: 's',
  row: 'r',
  answers: [
    { request: 'create', status: 201 },
    { request: 'update PUT', status: 400, error: 'NotSupported: no' },
  ],
  seen: [seen],
  events: { a: ['CREATE_IN_PROGRESS #1: state changed', 'CREATE_COMPLETE #1: state changed'] },
};

const changed = (change: Partial<Recording>) => compare(recording, { ...recording, ...change });
const paths = (change: Partial<Recording>) => changed(change).map(({ path, text }) => `${path}${text ? ' text' : ''}`);

describe('the comparison of two recordings', () => {
  it('finds nothing where there is nothing, whatever the scenario says about itself', () => {
    expect(changed({ row: 'other words' })).toEqual([]);
  });

  it('names the place of a difference', () => {
    expect(paths({ seen: [{ ...seen, outputs: { o: { deep: ['y'] } } }] })).toEqual(['seen[0].outputs.o.deep[0]']);
    expect(paths({ seen: [{ ...seen, updated: true, status: 'X' }] })).toEqual(['seen[0].status', 'seen[0].updated']);
  });

  it('tells words from deeds', () => {
    expect(paths({ seen: [{ ...seen, reason: 'finished' }] })).toEqual(['seen[0].reason text']);
    const said = (error: string) => [recording.answers[0]!, { ...recording.answers[1]!, error }];
    expect(paths({ answers: said('NotSupported: never') })).toEqual(['answers[1].error text']);
    expect(paths({ answers: said('StackValidationFailed: no') })).toEqual(['answers[1].error']);
  });

  it('takes a missing answer or look for more than words', () => {
    expect(paths({ answers: recording.answers.slice(0, 1) })).toEqual(['answers[1]']);
    expect(paths({ seen: [] })).toEqual(['seen[0]']);
  });

  it('compares events in their order, a resource at a time', () => {
    const [first, second] = recording.events['a']!;
    expect(paths({ events: { a: [second!, first!] } })).toEqual(['events.a']);
    expect(paths({ events: { a: [first!, second!.replace('state changed', 'well')] } })).toEqual(['events.a text']);
    expect(paths({ events: { a: [first!, second!.replace('#1', '#2')] } })).toEqual(['events.a']);
    expect(paths({ events: { ...recording.events, b: [first!] } })).toEqual(['events.b']);
    expect(paths({ events: {} })).toEqual(['events.a']);
  });
});
