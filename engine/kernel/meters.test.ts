import { describe, expect, test } from 'vitest';
import { createMeters } from './meters.ts';
import { traceOf } from './tracing.ts';

describe('the text for Prometheus', () => {
  test('counters, what is read, and histograms, by name', () => {
    const meters = createMeters();
    const turns = meters.counter('turns_total', 'Turns.');
    turns.add({ actor: 'stack', message: 'create' });
    turns.add({ actor: 'stack', message: 'create' });
    turns.add({ actor: 'resource', message: 'ready' }, 3);
    meters.read('shards', 'Shards.', () => 7);
    const size = meters.histogram('rows', 'Rows.', [1, 10]);
    for (const value of [1, 2, 10, 11]) size.seen(value);
    expect(meters.text()).toBe(
      [
        '# HELP rows Rows.',
        '# TYPE rows histogram',
        'rows_bucket{le="1"} 1',
        'rows_bucket{le="10"} 3',
        'rows_bucket{le="+Inf"} 4',
        'rows_sum 24',
        'rows_count 4',
        '# HELP shards Shards.',
        '# TYPE shards gauge',
        'shards 7',
        '# HELP turns_total Turns.',
        '# TYPE turns_total counter',
        'turns_total{actor="stack",message="create"} 2',
        'turns_total{actor="resource",message="ready"} 3',
        '',
      ].join('\n'),
    );
  });

  test('labels are escaped, histograms keep theirs beside the bound', () => {
    const meters = createMeters();
    meters.counter('c', 'C.').add({ of: 'a"b\\c\nd' });
    meters.histogram('h', 'H.', [1]).seen(0.5, { of: 'x' });
    expect(meters.text()).toContain('c{of="a\\"b\\\\c\\nd"} 1\n');
    expect(meters.text()).toContain('h_bucket{of="x",le="1"} 1\nh_bucket{of="x",le="+Inf"} 1\nh_sum{of="x"} 0.5\n');
  });

  test('one of a counter, kept by who counts often, is the counter of these labels', () => {
    const meters = createMeters();
    const counter = meters.counter('c', 'C.');
    const one = counter.one({ of: 'a' });
    one();
    counter.add({ of: 'a' });
    one();
    expect(meters.text()).toContain('c{of="a"} 3\n');
  });
  test('the same name gives the same counter, and cannot become a histogram', () => {
    const meters = createMeters();
    meters.counter('c', 'C.').add();
    meters.counter('c', 'C.').add();
    expect(meters.text()).toContain('c 2\n');
    expect(() => meters.histogram('c', 'C.', [1])).toThrow('c is measured in one way');
  });

  test('what is read is read anew; who reads it last counts', () => {
    const meters = createMeters();
    let value = 1;
    meters.read('g', 'G.', () => 100);
    meters.read('g', 'G.', () => [{ labels: { of: 'a' }, value }], true);
    value = 2;
    expect(meters.text()).toBe('# HELP g G.\n# TYPE g counter\ng{of="a"} 2\n');
  });
});

describe('a trace out of a text', () => {
  const good = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  test.each([
    [good, good],
    [undefined, undefined],
    ['', undefined],
    [`${good}-x`, undefined],
    [good.toUpperCase(), undefined],
    ['00-00000000000000000000000000000000-b7ad6b7169203331-01', undefined],
    ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', undefined],
  ])('%s', (text, trace) => {
    expect(traceOf(text)).toBe(trace);
  });
});
