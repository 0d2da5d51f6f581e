/** Points in time and the time between two. None of these functions knows what time it is. */
import { toFloat } from '../arithmetic.ts';
import { fail } from '../failure.ts';
import { Moment, TimeSpan } from '../moment.ts';
import { define, type Overload } from '../signature.ts';
import { readDate, strptime } from '../strftime.ts';
import { optional, param, types } from '../types.ts';
import type { Yaql } from '../values.ts';

const { any, int, intOrNull, moment, number, plainInt, string, stringOrNull, timeSpan, timeSpanOrNull } = types;

const zero = new TimeSpan(0n);
const perSecond = 1_000_000n;

/** Nearest microsecond, to the even one of two. */
function micros(value: number): bigint {
  if (!Number.isFinite(value)) throw fail('cannot convert float to a time');
  const down = Math.floor(value);
  const rest = value - down;
  const up = rest > 0.5 || (rest === 0.5 && down % 2 !== 0);
  return BigInt(down) + (up ? 1n : 0n);
}

const making: readonly Overload[] = [
  define(
    'datetime',
    'function',
    [
      param('year', int),
      param('month', int),
      param('day', int),
      optional('hour', int, 0n),
      optional('minute', int, 0n),
      optional('second', int, 0n),
      optional('microsecond', int, 0n),
      optional('offset', timeSpan, zero),
    ],
    (_, year, month, day, hour, minute, second, micro, offset) => {
      const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, us = 0] = [year, month, day, hour, minute, second, micro].map(
        Number,
      );
      return Moment.of({ year: y, month: mo, day: d, hour: h, minute: mi, second: s, micro: us }, offset);
    },
  ),
  define(
    'datetime',
    'function',
    [param('timestamp', number), optional('offset', timeSpan, zero)],
    (_, stamp, offset) => new Moment(typeof stamp === 'bigint' ? stamp * perSecond : micros(stamp * 1e6), offset),
  ),
  define(
    'datetime',
    'function',
    [param('string', string), optional('format', stringOrNull, null)],
    (_, text, format) => (format === null || format === '' ? readDate(text) : strptime(text, format)),
  ),
  define(
    'timespan',
    'function',
    [
      optional('days', int, 0n),
      optional('hours', int, 0n),
      optional('minutes', int, 0n),
      optional('seconds', plainInt, 0n),
      optional('milliseconds', plainInt, 0n),
      optional('microseconds', plainInt, 0n),
    ],
    (_, days, hours, minutes, seconds, milliseconds, microseconds) => {
      const whole = ((days * 24n + hours) * 60n + minutes) * 60n + seconds;
      return new TimeSpan(whole * perSecond + milliseconds * 1_000n + microseconds);
    },
  ),
  define('utctz', 'function', [], () => zero),
  define('isDatetime', 'function', [param('value', any)], (_, value) => value instanceof Moment),
  define('isTimespan', 'function', [param('value', any)], (_, value) => value instanceof TimeSpan),
  define(
    'replace',
    'method',
    [
      param('dt', moment),
      optional('year', intOrNull, null),
      optional('month', intOrNull, null),
      optional('day', intOrNull, null),
      optional('hour', intOrNull, null),
      optional('minute', intOrNull, null),
      optional('second', intOrNull, null),
      optional('microsecond', intOrNull, null),
      optional('offset', timeSpanOrNull, null),
    ],
    (_, when, year, month, day, hour, minute, second, micro, offset) => {
      const at = when.fields();
      const other = (given: bigint | null, own: number) => (given === null ? own : Number(given));
      const fields = {
        year: other(year, at.year),
        month: other(month, at.month),
        day: other(day, at.day),
        hour: other(hour, at.hour),
        minute: other(minute, at.minute),
        second: other(second, at.second),
        micro: other(micro, at.micro),
      };
      return Moment.of(fields, offset ?? when.offset);
    },
  ),
];

const reckoning: readonly Overload[] = [
  define('#operator_+', 'function', [param('dt', moment), param('ts', timeSpan)], (_, a, b) => a.plus(b.micros)),
  define('#operator_+', 'function', [param('ts', timeSpan), param('dt', moment)], (_, a, b) => b.plus(a.micros)),
  define('#operator_-', 'function', [param('dt', moment), param('ts', timeSpan)], (_, a, b) => a.plus(-b.micros)),
  define(
    '#operator_-',
    'function',
    [param('dt1', moment), param('dt2', moment)],
    (_, a, b) => new TimeSpan(a.micros - b.micros),
  ),
  define(
    '#operator_+',
    'function',
    [param('ts1', timeSpan), param('ts2', timeSpan)],
    (_, a, b) => new TimeSpan(a.micros + b.micros),
  ),
  define(
    '#operator_-',
    'function',
    [param('ts1', timeSpan), param('ts2', timeSpan)],
    (_, a, b) => new TimeSpan(a.micros - b.micros),
  ),
  define('#operator_*', 'function', [param('ts', timeSpan), param('n', number)], (_, a, n) => times(a, n)),
  define('#operator_*', 'function', [param('n', number), param('ts', timeSpan)], (_, n, a) => times(a, n)),
  define('#operator_/', 'function', [param('ts1', timeSpan), param('ts2', timeSpan)], (_, a, b) => {
    if (b.micros === 0n) throw fail('float division by zero');
    return Number(a.micros) / Number(b.micros);
  }),
  define('#operator_/', 'function', [param('ts', timeSpan), param('n', number)], (_, a, n) => {
    if (toFloat(n) === 0) throw fail(typeof n === 'bigint' ? 'division by zero' : 'float division by zero');
    return new TimeSpan(micros(Number(a.micros) / toFloat(n)));
  }),
  define('#unary_operator_-', 'function', [param('ts', timeSpan)], (_, a) => new TimeSpan(-a.micros)),
  define('#unary_operator_+', 'function', [param('ts', timeSpan)], (_, a) => a),
];

function times(span: TimeSpan, n: bigint | number): TimeSpan {
  return new TimeSpan(typeof n === 'bigint' ? span.micros * n : micros(Number(span.micros) * n));
}

/** Read as `$.year`; yaql's `utc` of a datetime is a function instead. */
const ofMoment: Readonly<Record<string, (when: Moment) => Yaql>> = {
  year: when => BigInt(when.fields().year),
  month: when => BigInt(when.fields().month),
  day: when => BigInt(when.fields().day),
  hour: when => BigInt(when.fields().hour),
  minute: when => BigInt(when.fields().minute),
  second: when => BigInt(when.fields().second),
  microsecond: when => BigInt(when.fields().micro),
  weekday: when => BigInt(when.weekday()),
  offset: when => when.offset,
  timestamp: when => Number(when.micros) / 1e6,
  utc: when => when.plus(-when.offset.micros),
  date: when => when.plus(-timeOf(when).micros),
  time: when => timeOf(when),
};

function timeOf(when: Moment): TimeSpan {
  const { hour, minute, second, micro } = when.fields();
  return new TimeSpan(BigInt((hour * 60 + minute) * 60 + second) * perSecond + BigInt(micro));
}

const ofSpan: Readonly<Record<string, (span: TimeSpan) => Yaql>> = {
  microseconds: ({ micros: n }) => n,
  milliseconds: ({ micros: n }) => Number(n) / 1e3,
  seconds: ({ micros: n }) => Number(n) / 1e6,
  minutes: ({ micros: n }) => Number(n) / 6e7,
  hours: ({ micros: n }) => Number(n) / 3.6e9,
  days: ({ micros: n }) => Number(n) / 8.64e10,
};

const properties: readonly Overload[] = [
  ...Object.entries(ofMoment).map(([name, read]) =>
    define(`#property#${name}`, 'function', [param('obj', moment)], (_, when) => read(when)),
  ),
  ...Object.entries(ofSpan).map(([name, read]) =>
    define(`#property#${name}`, 'function', [param('obj', timeSpan)], (_, span) => read(span)),
  ),
];

export const dates: readonly Overload[] = [...making, ...reckoning, ...properties];
