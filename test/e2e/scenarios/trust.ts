/**
 * The engine acts for a user whose token is gone: a stack goes on, and deletes itself, by a trust; and no trust is left.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../../cli/client.ts';
import type { AllInOneChild } from '../../support/allinone.ts';
import type { Scenario } from '../scenario.ts';
import { expect, type Steps } from '../steps.ts';
import { expectMore, type Things, things, untilAsBefore } from '../things.ts';

/** The pause is longer than a restart: what follows it begins under another process, after the token's end. */
const template = `heat_template_version: 2018-08-31
resources:
  first: {type: OS::Neutron::Net}
  pause: {type: OS::Heat::Delay, properties: {min_wait: 12}}
  net: {type: OS::Neutron::Net, depends_on: pause}
  subnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: net}, cidr: 10.9.0.0/24}}
  port: {type: OS::Neutron::Port, properties: {network: {get_resource: net}}}
outputs:
  address: {value: {get_attr: [port, fixed_ips, 0, ip_address]}}
`;

const waitMs = 90_000;

interface Shown {
  readonly stack: { readonly id: string; readonly stack_status: string; readonly stack_status_reason: string };
}

interface ShownResource {
  readonly resource: { readonly resource_status: string };
}

export const trust: Scenario = {
  name: 'trust',
  about: "the user's token revoked, the engine restarted: the stack completes and deletes itself",
  kind: 'with-all-in-one',
  onLab: true,
  async play(steps, allInOne) {
    const before = await steps.step('what there is before', () => things(allInOne));
    const id = await creating(steps, allInOne, before);
    if (before === undefined || id === undefined) return;
    await steps.step('the stack completes under another process', async () => {
      const { stack } = await ended(allInOne, id);
      const said = `${stack.stack_status}: ${stack.stack_status_reason}`;
      expect(stack.stack_status === 'CREATE_COMPLETE', 'CREATE_COMPLETE', `  it is ${said}`);
      await expectMore(allInOne, before, { networks: 2, ports: 1 });
    });
    await deleting(steps, allInOne, id);
    await steps.step(`as before: ${[...before.keys()].join(', ')}`, () => untilAsBefore(allInOne, before));
  },
};

async function creating(
  steps: Steps,
  allInOne: AllInOneChild,
  before: Things | undefined,
): Promise<string | undefined> {
  const user = await allInOne.logIn();
  const id = await steps.step('a stack is begun, and a trust made for it', async () => {
    const json = { stack_name: 'trusted', template };
    const { stack } = await user.must<Shown>('POST', '/stacks', { json });
    await begun(user, stack.id);
    const trusts = (await things(allInOne)).get('trusts')?.length ?? 0;
    expect(trusts === (before?.get('trusts')?.length ?? 0) + 1, 'a trust more', `  there are ${trusts}`);
    return stack.id;
  });
  await steps.step('the token is revoked', () => revoke(allInOne, user.token));
  await steps.step('the engine is killed and started again', async () => {
    await allInOne.kill();
    await allInOne.start();
  });
  return id;
}

/**
 * A resource of it has begun: its trust is known. An engine that dies before it knows makes sure for longer than this
 * scenario waits that no second one comes of its first attempt (that moment is the simulator's and `crash`'s).
 */
async function begun(user: Session, id: string): Promise<void> {
  const until = performance.now() + 20_000;
  for (;;) {
    const { resource } = await user.must<ShownResource>('GET', `/stacks/trusted/${id}/resources/first`);
    if (resource.resource_status !== 'INIT_COMPLETE') return;
    expect(performance.now() < until, 'a resource that begins within 20 s', `  it is ${resource.resource_status}`);
    await sleep(100);
  }
}

async function deleting(steps: Steps, allInOne: AllInOneChild, id: string): Promise<void> {
  await steps.step('a delete is begun, its token revoked, the engine restarted', async () => {
    const user = await allInOne.logIn();
    await user.must('DELETE', `/stacks/trusted/${id}`);
    await revoke(allInOne, user.token);
    await allInOne.kill();
    await allInOne.start();
  });
  await steps.step('the stack deletes itself', async () => {
    const { stack } = await ended(allInOne, id);
    const said = `${stack.stack_status}: ${stack.stack_status_reason}`;
    expect(stack.stack_status === 'DELETE_COMPLETE', 'DELETE_COMPLETE', `  it is ${said}`);
  });
}

/** Looked at with tokens of its own: nothing the engine could use. */
async function ended(allInOne: AllInOneChild, id: string): Promise<Shown> {
  const user = await allInOne.logIn();
  const until = performance.now() + waitMs;
  for (;;) {
    const now = await user.must<Shown>('GET', `/stacks/trusted/${id}`);
    if (!now.stack.stack_status.endsWith('_IN_PROGRESS')) return now;
    expect(performance.now() < until, `an end within ${waitMs / 1_000} s`, `  it is ${now.stack.stack_status}`);
    await sleep(300);
  }
}

/** At Keystone itself: the gateway may believe a token for some seconds more, the services must not. */
async function revoke({ keystoneUrl }: AllInOneChild, token: string): Promise<void> {
  const headers = { 'x-auth-token': token, 'x-subject-token': token };
  const answer = await fetch(`${keystoneUrl}/auth/tokens`, { method: 'DELETE', headers });
  expect(answer.status === 204, 'status 204', `  Keystone answered ${answer.status}`);
  const again = await fetch(`${keystoneUrl}/auth/tokens`, { headers });
  expect(again.status === 401, 'the token is refused', `  Keystone answered ${again.status}`);
}
