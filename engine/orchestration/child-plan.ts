/** What a definition makes of a nested stack: planned the same way whether it is ordered or only previewed. */
import { errors } from '../kernel/errors.ts';
import { childEnvironment, environmentAsValue, parseEnvironment } from '../template/environment.ts';
import { parseJson } from '../values/json.ts';
import type { ValueMap } from '../values/value.ts';
import { textsOf } from './inputs.ts';
import type { PlanJob } from './jobs.ts';
import { asAsked } from './patching.ts';
import { timeoutMs } from './stack-turn.ts';

export interface ChildAsked {
  /** The template's text; or the file that holds it. */
  readonly template: string | undefined;
  readonly file: string | undefined;
  readonly parameters: ValueMap;
  readonly entry: readonly string[];
  readonly timeoutMins: number | null;
}

export interface ChildPlace
  extends Required<Pick<PlanJob, 'stackId' | 'stackName' | 'projectId' | 'depth' | 'others'>> {
  /** The resource whose thing it is. */
  readonly parentResource: string;
  /** Of its parent: JSON text of an environment's sections, and of the map of files. */
  readonly environment: string;
  readonly files: string;
  readonly isAdmin: boolean;
  /** What the resource says of itself (facadeText); undefined: the stack is shown as a root. */
  readonly facade: string | undefined;
  /** Its root's templates may use what AWS has and Heat has not. */
  readonly extended: boolean;
}

/** The job that plans it. Throws NotFound where the file is not there. */
export function childJob(asked: ChildAsked, place: ChildPlace): PlanJob {
  const { file = '', entry, parameters } = asked;
  const { parentResource, isAdmin, environment: parent, files, facade, ...about } = place;
  const template = asked.template ?? textsOf(parseJson(files)).get(file);
  if (template === undefined) throw errors.NotFound({ message: `The template ${file} is not there.` });
  const environment = childEnvironment(parseEnvironment(parseJson(parent)), {
    resourceName: parentResource,
    entry,
    parameters,
  });
  return {
    ...about,
    ...(facade === undefined ? {} : { facade }),
    template,
    environment: asAsked(environmentAsValue(environment)),
    files,
    timeoutMs: timeoutMs(asked.timeoutMins),
    access: { isAdmin, services: undefined },
  };
}
