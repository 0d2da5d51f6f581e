/**
 * `npm run trace [-- --out DIR]`: a stack of 20 resources on a cluster of two engines and a gateway that trace, over
 * etcd, PostgreSQL and the sandbox cloud, each a process of its own; created, then deleted.
 *
 * Checked is that all spans of a generation are one trace, whose root is the request that asked for it; that none lacks
 * its parent; that every resource and call is in it, that messages which were waited for are linked, and that /metrics
 * counted the same. `--out` keeps
 * the create's spans (OTLP in JSON, for Jaeger or any collector) and the picture of them. Last line: `trace: …`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Session } from '../../cli/client.ts';
import { shardCount } from '../../engine/kernel/ids.ts';
import { until } from '../bench/rounds.ts';
import { engineStatusOffset, startCluster, type TestCluster } from '../support/cluster.ts';
import { pictureOf } from './picture.ts';
import { type Shown, spansOf } from './spans.ts';
import { resourceCount, template } from './template.ts';

const name = 'twenty';

interface Lived {
  readonly id: string;
  /** Lines of all processes' files. */
  readonly lines: readonly string[];
}

async function live(): Promise<Lived> {
  const cluster = await startCluster({ engines: 2, gateways: 1, tracing: true });
  try {
    const session = await cluster.logIn();
    await play(session, 'warm-up');
    const id = await play(session, name);
    checkMetrics(await metricsOf(cluster));
    // Spans leave when their process ends.
    await Promise.all([...cluster.gateways, ...cluster.engines].map(one => one.stop()));
    return { id, lines: linesOf(cluster) };
  } finally {
    await cluster.stop();
  }
}

async function play(session: Session, stack: string): Promise<string> {
  const patience = { pollMs: 100, giveUpMs: 120_000 };
  const asked = { json: { stack_name: stack, template } };
  const { stack: made } = await session.must<{ stack: { id: string } }>('POST', '/stacks', asked);
  await until(session, `/stacks/${stack}/${made.id}`, 'CREATE_COMPLETE', patience);
  await session.must('DELETE', `/stacks/${stack}/${made.id}`);
  await until(session, `/stacks/${stack}/${made.id}`, 'DELETE_COMPLETE', patience);
  return made.id;
}

/** All engines' metrics, one after the other. */
async function metricsOf({ engines, portBase }: TestCluster): Promise<string> {
  const texts = await Promise.all(
    engines.map(async (_, n) => (await fetch(`http://127.0.0.1:${portBase + engineStatusOffset + n}/metrics`)).text()),
  );
  return texts.join('\n');
}

function checkMetrics(text: string): void {
  const sum = (sample: string): number =>
    text
      .split('\n')
      .filter(line => line.startsWith(`${sample} `))
      .reduce((total, line) => total + Number(line.split(' ')[1]), 0);
  const stacks = sum('convect_stack_seconds_count{action="CREATE",status="COMPLETE"}');
  const ports = sum('convect_cloud_calls_total{service="network",method="POST",result="201"}');
  const shards = sum('convect_shards_owned');
  const commits = sum('convect_commit_seconds_count');
  check(stacks === 2, `metrics: ${stacks} creates, not 2`);
  check(ports >= 10, `metrics: ${ports} POSTs to the network service`);
  check(shards === shardCount, `metrics: ${shards} shards are owned`);
  check(commits > 0, 'metrics: no commits');
}

/** A process that had nothing to tell has no file. */
function linesOf({ engines, gateways, dataDir }: TestCluster): readonly string[] {
  return [...engines, ...gateways]
    .map(({ name: process }) => join(dataDir, `${process}.spans`))
    .filter(existsSync)
    .flatMap(file => readFileSync(file, 'utf8').split('\n'))
    .filter(line => line !== '');
}

const failures: string[] = [];

function check(is: boolean, what: string): void {
  if (!is) failures.push(what);
}

/** The spans of the stack's first generation, with the request's: one trace. */
function traceOfCreate(all: readonly Shown[], id: string): readonly Shown[] {
  const generations = new Map<string, Set<string>>();
  for (const { facts, trace } of all) {
    const generation = facts.get('convect.generation');
    if (facts.get('convect.stack') !== id || generation === undefined) continue;
    generations.set(generation, (generations.get(generation) ?? new Set()).add(trace));
  }
  for (const [generation, traces] of generations) {
    check(traces.size === 1, `generation ${generation} is in ${traces.size} traces`);
  }
  check(generations.size === 2, `${generations.size} generations were traced, not 2`);
  const [trace] = generations.get('1') ?? [];
  return all.filter(span => span.trace === trace);
}

function checkTrace(spans: readonly Shown[]): void {
  const ids = new Set(spans.map(({ id }) => id));
  const roots = spans.filter(({ parent }) => parent === undefined);
  check(roots.length === 1 && /^POST .*stacks$/.test(roots[0]?.name ?? ''), `roots: ${roots.map(root => root.name)}`);
  const lost = spans.filter(({ parent }) => parent !== undefined && !ids.has(parent));
  check(lost.length === 0, `without their parent: ${lost.map(span => span.name).join(', ')}`);
  const linksLost = spans.flatMap(({ links }) => links).filter(link => !ids.has(link));
  check(linksLost.length === 0, `${linksLost.length} links lead nowhere`);
}

function summary(spans: readonly Shown[]): string {
  const resources = new Set(
    spans.filter(({ facts }) => facts.has('convect.type')).map(({ facts }) => facts.get('convect.name')),
  );
  const calls = spans.filter(({ facts }) => facts.has('http.request.method') && facts.has('convect.service'));
  const links = spans.reduce((sum, span) => sum + (span.name === 'commit' ? 0 : span.links.length), 0);
  const processes = new Set(spans.map(({ process }) => process));
  check(resources.size === resourceCount, `${resources.size} resources are in the trace, not ${resourceCount}`);
  check(calls.length >= resourceCount - 2, `only ${calls.length} calls`);
  check(links > 0, 'no links');
  check(processes.size > 1, 'all spans are of one process');
  const counts = {
    resources: resources.size,
    spans: spans.length,
    processes: processes.size,
    calls: calls.length,
    links,
  };
  return Object.entries(counts)
    .map(([what, count]) => `${what}=${count}`)
    .join(' ');
}

function keep(out: string, { lines, id }: Lived, spans: readonly Shown[]): void {
  mkdirSync(out, { recursive: true });
  const trace = spans[0]?.trace ?? '';
  const kept = lines.map(line => onlyOf(line, trace)).filter(line => line !== undefined);
  writeFileSync(join(out, 'create-20.otlp.jsonl'), kept.map(line => `${line}\n`).join(''));
  const took = Math.max(...spans.map(({ end }) => end)) - Math.min(...spans.map(({ begin }) => begin));
  const title = `Create of a stack of ${resourceCount} resources: one trace, ${spans.length} spans, ${Math.round(took)} ms`;
  writeFileSync(join(out, 'create-20.svg'), pictureOf(spans, title));
  console.log(`trace: kept ${join(out, 'create-20.svg')} of stack ${id}`);
}

interface Line {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { readonly traceId: string }[] }[];
  }[];
}

/** A line without what is of other traces. */
function onlyOf(line: string, trace: string): string | undefined {
  const { resourceSpans } = JSON.parse(line) as Line;
  const kept = resourceSpans.map(({ scopeSpans, ...of }) => ({
    ...of,
    scopeSpans: scopeSpans
      .map(({ spans, ...scope }) => ({ ...scope, spans: spans.filter(({ traceId }) => traceId === trace) }))
      .filter(({ spans }) => spans.length > 0),
  }));
  const full = kept.filter(({ scopeSpans }) => scopeSpans.length > 0);
  return full.length === 0 ? undefined : JSON.stringify({ resourceSpans: full });
}

try {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const lived = await live();
  const spans = traceOfCreate(spansOf(lived.lines.join('\n')), lived.id);
  checkTrace(spans);
  const counts = summary(spans);
  if (values.out !== undefined) keep(values.out, lived, spans);
  for (const failure of failures) console.log(`trace: ${failure}`);
  console.log(failures.length === 0 ? `trace: ${counts} traces=1` : `trace: failed: ${failures.length} of its checks`);
  process.exitCode = failures.length === 0 ? 0 : 1;
} catch (error) {
  console.log(`trace: failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
process.exit();
