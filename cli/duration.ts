import { InvalidArgumentError } from 'commander';

const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30d` as milliseconds. Throws InvalidArgumentError. */
export function duration(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (unit === '') throw new InvalidArgumentError('It must be a whole number with its unit: 30d, 12h, 90m or 10s.');
  return Number(number) * unitsMs[unit as keyof typeof unitsMs];
}
