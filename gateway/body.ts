/**
 * The bodies of POST /stacks, /stacks/preview and /validate: their shape, checked in Heat's order before the engine
 * sees it (contract: rest-api §3.1). Those of updates are in change-body.ts.
 *
 * What templates and environments say is the engine's to judge; here is only which keys there are and of what kind.
 * Where Heat answers without a word (Python noticed, Heat did not), the text names the key and what would be right.
 */
import { errors } from '../engine/kernel/errors.ts';
import { limits } from '../engine/kernel/limits.ts';
import { writeJson } from '../engine/values/json.ts';
import { emptyMap, isFloat, isList, isMap, type Value, type ValueMap } from '../engine/values/value.ts';
import type { StackRequest, TemplateRequest } from '../proto/engine.ts';
import { extractCount, extractTags, kindOf } from './query.ts';
import type { GatewayLimits, RequestBody } from './route.ts';

/** Throws what the engine or Heat's API layer would: BadRequest, ValueError, StackValidationFailed and their kin. */
export function stackRequest(body: RequestBody, bounds: GatewayLimits): StackRequest {
  if (body.kind === 'none') throw errors.MalformedBody({ hint: body.hint });
  const { map } = body;
  const timeoutMins = timeoutOf(map);
  const tags = tagsOf(map);
  if (map.has('converge')) {
    throw errors.BadRequest({ message: 'converge flag only supported in stack update (or update preview) request.' });
  }
  const disableRollback = disableRollbackOf(map);
  if (!map.has('stack_name')) throw errors.BadRequest({ message: 'No stack name specified' });
  const parts = templateParts(map, bounds);
  const name = nameOf(map.get('stack_name') ?? null);
  return { name, ...parts, timeoutMins, disableRollback, tags };
}

/** A request with what this gateway lets templates use. */
export function permitting<R extends object>(
  { awsFunctions }: { readonly awsFunctions: boolean },
  request: R,
): R & { readonly extended?: boolean } {
  return awsFunctions ? { ...request, extended: true } : request;
}

/** What is validated; other keys are not looked at. Throws as stackRequest does. */
export function templateRequest(body: RequestBody, bounds: GatewayLimits): TemplateRequest {
  if (body.kind === 'none') throw errors.MalformedBody({ hint: body.hint });
  return templateParts(body.map, bounds);
}

function templateParts(map: ValueMap, bounds: GatewayLimits): TemplateRequest {
  refuseUnbuilt(map);
  const template = templateOf(map, bounds.maxTemplateBytes);
  const templateUrl = templateUrlOf(map);
  const environment = environmentOf(map);
  const parameters = parametersOf(map);
  const files = filesOf(map);
  return {
    template,
    ...(templateUrl !== undefined && { templateUrl }),
    environment,
    environmentFiles: environmentFilesOf(map, files),
    files,
    parameters,
  };
}

export function timeoutOf(map: ValueMap): number | undefined {
  const value = map.get('timeout_mins') ?? null;
  if (value === null) return undefined;
  const text = typeof value === 'bigint' ? value.toString() : typeof value === 'string' ? value : '';
  const minutes = extractCount('timeout_mins', text);
  if (minutes > limits.maxTimeoutMins) {
    const message = `Value '${text}' is invalid for 'timeout_mins' which only accepts up to ${limits.maxTimeoutMins}.`;
    throw errors.BadRequest({ message });
  }
  return minutes === 0 ? undefined : minutes;
}

export function tagsOf(map: ValueMap): readonly string[] | undefined {
  const value = map.get('tags') ?? null;
  if (value === null) return undefined;
  if (typeof value === 'string') return extractTags(value, limits.maxTagLength);
  throw errors.ValueError({
    message: `"tags" must be one string, its tags separated by commas, not ${kindOf(value)}.`,
  });
}

export function disableRollbackOf(map: ValueMap): boolean | undefined {
  if (!map.has('disable_rollback')) return undefined;
  const value = map.get('disable_rollback') ?? null;
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (word === 'true' || word === 'false') return word === 'true';
  const shown = typeof value === 'string' ? `"${value}"` : kindOf(value);
  throw errors.ValueError({
    message: `Unrecognized value ${shown} for "disable_rollback", acceptable values are: true, false.`,
  });
}

const given = (value: Value | undefined): value is Exclude<Value, null> =>
  value !== undefined && value !== null && value !== '';

export function refuseUnbuilt(map: ValueMap): void {
  if (given(map.get('adopt_stack_data'))) throw errors.NotSupported({ feature: 'Stack Adopt' });
  if (given(map.get('files_container'))) throw errors.NotSupported({ feature: 'files_container (files from Swift)' });
}

function templateOf(map: ValueMap, maxBytes: number): string | ValueMap {
  const template = givenTemplate(map, maxBytes) ?? (templateUrlOf(map) === undefined ? undefined : '');
  if (template === undefined) throw errors.BadRequest({ message: 'No template specified' });
  return template;
}

/** Where a template is to be fetched from; one that is given goes before it. Throws MalformedBody. */
export function templateUrlOf(map: ValueMap): string | undefined {
  const value = map.get('template_url');
  if ((map.get('template') ?? null) !== null || !given(value)) return undefined;
  if (typeof value === 'string') return value;
  throw errors.MalformedBody({ hint: `"template_url" must be a text, not ${kindOf(value)}.` });
}

/** undefined where there is none. Throws MalformedBody, RequestLimitExceeded. */
export function givenTemplate(map: ValueMap, maxBytes: number): string | ValueMap | undefined {
  const value = map.get('template') ?? null;
  if (value === null) return undefined;
  if (typeof value !== 'string' && !isMap(value)) {
    throw errors.MalformedBody({ hint: `"template" must be a map or a text, not ${kindOf(value)}.` });
  }
  const size = templateSize(value, maxBytes);
  if (size > maxBytes) {
    const message = `Template size (${size} bytes) exceeds maximum allowed size (${maxBytes} bytes).`;
    throw errors.RequestLimitExceeded({ message });
  }
  return value;
}

/** In characters, as Heat counts: of a text itself, of a map the text that Python would print, give or take a quote. */
function templateSize(template: string | ValueMap, maxBytes: number): number {
  const text = typeof template === 'string' ? template : writeJson(template, { pythonSeparators: true });
  if (text.length <= maxBytes) return text.length;
  return [...text].length;
}

export function environmentOf(map: ValueMap): string | ValueMap | undefined {
  const value = map.get('environment');
  if (!given(value)) return undefined;
  if (typeof value === 'string' || isMap(value)) return value;
  throw errors.MalformedBody({ hint: `"environment" must be a map or a text, not ${kindOf(value)}.` });
}

export function parametersOf(map: ValueMap): ValueMap {
  const value = map.get('parameters');
  if (value === undefined || value === '' || (isList(value) && value.length === 0)) return emptyMap;
  if (isMap(value)) return value;
  const message = `"parameters" must be a map of names to values, not ${kindOf(value)}.`;
  if (typeof value === 'string' || isList(value)) throw errors.ValueError({ message });
  throw errors.MalformedBody({ hint: message });
}

export function filesOf(map: ValueMap): ReadonlyMap<string, string> {
  const value = map.get('files') ?? null;
  const files = new Map<string, string>();
  if (value === null) return files;
  if (!isMap(value))
    throw errors.ValueError({ message: `"files" must be a map of names to texts, not ${kindOf(value)}.` });
  for (const [name, content] of value) {
    if (typeof content !== 'string') {
      throw errors.ValueError({ message: `"files": the content of "${name}" must be a text, not ${kindOf(content)}.` });
    }
    files.set(name, content);
  }
  return files;
}

/** `files` that the names must be among; undefined: others may be kept already. */
export function environmentFilesOf(map: ValueMap, files: ReadonlyMap<string, string> | undefined): readonly string[] {
  const value = map.get('environment_files') ?? null;
  if (value === null) return [];
  if (!isList(value)) {
    throw errors.ValueError({ message: `"environment_files" must be a list of names, not ${kindOf(value)}.` });
  }
  return value.map(name => {
    if (typeof name !== 'string') {
      throw errors.ValueError({ message: `"environment_files" must hold names, not ${kindOf(name)}.` });
    }
    if (files?.has(name) === false) {
      throw errors.BadRequest({ message: `"environment_files" names "${name}", which is not among "files".` });
    }
    return name;
  });
}

const nameForm = /^[a-zA-Z][a-zA-Z0-9_.-]{0,254}$/;

function nameOf(value: Value): string {
  if (typeof value !== 'string') {
    throw errors.StackValidationFailed({ message: `Invalid stack name ${shownName(value)}, must be a string` });
  }
  if (nameForm.test(value)) return value;
  const rule =
    'must contain only alphanumeric or "_-." characters, must start with alpha and must be 255 characters or less.';
  throw errors.StackValidationFailed({ message: `Invalid stack name ${value} ${rule}` });
}

/** As Python prints it, as far as a wrong name needs it. */
function shownName(value: Exclude<Value, string>): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (isFloat(value)) return value.float;
  return typeof value === 'bigint' ? value.toString() : writeJson(value, { pythonSeparators: true });
}
