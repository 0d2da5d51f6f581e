/**
 * The demo's stack, which nowhere says `depends_on`, created and deleted in several orders of its resources: what must
 * be there first follows from the types. Afterwards the cloud is as before.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../../cli/client.ts';
import { demoTemplate } from '../../../cli/demo-template.ts';
import { Random } from '../../support/random.ts';
import type { Scenario } from '../scenario.ts';
import { expect } from '../steps.ts';
import { expectMore, things, untilAsBefore } from '../things.ts';

const orders = 4;
const waitMs = 90_000;

interface Shown {
  readonly stack: {
    readonly id: string;
    readonly stack_status: string;
    readonly stack_status_reason: string;
    readonly outputs?: readonly { readonly output_key: string; readonly output_value: unknown }[];
  };
}

export const noDependsOn: Scenario = {
  name: 'no-depends-on',
  about: `the demo's stack without any depends_on, its resources in ${orders} orders`,
  kind: 'with-all-in-one',
  onLab: true,
  async play(steps, allInOne) {
    const session = await allInOne.logIn();
    const before = await steps.step('what there is before', () => things(allInOne));
    if (before === undefined) return;
    await steps.step('the template says no depends_on', async () => {
      expect(!demoTemplate.includes('depends_on'), 'none', demoTemplate);
      expect(blocksOf(demoTemplate).blocks.length >= 11, 'eleven resources or more', demoTemplate);
    });
    const paths = Array.from({ length: orders }, (_, order) => `/stacks/order-${order}`);
    for (const [order, path] of paths.entries()) {
      await steps.step(`order ${order} is created`, async () => {
        const json = { stack_name: `order-${order}`, template: shuffled(demoTemplate, new Random(order)) };
        await session.must('POST', '/stacks', { json });
        const { stack } = await ended(session, path);
        const said = `  it is ${stack.stack_status}: ${stack.stack_status_reason}\n${json.template}`;
        expect(stack.stack_status === 'CREATE_COMPLETE', 'CREATE_COMPLETE', said);
        const address = stack.outputs?.find(output => output.output_key === 'address')?.output_value;
        expect(/^172\.24\.\d+\.\d+$/.test(String(address)), 'a floating address', `  it is ${String(address)}`);
      });
    }
    await steps.step('two servers and a volume each', () =>
      expectMore(allInOne, before, { servers: 2 * orders, volumes: orders }),
    );
    await steps.step('all are deleted at once', async () => {
      for (const path of paths) await session.must('DELETE', path);
      const until = performance.now() + waitMs;
      for (const path of paths) {
        for (;;) {
          const answer = await session.ask('GET', path);
          if (answer.status === 404) break;
          const { stack } = answer.body as Shown;
          // Found by its name while it was there, shown by its id when it was gone.
          if (stack.stack_status === 'DELETE_COMPLETE') break;
          const said = `  it is ${stack.stack_status}: ${stack.stack_status_reason}`;
          expect(stack.stack_status === 'DELETE_IN_PROGRESS' && performance.now() < until, 'it goes', said);
          await sleep(200);
        }
      }
    });
    await steps.step(`as before: ${[...before.keys()].join(', ')}`, () => untilAsBefore(allInOne, before));
  },
};

/** The resources of a template, a text each, and what stands around them. */
function blocksOf(template: string): { readonly head: string; readonly blocks: string[]; readonly tail: string } {
  const [head = '', rest = ''] = template.split('\nresources:\n');
  const [resources = '', tail = ''] = rest.split('\noutputs:\n');
  return { head, blocks: resources.trimEnd().split('\n\n'), tail };
}

function shuffled(template: string, random: Random): string {
  const { head, blocks, tail } = blocksOf(template);
  for (let i = blocks.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [blocks[i], blocks[j]] = [blocks[j] ?? '', blocks[i] ?? ''];
  }
  return `${head}\nresources:\n${blocks.join('\n\n')}\n\noutputs:\n${tail}`;
}

async function ended(session: Session, path: string): Promise<Shown> {
  const until = performance.now() + waitMs;
  for (;;) {
    const now = await session.must<Shown>('GET', path);
    if (!now.stack.stack_status.endsWith('_IN_PROGRESS')) return now;
    expect(performance.now() < until, `an end within ${waitMs / 1_000} s`, `  it is ${now.stack.stack_status}`);
    await sleep(200);
  }
}
