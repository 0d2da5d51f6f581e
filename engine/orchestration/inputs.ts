/**
 * What jobs about templates have in common: how a template and its environment come as texts, and what the registered
 * types say of the resources in it.
 */
import type { TypeAccess } from '../kit/access.ts';
import { errors } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { cfnWords } from '../template/dialects/words.ts';
import { type Environment, parseEnvironment } from '../template/environment.ts';
import { mergeEnvironments } from '../template/merge-environments.ts';
import { parseHead } from '../template/template.ts';
import { namesVersion, wordsOf } from '../template/version.ts';
import type { Zones } from './plan-facts.ts';
import { valueIn } from './readings.ts';
import { parseJson } from '../values/json.ts';
import { shortTags } from '../values/short-tags.ts';
import { ValueSyntaxError } from '../values/syntax.ts';
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { parseTemplateText } from '../values/yaml.ts';

/** A template and what comes with it, as texts: they cross to a worker thread. */
export interface TemplateJob {
  readonly template: string;
  /** JSON text of {environment, environment_files, parameters}. */
  readonly environment: string;
  /** JSON text of a map: name → content. */
  readonly files: string;
  /** Templates by URL that could not be fetched, each with the reason (fetching.ts). */
  readonly unfetched?: Readonly<Record<string, string>>;
  /** Absent: they are asked for where the template wants them (fetching.ts). */
  readonly zones?: Zones;
  /** CloudFormation templates may use what AWS has and Heat has not (template/dialects/cfn.ts). */
  readonly extended?: boolean;
  /** Who asks; absent: whoever may use any type. */
  readonly access?: TypeAccess;
}

/** What YAML costs to read against JSON, and a file that is no template against one. */
const yamlWeight = 4;
const fileShare = 16;

/** An anchor, or what may be one; a shell's `2>&1` and `&&` are none. */
const anchor = /(?<![>&])&[^\s&]/;

/**
 * How long a job takes, in characters of JSON that take as long: whoever runs it decides by that where. Some 65,000 of
 * them take ten milliseconds.
 */
export function weightOf({ template, environment, files }: TemplateJob): number {
  const isJson = /^\s*\{/.test(template);
  const hasTemplates = files.includes('emplate_version') || files.includes('emplateFormatVersion');
  const own = template.length * (isJson ? 1 : yamlWeight);
  // What an alias stands for is looked at wherever it stands.
  if ([template, environment, files].some(text => anchor.test(text))) return limits.maxYamlAliasChars;
  return own + environment.length + (hasTemplates ? files.length * yamlWeight : files.length / fileShare);
}

/** A template given by a user. Throws RequestLimitExceeded, or BadRequest for what is no template at all. */
export function readTemplate({ template, extended }: Pick<TemplateJob, 'template' | 'extended'>): ValueMap {
  const fault = (what: string): Error => errors.BadRequest({ message: `Template not in valid format: ${what}` });
  const raw = templateIn(template, '[root stack]', fault, extended);
  if (!namesVersion(raw)) throw fault('Template format version not found.');
  return raw;
}

/** A template's text, read; `label` names it where it cannot be parsed. Throws RequestLimitExceeded and `fault`s. */
export function templateIn(
  text: string,
  label: string,
  fault: (message: string) => Error,
  isExtended = false,
): ValueMap {
  if (text.length > limits.maxTemplateBytes) {
    const message = `Template size (${text.length} bytes) exceeds maximum allowed size (${limits.maxTemplateBytes} bytes).`;
    throw errors.RequestLimitExceeded({ message });
  }
  let raw: Value;
  try {
    raw = isExtended && text.includes('!') ? withShortTags(text) : valueIn(text, parseTemplateText);
  } catch (error) {
    if (!(error instanceof ValueSyntaxError)) throw error;
    throw fault(`Error parsing template ${label} ${error.message}`);
  }
  if (!isMap(raw)) throw fault('The template is not a JSON object or YAML mapping.');
  return raw;
}

/** They are CloudFormation's alone. */
function withShortTags(text: string): Value {
  const raw = parseTemplateText(text, shortTags);
  return isMap(raw) && wordsOf(raw) === cfnWords ? raw : parseTemplateText(text);
}

/** Names and texts of a map; what is no text is left out. */
export function textsOf(value: Value): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  if (isMap(value)) for (const [name, text] of value) if (typeof text === 'string') texts.set(name, text);
  return texts;
}

/** The environment that was asked for, its files merged. Throws BadRequest, ConflictingMergeStrategyForParam. */
export function environmentOf(job: TemplateJob, raw: Value, files: ReadonlyMap<string, string>): Environment {
  const asked = parseJson(job.environment);
  const parts: ValueMap = isMap(asked) ? asked : emptyMap;
  const names = parts.get('environment_files') ?? null;
  const given = parts.get('parameters') ?? null;
  const parameters = isMap(given) ? given : emptyMap;
  if (isList(names) && names.length > 0) {
    const bodies = names.map(name => ({ name: String(name), body: fileBody(String(name), files) }));
    return mergeEnvironments(bodies, parameters, parseHead(raw, job.extended).parameters);
  }
  const text = parts.get('environment') ?? null;
  const own = parseEnvironment(typeof text === 'string' ? readEnvironment(text) : text);
  return { ...own, parameters: mapOf([...own.parameters, ...parameters]) };
}

function fileBody(name: string, files: ReadonlyMap<string, string>): Value {
  const text = files.get(name);
  if (text === undefined) throw errors.BadRequest({ message: `The environment file "${name}" is not in "files".` });
  return readEnvironment(text);
}

function readEnvironment(text: string): Value {
  try {
    return parseTemplateText(text);
  } catch (error) {
    if (!(error instanceof ValueSyntaxError)) throw error;
    throw errors.BadRequest({ message: `Environment not in valid format: ${error.message}` });
  }
}
