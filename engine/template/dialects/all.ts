/** All dialects, by the keys and versions that templates name them with. */
import { invariant } from '../../kernel/invariant.ts';
import { awsDialect, heatDialect } from './cfn.ts';
import type { Dialect, VersionKey } from './dialect.ts';
import { hotVersions } from './hot.ts';

/** By version key; in it by version, dates before aliases. */
export const dialects: ReadonlyMap<VersionKey, ReadonlyMap<string, Dialect>> = new Map([
  ['AWSTemplateFormatVersion', new Map([[awsDialect.version, awsDialect]])],
  ['HeatTemplateFormatVersion', new Map([[heatDialect.version, heatDialect]])],
  ['heat_template_version', hotVersions],
]);

/** The dialect of a version that was read before (TemplateHead.version): its date tells which key it had. */
export function dialectNamed(version: string): Dialect {
  for (const versions of dialects.values()) {
    const dialect = versions.get(version);
    if (dialect !== undefined) return dialect;
  }
  invariant(false, `the template version ${version} is known`);
}
