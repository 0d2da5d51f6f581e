/**
 * A process that runs cases, one after the other, and says on descriptor 3 which it begins: `case N`, `found {…}`, `end`.
 * It writes that at once, before the case, so that whoever kills it knows which one it was.
 */
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRegistry } from '../../engine/resources/registry.ts';
import { caseOf } from './cases.ts';
import { Checker } from './check.ts';
import { planted } from './plants.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { seed: text, from: text, step: text, to: text, plant: text } });
const [seed, from, step, to] = [values.seed, values.from, values.step, values.to].map(Number);

function tell(line: string): void {
  writeSync(3, `${line}\n`);
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

const checker = new Checker(createRegistry(), planted(values.plant));
let slowest = 0;
for (let index = from ?? 0; index < (to ?? 0); index += step ?? 1) {
  const given = caseOf(seed ?? 1, index);
  tell(`case ${index}`);
  const began = cpuMs();
  const finding = await checker.check(given);
  slowest = Math.max(slowest, cpuMs() - began);
  if (finding !== undefined) tell(`found ${JSON.stringify({ index, ...finding })}`);
}
tell(`end ${JSON.stringify({ slowest, rssMib: process.resourceUsage().maxRSS / 1024 })}`);
