import { describe, expect, test } from 'vitest';
import { createMeters } from '../engine/kernel/meters.ts';
import { SpanKeeper } from '../test/support/spans.ts';
import { rig } from './fixtures/gateway.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a traced request', () => {
  test('is a span from which the engine’s descend', async () => {
    const tracer = new SpanKeeper();
    const { ask, engine, logged } = rig({ tracer });
    expect((await ask('GET', '/v1/p1/stacks')).statusCode).toBe(200);
    const [span, ...more] = tracer.spans;
    expect(more).toEqual([]);
    expect(span).toMatchObject({ kind: 'server', parent: undefined, links: [], ended: { failed: undefined } });
    expect(span?.name).toBe(`GET ${span?.facts['http.route']}`);
    expect(span?.name).toContain('/stacks');
    expect(span?.name).not.toContain('p1');
    expect(span?.facts).toMatchObject({ 'http.response.status_code': 200 });
    expect(span?.facts['convect.request_id']).toBe(
      logged.find(({ event }) => event === 'request')?.fields['request_id'],
    );
    expect(engine.callers.at(-1)?.trace).toBe(span?.id);
  });

  test('goes on with the trace that its sender is in, if that is one', async () => {
    const tracer = new SpanKeeper();
    const { ask, engine } = rig({ tracer });
    await ask('GET', '/v1/p1/stacks', { headers: { traceparent } });
    await ask('GET', '/v1/p1/stacks', { headers: { traceparent: 'nonsense' } });
    expect(tracer.spans.map(({ parent }) => parent)).toEqual([traceparent, undefined]);
    expect(engine.callers[0]?.trace?.slice(3, 35)).toBe(traceparent.slice(3, 35));
  });

  test('the log names its stack and its trace', async () => {
    const tracer = new SpanKeeper();
    const { ask, logged } = rig({ tracer });
    const stack = '5b6f5b6e-0d3c-4f0a-9d5e-2f1f3a7c9b11';
    await ask('GET', `/v1/p1/stacks/some-name/${stack}`, { headers: { traceparent } });
    await ask('GET', '/v1/p1/stacks');
    const [one, all] = logged.filter(({ event }) => event === 'request').map(({ fields }) => fields);
    expect(one).toMatchObject({ stack, trace: traceparent.slice(3, 35) });
    expect(JSON.stringify(one)).not.toContain('some-name');
    expect(all).not.toHaveProperty('stack');
  });

  test('ends also where nobody got in; a health check is none', async () => {
    const tracer = new SpanKeeper();
    const { ask } = rig({ tracer });
    await ask('GET', '/v1/p1/stacks', { token: 'unknown-token' });
    await ask('GET', '/healthcheck', { token: null });
    expect(tracer.spans.map(({ name, facts, ended }) => [name, facts['http.response.status_code'], ended])).toEqual([
      ['GET', 401, { failed: undefined }],
    ]);
    expect(JSON.stringify(tracer.spans)).not.toContain('unknown-token');
  });

  test('without a tracer the engine is told of no trace', async () => {
    const { ask, engine } = rig();
    await ask('GET', '/v1/p1/stacks', { headers: { traceparent } });
    expect(engine.callers.at(-1)).not.toHaveProperty('trace');
  });
});

describe('what is counted', () => {
  test('requests by route and status, and how long they took', async () => {
    const meters = createMeters();
    const { ask } = rig({ meters });
    await ask('GET', '/v1/p1/stacks');
    await ask('GET', '/v1/p1/stacks');
    await ask('GET', '/v1/p1/stacks', { token: 'unknown-token' });
    await ask('GET', '/healthcheck', { token: null });
    const text = meters.text();
    expect(text).toMatch(/convect_http_requests_total\{method="GET",route="[^"]*stacks",status="200"\} 2\n/);
    expect(text).toContain('convect_http_requests_total{method="GET",route="none",status="401"} 1\n');
    expect(text).toMatch(/convect_http_request_seconds_count\{method="GET",route="[^"]*stacks"\} 2\n/);
    expect(text).not.toContain('p1');
    expect(text).not.toContain('healthcheck');
  });
});
