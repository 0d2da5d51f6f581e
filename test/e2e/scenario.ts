/** What a scenario is. A file of scenarios/ exports one; scenarios.ts lists them. */
import type { AllInOneChild } from '../support/allinone.ts';
import type { Steps } from './steps.ts';

interface Named {
  readonly name: string;
  readonly about: string;
  /** It needs what a clean machine has not, or takes a minute: played only when `--only` names it. */
  readonly onlyWhenAsked?: true;
  /** It can be played on the lab too (`--against lab`). */
  readonly onLab?: true;
}

/** What the command line says to a scenario. */
export interface PlayOptions {
  /** The file that keeps what the scenario found. */
  readonly out: string | undefined;
}

export type Scenario = Named &
  (
    | {
        readonly kind: 'with-all-in-one';
        readonly play: (steps: Steps, allInOne: AllInOneChild, options: PlayOptions) => Promise<void>;
      }
    | { readonly kind: 'alone'; readonly play: (steps: Steps) => Promise<void> }
  );
