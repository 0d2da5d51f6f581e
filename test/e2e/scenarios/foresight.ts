/**
 * 200 random updates of random stacks of the cloud's own types: what a preview says that an update will ask of the
 * services is what the services were then asked, call by call. Reads are not compared.
 *
 * Prints `updates=200 calls=N equal=N unmade=0`: all calls that changed something, those of them that were announced,
 * and calls that were announced and did not come. FORESIGHT_UPDATES and FORESIGHT_SEED ask for as many others.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, type Session } from '../../../cli/client.ts';
import { portsOf } from '../../../cli/ports.ts';
import { changed, mended } from '../../sim/changes.ts';
import { SimDice } from '../../sim/dice.ts';
import { type MadeTemplate, TemplateMaker } from '../../sim/templates.ts';
import type { AllInOneChild } from '../../support/allinone.ts';
import { changing, compare } from '../foretold.ts';
import type { Request } from '../request-log.ts';
import type { Scenario } from '../scenario.ts';
import { expect } from '../steps.ts';
import { strands } from '../stranded.ts';

const updates = Number(process.env['FORESIGHT_UPDATES'] ?? 200);
const updatesOfOne = 8;
const waitMs = 120_000;
const pollMs = 100;
const shown = 10;

interface Shown {
  readonly stack: { readonly id: string; readonly stack_status: string; readonly stack_status_reason: string };
}

interface Previewed {
  readonly resource_changes: Readonly<Record<string, readonly { readonly calls: readonly string[] }[]>>;
}

export const foresight: Scenario = {
  name: 'foresight',
  about: `${updates} random updates: the calls that were made are those that the preview announced`,
  kind: 'with-all-in-one',
  onlyWhenAsked: true,
  async play(steps, allInOne) {
    const run = await Run.begin(allInOne);
    await steps.step(`${updates} updates`, () => run.all());
    const { done, calls, equal, unmade, failed } = run;
    console.log(`updates=${done} calls=${calls} equal=${equal} unmade=${unmade} failed=${failed}`);
    await steps.step('every call was announced, every announced one was made', async () => {
      const bad = `  ${run.differences.slice(0, shown).join('\n  ')}`;
      expect(run.differences.length === 0 && calls > 0 && done === updates, 'no difference', bad);
    });
    await steps.step('no update failed', async () => expect(failed === 0, 'none', `${failed} that are told of above`));
  },
};

class Run {
  done = 0;
  calls = 0;
  equal = 0;
  unmade = 0;
  failed = 0;
  readonly differences: string[] = [];
  readonly #session: Session;
  readonly #control: string;
  readonly #dice: SimDice;
  readonly #maker: TemplateMaker;
  #stacks = 0;

  private constructor(session: Session, control: string, seed: string) {
    this.#session = session;
    this.#control = control;
    this.#dice = new SimDice(`foresight/${seed}`);
    this.#maker = new TemplateMaker(this.#dice.fork('templates'));
  }

  static async begin(allInOne: AllInOneChild): Promise<Run> {
    // Projects, users and roles are an administrator's.
    const session = await allInOne.logIn('admin');
    const control = `http://127.0.0.1:${portsOf(allInOne.portBase).keystone}/__calls`;
    return new Run(session, control, process.env['FORESIGHT_SEED'] ?? '1');
  }

  async all(): Promise<void> {
    while (this.done < updates && this.failed <= shown) await this.#stack();
  }

  async #stack(): Promise<void> {
    const name = `foreseen${this.#stacks++}`;
    let made = mended(this.#maker, this.#maker.make(this.#dice.between(2, 9), 'cloud'));
    const { stack } = await this.#session.must<Shown>('POST', '/stacks', {
      json: { stack_name: name, disable_rollback: true, ...textsOf(made) },
    });
    const path = `/stacks/${name}/${stack.id}`;
    let status = await this.#ended(path);
    for (let i = 0; i < updatesOfOne && this.done < updates && status.endsWith('_COMPLETE'); i++) {
      const next = this.#next(made);
      const differences = this.differences.length;
      status = await this.#update(path, next);
      if (!status.endsWith('_COMPLETE') || this.differences.length > differences) tell(made, next);
      made = next;
    }
    if (!status.endsWith('_COMPLETE')) this.failed += 1;
    await this.#session.must('DELETE', path);
    await this.#ended(path);
  }

  #next(made: MadeTemplate): MadeTemplate {
    for (;;) {
      const next = mended(this.#maker, changed(this.#maker, made).template);
      if (!strands(made.drafts, next.drafts)) return next;
    }
  }

  /** The stack's status afterwards. A failed one is not compared. */
  async #update(path: string, next: MadeTemplate): Promise<string> {
    const json = textsOf(next);
    const previewed = await this.#session.must<Previewed>('PUT', `${path}/preview`, { json });
    const announced = Object.values(previewed.resource_changes).flatMap(list => list.flatMap(({ calls }) => calls));
    await this.#take();
    const answer = await this.#session.ask('PUT', path, { json });
    if (answer.status !== 202) throw new Error(`refused: ${errorText(answer)}`);
    const status = await this.#ended(path);
    if (status !== 'UPDATE_COMPLETE') return status;
    const came = changing(await this.#take());
    const { equal, unexpected, unmade } = compare(announced, came);
    this.done += 1;
    this.calls += came.length;
    this.equal += equal;
    this.unmade += unmade.length;
    if (unexpected.length + unmade.length > 0)
      this.differences.push(
        `${next.id} of ${path}: not announced: ${unexpected.join(', ')}; not made: ${unmade.join(', ')}`,
      );
    return status;
  }

  async #ended(path: string): Promise<string> {
    for (const until = performance.now() + waitMs; ; await sleep(pollMs)) {
      const answer = await this.#session.ask('GET', path);
      if (answer.status === 404) return 'DELETE_COMPLETE';
      const { stack_status: status, stack_status_reason: reason } = (answer.body as Shown).stack;
      if (!status.endsWith('_IN_PROGRESS')) {
        if (status.endsWith('_FAILED')) console.log(`    ${path} ${status}: ${reason}`);
        return status;
      }
      if (performance.now() > until) throw new Error(`${path} is ${status}`);
    }
  }

  /** All requests since the last time. */
  async #take(): Promise<readonly Request[]> {
    const answer = await fetch(`${this.#control}/latest`);
    const came = (await answer.json()) as readonly Request[];
    await fetch(this.#control, { method: 'DELETE' });
    return came;
  }
}

/** What of an update that went otherwise than foreseen is not as before. */
function tell(before: MadeTemplate, after: MadeTemplate): void {
  for (const { name } of new Map([...before.drafts, ...after.drafts].map(draft => [draft.name, draft])).values()) {
    const [old, now] = [before, after].map(({ drafts }) => JSON.stringify(drafts.find(each => each.name === name)));
    if (old !== now) console.log(`      ${name}: ${old}\n      ${' '.repeat(name.length)}→ ${now}`);
  }
}

function textsOf({ text, files, secret }: MadeTemplate): Readonly<Record<string, unknown>> {
  const parameters = secret === undefined ? {} : { secret };
  return { template: JSON.parse(text), files: JSON.parse(files), parameters };
}
