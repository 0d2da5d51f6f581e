/**
 * Python's str() and repr() of yaql's values, as messages and `str()` show them. Addresses of objects, which differ
 * from run to run, are left away: `<map object>`.
 */
import { limits } from '../../kernel/limits.ts';
import { doubleRepr } from '../../values/floats.ts';
import { pyRepr } from '../../values/python.ts';
import { fail } from './failure.ts';
import type { Meter } from './meter.ts';
import { Moment, TimeSpan } from './moment.ts';
import { bytesOf } from './sizes.ts';
import { Dict, Regex, Rule, Sequence, SetOf, Stream, View, type Yaql } from './values.ts';

/** An int of fewer bytes has no more digits than may be shown. */
const mostDigitsBytes = 1_000;

/** Of what a token of an expression may be. */
export function plainStr(value: null | boolean | bigint | number | string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' && bytesOf(value) > mostDigitsBytes && String(value).length > limits.maxNumberDigits) {
    throw fail(`Exceeds the limit (${limits.maxNumberDigits} digits) for integer string conversion`);
  }
  return typeof value === 'number' ? doubleRepr(value) : pyRepr(value);
}

/** Python's str(). */
export function str(value: Yaql, meter: Meter): string {
  if (typeof value === 'string') return value;
  if (value instanceof Moment || value instanceof TimeSpan) return value.toString();
  return repr(value, meter);
}

/** Python's repr(). Every part counts a step: a short expression may make a value whose text is endless. */
export function repr(value: Yaql, meter: Meter): string {
  meter.step();
  if (value === null || typeof value !== 'object') {
    if (typeof value === 'bigint') meter.step(bytesOf(value) >> 2);
    return typeof value === 'string' ? pyRepr(value) : plainStr(value);
  }
  const all = (items: Iterable<Yaql>) => {
    const texts = Array.from(items, item => repr(item, meter));
    meter.step(Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / 100));
    return texts.join(', ');
  };
  if (value instanceof Sequence) {
    if (value.type === 'list') return `[${all(value.items)}]`;
    return value.items.length === 1 ? `(${all(value.items)},)` : `(${all(value.items)})`;
  }
  if (value instanceof Dict) {
    const entries = Array.from(value.entries.values(), ([key, item]) => `${repr(key, meter)}: ${repr(item, meter)}`);
    meter.step(Math.ceil(entries.reduce((sum, text) => sum + text.length, 0) / 100));
    return `{${entries.join(', ')}}`;
  }
  if (value instanceof SetOf) {
    return value.items.size === 0 ? 'frozenset()' : `frozenset({${all(value.items.values())}})`;
  }
  if (value instanceof View) return viewRepr(value, meter);
  if (value instanceof Moment || value instanceof TimeSpan) return value.repr();
  if (value instanceof Regex) return regexRepr(value);
  return `<${typeName(value)} object>`;
}

function viewRepr(view: View, meter: Meter): string {
  if (view.of.isFrozen) return `${typeName(view)}(${repr(view.of, meter)})`;
  const items = Array.from(view.of.entries.values(), ([key, value]) => {
    if (view.shows === 'items') return `(${repr(key, meter)}, ${repr(value, meter)})`;
    return repr(view.shows === 'keys' ? key : value, meter);
  });
  return `${typeName(view)}([${items.join(', ')}])`;
}

function regexRepr({ source, flags }: Regex): string {
  const names = [
    flags.ignoreCase ? 're.IGNORECASE' : '',
    flags.multiline ? 're.MULTILINE' : '',
    flags.dotAll ? 're.DOTALL' : '',
  ].filter(name => name !== '');
  return `re.compile(${[pyRepr(source), names.join('|')].filter(part => part !== '').join(', ')})`;
}

/** Python's name of a value's class. */
export function typeName(value: Yaql): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'string') return 'str';
  if (value instanceof Sequence || value instanceof Stream) return value.type;
  if (value instanceof Dict) return value.isFrozen ? 'FrozenDict' : 'dict';
  if (value instanceof SetOf) return 'frozenset';
  if (value instanceof View) return viewName(value);
  if (value instanceof Regex) return 're.Pattern';
  if (value instanceof Rule) return 'MappingRule';
  if (value instanceof Moment) return 'datetime.datetime';
  return value instanceof TimeSpan ? 'datetime.timedelta' : 'Context';
}

function viewName({ of, shows }: View): string {
  if (!of.isFrozen) return `dict_${shows}`;
  return shows === 'keys' ? 'KeysView' : shows === 'values' ? 'ValuesView' : 'ItemsView';
}
