/**
 * What YAML 1.1's scalars mean, exactly as PyYAML's safe loader has it: its regular expressions, in its order, and
 * its ways to read an integer or a boolean. Dates stay strings, as Heat's loader keeps them (contract: templates §1.1).
 */
import { limits } from '../kernel/limits.ts';
import { doubleRepr, floatNumber } from './floats.ts';
import { float, isFloat, isList, isMap, type Float, type Value } from './value.ts';

export const tagPrefix = 'tag:yaml.org,2002:';

/** Why a scalar cannot be read; the reader adds the place. */
export class ScalarProblem extends Error {
  override readonly name = 'ScalarProblem';
  /** The grammar allows it, a limit does not. */
  readonly refused: boolean;

  constructor(message: string, refused = false) {
    super(message);
    this.refused = refused;
  }
}

const boolForm = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const floatForms = [
  /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$/,
  /^\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?$/,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,
  /^[-+]?\.(?:inf|Inf|INF)$/,
  /^\.(?:nan|NaN|NAN)$/,
];
const intForms = [
  /^[-+]?0b[01_]+$/,
  /^[-+]?0[0-7_]+$/,
  /^[-+]?(?:0|[1-9][0-9_]*)$/,
  /^[-+]?0x[0-9a-fA-F_]+$/,
  /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/,
];
const nullForm = /^(?:~|null|Null|NULL|)$/;
const numberStart = /^[-+.0-9]/;

const truths: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['on', true],
  ['no', false],
  ['false', false],
  ['off', false],
]);

/** The tag of an untagged plain scalar, without its prefix: `bool`, `float`, `int`, `merge`, `null`, `value`, `str`. */
export function plainTag(text: string): string {
  if (numberStart.test(text)) {
    if (floatForms.some(form => form.test(text))) return 'float';
    return intForms.some(form => form.test(text)) ? 'int' : 'str';
  }
  if (boolForm.test(text)) return 'bool';
  if (nullForm.test(text)) return 'null';
  if (text === '<<') return 'merge';
  return text === '=' ? 'value' : 'str';
}

/** The value of a scalar with that tag (a full tag name, or one of plainTag's). Throws ScalarProblem. */
export function scalarValue(tag: string, text: string): Value {
  const name = tag.startsWith(tagPrefix) ? tag.slice(tagPrefix.length) : tag;
  switch (name) {
    case 'str':
    case 'timestamp':
      return text;
    case 'null':
      return null;
    case 'bool':
      return boolValue(text);
    case 'int':
      return intValue(text);
    case 'float':
      return floatValue(text);
    case 'map':
    case 'seq':
      throw new ScalarProblem(`expected a ${name === 'map' ? 'mapping' : 'sequence'} node, but found scalar`);
    default:
      throw new ScalarProblem(noConstructor(tag === name && !tag.startsWith('!') ? tagPrefix + tag : tag));
  }
}

/** PyYAML's words for a tag that is no data: `!Ref`, `!!python/object`, and those that JSON has no value for. */
export function noConstructor(tag: string): string {
  return `could not determine a constructor for the tag '${tag}'`;
}

function boolValue(text: string): boolean {
  const truth = truths.get(text.toLowerCase());
  if (truth === undefined) throw new ScalarProblem(`not a boolean: '${text}'`);
  return truth;
}

function checkDigits(text: string): void {
  if (text.length > limits.maxNumberDigits) {
    throw new ScalarProblem(`Number of more than ${limits.maxNumberDigits} digits`, true);
  }
}

function intValue(text: string): bigint {
  if (!intForms.some(form => form.test(text))) throw new ScalarProblem(`not an integer: '${text}'`);
  checkDigits(text);
  const plain = text.replaceAll('_', '');
  const digits = plain.replace(/^[-+]/, '');
  const size = magnitude(digits);
  if (size === undefined) throw new ScalarProblem(`not an integer: '${text}'`);
  return plain.startsWith('-') ? -size : size;
}

/** Undefined for `0b` and `0x` that had nothing but underscores behind them. */
function magnitude(digits: string): bigint | undefined {
  if (digits === '0b' || digits === '0x') return undefined;
  if (/^0[bx]/.test(digits)) return BigInt(digits);
  if (digits.startsWith('0')) return BigInt(`0o${digits}`);
  return digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n);
}

/** The text as it was written; an integer's text under an explicit !!float gets what makes it one. */
function floatValue(text: string): Float {
  checkDigits(text);
  if (floatForms.some(form => form.test(text))) return float(text);
  if (!/^[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?$/.test(text)) {
    throw new ScalarProblem(`not a float: '${text}'`);
  }
  return float(/[.eE]/.test(text) ? text : `${text}.0`);
}

/** A map's key as JSON writes it: `1`, `true`, `null`, `1.5`, `Infinity`; undefined for lists and maps. */
export function keyText(key: Value): string | undefined {
  if (typeof key === 'string') return key;
  if (key === null || typeof key === 'boolean' || typeof key === 'bigint') return String(key);
  if (isList(key) || isMap(key) || !isFloat(key)) return undefined;
  const n = floatNumber(key);
  return Number.isFinite(n) ? doubleRepr(n) : String(n);
}

/**
 * YAML's further tags, as the JSON that PyYAML's values become: a set its keys, ordered maps and pairs lists of two,
 * bytes their text. Undefined for what cannot stand under such a tag.
 */
export const collectionTags: ReadonlyMap<string, (value: Value) => Value | undefined> = new Map([
  [`${tagPrefix}set`, (value: Value) => (isMap(value) ? [...value.keys()] : undefined)],
  [`${tagPrefix}omap`, pairs],
  [`${tagPrefix}pairs`, pairs],
  [`${tagPrefix}binary`, (value: Value) => (typeof value === 'string' ? textOfBase64(value) : undefined)],
]);

function pairs(value: Value): Value | undefined {
  if (!isList(value) || !value.every(item => isMap(item) && item.size === 1)) return undefined;
  return value.flatMap(item => (isMap(item) ? [...item].map(([key, each]): Value => [key, each]) : []));
}

function textOfBase64(text: string): string | undefined {
  const digits = text.replace(/\s/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(digits)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(digits, 'base64'));
  } catch {
    return undefined;
  }
}
