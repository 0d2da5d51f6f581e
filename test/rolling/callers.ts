/** Clients of a cluster at a steady rate, each request on a connection of its own, as the command-line clients make them. */
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../cli/client.ts';
import type { Random } from '../support/random.ts';

const callMs = 60_000;
const settleMs = 60_000;
const keptStacks = 40;

const template = {
  heat_template_version: '2018-08-31',
  resources: {
    random: { type: 'OS::Heat::RandomString' },
    value: { type: 'OS::Heat::Value', properties: { value: { get_attr: ['random', 'value'] } } },
    test: { type: 'OS::Heat::TestResource', properties: { value: { get_attr: ['value', 'value'] }, wait_secs: 1 } },
  },
};

interface Answer {
  readonly status: number;
  readonly retryAfter: number | undefined;
  readonly body: string;
}

interface Stack {
  readonly name: string;
  readonly id: string;
}

export class Callers {
  requests = 0;
  /** Answered with 429 or 503 and Retry-After, and asked again. */
  refused = 0;
  readonly failed: string[] = [];
  private readonly session: Session;
  private readonly random: Random;
  private readonly stacks: Stack[] = [];
  private readonly running = new Set<Promise<void>>();
  private made = 0;
  private stopped = false;

  constructor(session: Session, random: Random) {
    this.session = session;
    this.random = random;
  }

  /** Begins so many requests a second until `stop`; resolves when all are answered. */
  async run(rps: number): Promise<void> {
    const began = performance.now();
    for (let n = 0; !this.stopped; n++) {
      const one = this.one().catch((error: unknown) => void this.failed.push(String(error)));
      this.running.add(one);
      void one.finally(() => this.running.delete(one));
      await sleep(Math.max(0, began + ((n + 1) * 1_000) / rps - performance.now()));
    }
    await Promise.all(this.running);
  }

  stop(): void {
    this.stopped = true;
  }

  /** Deletes what is left, and waits until all stacks are gone: one that failed is a failure of the run. */
  async clear(): Promise<void> {
    for (const stack of this.stacks.splice(0)) await this.remove(stack);
    for (const until = performance.now() + settleMs; ; await sleep(500)) {
      const { body } = await this.ask('GET', '/stacks', [200]);
      const { stacks } = JSON.parse(body) as { stacks: readonly { stack_name: string; stack_status: string }[] };
      const failed = stacks.filter(({ stack_status: status }) => status.endsWith('_FAILED'));
      if (stacks.length > failed.length && performance.now() < until) continue;
      for (const { stack_name: name, stack_status: status } of stacks) this.failed.push(`${name} is ${status}`);
      return;
    }
  }

  private async one(): Promise<void> {
    const dice = this.random.below(20);
    if (dice < 4 || this.stacks.length === 0) return this.create();
    if (dice < 8 && this.stacks.length > keptStacks / 2) {
      const [stack] = this.stacks.splice(this.random.below(this.stacks.length), 1);
      return stack === undefined ? undefined : this.remove(stack);
    }
    if (dice < 12) return void (await this.ask('GET', '/stacks', [200]));
    const { name, id } = this.random.pick(this.stacks);
    // It may be deleted by another one in the meantime, and is shown then too.
    await this.ask('GET', `/stacks/${name}/${id}`, [200]);
  }

  private async create(): Promise<void> {
    if (this.stacks.length >= keptStacks) return void (await this.ask('GET', '/stacks', [200]));
    const name = `rolling-${this.made++}`;
    const { status, body } = await this.ask('POST', '/stacks', [201], { stack_name: name, template });
    if (status !== 201) return;
    const { stack } = JSON.parse(body) as { stack: { id: string } };
    this.stacks.push({ name, id: stack.id });
  }

  private async remove({ name, id }: Stack): Promise<void> {
    await this.ask('DELETE', `/stacks/${name}/${id}`, [204]);
  }

  /** One request, again after as long as an answer asks for; any answer but these is noted. */
  private async ask(method: string, path: string, right: readonly number[], body?: object): Promise<Answer> {
    this.requests += 1;
    for (const until = performance.now() + callMs; ; ) {
      const answer = await send(this.session, method, path, body);
      const { status, retryAfter } = answer;
      if ((status === 429 || status === 503) && retryAfter !== undefined && performance.now() < until) {
        this.refused += 1;
        await sleep(retryAfter * 1_000);
        continue;
      }
      if (!right.includes(status)) this.failed.push(`${method} ${path}: ${status} ${answer.body.slice(0, 200)}`);
      return answer;
    }
  }
}

/** Status 0: no answer came; `body` says why. */
function send({ url, token }: Session, method: string, path: string, body?: object): Promise<Answer> {
  return new Promise(resolve => {
    const failed = (error: Error): void => resolve({ status: 0, retryAfter: undefined, body: error.message });
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      'x-auth-token': token,
      connection: 'close',
      ...(text !== '' && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    const asked = request(`${url}${path}`, { method, headers, agent: false, timeout: callMs }, answer => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', failed);
      answer.on('end', () => {
        const after = answer.headers['retry-after'];
        const retryAfter = after === undefined ? undefined : Number(after);
        resolve({ status: answer.statusCode ?? 0, retryAfter, body: Buffer.concat(parts).toString('utf8') });
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer in ${callMs / 1_000} s`)));
    asked.on('error', failed);
    asked.end(text);
  });
}
