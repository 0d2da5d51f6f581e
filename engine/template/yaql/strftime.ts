/** Python's strftime() and strptime() in the C locale, for what has an offset from UTC; and dates as they are often written. */
import { fail } from './failure.ts';
import { dayNumber, type Fields, Moment, offsetText, TimeSpan } from './moment.ts';
import { pyRepr } from '../../values/python.ts';

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const two = (n: number) => String(n).padStart(2, '0');

/** What each directive shows. */
const directives: Readonly<Record<string, (when: Moment, at: Fields) => string>> = {
  a: when => (weekdays[when.weekday()] ?? '').slice(0, 3),
  A: when => weekdays[when.weekday()] ?? '',
  b: (_, at) => (months[at.month - 1] ?? '').slice(0, 3),
  B: (_, at) => months[at.month - 1] ?? '',
  c: when => strftime(when, '%a %b %e %H:%M:%S %Y'),
  C: (_, at) => two(Math.floor(at.year / 100)),
  d: (_, at) => two(at.day),
  D: when => strftime(when, '%m/%d/%y'),
  e: (_, at) => String(at.day).padStart(2, ' '),
  f: (_, at) => String(at.micro).padStart(6, '0'),
  F: when => strftime(when, '%Y-%m-%d'),
  H: (_, at) => two(at.hour),
  I: (_, at) => two(at.hour % 12 === 0 ? 12 : at.hour % 12),
  j: (_, at) => String(dayOfYear(at)).padStart(3, '0'),
  m: (_, at) => two(at.month),
  M: (_, at) => two(at.minute),
  n: () => '\n',
  p: (_, at) => (at.hour < 12 ? 'AM' : 'PM'),
  R: when => strftime(when, '%H:%M'),
  S: (_, at) => two(at.second),
  t: () => '\t',
  T: when => strftime(when, '%H:%M:%S'),
  u: when => String(when.weekday() + 1),
  U: (when, at) => two(Math.floor((dayOfYear(at) + 6 - ((when.weekday() + 1) % 7)) / 7)),
  w: when => String((when.weekday() + 1) % 7),
  W: (when, at) => two(Math.floor((dayOfYear(at) + 6 - when.weekday()) / 7)),
  x: when => strftime(when, '%m/%d/%y'),
  X: when => strftime(when, '%H:%M:%S'),
  y: (_, at) => two(at.year % 100),
  Y: (_, at) => String(at.year),
  z: when => offsetText(when.offset, ''),
  Z: when => (when.offset.micros === 0n ? 'UTC' : ''),
  '%': () => '%',
};

function dayOfYear({ year, month, day }: Fields): number {
  return Number(dayNumber(year, month, day) - dayNumber(year, 1, 1)) + 1;
}

/** A directive that is not known stays as it is. */
export function strftime(when: Moment, format: string): string {
  const at = when.fields();
  return format.replace(/%([a-zA-Z%])/g, (whole, letter: string) => directives[letter]?.(when, at) ?? whole);
}

interface Part {
  readonly pattern: string;
  set(found: Found, text: string): void;
}

interface Found {
  fields: { year: number; month: number; day: number; hour: number; minute: number; second: number; micro: number };
  afternoon?: boolean;
  offset?: TimeSpan;
}

const numberPart = (pattern: string, set: (fields: Found['fields'], n: number) => void): Part => ({
  pattern,
  set: (found, text) => set(found.fields, Number(text)),
});

const namePart = (names: readonly string[], set: (fields: Found['fields'], i: number) => void): Part => ({
  pattern: names.join('|'),
  set: (found, text) =>
    set(
      found.fields,
      names.findIndex(name => name.toLowerCase() === text.toLowerCase()),
    ),
});

const short = (names: readonly string[]) => names.map(name => name.slice(0, 3));
const nothing = () => undefined;

/** What strptime() reads. */
const readers: Readonly<Record<string, Part>> = {
  a: namePart(short(weekdays), nothing),
  A: namePart(weekdays, nothing),
  b: namePart(short(months), (fields, i) => {
    fields.month = i + 1;
  }),
  B: namePart(months, (fields, i) => {
    fields.month = i + 1;
  }),
  d: numberPart('3[01]|[12]\\d|0[1-9]|[1-9]| [1-9]', (fields, n) => {
    fields.day = n;
  }),
  f: {
    pattern: '\\d{1,6}',
    set: (found, text) => {
      found.fields.micro = Number(text.padEnd(6, '0'));
    },
  },
  H: numberPart('2[0-3]|[01]\\d|\\d', (fields, n) => {
    fields.hour = n;
  }),
  I: numberPart('1[0-2]|0[1-9]|[1-9]', (fields, n) => {
    fields.hour = n % 12;
  }),
  m: numberPart('1[0-2]|0[1-9]|[1-9]', (fields, n) => {
    fields.month = n;
  }),
  M: numberPart('[0-5]\\d|\\d', (fields, n) => {
    fields.minute = n;
  }),
  p: {
    pattern: 'AM|PM',
    set: (found, text) => {
      found.afternoon = text.toUpperCase() === 'PM';
    },
  },
  S: numberPart('6[01]|[0-5]\\d|\\d', (fields, n) => {
    fields.second = n;
  }),
  y: numberPart('\\d\\d', (fields, n) => {
    fields.year = n < 69 ? 2000 + n : 1900 + n;
  }),
  Y: numberPart('\\d{4}', (fields, n) => {
    fields.year = n;
  }),
  z: {
    pattern: '[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d)?|Z',
    set: (found, text) => {
      found.offset = offsetOf(text);
    },
  },
};

/** `Z`, `+02:00`, `+0200`, `+02`. */
function offsetOf(text: string): TimeSpan {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = /^([+-])(\d\d):?(\d\d)?:?(\d\d)?$/.exec(text) ?? [];
  const total = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return new TimeSpan(BigInt(sign === '-' ? -total : total) * 1_000_000n);
}

const utc = new TimeSpan(0n);

/** Python's strptime(); without an offset in the text it is UTC. */
export function strptime(text: string, format: string): Moment {
  const parts: Part[] = [];
  const letters = new Set<string>();
  let pattern = '';
  for (const [piece, directive] of format.matchAll(/%([\s\S]?)|\s+|[^%\s]+/g)) {
    const letter = directive ?? '';
    if (!piece.startsWith('%')) pattern += piece.trim() === '' ? '\\s+' : escaped(piece);
    else if (letter === '%') pattern += '%';
    else {
      const part = readers[letter];
      if (letter === '') throw fail(`stray % in format ${pyRepr(format)}`);
      if (part === undefined) throw fail(`'${letter}' is a bad directive in format ${pyRepr(format)}`);
      // As in Python; and each more would double the ways in which the text could be read.
      if (letters.has(letter)) throw fail(`redefinition of group name '${letter}' as group ${parts.length + 1}`);
      letters.add(letter);
      parts.push(part);
      pattern += `(${part.pattern})`;
    }
  }
  const match = new RegExp(`^${pattern}`, 'i').exec(text);
  if (match === null) throw fail(`time data ${pyRepr(text)} does not match format ${pyRepr(format)}`);
  if (match[0].length < text.length) throw fail(`unconverted data remains: ${text.slice(match[0].length)}`);
  const found: Found = { fields: { year: 1900, month: 1, day: 1, hour: 0, minute: 0, second: 0, micro: 0 } };
  for (const [i, part] of parts.entries()) part.set(found, match[i + 1] ?? '');
  if (found.afternoon === true) found.fields.hour += 12;
  return Moment.of(found.fields, found.offset ?? utc);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, char => `\\${char}`);
}

const iso =
  /^(\d{4})-?(\d\d)(?:-?(\d\d))?(?:[T ]\s*(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?(?:\s*(Z|UTC|[+-]\d\d(?::?\d\d)?))?)?$/i;

/** A date of ISO 8601's form, with a time or without. What is not written would be today's, which is not known here. */
export function readDate(text: string): Moment {
  const [, year, month, day, hour = '0', minute = '0', second = '0', part = '', zone = 'Z'] =
    iso.exec(text.trim()) ?? [];
  if (year === undefined || month === undefined || day === undefined) {
    throw fail(`Unknown string format: ${text} (a date is written as 2026-01-31 or 2026-01-31T12:00:00Z)`);
  }
  const fields = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    micro: Number(part.slice(0, 6).padEnd(6, '0')),
  };
  return Moment.of(fields, offsetOf(zone));
}
