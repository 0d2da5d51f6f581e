/** Templates and environments from YAML, for tests. */
import { emptyEnvironment, parseEnvironment } from '../../engine/template/environment.ts';
import type { Expr } from '../../engine/template/expr.ts';
import { parseExpr } from '../../engine/template/parse.ts';
import { hotVersions } from '../../engine/template/dialects/hot.ts';
import type { Prepared } from '../../engine/template/planning.ts';
import { type PlanInput, plan } from '../../engine/template/prepare.ts';
import type { Scope } from '../../engine/template/scope.ts';
import { parseYaml } from '../../engine/values/yaml.ts';
import type { Value } from '../../engine/values/value.ts';

export const latest = '2021-04-16';

export const pseudo = { stackId: 'b3a1', stackName: 'teststack', projectId: 'p1' };

/** A template of this version with this body. */
export function hot(body: string, version = latest): Value {
  return parseYaml(`heat_template_version: ${version}\n${body}`);
}

export interface PlanOptions extends Partial<Omit<PlanInput, 'raw' | 'environment'>> {
  readonly version?: string;
  readonly environment?: string;
}

/** Plans a template given as YAML without its version. */
export function planned(body: string, { version, environment, ...rest }: PlanOptions = {}): Prepared {
  return plan({
    files: new Map(),
    pseudo,
    ...rest,
    raw: hot(body, version),
    environment: environment === undefined ? emptyEnvironment : parseEnvironment(parseYaml(environment)),
  }).prepared;
}

/** An expression of a value given as YAML. */
export function expr(yaml: string, version = latest, path = 'x', resources: readonly string[] = []): Expr {
  const dialect = hotVersions.get(version);
  if (dialect === undefined) throw new Error(`no version ${version}`);
  return parseExpr(valueIn(yaml), path, { dialect, isResource: name => resources.includes(name), choices: 0 });
}

function valueIn(yaml: string): Value {
  const holder = parseYaml(`v:\n  ${yaml.replaceAll('\n', '\n  ')}`);
  return holder instanceof Map ? (holder.get('v') ?? null) : null;
}

/** A scope that knows nothing but what it is given. */
export function scopeOf(given: Partial<Scope> = {}): Scope {
  return {
    parameter: () => undefined,
    file: () => undefined,
    reference: () => null,
    attribute: () => null,
    ...given,
  };
}

/** The text of what a call throws; fails where it throws nothing. */
export function thrown(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('nothing was thrown');
}
