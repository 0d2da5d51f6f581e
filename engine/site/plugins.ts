/**
 * A user's own resource types: a file each in the folders of `plugin_dirs` (docs/plugins.md).
 *
 * They are read once, before the engine starts, and all that is wrong with them is said at once, each with its file and
 * line; with one that is wrong the engine does not start. What was loaded then is what runs until the engine ends: a
 * file that changes later is no concern of it.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { limits } from '../kernel/limits.ts';
import { resource } from '../kit/declare.ts';
import type { ResourceType } from '../kit/resource.ts';
import { compareText } from '../values/json.ts';
import { type CodePlace, lineOfWords, thrownAt } from './places.ts';
import { apiVersion, kit, type Kit } from './plugin-api.ts';
import { isObject, wrongDeclaration, type Wrong } from './plugin-check.ts';
import { codeOf, type Problem, UnusableSite } from './problem.ts';
import { wrongSchemas } from './schema-check.ts';
import { syntaxPlace } from './syntax-place.ts';

export interface LoadedPlugin {
  readonly type: ResourceType;
  readonly file: string;
  /** Of the file, and of all files in folders beside it: two engines with one digest have the same type. */
  readonly digest: string;
}

/** The engine's own code, compiled or not: what is thrown in there was called from outside. */
const own = fileURLToPath(new URL('..', import.meta.url));

/**
 * Loads every plug-in of these folders, in the order of folders and names. `isTaken`: a type of that name is there already.
 * Throws UnusableSite.
 */
export async function loadPlugins(
  dirs: readonly string[],
  isTaken: (name: string) => boolean,
): Promise<readonly LoadedPlugin[]> {
  const problems: Problem[] = [];
  const loaded = new Map<string, LoadedPlugin>();
  for (const dir of dirs.map(each => resolve(each))) {
    const files = filesIn(dir, problems);
    const beside = files.length === 0 ? '' : digestBeside(dir);
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const made = await load(file, text);
      if ('message' in made) {
        problems.push(made);
        continue;
      }
      const { name } = made.type;
      const holder = isTaken(name) ? 'Convect itself' : loaded.get(name)?.file;
      if (holder !== undefined) {
        const message = `${name} is there already, from ${holder}; give the type another name`;
        problems.push({ file, line: lineOfWords(text, [name]), message });
        continue;
      }
      loaded.set(name, { ...made, file, digest: digestOf(text, beside) });
    }
  }
  if (problems.length > 0) throw new UnusableSite(problems);
  return [...loaded.values()];
}

/** Names beginning with a dot or an underscore, declarations of types, and folders are no plug-ins. */
const isPlugin = (name: string): boolean => /^[^._].*\.m?[jt]s$/.test(name) && !/\.d\.m?ts$/.test(name);

function filesIn(dir: string, problems: Problem[]): readonly string[] {
  try {
    return readdirSync(dir)
      .filter(isPlugin)
      .sort(compareText)
      .map(name => join(dir, name));
  } catch (error) {
    problems.push({
      file: dir,
      message: `it cannot be read (${codeOf(error)}); plugin_dirs shall name folders of plug-ins`,
    });
    return [];
  }
}

/** Of what plug-ins may import from folders beside them; packages are named by their versions in package-lock.json. */
function digestBeside(dir: string): string {
  const hash = createHash('sha256');
  const names = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(dir, join(entry.parentPath, entry.name)))
    .filter(name => !/(^|\/)(node_modules\/|\.)/.test(name) && (name.includes('/') || !isPlugin(name)))
    .sort(compareText);
  for (const name of names)
    hash
      .update(`${name}\n`)
      .update(readFileSync(join(dir, name)))
      .update('\n');
  return hash.digest('hex');
}

function digestOf(text: string, beside: string): string {
  return createHash('sha256').update(text).update(beside).digest('hex').slice(0, 16);
}

type Made = Pick<LoadedPlugin, 'type'>;

async function load(file: string, text: string): Promise<Made | Problem> {
  const at = (words: readonly string[], message: string): Problem => ({
    file,
    line: lineOfWords(text, words),
    message,
  });
  if (/\.m?ts$/.test(file) && !readsTypeScript()) {
    return at(
      [],
      `Node ${process.version} does not read TypeScript; compile it to JavaScript, or use Node 22.18 or later`,
    );
  }
  let module: unknown;
  try {
    module = await withinTime(import(pathToFileURL(file).href));
  } catch (error) {
    return unloadable(error, file, text);
  }
  if (module === undefined) {
    return at(['await'], `it is not loaded after ${limits.pluginLoadMs / 1_000} s; a plug-in waits for nothing`);
  }
  const { api, default: make } = module as { readonly api?: unknown; readonly default?: unknown };
  if (api === undefined) {
    return at(
      ['export'],
      `it does not say which version of the plug-in API it is written for: export const api = ${apiVersion};`,
    );
  }
  if (api !== apiVersion) {
    const message = `it is written for version ${String(api)} of the plug-in API, and this engine has version ${apiVersion}`;
    return at(['api'], message);
  }
  if (typeof make !== 'function') {
    return at(['default'], 'its default export shall be a function: export default kit => kit.resource(…)');
  }
  return declare(make as (kit: Kit) => unknown, file, text);
}

async function withinTime(module: Promise<unknown>): Promise<unknown> {
  const ended = new AbortController();
  const late = sleep(limits.pluginLoadMs, undefined, { signal: ended.signal }).catch(() => undefined);
  try {
    return await Promise.race([module, late]);
  } finally {
    ended.abort();
  }
}

function readsTypeScript(): boolean {
  return Boolean(Reflect.get(process.features, 'typescript'));
}

/** What the module itself throws while it is loaded. */
function unloadable(error: unknown, file: string, text: string): Problem {
  const { message = 'it throws what is no error', code } = isObject(error)
    ? { message: textOf(error['message']), code: error['code'] }
    : {};
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
    const [, specifier = ''] = /'([^']+)'/.exec(message) ?? [];
    const line = lineOfWords(text, [specifier]);
    const isOurs = /^convect(\/|$)/.test(specifier);
    const instead = isOurs
      ? 'what a plug-in uses of Convect is handed to its default export; import types alone'
      : 'install it beside the plug-in';
    return { file, line, message: `${message}; ${instead}` };
  }
  const place = thrownAt(error, own) ?? (error instanceof SyntaxError ? syntaxPlace(file) : undefined);
  return { ...placed(place, file), message: `it cannot be loaded: ${message}` };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? (value.split('\n')[0] ?? '') : String(value);
}

/** Of a place in this file or in one that it imports. */
function placed(place: CodePlace | undefined, file: string): { readonly file: string; readonly line: number } {
  return place ?? { file, line: 1 };
}

/** A declaration that was refused, at the place of its call. */
class Refused extends Error {
  readonly wrong: Wrong;
  readonly at: CodePlace | undefined;

  constructor(wrong: Wrong, at: CodePlace | undefined) {
    super(wrong.message);
    this.wrong = wrong;
    this.at = at;
  }
}

/** Calls the default export with a kit that notes where types are declared. */
function declare(make: (kit: Kit) => unknown, file: string, text: string): Made | Problem {
  const declaredAt = new Map<unknown, CodePlace | undefined>();
  const noting: Kit = {
    ...kit,
    resource: (name, declared) => {
      const at = thrownAt(new Error('here'), own);
      const wrong = wrongDeclaration(declared);
      if (wrong !== undefined) throw new Refused(wrong, at);
      const type = resource(name, declared);
      declaredAt.set(type, at);
      return type;
    },
  };
  const within = (at: CodePlace | undefined, { path, message }: Wrong): Problem => {
    const from = at?.file === file ? at.line : 1;
    return { file, line: lineOfWords(text, path, from), message };
  };
  let type: unknown;
  try {
    type = make(noting);
  } catch (error) {
    if (error instanceof Refused) return within(error.at, error.wrong);
    const message = error instanceof Error ? textOf(error.message) : 'it throws what is no error';
    return { ...placed(thrownAt(error, own), file), message };
  }
  if (!declaredAt.has(type)) {
    const line = lineOfWords(text, ['default']);
    return { file, line, message: 'its default export shall return what resource(…) of its kit gave, at once' };
  }
  const made = type as ResourceType;
  const [wrong] = wrongSchemas(made);
  return wrong === undefined ? { type: made } : within(declaredAt.get(type), wrong);
}
