import { describe, expect, it } from 'vitest';
import { byResource, Names, type RawEvent, saidBy } from './normal.ts';

const rootId = '11111111-1111-4111-8111-111111111111';
const childId = '22222222-2222-4222-8222-222222222222';
const otherId = '33333333-3333-4333-8333-333333333333';
const child = 'diff-x-1-n-abcdefgh2345';

let count = 0;
function event(stack: string, id: string, resource: string, physical: string | null, said: string): RawEvent {
  const [status = '', reason = ''] = said.split(': ');
  const href = `http://h/v1/p/stacks/${stack}/${id}/resources/${resource}/events/${(count += 1)}`;
  return {
    id: String(count),
    links: [{ rel: 'self', href }],
    event_time: '',
    resource_name: resource,
    resource_status: status,
    resource_status_reason: reason,
    physical_resource_id: physical,
  };
}

describe('what is left of names and ids', () => {
  it('is the number of a resource’s id, so that a replacement shows', () => {
    const events = ['p1', 'p1', 'p2', 'p1'].map(id => event('diff-x-1', rootId, 'a', id, `S: id ${id}`));
    const lists = byResource(saidBy(events, new Names('diff-x-1', rootId)));
    expect(lists).toEqual({ a: ['S #1: id <a#1>', 'S #1: id <a#1>', 'S #2: id <a#2>', 'S #1: id <a#1>'] });
  });

  it('is the path of a nested stack’s resource, whichever event comes first', () => {
    const events = [
      event(child, childId, 't', 't1', 'CREATE: one'),
      event(child, childId, child, childId, 'CREATE: child began'),
      event('diff-x-1', rootId, 'n', childId, 'CREATE: made'),
      event('diff-x-1', rootId, 'diff-x-1', rootId, 'CREATE: began'),
      event('elsewhere', otherId, 't', 'q', 'CREATE: not ours'),
    ];
    const lists = byResource(saidBy(events, new Names('diff-x-1', rootId)));
    expect(lists).toEqual({
      '.': ['CREATE #1: began'],
      n: ['CREATE #1: made'],
      'n/.': ['CREATE #1: child began'],
      'n/t': ['CREATE #1: one'],
    });
  });

  it('is a word in texts', () => {
    const names = new Names('diff-x-1', rootId);
    const text = `The Stack (diff-x-1) ${rootId} ${otherId} diff-x-1-n-abcdefgh2345 at 2026-01-02T03:04:05Z`;
    expect(names.text(text)).toBe('The Stack (<stack>) <stack id> <uuid> <child> at <time>');
    expect(names.value({ deep: [text.slice(0, 9), 7, null] })).toEqual({ deep: ['The Stack', 7, null] });
  });

  it('is whether a value of chance stayed', () => {
    const names = new Names('s', rootId);
    expect(['x', 'y', 'x'].map(value => names.chance('o', value))).toEqual(['<1>', '<2>', '<1>']);
    expect(names.chance('other', 'y')).toBe('<1>');
  });
});
