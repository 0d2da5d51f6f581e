/** What is compared, whether a scenario of a stack's life or a case of the template language. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Api } from './api.ts';
import { compare, type Difference } from './compare.ts';
import { lifecycle } from './lifecycle.ts';
import { play } from './play.ts';
import type { Scenario } from './scenario.ts';
import { recordedCases, templateCases } from './templates/all.ts';
import { ask } from './templates/ask.ts';
import type { Case } from './templates/case.ts';
import { judge } from './templates/judge.ts';
import { Recordings } from './templates/store.ts';

export interface Played {
  readonly recording: object;
  /** What is worth reading and not compared. */
  readonly order: readonly string[];
}

export interface Subject {
  readonly group: string;
  readonly name: string;
  /** The contract's words, or its section. */
  readonly row: string;
  /** Real time matters: what differs is played once more, by itself. */
  readonly timed: boolean;
  /** What is sent, where it is one request's body. */
  readonly asked: object | undefined;
  readonly play: (api: Api, stackName: string) => Promise<Played>;
  /** Real Heat's; undefined where there is none to this very question. */
  readonly recorded: () => object | undefined;
  readonly keep: (recording: object) => void;
  readonly compare: (heat: object, convect: object) => Difference[];
}

/** Somebody else's words, so they are among the fixtures. */
const folder = 'test/fixtures/recorded';

function ofScenario(scenario: Scenario): Subject {
  const { name, row } = scenario;
  const file = join(folder, 'lifecycle', `${name}.json`);
  return {
    group: 'lifecycle',
    name,
    row,
    timed: true,
    asked: undefined,
    play: (api, stackName) => play(scenario, api, stackName),
    compare,
    recorded: () => JSON.parse(readFileSync(file, 'utf8')) as object,
    keep: recording => {
      mkdirSync(join(folder, 'lifecycle'), { recursive: true });
      writeFileSync(file, `${JSON.stringify(recording, null, 1)}\n`);
    },
  };
}

const recordings = new Recordings(join(folder, 'templates'));

function ofCase(one: Case): Subject {
  const { name, row } = one;
  return {
    group: 'templates',
    name,
    row,
    timed: false,
    asked: one.body,
    play: async (api, stackName) => ({ recording: await ask(one, api, stackName), order: [] }),
    compare: judge,
    recorded: () => recordings.get(one),
    keep: recording => recordings.set(one, recording),
  };
}

export const subjects: readonly Subject[] = [...lifecycle.map(ofScenario), ...templateCases.map(ofCase)];
/** What real Heat is asked when it is recorded. */
export const recordable: readonly Subject[] = [...lifecycle.map(ofScenario), ...recordedCases.map(ofCase)];

/** After recordings: what belongs to no case any more goes, the rest stands in the cases' order. */
export const tidyRecordings = (): void => recordings.tidy(recordedCases);
