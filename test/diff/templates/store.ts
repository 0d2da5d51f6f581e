/**
 * Real Heat's answers to the cases, a file a group, a case a line: `{"case", "of", …}`. `of` is a digest of what was
 * asked, so that an answer is never taken for one to another question.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CaseRecording } from './ask.ts';
import type { Case } from './case.ts';

interface Line {
  readonly case: string;
  readonly of: string;
  readonly answers: CaseRecording;
}

const groupOf = (name: string): string => name.split('/')[0] ?? name;
const digestOf = ({ asks, body }: Case): string =>
  createHash('sha256')
    .update(JSON.stringify([asks, body]))
    .digest('hex')
    .slice(0, 12);

export class Recordings {
  readonly #folder: string;
  readonly #groups = new Map<string, Map<string, Line>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  #group(name: string): Map<string, Line> {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const file = this.#file(name);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const lines = text.split('\n').filter(line => line !== '');
    const group = new Map(lines.map(line => JSON.parse(line) as Line).map(line => [line.case, line]));
    this.#groups.set(name, group);
    return group;
  }

  #file(group: string): string {
    return join(this.#folder, `${group}.jsonl`);
  }

  /** Undefined where the case is not recorded, or was another when it was. */
  get(one: Case): CaseRecording | undefined {
    const line = this.#group(groupOf(one.name)).get(one.name);
    return line?.of === digestOf(one) ? line.answers : undefined;
  }

  /** In the file at once, so that a run that is broken off can go on later. */
  set(one: Case, answers: CaseRecording): void {
    const name = groupOf(one.name);
    this.#group(name).set(one.name, { case: one.name, of: digestOf(one), answers });
    this.#write(name);
  }

  /** Takes away what belongs to no case any more. */
  tidy(cases: readonly Case[]): void {
    const names = new Set(cases.map(({ name }) => name));
    for (const name of new Set(cases.map(each => groupOf(each.name)))) {
      const group = this.#group(name);
      for (const known of group.keys()) if (!names.has(known)) group.delete(known);
      this.#write(name, cases);
    }
  }

  #write(name: string, order: readonly Case[] = []): void {
    const group = this.#group(name);
    const place = new Map(order.map((each, i) => [each.name, i]));
    const lines = [...group.values()].sort((a, b) => (place.get(a.case) ?? 0) - (place.get(b.case) ?? 0));
    mkdirSync(dirname(this.#file(name)), { recursive: true });
    writeFileSync(this.#file(name), lines.map(line => `${JSON.stringify(line)}\n`).join(''));
  }
}
