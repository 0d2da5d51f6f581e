import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createMeters } from '../engine/kernel/meters.ts';
import { type Trace, traceOf } from '../engine/kernel/tracing.ts';
import { startStatus } from './status.ts';
import { startTracing } from './tracing.ts';

const folder = mkdtempSync(join(tmpdir(), 'convect-tracing-'));
afterAll(() => rmSync(folder, { recursive: true }));

const who = { service: 'convect-engine', instance: 'engine-1', version: '1.2.3' };

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: number; readonly message?: string };
}
interface Otlp {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: object }[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

const spansIn = (texts: readonly string[]): readonly OtlpSpan[] =>
  texts.flatMap(text =>
    (JSON.parse(text) as Otlp).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  );
const linesOf = (file: string): readonly string[] => readFileSync(file, 'utf8').trimEnd().split('\n');
const spanId = (trace: Trace | undefined): string | undefined => trace?.split('-')[2];

describe('a file of spans', () => {
  test('has parents, links, times, facts and what failed', async () => {
    const file = join(folder, 'spans.jsonl');
    const { tracer, stop } = await startTracing({ file }, who);
    const began = performance.now() - 50;
    const root = tracer.begin('request', { kind: 'server', at: began });
    const first = tracer.begin('first', {
      parent: root.trace,
      facts: { 'convect.name': 'a', 'convect.generation': 2 },
    });
    first.end();
    const second = tracer.begin('second', { parent: root.trace, links: [first.trace], kind: 'client' });
    second.note({ 'http.response.status_code': 409 });
    second.rename('POST network');
    second.end('409');
    root.end();
    await stop();
    const [text = ''] = linesOf(file);
    const { resource } = (JSON.parse(text) as Otlp).resourceSpans[0] ?? {};
    expect(resource?.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'convect-engine' } });
    expect(resource?.attributes).toContainEqual({ key: 'service.instance.id', value: { stringValue: 'engine-1' } });
    const spans = new Map(spansIn([text]).map(span => [span.name, span]));
    expect([...spans.keys()].sort()).toEqual(['POST network', 'first', 'request']);
    const [request, call] = [spans.get('request'), spans.get('POST network')];
    expect(new Set([...spans.values()].map(({ traceId }) => traceId)).size).toBe(1);
    expect(request?.parentSpanId).toBeUndefined();
    expect(request?.spanId).toBe(spanId(root.trace));
    expect(call).toMatchObject({ parentSpanId: spanId(root.trace), kind: 3, status: { code: 2, message: '409' } });
    expect(call?.links.map(link => link.spanId)).toEqual([spanId(first.trace)]);
    expect(spans.get('first')?.attributes).toContainEqual({ key: 'convect.name', value: { stringValue: 'a' } });
    const tookMs = Number(BigInt(request?.endTimeUnixNano ?? 0) - BigInt(request?.startTimeUnixNano ?? 0)) / 1e6;
    expect(tookMs).toBeGreaterThanOrEqual(49.9);
    expect(tookMs).toBeLessThan(5_000);
  });

  test('whose sender did not keep it is not kept here, but its trace goes on', async () => {
    const file = join(folder, 'unsampled.jsonl');
    const { tracer, stop } = await startTracing({ file }, who);
    const dropped = traceOf('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00');
    const span = tracer.begin('dropped', { parent: dropped });
    expect(span.trace).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
    span.end();
    tracer.begin('kept', {}).end();
    await stop();
    expect(spansIn(linesOf(file)).map(({ name }) => name)).toEqual(['kept']);
  });

  test('of no trace at all, where none is to be kept', async () => {
    const file = join(folder, 'none.jsonl');
    const { tracer, stop } = await startTracing({ file, ratio: 0 }, who);
    tracer.begin('one', {}).end();
    await stop();
    expect(() => linesOf(file)).toThrow('ENOENT');
  });
});

test('a collector is sent the same over HTTP', async () => {
  const got: { url: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      got.push({ url: request.url, body });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { tracer, stop } = await startTracing({ otlp: `http://127.0.0.1:${port}/v1/traces` }, who);
  tracer.begin('one', {}).end();
  await stop();
  server.close().closeAllConnections();
  expect(got.map(({ url }) => url)).toEqual(['/v1/traces']);
  expect(spansIn(got.map(({ body }) => body)).map(({ name }) => name)).toEqual(['one']);
});

describe('/metrics', () => {
  test('is Prometheus’ text, with those of the process', async () => {
    const meters = createMeters();
    meters.counter('convect_turns_total', 'Turns.').add({ actor: 'stack', message: 'create' });
    const status = await startStatus('127.0.0.1:0', () => ({ ready: true }), meters);
    const answer = await fetch(`http://127.0.0.1:${status.port}/metrics`);
    const text = await answer.text();
    status.close();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(text).toContain('convect_turns_total{actor="stack",message="create"} 1\n');
    expect(text).toMatch(/process_cpu_seconds_total \d+\.?\d*\n/);
    expect(text).toMatch(/process_resident_memory_bytes [1-9]\d+\n/);
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)+\})? -?[\d.e+-]+)$/);
    }
  });

  test('is not there without meters', async () => {
    const status = await startStatus('127.0.0.1:0', () => ({ ready: true }));
    const answer = await fetch(`http://127.0.0.1:${status.port}/metrics`);
    await answer.text();
    status.close();
    expect(answer.status).toBe(404);
  });
});
