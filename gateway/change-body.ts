/**
 * The bodies that change a stack: PUT and PATCH (contract: rest-api §3.7), actions (§4.3), the health of a resource
 * (§4.1). Shapes only, in Heat's order; what can be done to the stack as it is, its engine knows.
 */
import { errors } from '../engine/kernel/errors.ts';
import { pyStr } from '../engine/values/python.ts';
import { isList, isMap, type Value, type ValueMap } from '../engine/values/value.ts';
import type { HealthMark, StackActed, StackChange } from '../proto/engine.ts';
import {
  disableRollbackOf,
  environmentFilesOf,
  environmentOf,
  filesOf,
  givenTemplate,
  parametersOf,
  refuseUnbuilt,
  tagsOf,
  templateUrlOf,
  timeoutOf,
} from './body.ts';
import type { PolicyName } from './policy.ts';
import { extractBool, kindOf } from './query.ts';
import type { GatewayLimits, RequestBody } from './route.ts';

/** `existing`: a PATCH, which needs no template. Throws as a create's body does (body.ts). */
export function stackChange(body: RequestBody, bounds: GatewayLimits, existing: boolean): StackChange {
  if (body.kind === 'none') throw errors.MalformedBody({ hint: body.hint });
  const { map } = body;
  const timeoutMins = timeoutOf(map);
  const tags = tagsOf(map);
  const disableRollback = disableRollbackOf(map);
  const converge = convergeOf(map);
  refuseUnbuilt(map);
  const template = givenTemplate(map, bounds.maxTemplateBytes);
  const templateUrl = templateUrlOf(map);
  if (template === undefined && templateUrl === undefined && !existing)
    throw errors.BadRequest({ message: 'No template specified' });
  const environment = environmentOf(map);
  const parameters = parametersOf(map);
  const files = filesOf(map);
  const environmentFiles = environmentFilesOf(map, existing ? undefined : files);
  const clearParameters = existing ? clearedOf(map) : [];
  return {
    existing,
    template,
    ...(templateUrl !== undefined && { templateUrl }),
    environment,
    environmentFiles,
    files,
    parameters,
    clearParameters,
    timeoutMins,
    disableRollback,
    tags,
    converge,
  };
}

function convergeOf(map: ValueMap): boolean {
  const value = map.get('converge');
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (word === 'true' || word === 'false') return word === 'true';
  const shown = typeof value === 'string' ? `"${value}"` : kindOf(value);
  throw errors.ValueError({
    message: `Unrecognized value ${shown} for "converge", acceptable values are: true, false.`,
  });
}

/** Names of parameters; a single one need not be a list. */
function clearedOf(map: ValueMap): readonly string[] {
  const value = map.get('clear_parameters');
  if (value === undefined) return [];
  if (typeof value === 'string') return [value];
  if (isList(value)) {
    return value.map(name => {
      if (typeof name === 'string') return name;
      throw errors.MalformedBody({ hint: `"clear_parameters" must hold names, not ${kindOf(name)}.` });
    });
  }
  throw errors.MalformedBody({ hint: `"clear_parameters" must be a list of names, not ${kindOf(value)}.` });
}

/** What a PATCH brings that is no argument of the update itself. */
const parts = ['template', 'parameters', 'environment', 'files', 'environment_files', 'files_container'];
const ignored = new Set([...parts, 'template_url', 'stack_name', 'existing']);

function isEmpty(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  return isMap(value) ? value.size === 0 : isList(value) && value.length === 0;
}

/** An update that changes nothing but looks again has a right of its own (contract: rest-api §3.7). */
export function patchPolicy(body: RequestBody): PolicyName {
  const { map } = body.kind === 'map' ? body : { map: new Map<string, Value>() };
  const nothing = parts.every(part => isEmpty(map.get(part))) && [...map.keys()].every(key => ignored.has(key));
  return nothing ? 'stacks:update_no_change' : 'stacks:update_patch';
}

const actions: Readonly<Record<string, StackActed>> = {
  suspend: 'suspend',
  resume: 'resume',
  check: 'check',
  cancel_update: 'cancel_update',
  cancel_without_rollback: 'cancel_without_rollback',
};

/** The one key of an action's body; its value says nothing. Throws BadRequest. */
export function actionOf(body: RequestBody): StackActed {
  const [name, ...more] = body.kind === 'map' ? [...body.map.keys()] : [];
  if (name === undefined) throw errors.BadRequest({ message: 'No action specified' });
  if (more.length > 0) throw errors.BadRequest({ message: 'Multiple actions specified' });
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) throw errors.BadRequest({ message: `Invalid action ${name} specified` });
  return action;
}

const markKeys = ['mark_unhealthy', 'resource_status_reason'];

/** Throws BadRequest for an unknown or missing key, MalformedBody for a reason that is no text. */
export function healthMark(body: RequestBody): HealthMark {
  if (body.kind === 'none') throw errors.MalformedBody({ hint: body.hint });
  const { map } = body;
  const value = map.get('mark_unhealthy');
  if (value === undefined) {
    throw errors.BadRequest({ message: 'Missing mandatory (mark_unhealthy) key from mark unhealthy request' });
  }
  const unknown = [...map.keys()].filter(key => !markKeys.includes(key));
  if (unknown.length > 0) {
    const names = unknown.map(name => `'${name}'`).join(', ');
    throw errors.BadRequest({ message: `Invalid keys in resource mark unhealthy {${names}}` });
  }
  const unhealthy = typeof value === 'boolean' ? value : extractBool('mark_unhealthy', pyStr(value));
  const reason = map.get('resource_status_reason') ?? null;
  if (reason !== null && typeof reason !== 'string') {
    throw errors.MalformedBody({ hint: `"resource_status_reason" must be a text, not ${kindOf(reason)}.` });
  }
  return { unhealthy, reason: reason === null || reason === '' ? undefined : reason };
}
