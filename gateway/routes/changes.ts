/**
 * What changes a stack that is there: PUT and PATCH and their previews (contract: rest-api §3.6, §3.7), actions
 * (§4.3), the health of a resource (§4.1); and why it is not done yet, which Heat has no route for.
 */
import { emptyMap, mapOf } from '../../engine/values/value.ts';
import { permitting } from '../body.ts';
import { actionOf, healthMark, patchPolicy, stackChange } from '../change-body.ts';
import { type Answer, accepted, type Exchange, json, param, type Route } from '../route.ts';
import { updatePreviewed, whyShown } from '../views.ts';
import { resourcePath } from './resources.ts';
import { stackOf, stackPath } from './stack.ts';

function update(existing: boolean): (x: Exchange) => Promise<Answer> {
  return async x => {
    await x.engine.updateStack(x.caller, stackOf(x), permitting(x, stackChange(x.body, x.limits, existing)));
    return accepted;
  };
}

function preview(existing: boolean): (x: Exchange) => Promise<Answer> {
  return async x => {
    const stack = stackOf(x);
    const change = permitting(x, stackChange(x.body, x.limits, existing));
    const nested = x.query.bool('show_nested') ?? false;
    const changes = await x.engine.previewUpdate(x.caller, stack, change, nested);
    return json(mapOf([['resource_changes', updatePreviewed(stack, changes)]]));
  };
}

async function act(x: Exchange): Promise<Answer> {
  await x.engine.actOn(x.caller, stackOf(x), actionOf(x.body));
  return json(null);
}

async function mark(x: Exchange): Promise<Answer> {
  await x.engine.markResource(x.caller, stackOf(x), param(x, 'resource_name'), healthMark(x.body));
  return json(null);
}

async function signal(x: Exchange): Promise<Answer> {
  const details = x.body.kind === 'map' ? x.body.map : emptyMap;
  await x.engine.signalResource(x.caller, stackOf(x), param(x, 'resource_name'), details);
  return json(null);
}

async function why(x: Exchange): Promise<Answer> {
  return json(mapOf([['why', whyShown(await x.engine.why(x.caller, stackOf(x)))]]));
}

const previewPath = `${stackPath}/preview`;

export const changeRoutes: readonly Route[] = [
  { methods: ['PUT'], path: stackPath, policy: 'stacks:update', handle: update(false), readsBody: true },
  { methods: ['PATCH'], path: stackPath, policy: patchPolicy, handle: update(true), readsBody: true },
  { methods: ['PUT'], path: previewPath, policy: 'stacks:preview_update', handle: preview(false), readsBody: true },
  {
    methods: ['PATCH'],
    path: previewPath,
    policy: 'stacks:preview_update_patch',
    handle: preview(true),
    readsBody: true,
  },
  { methods: ['POST'], path: `${stackPath}/actions`, policy: 'actions:action', handle: act, readsBody: true },
  { methods: ['PATCH'], path: resourcePath, policy: 'resource:mark_unhealthy', handle: mark, readsBody: true },
  {
    methods: ['POST'],
    path: `${resourcePath}/signal`,
    policy: 'resource:signal',
    handle: signal,
    readsBody: true,
  },
  { methods: ['GET'], path: `${stackPath}/why`, policy: 'stacks:show', handle: why },
];
