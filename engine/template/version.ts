/** Which language a template is written in (contract: templates §1). */
import { errors } from '../kernel/errors.ts';
import { compareText } from '../values/json.ts';
import type { ValueMap } from '../values/value.ts';
import { dialects } from './dialects/all.ts';
import { extended } from './dialects/cfn.ts';
import type { Dialect, VersionKey } from './dialects/dialect.ts';
import { cfnWords, hotWords, type Words } from './dialects/words.ts';

/**
 * The dialect of a template by its version key; only keys with strings count. `isExtended`: with what only AWS's has
 * (dialects/cfn.ts). Throws InvalidTemplateVersion.
 */
export function dialectOf(raw: ValueMap, isExtended = false): Dialect {
  const keys = keysIn(raw);
  const [key, ...others] = keys;
  if (key === undefined) throw invalid('Template version was not provided');
  if (others.length > 0) throw invalid(`Ambiguous versions (${keys.sort(compareText).join(', ')})`);
  const version = String(raw.get(key));
  const versions = dialects.get(key) ?? new Map<string, Dialect>();
  const dialect = versions.get(version);
  if (dialect !== undefined) return (isExtended ? extended.get(dialect) : undefined) ?? dialect;
  const choice = versions.size === 1 ? 'should be' : 'should be one of';
  throw invalid(`"${key}: ${version}". "${key}" ${choice}: ${[...versions.keys()].join(', ')}`);
}

function keysIn(raw: ValueMap): VersionKey[] {
  return [...dialects.keys()].filter(key => typeof raw.get(key) === 'string');
}

/** What a template calls its sections, before it is read: of one that names no version, HOT's. */
export function wordsOf(raw: ValueMap): Words {
  const [key = 'heat_template_version'] = keysIn(raw);
  return key === 'heat_template_version' ? hotWords : cfnWords;
}

function invalid(explanation: string): Error {
  return errors.InvalidTemplateVersion({ explanation });
}

/** Whether any version key is there at all, whatever it says. */
export const namesVersion = (raw: ValueMap): boolean => [...dialects.keys()].some(key => raw.has(key));

/** A template that came as an object, where Heat's API does not look for a version. Throws InvalidTemplateVersion. */
export function requireVersion(raw: ValueMap): void {
  if (!namesVersion(raw)) throw invalid('Template version was not provided');
}
