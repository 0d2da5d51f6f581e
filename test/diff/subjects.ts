/** What is compared, whether a scenario of a stack's life or a case of the template language. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
import type { TypeEntry } from '../types/form.ts';
import { entryName } from '../types/name.ts';
import { comparedEntries, digestOf, playType, type TypeRecording } from './types.ts';

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
  /** Who asks; default an ordinary user. */
  readonly as?: 'admin';
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

/** A type's file: its name, with what it shows where there are several. */
function ofEntry(entry: TypeEntry): Subject {
  const name = entryName(entry);
  const file = join(folder, 'types', `${name.replaceAll(/[^A-Za-z0-9]+/g, '-')}.json`);
  return {
    group: 'types',
    name,
    row: 'resource-types, Attributes',
    ...(entry.as && { as: entry.as }),
    timed: false,
    asked: undefined,
    play: async (api, stackName) => ({ recording: await playType(entry, api, stackName), order: [] }),
    compare,
    recorded: () => {
      if (!existsSync(file)) return undefined;
      const kept = JSON.parse(readFileSync(file, 'utf8')) as TypeRecording;
      return kept.of === digestOf(entry) ? kept : undefined;
    },
    keep: recording => {
      mkdirSync(join(folder, 'types'), { recursive: true });
      writeFileSync(file, `${JSON.stringify(recording, null, 1)}\n`);
    },
  };
}

const types = comparedEntries.map(ofEntry);

/** Of the types, only what real Heat was asked can be compared with its recorded answers. */
export const subjects: readonly Subject[] = [...lifecycle.map(ofScenario), ...templateCases.map(ofCase), ...types];
/** What real Heat is asked when it is recorded. */
export const recordable: readonly Subject[] = [...lifecycle.map(ofScenario), ...recordedCases.map(ofCase), ...types];

/** After recordings: what belongs to no case any more goes, the rest stands in the cases' order. */
export const tidyRecordings = (): void => recordings.tidy(recordedCases);
