/** `/stacks/{name}/{id}`: one stack, what it was made of, what it gives out, its end (contract: rest-api §3.2, §3.4). */
import { errors } from '../../engine/kernel/errors.ts';
import { isUuid } from '../../engine/kernel/ids.ts';
import { mapOf } from '../../engine/values/value.ts';
import type { StackIdentity } from '../../proto/engine.ts';
import { type Answer, type Exchange, json, noContent, param, type Route } from '../route.ts';
import { outputDetails, outputEntry, stackDetails } from '../views.ts';

/** The path every route of a stack begins with. */
export const stackPath = '/stacks/{stack_name}/{stack_id}';

/** The stack that the path names. Throws EntityNotFound, under the name, for an id that is none. */
export function stackOf(x: Exchange): StackIdentity {
  const name = param(x, 'stack_name');
  const id = param(x, 'stack_id');
  if (!isUuid(id)) throw errors.EntityNotFound({ entity: 'Stack', name });
  return { project: x.project, name, id };
}

async function show(x: Exchange): Promise<Answer> {
  const resolveOutputs = x.query.bool('resolve_outputs') ?? true;
  const stack = await x.engine.showStack(x.caller, stackOf(x), resolveOutputs);
  return json(mapOf([['stack', stackDetails(stack, x.links)]]));
}

async function remove(x: Exchange): Promise<Answer> {
  await x.engine.deleteStack(x.caller, stackOf(x));
  return noContent;
}

async function template(x: Exchange): Promise<Answer> {
  return json(await x.engine.template(x.caller, stackOf(x)));
}

async function environment(x: Exchange): Promise<Answer> {
  return json(await x.engine.environment(x.caller, stackOf(x)));
}

async function files(x: Exchange): Promise<Answer> {
  return json(await x.engine.files(x.caller, stackOf(x)));
}

async function outputs(x: Exchange): Promise<Answer> {
  const found = await x.engine.outputs(x.caller, stackOf(x));
  return json(mapOf([['outputs', found.map(outputEntry)]]));
}

async function output(x: Exchange): Promise<Answer> {
  const found = await x.engine.output(x.caller, stackOf(x), param(x, 'output_key'));
  return json(mapOf([['output', outputDetails(found)]]));
}

export const stackRoutes: readonly Route[] = [
  { methods: ['GET'], path: stackPath, policy: 'stacks:show', handle: show },
  { methods: ['DELETE'], path: stackPath, policy: 'stacks:delete', handle: remove },
  { methods: ['GET'], path: `${stackPath}/template`, policy: 'stacks:template', handle: template },
  { methods: ['GET'], path: `${stackPath}/environment`, policy: 'stacks:environment', handle: environment },
  { methods: ['GET'], path: `${stackPath}/files`, policy: 'stacks:files', handle: files },
  { methods: ['GET'], path: `${stackPath}/outputs`, policy: 'stacks:list_outputs', handle: outputs },
  { methods: ['GET'], path: `${stackPath}/outputs/{output_key}`, policy: 'stacks:show_output', handle: output },
];
