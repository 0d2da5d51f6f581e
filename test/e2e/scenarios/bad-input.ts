/**
 * What no client should send, and some do. Each is answered with a 4xx whose message names the place; nothing of it
 * stays behind; and the server lives on: after each, a good stack is still shown.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiAnswer, type Asked, errorText, type Session } from '../../../cli/client.ts';
import type { Scenario } from '../scenario.ts';
import { Random } from '../../support/random.ts';
import { expect, type Steps } from '../steps.ts';

interface Case {
  readonly name: string;
  readonly asked: (stackName: string) => Asked;
  /** Each must be in the message. */
  readonly place: readonly (string | RegExp)[];
}

const hot = 'heat_template_version: 2018-08-31\n';
const version = { heat_template_version: '2018-08-31' };
const digits400 = '9'.repeat(400);

const resource = (type: string, properties: object): object => ({
  ...version,
  resources: { a: { type, properties } },
});

const withTemplate = (name: string, given: unknown, ...place: Case['place']): Case => ({
  name,
  asked: stackName => ({ json: { stack_name: stackName, template: given } }),
  place,
});

const withBody = (name: string, raw: (stackName: string) => Asked['raw'], ...place: Case['place']): Case => ({
  name,
  asked: stackName => {
    const body = raw(stackName);
    return { ...(body !== undefined && { raw: body }) };
  },
  place,
});

/** 2^n strings from n lines. */
function aliasBomb(levels: number): string {
  const line = (level: number): string =>
    `  l${level}: &l${level} [${Array(9)
      .fill(`*l${level - 1}`)
      .join(', ')}]`;
  const lines = Array.from({ length: levels }, (_, index) => line(index + 1));
  return `${hot}resources: {}\nparameters:\n  l0: &l0 bomb\n${lines.join('\n')}\n`;
}

/** A megabyte that is no text; it begins with `{`, or it would not be looked at. */
function garbage(bytes: number): Uint8Array<ArrayBuffer> {
  const random = new Random(1);
  const body = Uint8Array.from({ length: bytes }, () => random.below(256));
  body[0] = '{'.charCodeAt(0);
  return body;
}

const chain = {
  ...version,
  resources: {
    one: { type: 'OS::Heat::Value', properties: { value: { get_attr: ['two', 'value'] } } },
    two: { type: 'OS::Heat::Value', properties: { value: { get_attr: ['one', 'value'] } } },
  },
};

const missingParameter = { ...version, parameters: { colour: { type: 'string' } }, resources: {} };

const someLine = /line \d+|column \d+|char \d+|position \d+/;

const cases: readonly Case[] = [
  withTemplate(
    'a template that is not YAML',
    `${hot}resources: [one, {two: }\n  three`,
    'Error parsing template',
    someLine,
  ),
  withTemplate('NUL in YAML', `${hot}description: "x\0y"\n`, /NUL|null|#x0000|\\u0000|\\0|special character/i),
  withBody(
    'NUL in a JSON string',
    name =>
      `{"stack_name": "${name}", "template": {"heat_template_version": "2018-08-31", "description": "x\\u0000y"}}`,
    /NUL|null|#x0000|\\u0000|\\0|special character/i,
  ),
  {
    name: 'NUL in a stack name',
    asked: stackName => ({ json: { stack_name: `${stackName}\0`, template: version } }),
    place: [/Invalid stack name|NUL/],
  },
  withTemplate('an unknown section', { ...version, gadgets: {} }, 'The template section is invalid: gadgets'),
  withTemplate('an unknown type', resource('OS::No::Such', {}), 'The Resource Type (OS::No::Such) could not be found.'),
  withTemplate('a missing parameter', missingParameter, 'The Parameter (colour) was not provided.'),
  withTemplate('a circular dependency', chain, 'Circular Dependency Found', 'one', 'two'),
  withTemplate(
    'a property of a wrong type',
    resource('OS::Heat::RandomString', { length: 'long' }),
    'resources.a.properties.length',
    'long',
  ),
  withTemplate(
    'an unknown property',
    resource('OS::Heat::RandomString', { lenght: 3 }),
    'resources.a.properties',
    'Unknown Property lenght',
  ),
  withTemplate('a template of 600 KB', { ...version, description: 'x'.repeat(600_000) }, /524288/),
  withTemplate('a template of 600 KB as text', `${hot}description: ${'x'.repeat(600_000)}\n`, /524288/),
  withTemplate('an alias bomb', aliasBomb(12), /alias|anchor/i),
  withTemplate('lists 50,000 deep in YAML', `${hot}description: ${'['.repeat(50_000)}`, /nest|deep|depth|line \d+/i),
  withBody(
    'lists 50,000 deep in JSON',
    name => `{"stack_name": "${name}", "template": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    /nest|deep|depth/i,
  ),
  withBody('a megabyte of garbage', () => garbage(1_048_576), someLine),
  withBody(
    'more than a megabyte of garbage',
    () => garbage(1_048_577),
    'JSON body size (1048577 bytes) exceeds maximum allowed size (1048576 bytes)',
  ),
  withBody('truncated JSON', name => `{"stack_name": "${name}", "template": {"heat_template`, someLine),
  {
    name: 'a wrong content type',
    asked: stackName => ({
      raw: JSON.stringify({ stack_name: stackName, template: { ...version } }),
      headers: { 'content-type': 'application/octet-stream' },
    }),
    place: [/malformed|content.type/i],
  },
  {
    name: 'no body',
    asked: () => ({ raw: '' }),
    place: [/malformed|body/i],
  },
  withBody(
    'a property of 400 digits',
    name =>
      `{"stack_name": "${name}", "template": {"heat_template_version": "2018-08-31", "resources": ` +
      `{"a": {"type": "OS::Heat::RandomString", "properties": {"length": ${digits400}}}}}}`,
    'resources.a.properties.length',
  ),
  withBody(
    'a timeout of 400 digits',
    name =>
      `{"stack_name": "${name}", "timeout_mins": ${digits400}, "template": {"heat_template_version": "2018-08-31"}}`,
    'timeout_mins',
  ),
  withBody(
    '__proto__ as a property',
    name =>
      `{"stack_name": "${name}", "template": {"heat_template_version": "2018-08-31", "resources": ` +
      `{"a": {"type": "OS::Heat::RandomString", "properties": {"__proto__": {"length": 3}}}}}}`,
    'resources.a.properties',
    'Unknown Property __proto__',
  ),
  withTemplate(
    '__proto__ as a section',
    `${hot}__proto__: {resources: {}}\n`,
    'The template section is invalid: __proto__',
  ),
  withBody(
    '__proto__ as a section of the environment',
    name =>
      `{"stack_name": "${name}", "environment": {"__proto__": {}}, "template": {"heat_template_version": "2018-08-31"}}`,
    'environment has wrong section "__proto__"',
  ),
];

export const badInput: Scenario = {
  name: 'bad-input',
  about: 'what no client should send',
  kind: 'with-all-in-one',
  async play(steps, allInOne) {
    const session = await steps.step('log in', () => allInOne.logIn());
    if (session === undefined) return;
    const witness = await steps.step('a good stack is created', () => create(session, 'witness', 1));
    if (witness === undefined) return;
    for (const [index, one] of cases.entries()) {
      const stackName = `bad${index}`;
      await steps.step(one.name, async () => {
        refused(await session.ask('POST', '/stacks', one.asked(stackName)), one.place);
        await livesOn(session, witness, stackName);
      });
    }
    await legal(steps, session);
    await steps.step('nothing but the good stacks is there', async () => {
      const { stacks } = await session.must<{ stacks: { stack_name: string }[] }>('GET', '/stacks');
      const names = stacks.map(stack => stack.stack_name).sort();
      expect(
        names.join() === 'keys,numbers,witness',
        'stacks keys, numbers and witness',
        `  there are: ${names.join()}`,
      );
    });
  },
};

/** What looks odd and is right: it must come back as it went in. */
async function legal(steps: Steps, session: Session): Promise<void> {
  const output = async (name: string, value: string): Promise<string> => {
    const body =
      `{"stack_name": "${name}", "template": {"heat_template_version": "2018-08-31", "resources": ` +
      `{"a": {"type": "OS::Heat::Value", "properties": {"value": ${value}}}}, ` +
      `"outputs": {"o": {"value": {"get_attr": ["a", "value"]}}}}}`;
    const answer = await session.ask('POST', '/stacks', { raw: body });
    expect(answer.status === 201, 'status 201', evidenceOf(answer));
    await complete(session, name);
    return rawOutput(session, name);
  };
  await steps.step('__proto__ as a key of a value is a key like any other', async () => {
    const text = await output('keys', '{"__proto__": {"x": 1}, "constructor": 2}');
    const same = text.replaceAll(' ', '').includes('{"__proto__":{"x":1},"constructor":2}');
    expect(same, 'the same map', `  it is: ${text}`);
  });
  await steps.step('a value of 400 digits keeps them all', async () => {
    const text = await output('numbers', digits400);
    expect(text.includes(digits400), 'all 400 digits', `  it is: ${text}`);
  });
}

/** An output as the server wrote it: no JSON parser of ours has seen it. */
async function rawOutput(session: Session, name: string): Promise<string> {
  const { stack } = await session.must<{ stack: { id: string } }>('GET', `/stacks/${name}`);
  const response = await fetch(`${session.url}/stacks/${name}/${stack.id}/outputs/o`, {
    headers: { 'x-auth-token': session.token, accept: 'application/json' },
  });
  return response.text();
}

function refused(answer: ApiAnswer, place: Case['place']): void {
  const evidence = evidenceOf(answer);
  expect(answer.status >= 400 && answer.status < 500, 'a status of 400 to 499', evidence);
  const message = errorText(answer);
  for (const part of place) {
    expect(
      typeof part === 'string' ? message.includes(part) : part.test(message),
      `a message with ${String(part)}`,
      evidence,
    );
  }
  expect(!/\bat .+\.[jt]s:\d+/.test(JSON.stringify(answer.body)), 'no stack trace', evidence);
}

async function livesOn(session: Session, witness: string, refusedName: string): Promise<void> {
  const started = performance.now();
  const shown = await session.ask('GET', `/stacks/witness/${witness}`);
  expect(shown.status === 200, 'the good stack is still shown', evidenceOf(shown));
  const ms = performance.now() - started;
  expect(ms < 2_000, 'the good stack is shown within 2 s', `  it took ${Math.round(ms)} ms`);
  const left = await session.ask('GET', `/stacks/${refusedName}`);
  expect(left.status === 404, 'nothing was created', evidenceOf(left));
}

async function create(session: Session, name: string, value: number): Promise<string> {
  const json = { stack_name: name, template: resource('OS::Heat::Value', { value }) };
  const { stack } = await session.must<{ stack: { id: string } }>('POST', '/stacks', { json });
  await complete(session, name);
  return stack.id;
}

async function complete(session: Session, name: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const answer = await session.ask('GET', `/stacks/${name}`);
    const { stack } = (answer.body ?? {}) as { stack?: { stack_status: string } };
    if (stack?.stack_status === 'CREATE_COMPLETE') return;
    const waiting = stack?.stack_status === 'CREATE_IN_PROGRESS' && performance.now() < deadline;
    expect(waiting, `the stack ${name} is CREATE_COMPLETE within 30 s`, evidenceOf(answer));
    await sleep(50);
  }
}

function evidenceOf(answer: ApiAnswer): string {
  const text = JSON.stringify(answer.body) ?? '(no JSON)';
  return `  status ${answer.status}, body ${text.length > 2_000 ? `${text.slice(0, 2_000)} …` : text}`;
}
