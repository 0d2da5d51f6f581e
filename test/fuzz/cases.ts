/** The case of a number: the same seed and number give the same case, whatever ran before. */
import { isMap, mapOf, type Value } from '../../engine/values/value.ts';
import type { Case } from './case.ts';
import { Dice } from './dice.ts';
import { mangled, monster, mutated } from './mutate.ts';
import { garbage, scalar } from './scalars.ts';
import { seeds } from './seeds.ts';
import { environment, fileNames, template } from './templates.ts';
import { written } from './write.ts';

export function caseOf(seed: number, index: number): Case {
  const dice = new Dice(seed, index);
  const first = sent(one(dice));
  const whole = dice.chance(0.15) ? { ...first, change: sent(one(dice)) } : first;
  return dice.chance(0.3) ? { ...whole, extended: true } : whole;
}

function one(dice: Dice): Omit<Case, 'change'> {
  const x = dice.next();
  if (x < 0.005) return { ...bare, template: monster(dice) };
  if (x < 0.06) return { ...bare, template: mangled(dice, dice.pick(seeds), dice.few(6)), files: filesFor(dice) };
  const { value, names } = template(dice);
  const broken = x < 0.5 ? mutated(dice, value, dice.between(1, 3)) : value;
  const whole = written(dice, broken);
  const own = dice.chance(0.5) ? environment(dice, names) : undefined;
  const files = dice.chance(0.1);
  return {
    template: x > 0.92 ? mangled(dice, whole, dice.between(1, 4)) : whole,
    environment: own === undefined ? null : texts(dice, own),
    environmentFiles: files ? ['env.yaml', 'more.yaml'].slice(0, dice.between(1, 2)) : [],
    parameters: mapOf(names.parameters.filter(() => dice.chance(0.15)).map(each => [each, scalar(dice)] as const)),
    files: { ...filesFor(dice), ...(files ? environmentsFor(dice, names.parameters) : {}) },
  };
}

/** A gateway refuses a body with these in it before anybody reads it. */
function sendable(text: string): string {
  return text.replaceAll(/\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '');
}

function sent(given: Omit<Case, 'change'>): Omit<Case, 'change'> {
  const { template, environment, parameters, files } = given;
  return {
    ...given,
    template: sendable(template),
    environment: environment === null ? null : sendable(environment),
    parameters: isMap(parameters)
      ? mapOf(
          [...parameters].map(([name, value]) => [name, typeof value === 'string' ? sendable(value) : value] as const),
        )
      : parameters,
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, sendable(text)])),
  };
}

const bare: Omit<Case, 'change'> = {
  template: '',
  environment: null,
  environmentFiles: [],
  parameters: mapOf([]),
  files: {},
};

function texts(dice: Dice, value: Value): string {
  const whole = written(dice, dice.chance(0.15) ? mutated(dice, value, dice.between(1, 2)) : value);
  return dice.chance(0.05) ? mangled(dice, whole, dice.between(1, 3)) : whole;
}

/** What templates may name as types and with get_file. */
function filesFor(dice: Dice): Record<string, string> {
  const files: Record<string, string> = { 'script.sh': '#!/bin/sh\necho %x%\n' };
  for (const name of fileNames.slice(0, 3)) {
    if (dice.chance(0.2)) continue;
    const { value } = template(dice, 2);
    files[name] = texts(dice, value);
  }
  return files;
}

function environmentsFor(dice: Dice, parameters: readonly string[]): Record<string, string> {
  const one = (): string =>
    dice.chance(0.95) ? texts(dice, environment(dice, { parameters }, true)) : written(dice, garbage(dice));
  return { 'env.yaml': one(), 'more.yaml': one() };
}
