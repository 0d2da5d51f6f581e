/** Which language a template is written in (contract: templates §1). */
import { errors } from '../kernel/errors.ts';
import { compareText } from '../values/json.ts';
import type { ValueMap } from '../values/value.ts';
import type { Dialect } from './dialects/dialect.ts';
import { hotVersions } from './dialects/hot.ts';

/** Version keys and what they may say. CloudFormation's are known, so that they can be refused by name. */
const available: ReadonlyMap<string, readonly string[]> = new Map([
  ['heat_template_version', [...hotVersions.keys()]],
  ['AWSTemplateFormatVersion', ['2010-09-09']],
  ['HeatTemplateFormatVersion', ['2012-12-12']],
]);

/** The dialect of a template by its version key; only keys with strings count. Throws InvalidTemplateVersion. */
export function dialectOf(raw: ValueMap): Dialect {
  const found: { key: string; version: string }[] = [];
  for (const key of available.keys()) {
    const version = raw.get(key);
    if (typeof version === 'string') found.push({ key, version });
  }
  const [only, ...others] = found;
  if (only === undefined) throw invalid('Template version was not provided');
  if (others.length > 0) {
    const keys = found.map(entry => entry.key).sort(compareText);
    throw invalid(`Ambiguous versions (${keys.join(', ')})`);
  }
  const { key, version } = only;
  const versions = available.get(key) ?? [];
  if (!versions.includes(version)) {
    const choice = versions.length === 1 ? 'should be' : 'should be one of';
    throw invalid(`"${key}: ${version}". "${key}" ${choice}: ${versions.join(', ')}`);
  }
  const dialect = key === 'heat_template_version' ? hotVersions.get(version) : undefined;
  if (dialect === undefined) throw invalid(`CloudFormation templates ("${key}") are not accepted yet`);
  return dialect;
}

function invalid(explanation: string): Error {
  return errors.InvalidTemplateVersion({ explanation });
}
