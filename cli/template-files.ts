/**
 * A template and its environments with every file that they name, as python-heatclient sends them.
 *
 * The server reads no files of a user's: `get_file`, types that are templates (`type: x.yaml`) and an environment's
 * registry name files beside the one they stand in. Each becomes an absolute URL, and the contents go along under it.
 * A file that is a template itself is searched in the same way. Values stay as they were written: 1.0 is not 1.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { writeJson } from '../engine/values/json.ts';
import { shortTags } from '../engine/values/short-tags.ts';
import { ValueSyntaxError } from '../engine/values/syntax.ts';
import { isList, isMap, mapOf, type Value, type ValueMap } from '../engine/values/value.ts';
import { parseTemplateText, parseYaml } from '../engine/values/yaml.ts';
import { Unusable } from './unusable.ts';

/** What of a create's body comes from files. */
export interface Collected {
  readonly template: ValueMap;
  /** Contents by URL. */
  readonly files: ReadonlyMap<string, string>;
  /** All environments, later ones on top: for servers that know no environment files. */
  readonly environment: ValueMap;
  /** Their URLs, in order; their contents are among `files`. */
  readonly environmentFiles: readonly string[];
}

/**
 * Reads a template and environments, each a path or a URL, and all that they name.
 * Throws Unusable with the file's name and the place for what cannot be read.
 */
export async function collect(template: string, environments: readonly string[]): Promise<Collected> {
  const collector = new Collector();
  return { template: await collector.template(urlOf(template)), ...(await environmentsOf(collector, environments)) };
}

/** As collect, where there need be no template: the stack has one. */
export async function collectChange(
  template: string | undefined,
  environments: readonly string[],
): Promise<Omit<Collected, 'template'> & { readonly template: ValueMap | undefined }> {
  if (template !== undefined) return collect(template, environments);
  return { template: undefined, ...(await environmentsOf(new Collector(), environments)) };
}

async function environmentsOf(
  collector: Collector,
  environments: readonly string[],
): Promise<Omit<Collected, 'template'>> {
  const environmentFiles: string[] = [];
  let environment: ValueMap = new Map();
  for (const each of environments) {
    const url = urlOf(each);
    const read = await collector.environment(url);
    environment = mergedDeep(environment, read);
    environmentFiles.push(url);
  }
  return { files: collector.files, environment, environmentFiles };
}

/** The absolute URL of a path or URL. */
export function urlOf(place: string): string {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(place) ? place : pathToFileURL(place).href;
}

/** The text of a path or URL. Throws Unusable. */
export async function readText(place: string): Promise<string> {
  return textOf(await readBytes(urlOf(place)));
}

class Collector {
  readonly files = new Map<string, string>();
  readonly #under = new Set<string>();

  async template(url: string): Promise<ValueMap> {
    const value = parsed(url, textOf(await readBytes(url)), readTemplate);
    if (!isTemplate(value)) {
      const keys = versionKeys.join(', ');
      throw new Unusable(`${shown(url)} is no template: it has none of ${keys}`);
    }
    return (await this.resolve(value, url)) as ValueMap;
  }

  async environment(url: string): Promise<ValueMap> {
    const value = parsed(url, textOf(await readBytes(url)), parseYaml);
    if (value !== null && !isMap(value)) throw new Unusable(`${shown(url)} is no environment: it is not a mapping`);
    const registry = value?.get('resource_registry') ?? null;
    const environment = new Map(value ?? []);
    if (isMap(registry)) environment.set('resource_registry', await this.registry(registry, url));
    this.files.set(url, writeJson(environment));
    return environment;
  }

  /** Names of files in a registry become URLs; names of types (`A::B`) and hooks stay. */
  private async registry(registry: ValueMap, base: string): Promise<ValueMap> {
    const own = registry.get('base_url') ?? null;
    const from = typeof own === 'string' ? folderUrl(own) : base;
    const resolved = new Map<string, Value>();
    for (const [name, target] of registry) {
      if (isMap(target)) resolved.set(name, await this.registry(target, from));
      else if (typeof target !== 'string' || isNoFile(name, target)) resolved.set(name, target);
      else resolved.set(name, await this.file(target, from));
    }
    return resolved;
  }

  /** The same value with every file it names read, and named by its URL. */
  private async resolve(value: Value, base: string): Promise<Value> {
    if (isList(value)) {
      const items: Value[] = [];
      for (const item of value) items.push(await this.resolve(item, base));
      return items;
    }
    if (!isMap(value)) return value;
    const resolved = new Map<string, Value>();
    for (const [key, item] of value) {
      const names = key === 'get_file' || (key === 'type' && typeof item === 'string' && namesTemplate(item));
      if (names && typeof item === 'string') resolved.set(key, await this.file(item, base));
      else resolved.set(key, await this.resolve(item, base));
    }
    return resolved;
  }

  /** Reads a file that is named somewhere, once. Returns its URL. */
  private async file(name: string, base: string): Promise<string> {
    if (!URL.canParse(name, base)) throw new Unusable(`${shown(base)} names "${name}", which is neither path nor URL`);
    const url = new URL(name, base).href;
    if (this.files.has(url) || this.#under.has(url)) return url;
    this.#under.add(url);
    const bytes = await readBytes(url, base);
    const text = utf8(bytes);
    const template = text === undefined ? undefined : templateIn(text);
    if (template !== undefined) this.files.set(url, writeJson(await this.resolve(template, url)));
    else this.files.set(url, text ?? bytes.toString('base64'));
    return url;
  }
}

const namesTemplate = (type: string): boolean => type.endsWith('.yaml') || type.endsWith('.template');

function isNoFile(name: string, target: string): boolean {
  return name === 'base_url' || name === 'hooks' || name === 'restricted_actions' || target.includes('::');
}

const folderUrl = (url: string): string => (url.endsWith('/') ? url : `${url}/`);

const cfnVersionKeys = ['HeatTemplateFormatVersion', 'AWSTemplateFormatVersion'];
const versionKeys = ['heat_template_version', ...cfnVersionKeys];

/** CloudFormation's short forms are written out, so that any server knows them. */
function readTemplate(text: string): Value {
  return cfnVersionKeys.some(key => text.includes(key)) ? parseTemplateText(text, shortTags) : parseTemplateText(text);
}

function isTemplate(value: Value): value is ValueMap {
  return isMap(value) && versionKeys.some(key => value.has(key));
}

/** Most files that are named hold scripts: what cannot be read as a template is none. */
function templateIn(text: string): ValueMap | undefined {
  if (!versionKeys.some(key => text.includes(key))) return undefined;
  try {
    const value = readTemplate(text);
    return isTemplate(value) ? value : undefined;
  } catch (error) {
    if (error instanceof ValueSyntaxError) return undefined;
    throw error;
  }
}

function parsed(url: string, text: string, parse: (text: string) => Value): Value {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof ValueSyntaxError) throw new Unusable(`${shown(url)}: ${error.message}`);
    throw error;
  }
}

const fetchMs = 60_000;

async function readBytes(url: string, namedIn?: string): Promise<Buffer> {
  const whose = namedIn === undefined ? '' : ` (named in ${shown(namedIn)})`;
  try {
    if (url.startsWith('file:')) return readFileSync(new URL(url));
    const response = await fetch(url, { signal: AbortSignal.timeout(fetchMs) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : error.message;
    throw new Unusable(`${shown(url)}${whose} cannot be read: ${why}`);
  }
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const textOf = (bytes: Buffer): string => bytes.toString('utf8');

/** A file's URL as its path: that is how people know it. */
function shown(url: string): string {
  return url.startsWith('file://') ? decodeURIComponent(new URL(url).pathname) : url;
}

function mergedDeep(base: ValueMap, over: ValueMap): ValueMap {
  return mapOf([
    ...base,
    ...[...over].map(([key, value]): [string, Value] => {
      const before = base.get(key) ?? null;
      return [key, isMap(before) && isMap(value) ? mergedDeep(before, value) : value];
    }),
  ]);
}
