/**
 * Points in time and the time between two, as Python's datetime and timedelta: microseconds, proleptic Gregorian
 * years 1 to 9999, every point with its offset from UTC. Nothing here knows what time it is.
 */
import { fail } from './failure.ts';

export const microsPerDay = 86_400_000_000n;
const minDay = dayNumber(1, 1, 1);
const maxDay = dayNumber(9_999, 12, 31);
const maxSpanDays = 999_999_999n;

export interface Fields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micro: number;
}

/** Python's timedelta. */
export class TimeSpan {
  readonly micros: bigint;

  constructor(micros: bigint) {
    this.micros = micros;
    const days = floorDiv(micros, microsPerDay);
    if (days > maxSpanDays || days < -maxSpanDays) {
      throw fail(`days=${days}; must have magnitude <= ${maxSpanDays}`);
    }
  }

  toString(): string {
    const days = floorDiv(this.micros, microsPerDay);
    const rest = this.micros - days * microsPerDay;
    const seconds = rest / 1_000_000n;
    const [hour, minute, second] = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n];
    const clock = `${hour}:${two(minute)}:${two(second)}${fraction(rest % 1_000_000n)}`;
    return days === 0n ? clock : `${days} day${days === 1n || days === -1n ? '' : 's'}, ${clock}`;
  }

  repr(): string {
    const days = floorDiv(this.micros, microsPerDay);
    const rest = this.micros - days * microsPerDay;
    const parts = [
      ['days', days],
      ['seconds', rest / 1_000_000n],
      ['microseconds', rest % 1_000_000n],
    ].filter(([, amount]) => amount !== 0n);
    return `datetime.timedelta(${parts.map(([name, amount]) => `${name}=${amount}`).join(', ') || '0'})`;
  }
}

/** Python's datetime with an offset from UTC. */
export class Moment {
  /** Since 1970 in UTC. */
  readonly micros: bigint;
  readonly offset: TimeSpan;

  constructor(micros: bigint, offset: TimeSpan) {
    this.micros = micros;
    this.offset = offset;
    const day = floorDiv(micros + offset.micros, microsPerDay);
    if (day < minDay || day > maxDay) throw fail('date value out of range');
    if (offset.micros <= -microsPerDay || offset.micros >= microsPerDay) {
      throw fail('offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24).');
    }
  }

  static of(fields: Fields, offset: TimeSpan): Moment {
    check(fields);
    const { year, month, day, hour, minute, second, micro } = fields;
    const seconds = BigInt((hour * 60 + minute) * 60 + second);
    const local = dayNumber(year, month, day) * microsPerDay + seconds * 1_000_000n + BigInt(micro);
    return new Moment(local - offset.micros, offset);
  }

  /** What a calendar and a clock show where it has this offset. */
  fields(): Fields {
    const local = this.micros + this.offset.micros;
    const days = floorDiv(local, microsPerDay);
    const rest = local - days * microsPerDay;
    const seconds = Number(rest / 1_000_000n);
    return {
      ...dateOf(days),
      hour: Math.floor(seconds / 3600),
      minute: Math.floor(seconds / 60) % 60,
      second: seconds % 60,
      micro: Number(rest % 1_000_000n),
    };
  }

  /** Monday is 0. */
  weekday(): number {
    const days = floorDiv(this.micros + this.offset.micros, microsPerDay);
    return Number((((days + 3n) % 7n) + 7n) % 7n);
  }

  compare(other: Moment): number {
    return this.micros < other.micros ? -1 : this.micros > other.micros ? 1 : 0;
  }

  plus(span: bigint): Moment {
    return new Moment(this.micros + span, this.offset);
  }

  toString(separator = ' '): string {
    const { year, month, day, hour, minute, second, micro } = this.fields();
    const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
    return `${date}${separator}${two(hour)}:${two(minute)}:${two(second)}${fraction(BigInt(micro))}${offsetText(this.offset, ':')}`;
  }

  repr(): string {
    const { year, month, day, hour, minute, second, micro } = this.fields();
    const clock = micro !== 0 ? [second, micro] : second !== 0 ? [second] : [];
    const seconds = this.offset.micros / 1_000_000n;
    const zone = seconds === 0n ? 'tzutc()' : `tzoffset(None, ${seconds})`;
    return `datetime.datetime(${[year, month, day, hour, minute, ...clock].join(', ')}, tzinfo=${zone})`;
  }
}

/** `+02:00`, as str() and `%z` (without a colon) show it. */
export function offsetText(offset: TimeSpan, colon: string): string {
  const sign = offset.micros < 0n ? '-' : '+';
  const seconds = (offset.micros < 0n ? -offset.micros : offset.micros) / 1_000_000n;
  const parts = [seconds / 3600n, (seconds / 60n) % 60n, ...(seconds % 60n === 0n ? [] : [seconds % 60n])];
  return sign + parts.map(two).join(colon);
}

function check({ year, month, day, hour, minute, second, micro }: Fields): void {
  if (year < 1 || year > 9_999) throw fail(`year ${year} is out of range`);
  if (month < 1 || month > 12) throw fail('month must be in 1..12');
  if (day < 1 || day > daysIn(year, month)) throw fail('day is out of range for month');
  if (hour < 0 || hour > 23) throw fail('hour must be in 0..23');
  if (minute < 0 || minute > 59) throw fail('minute must be in 0..59');
  if (second < 0 || second > 59) throw fail('second must be in 0..59');
  if (micro < 0 || micro > 999_999) throw fail('microsecond must be in 0..999999');
}

function daysIn(year: number, month: number): number {
  return Number(dayNumber(month === 12 ? year + 1 : year, (month % 12) + 1, 1) - dayNumber(year, month, 1));
}

/** Days since 1970-01-01. Years begin in March here, so that the leap day is the last. */
export function dayNumber(year: number, month: number, day: number): bigint {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return BigInt(era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468);
}

function dateOf(days: bigint): { year: number; month: number; day: number } {
  const shifted = Number(days) + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const years = Math.floor(
    (ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * years + Math.floor(years / 4) - Math.floor(years / 100));
  const marched = Math.floor((5 * ofYear + 2) / 153);
  const month = ((marched + 2) % 12) + 1;
  const day = ofYear - Math.floor((153 * marched + 2) / 5) + 1;
  return { year: era * 400 + years + (month <= 2 ? 1 : 0), month, day };
}

export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function two(n: bigint | number): string {
  return String(n).padStart(2, '0');
}

function fraction(micros: bigint): string {
  return micros === 0n ? '' : `.${String(micros).padStart(6, '0')}`;
}
