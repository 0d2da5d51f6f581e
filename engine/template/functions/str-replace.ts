/**
 * str_replace: keys in a text replaced by values, in one pass (contract: templates §3).
 *
 * Longer keys first, those of equal length in alphabetical order; what was replaced is not looked at again. Before
 * 2015-10-15 values are scalars only, afterwards maps and lists are written as JSON. str_replace_strict refuses keys
 * that the text lacks, str_replace_vstrict also values that are empty. Fn::Replace takes the two as a list.
 */
import { limits } from '../../kernel/limits.ts';
import { compareText } from '../../values/json.ts';
import { pyStr } from '../../values/python.ts';
import { isList, isMap, type Value, type ValueMap } from '../../values/value.ts';
import { type Expr, isCall } from '../expr.ts';
import { dumps } from '../python-json.ts';
import { checkSize, searchedPerUnit, spend } from './bounds.ts';
import { type FunctionDefinition, failure, intrinsic } from './function.ts';

interface Rules {
  readonly id: string;
  readonly json: boolean;
  readonly strict: boolean;
  readonly allowsEmpty: boolean;
}

export const strReplace = replacer({ id: 'str_replace', json: false, strict: false, allowsEmpty: true });
export const strReplaceJson = replacer({ id: 'str_replace:2015-10-15', json: true, strict: false, allowsEmpty: true });
export const strReplaceStrict = replacer({ id: 'str_replace_strict', json: true, strict: true, allowsEmpty: true });
export const strReplaceVstrict = replacer({ id: 'str_replace_vstrict', json: true, strict: true, allowsEmpty: false });

export const fnReplace = replacer({ id: 'Fn::Replace', json: false, strict: false, allowsEmpty: true }, checkPair);

/** By their keys, or as a list: the map, then the text. */
function parts(args: Value): readonly [template: Value, mapping: Value] {
  if (isMap(args)) return [args.get('template') ?? null, args.get('params') ?? null];
  const [mapping = null, template = null] = isList(args) ? args : [];
  return [template, mapping];
}

function replacer(rules: Rules, make = checkForm): FunctionDefinition {
  return intrinsic({
    id: rules.id,
    make,
    apply(args, name) {
      const [template, mapping] = parts(args);
      if (typeof template !== 'string') throw failure.type(`"${name}" template must be a string`);
      if (!isMap(mapping)) throw failure.type(`"${name}" params must be a map`);
      return replace(template, mapping, name, rules);
    },
  });
}

function checkForm(args: Expr, name: string): void {
  if (!(args instanceof Map)) throw failure.type(`Arguments to "${name}" must be a map`);
  const map: ReadonlyMap<string, Expr> = args;
  const params = map.get('params');
  if (params === undefined || !map.has('template')) {
    const example = [
      `${name}:`,
      '              template: This is var1 template var2',
      '              params:',
      '                var1: a',
      '                var2: string',
    ].join('\n');
    throw failure.key(`"${name}" syntax should be ${example}`);
  }
  if (!isCall(params) && !(params instanceof Map)) throw failure.type(`"${name}" parameters must be a mapping`);
}

function checkPair(args: Expr, name: string): void {
  if (!Array.isArray(args) || args.length !== 2) {
    const example = `{"${name}": [ {"$var1": "foo", "%var2%": "bar"}, "$var1 is %var2%"]}`;
    const text = `Incorrect arguments to "${name}" should be: ${example}`;
    throw Array.isArray(args) ? failure.value(text) : failure.type(text);
  }
  const [mapping = null] = args as readonly Expr[];
  if (!isCall(mapping) && !(mapping instanceof Map)) throw failure.type(`"${name}" parameters must be a mapping`);
}

type Piece = { readonly text: string; readonly replaced: boolean };

function replace(template: string, mapping: ValueMap, name: string, rules: Rules): string {
  const keys = inOrder(mapping.keys());
  if (keys.length * template.length > limits.maxReplaceWork) {
    throw failure.value(`"${name}" has too many params for a template of this length`);
  }
  spend((keys.length * template.length) / searchedPerUnit);
  let pieces: Piece[] = [{ text: template, replaced: false }];
  const missing: string[] = [];
  let size = template.length;
  for (const key of keys) {
    if (key === '') throw failure.value('empty separator');
    const value = replacement(mapping.get(key) ?? null, key, name, rules);
    if (value === undefined) {
      throw failure.value(
        `${name} has an undefined or empty value for param ${key}, must be a defined non-empty value`,
      );
    }
    const next = splitAll(pieces, key, value);
    const found = (next.length - pieces.length) / 2;
    if (found === 0) missing.push(key);
    size += found * (value.length - key.length);
    checkSize(size, name);
    pieces = next;
  }
  if (rules.strict && missing.length > 0) {
    throw failure.value(`The following params were not found in the template: ${missing.join(',')}`);
  }
  return pieces.map(piece => piece.text).join('');
}

/** Longer keys first, in code points; those of equal length by their text. */
function inOrder(keys: Iterable<string>): string[] {
  const measured = [...keys].map(key => ({ key, length: [...key].length }));
  measured.sort((a, b) => b.length - a.length || compareText(a.key, b.key));
  return measured.map(entry => entry.key);
}

function splitAll(pieces: readonly Piece[], key: string, value: string): Piece[] {
  const next: Piece[] = [];
  for (const piece of pieces) {
    if (piece.replaced || !piece.text.includes(key)) {
      next.push(piece);
      continue;
    }
    piece.text.split(key).forEach((text, i) => {
      if (i > 0) next.push({ text: value, replaced: true });
      next.push({ text, replaced: false });
    });
  }
  return next;
}

/** The text to put in; undefined where an empty value is refused. */
function replacement(value: Value, key: string, name: string, rules: Rules): string | undefined {
  if (value === null) return rules.allowsEmpty ? '' : undefined;
  if (isList(value) || isMap(value)) {
    if (!rules.json) throw failure.type(`"${name}" params must be strings or numbers, param ${key} is not valid`);
    const length = isList(value) ? value.length : value.size;
    return length === 0 && !rules.allowsEmpty ? undefined : dumps(value);
  }
  const text = pyStr(value);
  return text === '' && !rules.allowsEmpty ? undefined : text;
}
