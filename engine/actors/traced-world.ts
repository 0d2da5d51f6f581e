/** The World as a traced task sees it: every call to a service, delegation and computation is a span of that task. */
import type { Cloud, CloudCall, CloudOutcome, Compute, Credentials } from '../kernel/world.ts';
import type { SpanFacts, Trace, Tracer } from '../kernel/tracing.ts';
import type { World } from './world.ts';

/** A world that does what `world` does, and tells of it. `facts`: whose task it is. */
export function tracedWorld(world: World, tracer: Tracer, parent: Trace, facts: SpanFacts): World {
  return {
    ...world,
    cloud: tracedCloud(world.cloud, tracer, parent, facts),
    compute: tracedCompute(world.compute, tracer, parent, facts),
    ...(world.credentials && { credentials: tracedCredentials(world.credentials, tracer, parent, facts) }),
  };
}

function tracedCloud(cloud: Cloud, tracer: Tracer, parent: Trace, facts: SpanFacts): Cloud {
  return {
    call: async (credential, call, deadlineMs) => {
      const { service, method } = call;
      const span = tracer.begin(`${method} ${service}`, {
        parent,
        kind: 'client',
        facts: {
          ...facts,
          'convect.service': service,
          'http.request.method': method,
          'url.template': shapeOf(call),
          ...(call.poll && { 'convect.polled': true }),
        },
      });
      const outcome = await cloud.call(credential, call, deadlineMs);
      span.note(outcomeFacts(outcome));
      span.end(failureOf(outcome));
      return outcome;
    },
  };
}

function outcomeFacts(outcome: CloudOutcome): SpanFacts {
  if (outcome.kind === 'answered') return { 'http.response.status_code': outcome.answer.status };
  return { 'convect.outcome': outcome.kind };
}

function failureOf(outcome: CloudOutcome): string | undefined {
  if (outcome.kind !== 'answered') return outcome.kind;
  return outcome.answer.status >= 400 ? String(outcome.answer.status) : undefined;
}

/** Words of a path that stand before a collection, and are none themselves. */
const prefixes: ReadonlySet<string> = new Set(['qos', 'OS-TRUST']);

/**
 * A path without its query and without what names one thing, for both may hold what a template says:
 * `/servers/{id}/action`. Services' paths are collections and members in turn, after a version.
 */
export function shapeOf({ path }: Pick<CloudCall, 'path'>): string {
  const [plain = ''] = path.split('?');
  let isMember = false;
  return plain
    .split('/')
    .map(segment => {
      if (segment === '' || prefixes.has(segment) || /^v\d+(\.\d+)?$/.test(segment)) return segment;
      const shown = isMember && segment !== 'detail' ? '{id}' : segment;
      isMember = !isMember;
      return shown;
    })
    .join('/');
}

function tracedCompute(compute: Compute, tracer: Tracer, parent: Trace, facts: SpanFacts): Compute {
  return {
    run: async <I, O>(job: string, input: I): Promise<O> => {
      const span = tracer.begin(`compute ${job}`, { parent, facts });
      try {
        const made = await compute.run<I, O>(job, input);
        span.end();
        return made;
      } catch (error) {
        span.end('refused');
        throw error;
      }
    },
  };
}

function tracedCredentials(credentials: Credentials, tracer: Tracer, parent: Trace, facts: SpanFacts): Credentials {
  return {
    delegate: async (credential, mark, isFirst) => {
      const span = tracer.begin('delegate', {
        parent,
        kind: 'client',
        facts: { ...facts, 'convect.service': 'identity' },
      });
      const delegation = await credentials.delegate(credential, mark, isFirst);
      span.end(delegation.kind === 'delegated' ? undefined : delegation.kind);
      return delegation;
    },
    revoke: async credential => {
      const span = tracer.begin('revoke', {
        parent,
        kind: 'client',
        facts: { ...facts, 'convect.service': 'identity' },
      });
      const revoked = await credentials.revoke(credential);
      span.end(revoked === 'gone' ? undefined : revoked);
      return revoked;
    },
  };
}
