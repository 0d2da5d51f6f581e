/** What the commands ask of the native API, in one place: paths, bodies and how answers are read. */
import { parseJson, writeJson } from '../engine/values/json.ts';
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../engine/values/value.ts';
import { ApiError, errorText, type Session } from './client.ts';
import type { Collected } from './template-files.ts';
import { textIn } from './table.ts';

/** Sends a request that must succeed; the body as Values. Throws ApiError. */
export async function ask(session: Session, method: string, path: string, body?: Value): Promise<ValueMap> {
  const answer = await session.ask(method, path, body === undefined ? {} : { raw: writeJson(body) });
  if (answer.status >= 400) throw new ApiError(answer.status, errorText(answer));
  if (answer.body === undefined) return emptyMap;
  const value = parseJson(answer.text);
  return isMap(value) ? value : emptyMap;
}

/** A list of maps in an answer. */
export function listIn(body: ValueMap, key: string): readonly ValueMap[] {
  const list = body.get(key) ?? null;
  return isList(list) ? list.filter(isMap) : [];
}

/** A map in an answer. */
export function mapIn(body: ValueMap, key: string): ValueMap {
  const map = body.get(key) ?? null;
  return isMap(map) ? map : emptyMap;
}

/** Name and id as a path: what every route of a stack begins with. */
export function stackPath(stack: ValueMap): string {
  return `/stacks/${encodeURIComponent(textIn(stack, 'stack_name'))}/${encodeURIComponent(textIn(stack, 'id'))}`;
}

/** `name/id`: this stack and no other that takes the name later. */
export function nameAndId(stack: ValueMap): string {
  return `${textIn(stack, 'stack_name')}/${textIn(stack, 'id')}`;
}

/** One stack by name, id, or both with a slash between. Throws ApiError. */
export async function showStack(session: Session, stack: string, resolveOutputs = true): Promise<ValueMap> {
  const path = stack.split('/').map(encodeURIComponent).join('/');
  const query = resolveOutputs ? '' : '?resolve_outputs=false';
  return mapIn(await ask(session, 'GET', `/stacks/${path}${query}`), 'stack');
}

export interface Creation {
  readonly name: string;
  readonly collected: Collected;
  readonly parameters: ValueMap;
  readonly tags: string | undefined;
  readonly timeoutMins: number | undefined;
  readonly rollback: boolean;
}

/** Creates a stack; its name and id. Throws ApiError. */
export async function createStack(session: Session, creation: Creation): Promise<ValueMap> {
  const { name, collected, parameters, tags, timeoutMins, rollback } = creation;
  const { template, files, environment, environmentFiles } = collected;
  const body = mapOf([
    ['stack_name', name],
    ['disable_rollback', !rollback],
    ['parameters', parameters],
    ['template', template],
    ['files', mapOf([...files])],
    ['environment', environment],
    ...(environmentFiles.length === 0 ? [] : [['environment_files', environmentFiles] as const]),
    ...(tags === undefined ? [] : [['tags', tags] as const]),
    ...(timeoutMins === undefined ? [] : [['timeout_mins', BigInt(timeoutMins)] as const]),
  ]);
  const stack = mapIn(await ask(session, 'POST', '/stacks', body), 'stack');
  return mapOf([...stack, ['stack_name', name]]);
}

export interface StackChange {
  readonly collected: Omit<Collected, 'template'> & { readonly template: ValueMap | undefined };
  readonly parameters: ValueMap;
  /** What is not given stays: a PATCH. */
  readonly existing: boolean;
  readonly clearParameters: readonly string[];
  readonly tags: string | undefined;
  readonly timeoutMins: number | undefined;
  /** undefined: as the stack has it. */
  readonly rollback: boolean | undefined;
  readonly converge: boolean;
}

function changeBody(change: StackChange): ValueMap {
  const { collected, parameters, clearParameters, tags, timeoutMins, rollback, converge } = change;
  const { template, files, environment, environmentFiles } = collected;
  return mapOf([
    ['parameters', parameters],
    ...(template === undefined ? [] : [['template', template] as const]),
    ['files', mapOf([...files])],
    ['environment', environment],
    ...(environmentFiles.length === 0 ? [] : [['environment_files', environmentFiles] as const]),
    ...(clearParameters.length === 0 ? [] : [['clear_parameters', clearParameters] as const]),
    ...(rollback === undefined ? [] : [['disable_rollback', !rollback] as const]),
    ...(tags === undefined ? [] : [['tags', tags] as const]),
    ...(timeoutMins === undefined ? [] : [['timeout_mins', BigInt(timeoutMins)] as const]),
    ...(converge ? [['converge', true] as const] : []),
  ]);
}

/** Begins an update of the stack under that path. Throws ApiError. */
export async function updateStack(session: Session, path: string, change: StackChange): Promise<void> {
  await ask(session, change.existing ? 'PATCH' : 'PUT', path, changeBody(change));
}

/** What the update would change: `unchanged`, `updated`, `replaced`, `added`, `deleted`. Throws ApiError. */
export async function previewUpdate(
  session: Session,
  path: string,
  change: StackChange,
  withNested: boolean,
): Promise<ValueMap> {
  const query = withNested ? '?show_nested=true' : '';
  const answer = await ask(session, change.existing ? 'PATCH' : 'PUT', `${path}/preview${query}`, changeBody(change));
  return mapIn(answer, 'resource_changes');
}

/** Begins one of the actions that need no more than their name. Throws ApiError. */
export async function actOn(session: Session, path: string, action: string): Promise<void> {
  await ask(session, 'POST', `${path}/actions`, mapOf([[action, null]]));
}

/** Why the stack is not done, or failed. Throws ApiError. */
export async function whyOf(session: Session, path: string): Promise<ValueMap> {
  return mapIn(await ask(session, 'GET', `${path}/why`), 'why');
}

/** A query string of what is given, blank where nothing is. */
export function queryOf(pairs: readonly (readonly [string, string | undefined])[]): string {
  const given = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, value])).toString()}`;
}

export async function resourcesOf(session: Session, path: string, query = ''): Promise<readonly ValueMap[]> {
  return listIn(await ask(session, 'GET', `${path}/resources${query}`), 'resources');
}
