import { describe, expect, test } from 'vitest';
import { startEngineRig } from '../../test/support/engine-rig.ts';
import { SmallNeutron } from '../../test/support/small-neutron.ts';
import { type KeptSpan, SpanKeeper } from '../../test/support/spans.ts';
import { createMeters } from '../kernel/meters.ts';
import { type Trace, traceOf } from '../kernel/tracing.ts';
import type { Cloud } from '../kernel/world.ts';

const traceId = (n: number): string => String(n).padStart(32, 'a');
const request = (n: number): Trace => traceOf(`00-${traceId(n)}-b7ad6b7169203331-01`) as Trace;

const template = (netName: string): string => `
heat_template_version: 2021-04-16
parameters:
  secret: {type: string, default: hush-hush, hidden: true}
resources:
  a: {type: 'OS::Neutron::Net', properties: {name: ${netName}}}
  b: {type: 'OS::Neutron::Net'}
  both: {type: 'OS::Heat::Value', properties: {value: {list_join: [',', [{get_resource: a}, {get_resource: b}]]}}}
`;
const secret = template('{get_param: secret}');
const small = 'heat_template_version: 2021-04-16\nresources: {a: {type: OS::Heat::None}}\n';

async function rig() {
  const neutron = new SmallNeutron();
  const cloud: Cloud = { call: async (_credential, call) => neutron.answer(call) };
  const tracer = new SpanKeeper();
  const meters = createMeters();
  return { tracer, meters, ...(await startEngineRig(cloud, 'token:very-secret', { tracer, meters })) };
}

const named = (spans: readonly KeptSpan[], name: string): readonly KeptSpan[] =>
  spans.filter(span => span.facts['convect.name'] === name);

describe('a traced create', () => {
  test('is one trace, from the request to every call', async () => {
    const { create, ended, stop, tracer, problems } = await rig();
    const stack = await create(secret, false, request(1));
    expect(await ended(stack, 'CREATE')).toMatch(/^CREATE_COMPLETE/);
    await stop();
    expect(problems).toEqual([]);
    expect([...tracer.traces]).toEqual([traceId(1)]);
    const [root] = tracer.named('stack create');
    expect(root?.parent).toBe(request(1));
    expect(tracer.spans.filter(({ id, parent }) => id !== root?.id && tracer.of(parent) === undefined)).toEqual([]);
    expect(tracer.spans.filter(({ ended: over }) => over === undefined)).toEqual([]);

    const posts = tracer.named('POST network');
    expect(posts.map(({ facts }) => facts['convect.name']).sort()).toEqual(['a', 'b']);
    for (const post of posts) {
      expect(post).toMatchObject({ kind: 'client', ended: { failed: undefined } });
      expect(post.facts).toMatchObject({
        'url.template': '/v2.0/networks',
        'http.response.status_code': 201,
        'convect.stack': stack,
        'convect.type': 'OS::Neutron::Net',
        'convect.generation': 1,
      });
      const way = tracer.wayTo(post);
      expect(way.slice(0, 4)).toEqual([
        'stack create',
        'stack task: planned',
        'stack planned',
        'stack task: delegated',
      ]);
      expect(way.slice(-3)).toEqual(['resource converge', 'resource task: called', 'POST network']);
    }
    expect(tracer.wayTo(tracer.named('compute plan')[0] as KeptSpan).slice(-2)).toEqual([
      'stack task: planned',
      'compute plan',
    ]);
  });

  test('has a link for each message that an actor waited for', async () => {
    const { create, ended, stop, tracer } = await rig();
    const stack = await create(secret, false, request(1));
    expect(await ended(stack, 'CREATE')).toMatch(/^CREATE_COMPLETE/);
    await stop();
    // Told to begin, then of its two requires: the last of the three sets it off.
    const turns = named(tracer.spans, 'both');
    expect(turns.map(({ name }) => name)).toEqual(['resource converge', 'resource ready', 'resource ready']);
    const [told, first, last] = turns;
    expect(last?.links).toEqual([told?.id, first?.id]);
    expect([first, last].map(ready => tracer.of(ready?.parent)?.facts['convect.name']).sort()).toEqual(['a', 'b']);
    // The stack hears of three; the third completes it.
    const settled = tracer.named('stack settled');
    expect(settled.map(({ facts }) => facts['convect.status'])).toEqual([
      'CREATE_IN_PROGRESS',
      'CREATE_IN_PROGRESS',
      'CREATE_COMPLETE',
    ]);
    expect(settled[2]?.links).toEqual([settled[0]?.id, settled[1]?.id]);
    // One commit for several turns.
    const commits = tracer.named('commit');
    expect(commits.length).toBeGreaterThan(2);
    for (const { parent, links, facts } of commits) {
      expect(facts['convect.turns']).toBe(links.length + 1);
      expect([parent, ...links].map(id => tracer.of(id)?.name)).not.toContain(undefined);
    }
    expect(commits.some(({ links }) => links.length > 1)).toBe(true);
  });

  test('tells no secret, no value of a template and no id of a thing', async () => {
    const { create, ended, stop, tracer, physicalIds } = await rig();
    const stack = await create(secret, false, request(1));
    await ended(stack, 'CREATE');
    const things = [...(await physicalIds(stack)).values()].filter(id => id.startsWith('networks-'));
    await stop();
    expect(things.length).toBe(2);
    const said = JSON.stringify(tracer.spans);
    for (const hidden of ['hush', 'very-secret', 'token:', ...things]) expect(said).not.toContain(hidden);
  });

  test('the next generation is another trace', async () => {
    const { create, update, ended, stop, tracer } = await rig();
    const stack = await create(template('one'), false, request(1));
    await ended(stack, 'CREATE');
    const before = tracer.spans.length;
    await update(stack, template('two'), { trace: request(2) });
    expect(await ended(stack, 'UPDATE')).toMatch(/^UPDATE_COMPLETE/);
    await stop();
    const later = tracer.spans.slice(before);
    expect(new Set(later.map(({ id }) => id.slice(3, 35)))).toEqual(new Set([traceId(2)]));
    const [put] = later.filter(({ name }) => name === 'PUT network');
    expect(put?.facts).toMatchObject({ 'url.template': '/v2.0/networks/{id}', 'convect.generation': 2 });
  });

  test('what fails says so', async () => {
    const tracer = new SpanKeeper();
    const cloud: Cloud = { call: async () => ({ kind: 'answered', answer: { status: 400, body: '{}' } }) };
    const { create, ended, stop } = await startEngineRig(cloud, '', { tracer });
    const stack = await create(template('one'), false, request(1));
    expect(await ended(stack, 'CREATE')).toMatch(/^CREATE_FAILED/);
    await stop();
    expect(tracer.named('POST network')[0]?.ended).toEqual({ failed: '400' });
  });

  test('nobody who asks is traced: the engine begins a trace of its own', async () => {
    const { create, ended, stop, tracer } = await rig();
    const stack = await create(small);
    await ended(stack, 'CREATE');
    await stop();
    expect(tracer.traces.size).toBe(1);
    expect(tracer.spans[0]).toMatchObject({ name: 'stack create', parent: undefined });
  });
});

describe('what is measured', () => {
  test('turns, commits, stacks, what waits', async () => {
    const { create, remove, ended, stop, meters } = await rig();
    const stack = await create(secret);
    await ended(stack, 'CREATE');
    const text = meters.text();
    expect(text).toContain('convect_turns_total{actor="stack",message="create"} 1\n');
    expect(text).toContain('convect_turns_total{actor="resource",message="converge"} 3\n');
    expect(text).toContain('convect_turns_total{actor="stack",message="settled"} 3\n');
    expect(text).toContain('convect_stack_seconds_count{action="CREATE",status="COMPLETE"} 1\n');
    expect(text).toMatch(/convect_stack_seconds_sum\{action="CREATE",status="COMPLETE"\} 0?\.?\d/);
    expect(text).toMatch(/convect_commit_seconds_count [1-9]/);
    expect(text).toMatch(/convect_commit_rows_count [1-9]/);
    expect(text).toContain('convect_shards_owned 1024\n');
    expect(text).toMatch(/convect_actors \d/);
    expect(text).toMatch(/convect_mailbox_depth \d/);
    await remove(stack);
    await ended(stack, 'DELETE');
    await stop();
    expect(meters.text()).toContain('convect_stack_seconds_count{action="DELETE",status="COMPLETE"} 1\n');
    expect(meters.text()).toContain('convect_shards_owned 0\n');
  });

  test('a stack that fails, and how long it took in seconds', async () => {
    const meters = createMeters();
    const slow: Cloud = {
      call: async () => {
        await new Promise(resolve => setTimeout(resolve, 120));
        return { kind: 'answered', answer: { status: 400, body: '{}' } };
      },
    };
    const { create, ended, stop } = await startEngineRig(slow, '', { meters });
    const stack = await create(template('one'));
    await ended(stack, 'CREATE');
    await stop();
    const took = /convect_stack_seconds_sum\{action="CREATE",status="FAILED"\} ([\d.]+)/.exec(meters.text())?.[1];
    expect(Number(took)).toBeGreaterThan(0.1);
    expect(Number(took)).toBeLessThan(5);
  });
});
