/** One case of the fuzz run: what a client would send, all as text. */
import { writeJson } from '../../engine/values/json.ts';
import { mapOf, type Value } from '../../engine/values/value.ts';
import type { TemplateJob } from '../../engine/orchestration/inputs.ts';

export interface Case {
  readonly template: string;
  /** Text of an environment; null: none is given. */
  readonly environment: string | null;
  /** Names among the files, instead of the environment. */
  readonly environmentFiles: readonly string[];
  readonly parameters: Value;
  readonly files: Readonly<Record<string, string>>;
  /** CloudFormation's templates may use what only AWS has. */
  readonly extended?: boolean;
  /** A PATCH on top of what the rest made. */
  readonly change?: Omit<Case, 'change'>;
}

/** The parts of a job. */
export function jobOf({
  template,
  environment,
  environmentFiles,
  parameters,
  files,
  extended = false,
}: Omit<Case, 'change'>): TemplateJob {
  return {
    template,
    environment: writeJson(
      mapOf([
        ['environment', environment],
        ['environment_files', environmentFiles],
        ['parameters', parameters],
      ]),
    ),
    files: writeJson(mapOf(Object.entries(files))),
    access: { isAdmin: true, services: undefined },
    zones: { names: ['nova', 'west'] },
    extended,
  };
}

/** How big a case is, in characters. */
export function sizeOf({ template, environment, files, change }: Case): number {
  const own = template.length + (environment?.length ?? 0);
  const below = change === undefined ? 0 : sizeOf(change);
  return Object.values(files).reduce((sum, text) => sum + text.length, own) + below;
}

/** A case as it is shown to whoever looks for the bug. */
export function shown(given: Case): string {
  const { template, change, ...rest } = given;
  const more = change === undefined ? [] : ['--- and then, as a PATCH', shown(change)];
  return ['--- template', template, '--- and', writeShown(rest), ...more].join('\n');
}

function writeShown({ environment, environmentFiles, parameters, ...rest }: Omit<Case, 'change' | 'template'>): string {
  const { files, extended = false } = rest;
  return JSON.stringify({ extended, environment, environmentFiles, parameters: writeJson(parameters), files }, null, 1);
}
