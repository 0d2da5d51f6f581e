/** Support statuses with what they were before, written in a line: `HIDDEN 9.0.0 < DEPRECATED 7.0.0 < SUPPORTED 2014.1`. */
import type { SupportLevel, SupportStatus } from './schema.ts';

const levels: readonly SupportLevel[] = ['SUPPORTED', 'DEPRECATED', 'UNSUPPORTED', 'HIDDEN'];

/** The newest first. */
export function supportHistory(text: string): SupportStatus {
  const [newest = '', ...older] = text.split(' < ');
  const [level = '', version] = newest.split(' ');
  const status = levels.find(each => each === level) ?? 'UNKNOWN';
  return {
    status,
    ...(version !== undefined && { version }),
    ...(older.length > 0 && { previous: supportHistory(older.join(' < ')) }),
  };
}
