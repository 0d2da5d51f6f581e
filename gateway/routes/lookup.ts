/**
 * `/stacks/{name or id}[/suffix]` → 302 to the canonical URL, for every method (contract: rest-api §3.2).
 *
 * Clients send the same method and body again to the Location, or only read it: heatclient splits it on `/stacks/`.
 * That is why a stack's own users may look up what they may not show.
 */
import type { StackIdentity } from '../../proto/engine.ts';
import { queryText } from '../links.ts';
import { type Answer, type Exchange, param, type Route } from '../route.ts';

const arnForm = /^arn:openstack:heat::([^:/]+):stacks\/([^/]+)\/([^/]+)(?:\/.*)?$/s;

/** An ARN says all that the URL needs; anything else is asked for. */
async function identityOf(x: Exchange): Promise<StackIdentity> {
  const asked = param(x, 'stack_name');
  const [, project, name, id] = arnForm.exec(asked) ?? [];
  if (project !== undefined && name !== undefined && id !== undefined) {
    return { project: unquoted(project), name: unquoted(name), id: unquoted(id) };
  }
  return x.engine.locate(x.caller, asked);
}

/** Parts of an ARN are quoted once more; a broken escape is taken as it stands. */
function unquoted(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function lookup(x: Exchange): Promise<Answer> {
  const stack = await identityOf(x);
  const suffix = param(x, 'path');
  const query = x.query.pairs.length > 0 ? `?${queryText(x.query.pairs)}` : '';
  return { kind: 'found', location: `${x.links.stack(stack)}${suffix && `/${suffix}`}${query}` };
}

const policy = 'stacks:lookup';
const every = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export const lookupRoutes: readonly Route[] = [
  { methods: every, path: '/stacks/{stack_name}', policy, handle: lookup },
  { methods: every, path: '/stacks/{stack_name:arn:.*}', policy, handle: lookup },
  {
    methods: ['GET'],
    path: '/stacks/{stack_name}/{path:resources|events|template|actions|environment|files}',
    policy,
    handle: lookup,
  },
  { methods: ['POST'], path: '/stacks/{stack_name}/{path:resources|events|template|actions}', policy, handle: lookup },
];
