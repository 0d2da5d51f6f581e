/**
 * Python's str.format(): `{}`, `{0}`, `{name}`, `{0[key]}`, `{0!r}`, `{0:>8.2f}`. Attributes (`{0.real}`) are not
 * readable: they would lead from a value into the program that holds it.
 */
import { fail } from './failure.ts';
import { formatNumber, formatText, readSpec } from './format-spec.ts';
import { lookup } from './maps.ts';
import type { Meter } from './meter.ts';
import { repr, str, typeName } from './text.ts';
import { Dict, Sequence, type Yaql } from './values.ts';

interface Given {
  readonly args: readonly Yaql[];
  readonly named: ReadonlyMap<string, Yaql>;
  readonly meter: Meter;
  /** Whether fields are numbered by their place or by themselves: one or the other. */
  numbering: 'automatic' | 'manual' | undefined;
  next: number;
}

export function formatted(text: string, args: readonly Yaql[], named: ReadonlyMap<string, Yaql>, meter: Meter): string {
  return expand(text, { args, named, meter, numbering: undefined, next: 0 }, 2);
}

/** Specifications may hold fields themselves, one level deep. */
function expand(text: string, given: Given, levels: number): string {
  if (levels < 0) throw fail('Max string recursion exceeded');
  let result = '';
  let i = 0;
  while (i < text.length) {
    const char = text[i];
    if (char !== '{' && char !== '}') {
      result += char;
      i++;
    } else if (text[i + 1] === char) {
      result += char;
      i += 2;
    } else if (char === '}') throw fail("Single '}' encountered in format string");
    else {
      const end = closing(text, i);
      result += field(text.slice(i + 1, end), given, levels);
      i = end + 1;
    }
  }
  return result;
}

function closing(text: string, open: number): number {
  if (open + 1 >= text.length) throw fail("Single '{' encountered in format string");
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  throw fail("expected '}' before end of string");
}

function field(body: string, given: Given, levels: number): string {
  // What stands in brackets is read in one way only, or a short text would be read in millions of ways.
  const found = /^([^!:{}[]*(?:\[[^\]]*\][^!:{}[]*)*)(?:!([^:]*))?(?::([\s\S]*))?$/.exec(body);
  if (found === null)
    throw fail(body.includes('{') ? "unexpected '{' in field name" : "expected '}' before end of string");
  const [, name = '', conversion, specText] = found;
  const value = fieldValue(name, given);
  const converted = conversion === undefined ? value : convert(value, conversion, given.meter);
  return formatValue(converted, expand(specText ?? '', given, levels - 1), given.meter);
}

function convert(value: Yaql, conversion: string, meter: Meter): Yaql {
  if (conversion === 's') return str(value, meter);
  if (conversion === 'r' || conversion === 'a') return repr(value, meter);
  throw fail(`Unknown conversion specifier ${conversion}`);
}

function fieldValue(name: string, given: Given): Yaql {
  const [, first = '', path = ''] = /^([^.[]*)([\s\S]*)$/.exec(name) ?? [];
  let value = argument(first, given);
  let rest = path;
  while (rest !== '') {
    const step = /^\[([^\]]*)\]/.exec(rest);
    if (step === null) throw fail(`'${typeName(value)}' object has no attribute '${rest.slice(1)}'`);
    value = item(value, step[1] ?? '', given.meter);
    rest = rest.slice(step[0].length);
  }
  return value;
}

function argument(name: string, given: Given): Yaql {
  if (name !== '' && !/^\d+$/.test(name)) {
    const value = given.named.get(name);
    if (value === undefined) throw fail(repr(name, given.meter), 'index');
    return value;
  }
  const numbering = name === '' ? 'automatic' : 'manual';
  if (given.numbering !== undefined && given.numbering !== numbering) {
    const [from, to] =
      numbering === 'manual'
        ? ['automatic field numbering', 'manual field specification']
        : ['manual field specification', 'automatic field numbering'];
    throw fail(`cannot switch from ${from} to ${to}`);
  }
  given.numbering = numbering;
  const index = name === '' ? given.next++ : Number(name);
  const value = given.args[index];
  if (value === undefined) throw fail(`Replacement index ${index} out of range for positional args tuple`, 'index');
  return value;
}

/** `[3]` is a place in a list or an int as a key, `[a]` a text as a key. */
function item(value: Yaql, key: string, meter: Meter): Yaql {
  const isPlace = /^\d+$/.test(key);
  if (value instanceof Dict) {
    const wanted = isPlace ? BigInt(key) : key;
    const found = lookup(value, wanted, meter);
    if (found === undefined) throw fail(repr(wanted, meter), 'index');
    return found;
  }
  const items = value instanceof Sequence ? value.items : typeof value === 'string' ? [...value] : undefined;
  const kind = value instanceof Sequence ? value.type : 'string';
  if (items === undefined) throw fail(`'${typeName(value)}' object is not subscriptable`);
  if (!isPlace) throw fail(`${kind} indices must be integers or slices, not str`);
  const found = items[Number(key)];
  if (found === undefined) throw fail(`${kind} index out of range`, 'index');
  return found;
}

function formatValue(value: Yaql, specText: string, meter: Meter): string {
  if (typeof value === 'string') return formatText(value, readSpec(specText, 'str'));
  if (typeof value === 'boolean' && specText === '') return str(value, meter);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    const number = typeof value === 'boolean' ? BigInt(value) : value;
    const spec = readSpec(specText, typeof number === 'bigint' ? 'int' : 'float');
    return specText === '' ? str(number, meter) : formatNumber(number, spec);
  }
  if (specText === '') return str(value, meter);
  throw fail(`unsupported format string passed to ${typeName(value).replace(/^.*\./, '')}.__format__`);
}
