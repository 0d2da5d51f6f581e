import { describe, expect, it } from 'vitest';
import { httpDateToMs, isoToMs, msToIso, pointInTime, retryAfterMs } from './times.ts';

const days = Array.from({ length: 3_000 }, (_, i) => Date.UTC(1999, 11, 25) + i * 86_400_000 * 7 + i * 1_000_003);

describe('times without a calendar', () => {
  it('agree with the machine in both directions', () => {
    for (const ms of days) {
      const date = new Date(ms);
      const seconds = Math.floor(ms / 1_000) * 1_000;
      expect(msToIso(ms)).toBe(date.toISOString().replace(/\.\d+Z$/, 'Z'));
      expect(isoToMs(date.toISOString())).toBe(ms);
      expect(httpDateToMs(date.toUTCString())).toBe(seconds);
    }
  });

  it('read what Keystone writes', () => {
    expect(isoToMs('2026-11-22T10:02:56.000000Z')).toBe(Date.UTC(2026, 10, 22, 10, 2, 56));
    expect(isoToMs('2026-11-22T10:02:56')).toBe(Date.UTC(2026, 10, 22, 10, 2, 56));
    expect(isoToMs('2026-11-22T10:02:56.25+02:30')).toBe(Date.UTC(2026, 10, 22, 7, 32, 56, 250));
    expect(isoToMs('soon')).toBeUndefined();
  });

  it('read dates and times in their usual forms', () => {
    const day = Date.UTC(2030, 0, 2);
    for (const text of [
      '2030-01-02',
      '20300102',
      '2030-01-02T00:00:00Z',
      '2030-01-02 02:00+02',
      '20300101T2200-0200',
    ]) {
      expect(pointInTime(text)).toBe(day);
    }
    expect(pointInTime('2030-01')).toBe(Date.UTC(2030, 0, 1));
    for (const text of ['', 'x', '2030-13-01', '2030-01-02T24:00Z']) expect(pointInTime(text)).toBeUndefined();
  });

  it('read Retry-After as seconds or as a date', () => {
    const now = Date.UTC(2026, 10, 21, 10, 0, 0);
    expect(retryAfterMs('7', now)).toBe(7_000);
    expect(retryAfterMs('Sat, 21 Nov 2026 10:00:05 GMT', now)).toBe(5_000);
    expect(retryAfterMs('Sat, 21 Nov 2026 09:00:05 GMT', now)).toBe(0);
    expect(retryAfterMs('later', now)).toBeUndefined();
    expect(retryAfterMs(undefined, now)).toBeUndefined();
  });
});
