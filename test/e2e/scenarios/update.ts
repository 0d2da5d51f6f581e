/**
 * A stack of one of everything, changed as users do, one thing at a time: what is asked of the services for it is
 * compared, by their own logs, with what each change should take. Afterwards the cloud is as before.
 *
 * Prints `calls=N unexpected=N left=N`: all requests (reads too, without logins), those that change something and are
 * not in the list or are in it and were not made, and things that are there and were not before.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../../cli/client.ts';
import type { AllInOneChild } from '../../support/allinone.ts';
import { atFirst, type Change, changes, creating, deleting, type Shape, templateOf } from '../changing-cloud.ts';
import { logIn } from '../contract/login.ts';
import { type Request, type RequestLog, requestLog } from '../request-log.ts';
import type { Scenario } from '../scenario.ts';
import { expect, type Steps } from '../steps.ts';
import { leftOver, things, untilAsBefore } from '../things.ts';

const stackName = 'changed';
const waitMs = 180_000;

interface Shown {
  readonly stack: { readonly id: string; readonly stack_status: string; readonly stack_status_reason: string };
}

interface Listed {
  readonly resources: readonly { readonly resource_name: string; readonly physical_resource_id: string }[];
}

export const update: Scenario = {
  name: 'update',
  about: 'servers, ports, volumes and groups changed; the requests for it compared with what it should take',
  kind: 'with-all-in-one',
  onLab: true,
  async play(steps, allInOne) {
    const before = await steps.step('what there is before', () => things(allInOne));
    if (before === undefined) return;
    const changing = await Changing.begin(allInOne);
    await changing.play(steps);
    await steps.step(`as before: ${[...before.keys()].join(', ')}`, () => untilAsBefore(allInOne, before));
    const left = leftOver(before, await things(allInOne));
    console.log(`calls=${changing.calls} unexpected=${changing.unexpected} left=${left}`);
    await steps.step('nothing unexpected, nothing left', async () => {
      const bad = changing.unexpected + left;
      expect(bad === 0 && changing.calls > 0, '0 of each', `  ${changing.unexpected} and ${left}`);
    });
  },
};

class Changing {
  calls = 0;
  unexpected = 0;
  readonly #session: Session;
  readonly #log: RequestLog;
  readonly #isLab: boolean;
  /** From physical ids to what they are called. */
  readonly #names = new Map<string, string>();
  readonly #run = `key-${process.pid}`;
  #shape: Shape = atFirst;
  #path = '';

  private constructor(session: Session, log: RequestLog, isLab: boolean) {
    this.#session = session;
    this.#log = log;
    this.#isLab = isLab;
  }

  static async begin(allInOne: AllInOneChild): Promise<Changing> {
    const { OS_USERNAME: user = '', OS_PASSWORD: password = '', OS_PROJECT_NAME: project = '' } = allInOne.env();
    const { projectId } = await logIn(allInOne.keystoneUrl, { user, password, project });
    const log = await requestLog(allInOne, projectId);
    return new Changing(await allInOne.logIn(), log, allInOne.cloud !== undefined);
  }

  async play(steps: Steps): Promise<void> {
    const created = await steps.step('created', async () => {
      const json = { stack_name: stackName, template: templateOf(atFirst, this.#run), disable_rollback: true };
      const { stack } = await this.#session.must<Shown>('POST', '/stacks', { json });
      this.#path = `/stacks/${stackName}/${stack.id}`;
      await this.#ends('CREATE_COMPLETE');
      await this.#compare(creating);
      return true;
    });
    if (this.#path === '') return;
    for (const change of created === undefined ? [] : changes) {
      await steps.step(change.about, () => this.#change(change));
    }
    await steps.step('deleted', async () => {
      await this.#session.must('DELETE', this.#path);
      await this.#ends('DELETE_COMPLETE');
      await this.#compare(deleting);
    });
  }

  async #change({ to, end = 'UPDATE_COMPLETE', lines }: Change): Promise<void> {
    const next = { ...this.#shape, ...to };
    const json = { template: templateOf(next, this.#run), disable_rollback: end !== 'ROLLBACK_COMPLETE' };
    await this.#session.must('PUT', this.#path, { json });
    if (end === 'UPDATE_COMPLETE') this.#shape = next;
    await this.#ends(end);
    await this.#compare(lines);
  }

  async #ends(status: string): Promise<void> {
    for (const until = performance.now() + waitMs; ; await sleep(300)) {
      const { stack } = await this.#session.must<Shown>('GET', this.#path);
      const said = `  it is ${stack.stack_status}: ${stack.stack_status_reason}`;
      if (stack.stack_status === status) return;
      const waiting = stack.stack_status.endsWith('_IN_PROGRESS') || status.startsWith('ROLLBACK');
      expect(waiting && performance.now() < until, status, said);
    }
  }

  /** Notes what the stack's things are called; who took another's place is `<name 2>`. */
  async #learn(): Promise<void> {
    const { resources } = await this.#session.must<Listed>('GET', `${this.#path}/resources`);
    for (const { resource_name: name, physical_resource_id: id } of resources) {
      // An attachment's id is its volume's.
      if (id === '' || name === 'tie' || this.#names.has(id)) continue;
      const others = [...this.#names.values()].filter(known => /^<(\S+?)[ >]/.exec(known)?.[1] === name).length;
      this.#names.set(id, others === 0 ? `<${name}>` : `<${name} ${others + 1}>`);
    }
  }

  /** What was made since the last time that changes something is exactly this, in whichever order. */
  async #compare(lines: readonly string[]): Promise<void> {
    await this.#learn();
    const came = await this.#log.take();
    this.calls += came.length;
    const wanted = lines.flatMap(line => {
      const nova = line.startsWith('nova: ');
      return nova && !this.#isLab ? [] : [nova ? line.slice(6) : line];
    });
    const extra: string[] = [];
    for (const line of came.filter(({ method }) => method !== 'GET').map(request => this.#named(request))) {
      const at = wanted.indexOf(line);
      if (at >= 0) wanted.splice(at, 1);
      else extra.push(line);
    }
    this.unexpected += extra.length + wanted.length;
    const evidence = [...extra.map(line => `  made: ${line}`), ...wanted.map(line => `  not made: ${line}`)];
    expect(evidence.length === 0, 'these requests and no others', evidence.join('\n'));
  }

  #named({ service, method, path }: Request): string {
    let text = path;
    for (const [id, name] of this.#names) text = text.replaceAll(id, name);
    return `${service} ${method} ${text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')}`;
  }
}
