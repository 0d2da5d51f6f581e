/** Python's format specifications of texts and numbers: `[[fill]align][sign][#][0][width][,][.precision][type]`. */
import { doubleRepr } from '../../values/floats.ts';
import { fail } from './failure.ts';
import { checkMemory } from './meter.ts';
import { pointsIn } from './pytext.ts';

export interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
  /** Python's class of the value, for messages. */
  readonly of: 'str' | 'int' | 'float';
}

const form = /^(?:([\s\S])?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([\s\S])?$/u;
const mostDigits = 5;

export function readSpec(text: string, of: Spec['of']): Spec {
  const found = form.exec(text);
  if (found === null) throw fail('Invalid format specifier');
  const [, fill, align, sign = '', alternate, zero, width = '0', grouping = '', precision, type = ''] = found;
  if (width.length > mostDigits || (precision?.length ?? 0) > mostDigits) checkMemory(Number.POSITIVE_INFINITY);
  const usual = of === 'str' ? '<' : '>';
  return {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (zero === undefined ? usual : of === 'str' ? '<' : '='),
    sign,
    alternate: alternate !== undefined,
    width: Number(width),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    type,
    of,
  };
}

function unknownCode(spec: Spec): Error {
  return fail(`Unknown format code '${spec.type}' for object of type '${spec.of}'`);
}

export function formatText(text: string, spec: Spec): string {
  if (spec.type !== '' && spec.type !== 's') throw unknownCode(spec);
  if (spec.sign !== '') throw fail('Sign not allowed in string format specifier');
  if (spec.alternate) throw fail('Alternate form (#) not allowed in string format specifier');
  if (spec.grouping !== '') throw fail(`Cannot specify '${spec.grouping}' with '${spec.type || 's'}'.`);
  if (spec.align === '=') throw fail("'=' alignment not allowed in string format specifier");
  const cut = spec.precision === undefined ? text : [...text].slice(0, spec.precision).join('');
  return padded('', cut, spec);
}

export function formatNumber(value: bigint | number, spec: Spec): string {
  const isWhole = typeof value === 'bigint' && 'dbcoxXn'.includes(spec.type);
  if (isWhole && spec.precision !== undefined) throw fail('Precision not allowed in integer format specifier');
  const isNegative = typeof value === 'bigint' ? value < 0n : value < 0 || Object.is(value, -0);
  const body = isWhole
    ? wholeText(value < 0n ? -value : value, spec)
    : floatText(Math.abs(Number(value)), { ...spec, type: spec.type });
  const sign = isNegative ? '-' : spec.sign === '-' ? '' : spec.sign;
  if (spec.type === 'c') {
    if (spec.sign !== '') throw fail("Sign not allowed with integer format specifier 'c'");
    return padded('', body, spec);
  }
  const prefix = isWhole && spec.alternate ? (prefixes[spec.type] ?? '') : '';
  return padded(sign + prefix, body, spec);
}

const prefixes: Readonly<Record<string, string>> = { b: '0b', o: '0o', x: '0x', X: '0X' };
const bases: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16 };

function wholeText(value: bigint, spec: Spec): string {
  if (spec.type === 'c') {
    if (value > 0x10ffffn) throw fail('%c arg not in range(0x110000)');
    return String.fromCodePoint(Number(value));
  }
  const digits = value.toString(bases[spec.type] ?? 10);
  const shown = spec.type === 'X' ? digits.toUpperCase() : digits;
  if (spec.grouping === '') return shown;
  const decimal = bases[spec.type] === undefined;
  if (spec.grouping === ',' && !decimal) throw fail(`Cannot specify ',' with '${spec.type}'.`);
  return grouped(shown, spec.grouping, decimal ? 3 : 4);
}

function grouped(digits: string, mark: string, size: number): string {
  const parts: string[] = [];
  for (let end = digits.length; end > 0; end -= size) parts.unshift(digits.slice(Math.max(0, end - size), end));
  return parts.join(mark);
}

function floatText(value: number, spec: Spec): string {
  const lower = spec.type.toLowerCase();
  if (!['', 'e', 'f', 'g', 'n', '%'].includes(lower) || 'N'.includes(spec.type || '?')) throw unknownCode(spec);
  if (!Number.isFinite(value)) {
    const word = Number.isNaN(value) ? 'nan' : 'inf';
    return spec.type === 'E' || spec.type === 'F' || spec.type === 'G'
      ? word.toUpperCase()
      : word + (lower === '%' ? '%' : '');
  }
  const [whole = '', rest = ''] = splitAtPoint(digitsOf(value, lower, spec.precision, spec.alternate));
  const shown = (spec.grouping === '' ? whole : grouped(whole, spec.grouping, 3)) + rest;
  return spec.type === 'E' || spec.type === 'G' ? shown.toUpperCase() : shown;
}

function splitAtPoint(digits: string): [string, string] {
  const end = digits.search(/[^0-9]/);
  return end < 0 ? [digits, ''] : [digits.slice(0, end), digits.slice(end)];
}

function digitsOf(value: number, type: string, precision: number | undefined, alternate: boolean): string {
  const places = Math.min(precision ?? 6, 100);
  if (type === 'f') return fixed(value, places);
  if (type === '%') return `${fixed(value * 100, places)}%`;
  if (type === 'e') return exponential(value, places);
  if (type === '' && precision === undefined) return doubleRepr(value);
  const significant = Math.max(1, places);
  const exponent = value === 0 ? 0 : Number(value.toExponential(significant - 1).split('e')[1]);
  // Python's own form without a type keeps one digit behind the point.
  const most = type === '' ? significant - 1 : significant;
  if (exponent < -4 || exponent >= most) {
    const [mantissa = '', power = ''] = exponential(value, significant - 1).split('e');
    return `${alternate ? mantissa : trimmed(mantissa)}e${power}`;
  }
  const text = fixed(value, Math.max(0, significant - 1 - exponent));
  const short = alternate ? text : trimmed(text);
  return type === '' && !short.includes('.') ? `${short}.0` : short;
}

function trimmed(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

/** Beyond 10^21 JavaScript's toFixed changes its form. */
function fixed(value: number, places: number): string {
  if (value < 1e21) return value.toFixed(places);
  return BigInt(value).toString() + (places > 0 ? `.${'0'.repeat(places)}` : '');
}

function exponential(value: number, places: number): string {
  const [mantissa = '', power = '+0'] = value.toExponential(places).split('e');
  return `${mantissa}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}

/** `=` puts what fills up between the sign and the digits. */
function padded(sign: string, body: string, spec: Spec): string {
  const missing = spec.width - pointsIn(sign) - pointsIn(body);
  if (missing <= 0) return sign + body;
  checkMemory(spec.width);
  const fill = (count: number) => spec.fill.repeat(count);
  switch (spec.align) {
    case '<':
      return sign + body + fill(missing);
    case '^':
      return fill(Math.floor(missing / 2)) + sign + body + fill(Math.ceil(missing / 2));
    case '=':
      return sign + fill(missing) + body;
    default:
      return fill(missing) + sign + body;
  }
}
