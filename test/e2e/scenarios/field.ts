/**
 * Templates of the field, created and deleted again: of those whose types ask for no more than a user of a project may,
 * and for nobody inside a server who reports back. The images that they name are there under those names.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../../cli/client.ts';
import { fieldCases } from '../../diff/templates/field.ts';
import { furnish, keyName } from '../../diff/templates/furnish.ts';
import type { AllInOneChild } from '../../support/allinone.ts';
import { logIn } from '../contract/login.ts';
import type { Scenario } from '../scenario.ts';
import { expect, type Steps } from '../steps.ts';
import { things, untilAsBefore } from '../things.ts';

/** What a template's own defaults do not fit is given. */
const played: readonly (readonly [string, Readonly<Record<string, string>>?])[] = [
  ['cfn/F17/EC2WithEBSSample.template'],
  ['cfn/F17/HAProxy_Single_Instance.template', { Server1: '10.0.0.9:80' }],
  ['cfn/F17/WordPress_2_Instances.template'],
  ['cfn/F17/WordPress_2_Instances_With_EBS.template'],
  ['cfn/F17/WordPress_NoKey.template'],
  ['cfn/F17/WordPress_Single_Instance.yaml'],
  ['cfn/F17/WordPress_Single_Instance_With_EBS.template'],
  ['cfn/F17/WordPress_Single_Instance_With_EBS_EIP.template'],
  ['cfn/F17/WordPress_Single_Instance_With_EIP.template'],
  ['cfn/F17/getting_started.template'],
  ['cfn/F18/WordPress_Single_Instance.template'],
  ['cfn/F19/WordPress_NoKey.yaml'],
  ['hot/F18/WordPress_NoKey.yaml'],
  ['hot/F20/WordPress_2_Instances.yaml'],
  ['hot/F20/WordPress_Native.yaml'],
  ['hot/chef-server.yaml'],
  ['hot/condition.yaml'],
  ['hot/hello_world.yaml'],
  ['hot/neutron/instance_trunk_port.yaml', { key: keyName }],
  ['hot/resource_group/resource_group_index_lookup.yaml'],
  ['hot/resource_group/server_with_volumes.yaml'],
  ['hot/server_console.yaml'],
  ['hot/software-config/example-templates/example-cloud-init.yaml'],
  ['hot/vm_with_cinder.yaml'],
];

const imageNames = ['F17', 'F18', 'F19'].flatMap(name => [`${name}-x86_64-cfntools`, `${name}-i386-cfntools`]);
const waitMs = 600_000;
/** At once: a small cloud boots no more. */
const together = 4;

export const field: Scenario = {
  name: 'field',
  about: `${played.length} templates of the field, created and deleted`,
  kind: 'with-all-in-one',
  onlyWhenAsked: true,
  onLab: true,
  play: playing,
};

async function playing(steps: Steps, allInOne: AllInOneChild): Promise<void> {
  const images = await steps.step('the images and the key that they name', () => furnished(allInOne));
  if (images === undefined) return;
  const before = await steps.step('what there is before', () => things(allInOne));
  const session = await allInOne.logIn();
  const left = played.map(([name, given], i) => ({ name, given, stack: `field-${i + 1}` }));
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { name, given = {}, stack } = next;
      await steps.step(name, () => createdAndDeleted(session, stack, name, given));
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
  if (before !== undefined) await steps.step('as before', () => untilAsBefore(allInOne, before));
  await steps.step('the images go', () => unfurnished(allInOne, images));
}

interface Shown {
  readonly stack: { readonly id: string; readonly stack_status: string; readonly stack_status_reason: string };
}

async function createdAndDeleted(
  session: Session,
  stack: string,
  name: string,
  given: Readonly<Record<string, string>>,
): Promise<void> {
  const found = fieldCases.find(({ of }) => of.name === `field/${name}`);
  expect(found !== undefined, 'a template of that name', `  there is none in test/fixtures/heat-templates`);
  const { body } = found.of;
  const parameters = { ...(body.parameters as Readonly<Record<string, unknown>>), ...given };
  await session.must('POST', '/stacks', { json: { ...body, parameters, stack_name: stack } });
  const made = await ended(session, `/stacks/${stack}`);
  const path = `/stacks/${stack}/${made?.stack.id}`;
  await session.must('DELETE', path);
  const gone = await ended(session, path);
  const said = (shown: Shown | undefined): string =>
    shown === undefined ? '' : `  it is ${shown.stack.stack_status}: ${shown.stack.stack_status_reason}`;
  expect(made?.stack.stack_status === 'CREATE_COMPLETE', 'CREATE_COMPLETE', said(made));
  expect(gone === undefined || gone.stack.stack_status === 'DELETE_COMPLETE', 'DELETE_COMPLETE', said(gone));
}

/** Undefined: it is not there any more. */
async function ended(session: Session, path: string): Promise<Shown | undefined> {
  const until = performance.now() + waitMs;
  for (;;) {
    const { status, body } = await session.ask('GET', path);
    if (status === 404) return undefined;
    const shown = body as Shown;
    if (!shown.stack.stack_status.endsWith('_IN_PROGRESS')) return shown;
    expect(performance.now() < until, `an end within ${waitMs / 1_000} s`, `  it is ${shown.stack.stack_status}`);
    await sleep(300);
  }
}

/** Ids of small images under the names of big ones. */
async function furnished(allInOne: AllInOneChild): Promise<readonly string[]> {
  const who = whoOf(allInOne);
  await furnish(allInOne.keystoneUrl, who);
  const { token, catalog } = await logIn(allInOne.keystoneUrl, who);
  const images = `${catalog.get('image')}/v2/images`;
  const made: string[] = [];
  for (const name of imageNames) {
    const json = { 'x-auth-token': token, 'content-type': 'application/json' };
    const body = JSON.stringify({ name, disk_format: 'raw', container_format: 'bare' });
    const answer = await fetch(images, { method: 'POST', headers: json, body });
    expect(answer.status === 201, `an image ${name}`, `  Glance answered ${answer.status}`);
    const { id } = (await answer.json()) as { readonly id: string };
    made.push(id);
    const bytes = { 'x-auth-token': token, 'content-type': 'application/octet-stream' };
    const put = await fetch(`${images}/${id}/file`, { method: 'PUT', headers: bytes, body: 'small' });
    expect(put.status === 204, `bytes for ${name}`, `  Glance answered ${put.status}`);
  }
  return made;
}

async function unfurnished(allInOne: AllInOneChild, ids: readonly string[]): Promise<void> {
  const { token, catalog } = await logIn(allInOne.keystoneUrl, whoOf(allInOne));
  for (const id of ids) {
    const options = { method: 'DELETE', headers: { 'x-auth-token': token } };
    const answer = await fetch(`${catalog.get('image')}/v2/images/${id}`, options);
    expect(answer.status === 204, 'it goes', `  Glance answered ${answer.status}`);
  }
}

function whoOf(allInOne: AllInOneChild): {
  readonly user: string;
  readonly password: string;
  readonly project: string;
} {
  const { OS_USERNAME: user = '', OS_PASSWORD: password = '', OS_PROJECT_NAME: project = '' } = allInOne.env();
  return { user, password, project };
}
