/** Points in time as OpenStack's services and HTTP write them, without the machine's calendar: plain arithmetic. */

const dayMs = 86_400_000;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Days since 1970-01-01 of a date in the Gregorian calendar; month from 1 (Howard Hinnant, days_from_civil). */
function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

const iso = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;

/** Unix milliseconds of an ISO 8601 time as Keystone writes it (UTC where no zone is said); undefined for another text. */
export function isoToMs(text: string): number | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const fraction = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1_000);
  const zone = match[8] ?? 'Z';
  const digits = zone.replace(/\D/g, '');
  const offset = zone === 'Z' ? 0 : (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
  const local = daysOf(year, month, day) * dayMs + (hour * 3_600 + minute * 60 + second) * 1_000 + fraction;
  return zone.startsWith('-') ? local + offset : local - offset;
}

const loose =
  /^(\d{4})(?:-?(\d\d)(?:-?(\d\d)(?:[ T](\d\d)(?::?(\d\d)(?::?(\d\d))?)?(?:[.,]\d+)?(Z|[-+]\d\d(?::?\d\d)?)?)?)?)?$/;

/** Unix milliseconds of an ISO 8601 date or time in any of its usual forms, UTC where no zone is said. */
export function pointInTime(text: string): number | undefined {
  const match = loose.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part, i) => (part === undefined ? (i < 3 ? 1 : 0) : Number(part)));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  const digits = (match[7] ?? 'Z').replace(/\D/g, '').padEnd(4, '0');
  const offset = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
  const local = daysOf(year, month, day) * dayMs + (hour * 3_600 + minute * 60 + second) * 1_000;
  return match[7]?.startsWith('-') === true ? local + offset : local - offset;
}

/** `2026-11-21T10:02:56Z`: whole seconds, rounded down. */
export function msToIso(ms: number): string {
  const days = Math.floor(ms / dayMs);
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const seconds = Math.floor((ms - days * dayMs) / 1_000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${time}Z`;
}

const httpDate = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;

/** Unix milliseconds of a `Date` header (RFC 9110 §5.6.7, IMF-fixdate); undefined for another text. */
export function httpDateToMs(text: string): number | undefined {
  const match = httpDate.exec(text);
  const month = months.indexOf(match?.[2] ?? '') + 1;
  if (match === null || month === 0) return undefined;
  const [day = 0, , year = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return daysOf(year, month, day) * dayMs + (hour * 3_600 + minute * 60 + second) * 1_000;
}

/** Milliseconds that a `Retry-After` asks for (RFC 9110 §10.2.3: seconds, or a date); undefined where it says nothing. */
export function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed) * 1_000;
  const at = httpDateToMs(trimmed);
  return at === undefined ? undefined : Math.max(0, at - nowMs);
}
