import { expect, test } from 'vitest';
import { pictureOf } from './picture.ts';
import { spansOf } from './spans.ts';

const attribute = (key: string, value: string | number) => ({
  key,
  value: typeof value === 'string' ? { stringValue: value } : { intValue: value },
});

const actor = (id: string, name: string, type?: string) => [
  attribute('convect.actor', id),
  attribute('convect.stack', 's'),
  attribute('convect.name', name),
  ...(type === undefined ? [] : [attribute('convect.type', type)]),
];

const span = (spanId: string, parentSpanId: string | undefined, name: string, at: number, more: object = {}) => ({
  traceId: 't',
  spanId,
  ...(parentSpanId !== undefined && { parentSpanId }),
  name,
  startTimeUnixNano: String(1_790_000_000_000_000_000n + BigInt(at) * 1_000_000n),
  endTimeUnixNano: String(1_790_000_000_000_000_000n + BigInt(at + 5) * 1_000_000n + 250_000n),
  ...more,
});

const line = (instance: string, ...spans: readonly object[]): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', 'convect'), attribute('service.instance.id', instance)] },
        scopeSpans: [{ spans }],
      },
    ],
  });

const text = [
  line(
    'engine',
    span('c', 'b', 'resource converge', 20, { attributes: actor('r2', 'late <one>', 'OS::Neutron::Port') }),
    span('d', 'c', 'POST network', 21, {
      attributes: [...actor('r2', 'late <one>'), attribute('convect.service', 'network')],
      status: { code: 2 },
    }),
    span('e', 'c', 'resource ready', 40, {
      attributes: actor('r1', 'a', 'OS::Heat::Value'),
      links: [{ spanId: 'b' }],
    }),
    span('b', 'a', 'stack create', 10, { attributes: actor('s', 'twenty') }),
    span('f', 'b', 'commit', 12, { attributes: [attribute('convect.stack', 's')] }),
  ),
  line('gateway', span('a', undefined, 'POST /stacks', 0)),
].join('\n');

test('spans of several files and lines are read in order of time', () => {
  const spans = spansOf(text);
  expect(spans.map(({ id }) => id)).toEqual(['a', 'b', 'f', 'c', 'd', 'e']);
  const [request, create] = spans;
  expect(request).toMatchObject({ parent: undefined, process: 'convect/gateway', links: [], failed: false });
  expect(create?.facts.get('convect.name')).toBe('twenty');
  expect((create?.end ?? 0) - (create?.begin ?? 0)).toBeCloseTo(5.25, 3);
  expect(spans.find(({ id }) => id === 'd')?.failed).toBe(true);
  expect(spans.find(({ id }) => id === 'e')?.links).toEqual(['b']);
});

test('a picture has a row for each actor, a bar for each call, and lines between rows', () => {
  const picture = pictureOf(spansOf(text), 'A & B');
  const labels = [...picture.matchAll(/<text x="12" y="\d+">([^<]+)</g)].map(([, label]) => label);
  expect(labels).toEqual(['POST /stacks', 'stack twenty', 'commits', 'late &lt;one&gt;', 'a']);
  expect(picture).toContain('A &amp; B');
  expect(picture).toContain('Neutron::Port');
  expect(picture).toContain('<title>POST network: 5.25 ms (convect/engine)</title>');
  expect(picture.match(/stroke="#d00000"/g)?.length).toBe(1);
  // Request → stack, stack → r2, r2 → r1; and the link of r1.
  expect(picture.match(/<path d="M[^"]+L[^"]+"/g)?.length).toBe(3);
  expect(picture.match(/stroke-dasharray/g)?.length).toBe(1);
});
