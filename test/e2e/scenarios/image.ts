/** An image that Glance downloads itself, and a server made of it. The sandbox's Glance takes any name for the bytes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../../cli/client.ts';
import type { AllInOneChild } from '../../support/allinone.ts';
import { logIn } from '../contract/login.ts';
import type { Scenario } from '../scenario.ts';
import { expect, type Steps } from '../steps.ts';
import { things, untilAsBefore } from '../things.ts';

const location = 'http://images.example.org/small.img';
const waitMs = 120_000;
const tags = ['field', 'small'];

const template = (from: string): string => `heat_template_version: 2018-08-31
resources:
  image:
    type: OS::Glance::WebImage
    properties:
      name: from the web
      location: ${from}
      disk_format: raw
      container_format: bare
      min_ram: 64
      architecture: x86_64
      os_distro: cirros
      tags: [${tags.join(', ')}]
      extra_properties: {hw_disk_bus: virtio}
  server:
    type: OS::Nova::Server
    properties: {image: {get_resource: image}, flavor: m1.tiny, networks: [{network: private}]}
outputs:
  image: {value: {get_resource: image}}
`;

type Image = Readonly<Record<string, unknown>>;

interface Shown {
  readonly stack: {
    readonly id: string;
    readonly stack_status: string;
    readonly stack_status_reason: string;
    readonly outputs?: readonly { readonly output_value: unknown }[];
  };
}

export const image: Scenario = {
  name: 'image',
  about: 'an image that Glance downloads, and a server of it',
  kind: 'with-all-in-one',
  play: playing,
};

async function playing(steps: Steps, allInOne: AllInOneChild): Promise<void> {
  const before = await steps.step('what there is before', () => things(allInOne));
  if (before === undefined) return;
  const session = await allInOne.logIn();
  const made = await steps.step('the stack is created', () => created(session, allInOne, 'image'));
  if (made !== undefined) {
    await steps.step('the image is active, with the tags and properties that were asked for', async () => {
      const evidence = JSON.stringify(made);
      const known = { status: 'active', name: 'from the web', min_ram: 64, os_distro: 'cirros', hw_disk_bus: 'virtio' };
      for (const [key, value] of Object.entries(known)) expect(made[key] === value, `${key} ${value}`, evidence);
      expect(JSON.stringify([...textsOf(made['tags'])].sort()) === JSON.stringify(tags), 'the two tags', evidence);
    });
  }
  await steps.step('the stack is deleted', () => deleted(session, 'image'));
  await steps.step('what may not be downloaded fails, in the words of Glance', async () => {
    const json = { stack_name: 'refused', template: template('http://images.example.org:81/small.img') };
    await session.must('POST', '/stacks', { json });
    const { stack } = await ended(session, 'refused');
    const said = `${stack.stack_status}: ${stack.stack_status_reason}`;
    expect(stack.stack_status === 'CREATE_FAILED', 'CREATE_FAILED', `  it is ${said}`);
    expect(/resources\.image: .*URI for web-download does not pass filtering/.test(said), 'the words', `  ${said}`);
    await deleted(session, 'refused');
  });
  await steps.step(`as before: images, ${[...before.keys()].join(', ')}`, async () => {
    await untilAsBefore(allInOne, before);
    const left = await imagesOf(allInOne);
    expect(left.length === 0, 'no image of the project', JSON.stringify(left));
  });
}

const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/** The image as Glance shows it. */
async function created(session: Session, allInOne: AllInOneChild, name: string): Promise<Image> {
  await session.must('POST', '/stacks', { json: { stack_name: name, template: template(location) } });
  const { stack } = await ended(session, name);
  const said = `  it is ${stack.stack_status}: ${stack.stack_status_reason}`;
  expect(stack.stack_status === 'CREATE_COMPLETE', 'CREATE_COMPLETE', said);
  const id = stack.outputs?.[0]?.output_value;
  const images = await imagesOf(allInOne);
  const found = images.find(each => each['id'] === id);
  expect(found !== undefined, `the image ${String(id)}`, JSON.stringify(images));
  return found;
}

async function ended(session: Session, name: string): Promise<Shown> {
  const until = performance.now() + waitMs;
  for (;;) {
    const now = await session.must<Shown>('GET', `/stacks/${name}`);
    if (!now.stack.stack_status.endsWith('_IN_PROGRESS')) return now;
    expect(performance.now() < until, `an end within ${waitMs / 1_000} s`, `  it is ${now.stack.stack_status}`);
    await sleep(300);
  }
}

async function deleted(session: Session, name: string): Promise<void> {
  const { stack } = await session.must<Shown>('GET', `/stacks/${name}`);
  const path = `/stacks/${name}/${stack.id}`;
  await session.must('DELETE', path);
  const until = performance.now() + waitMs;
  for (;;) {
    const { status, body } = await session.ask('GET', path);
    const now = status === 404 ? 'DELETE_COMPLETE' : (body as Shown).stack.stack_status;
    if (now === 'DELETE_COMPLETE') return;
    expect(now === 'DELETE_IN_PROGRESS' && performance.now() < until, 'it goes', `  it is ${now}`);
    await sleep(300);
  }
}

async function imagesOf(allInOne: AllInOneChild): Promise<readonly Image[]> {
  const { OS_USERNAME: user = '', OS_PASSWORD: password = '', OS_PROJECT_NAME: project = '' } = allInOne.env();
  const { token, projectId, catalog } = await logIn(allInOne.keystoneUrl, { user, password, project });
  const answer = await fetch(`${catalog.get('image')}/v2/images?owner=${projectId}&limit=1000`, {
    headers: { 'x-auth-token': token },
  });
  expect(answer.status === 200, 'a list of images', `  Glance answered ${answer.status}`);
  return ((await answer.json()) as { readonly images: readonly Image[] }).images;
}
