/** The commands as users type them, against the real gateway over an engine that runs nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, rig } from '../gateway/fixtures/gateway.ts';
import type { FakeStack } from '../gateway/fixtures/engine.ts';
import { mapOf } from '../engine/values/value.ts';
import { Session } from './client.ts';
import { addEventCommands } from './event.ts';
import { addOutputCommands } from './output.ts';
import { addResourceCommands } from './resource.ts';
import { addStackCommands } from './stack.ts';

let server: Rig;
let session: Session;
let folder = '';
let lines: string[] = [];
let drawn = '';

beforeEach(async () => {
  server = rig();
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.app.server.address() as AddressInfo;
  session = new Session('member', `http://127.0.0.1:${port}/v1/p1`);
  folder = mkdtempSync(join(tmpdir(), 'convect-commands-'));
  lines = [];
  drawn = '';
});

afterEach(async () => {
  await server.app.close();
  rmSync(folder, { recursive: true, force: true });
});

async function convect(...words: readonly string[]): Promise<void> {
  const program = new Command('convect').exitOverride().configureOutput({ writeErr: () => undefined });
  const out = {
    line: (text: string) => void lines.push(text),
    screen: {
      isTty: false,
      write: (text: string) => {
        drawn += text;
      },
    },
  };
  for (const add of [addStackCommands, addResourceCommands, addEventCommands, addOutputCommands]) {
    add(program, () => Promise.resolve(session), out);
  }
  await program.parseAsync(words, { from: 'user' });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const template =
  'heat_template_version: 2018-08-31\nresources: {r: {type: OS::Heat::Value, properties: {value: 1.50}}}';
const at = (stack: FakeStack, status: string, action = 'CREATE', reason = 'because'): void => {
  stack.shown = { ...stack.shown, action, status, reason };
};
/** Once it has been shown how things stood before. */
const later = (change: () => void): void => {
  const timer = setInterval(() => {
    if (drawn === '' && lines.length === 0) return;
    clearInterval(timer);
    change();
  }, 20);
  timer.unref();
};

function addResource(stack: FakeStack, name: string, status: string, reason = ''): void {
  stack.resources.push({
    stack: stack.shown.identity,
    name,
    type: 'OS::Heat::Value',
    action: 'CREATE',
    status,
    reason,
    physicalId: status === 'COMPLETE' ? 'phys' : undefined,
    createdAt: 0,
    updatedAt: 0,
    requiredBy: [],
    description: '',
    attributes: undefined,
  });
}

describe('stack create', () => {
  it('sends the template, its files and all that was given', async () => {
    const path = file('t.yaml', `${template}\noutputs: {o: {value: {get_file: data}}}`);
    const data = pathToFileURL(file('data', 'content')).href;
    const environment = file('e.yaml', 'parameters: {a: 1}');
    const given = [
      '--parameter',
      'a=b=c',
      '--parameter',
      'l=1',
      '--parameter',
      'l=2',
      '--parameter-file',
      `f=${folder}/data`,
    ];
    const options = ['-e', environment, ...given, '--tags', 'x,y', '--timeout', '7', '--enable-rollback'];
    await convect('stack', 'create', 'one', '-t', path, ...options);
    const [request] = server.engine.requests;
    expect(request).toMatchObject({ name: 'one', tags: ['x', 'y'], timeoutMins: 7, disableRollback: false });
    expect(Object.fromEntries(request?.parameters ?? [])).toEqual({ a: 'b=c', l: ['1', '2'], f: 'content' });
    expect(request?.environmentFiles).toEqual([pathToFileURL(environment).href]);
    expect(request?.files.get(data)).toBe('content');
    expect(
      JSON.stringify(request?.template, (_, v: unknown) => (v instanceof Map ? Object.fromEntries(v) : v)),
    ).toContain('"float":"1.50"');
    expect(lines).toEqual([expect.stringMatching(/^stack one \([0-9a-f-]{36}\) CREATE_IN_PROGRESS$/)]);
  });

  it('waits, shows the resources, and ends clearly', async () => {
    later(() => {
      const [stack] = server.engine.stacks;
      if (stack === undefined) return;
      addResource(stack, 'r', 'COMPLETE');
      at(stack, 'COMPLETE');
    });
    await convect('stack', 'create', 'one', '-t', file('t.yaml', template), '--wait', '--poll', '0.1');
    expect(drawn).toContain('… one  CREATE_IN_PROGRESS\n');
    expect(drawn).toContain('✓ r  OS::Heat::Value  CREATE_COMPLETE\n✓ one  CREATE_COMPLETE\n');
    expect(lines).toEqual(['stack one CREATE_COMPLETE']);
  });

  it('tells why a stack failed', async () => {
    later(() => {
      const [stack] = server.engine.stacks;
      if (stack === undefined) return;
      addResource(stack, 'bad', 'FAILED', 'it broke');
      addResource(stack, 'good', 'COMPLETE');
      at(stack, 'FAILED', 'CREATE', 'Resource CREATE failed');
    });
    const waiting = convect('stack', 'create', 'one', '-t', file('t.yaml', template), '--wait', '--poll', '0.1');
    await expect(waiting).rejects.toMatchObject({ status: 3 });
    expect(lines).toEqual(['  Resource CREATE failed', '  bad: it broke', 'stack one CREATE_FAILED']);
  });

  it('waits for the rollback where there is one', async () => {
    later(() => {
      const [stack] = server.engine.stacks;
      if (stack === undefined) return;
      at(stack, 'FAILED');
      later(() => at(stack, 'COMPLETE', 'ROLLBACK'));
    });
    const words = ['-t', file('t.yaml', template), '--wait', '--poll', '0.1', '--enable-rollback'];
    await expect(convect('stack', 'create', 'one', ...words)).rejects.toMatchObject({ status: 3 });
    expect(lines.at(-1)).toBe('stack one ROLLBACK_COMPLETE');
  });

  it('waits through an outage of the server', async () => {
    let asked = 0;
    const { ask } = session;
    session.ask = async (...args: Parameters<Session['ask']>) => {
      asked += 1;
      if (asked === 2) throw new TypeError('fetch failed');
      if (asked === 3) return { status: 503, headers: new Headers(), body: undefined, text: '' };
      if (asked > 4) {
        const [stack] = server.engine.stacks;
        if (stack !== undefined) at(stack, 'COMPLETE');
      }
      return ask.apply(session, args);
    };
    await convect('stack', 'create', 'one', '-t', file('t.yaml', template), '--wait', '--poll', '0.1');
    expect(asked).toBeGreaterThan(4);
    expect(lines).toEqual(['stack one CREATE_COMPLETE']);
  });

  it.each([
    [['stack', 'create', 'one', '-t', 'T', '--parameter', 'nope'], '--parameter nope: it must be KEY=VALUE'],
    [['stack', 'create', 'one', '-t', 'absent.yaml'], 'absent.yaml cannot be read: there is no such file'],
    [['stack', 'create', 'one'], "required option '-t, --template <FILE>' not specified"],
    [['stack', 'create', 'one', '-t', 'T', '--timeout', '1.5'], 'It must be a whole number of minutes.'],
    [['stack', 'create', '1', '-t', 'T'], 'Invalid stack name 1 must contain only alphanumeric'],
  ])('%j: %s', async (words, message) => {
    const path = file('t.yaml', template);
    await expect(convect(...words.map(word => (word === 'T' ? path : word)))).rejects.toThrow(message);
  });
});

describe('stack delete', () => {
  it('tries every stack, and says what was refused', async () => {
    server.engine.add('a');
    server.engine.add('b');
    await expect(convect('stack', 'delete', '-y', 'a', 'nope', 'b')).rejects.toThrow(
      'nope: The Stack (nope) could not be found.',
    );
    expect(lines.map(line => line.split(' ')[1])).toEqual(['a', 'b']);
    expect(server.engine.stacks.every(({ shown }) => shown.deletedAt !== undefined)).toBe(true);
  });

  it('waits until it is gone', async () => {
    server.engine.add('a');
    await convect('stack', 'delete', '-y', '--wait', 'a');
    expect(lines).toEqual(['stack a DELETE_COMPLETE']);
  });
});

describe('what is read', () => {
  it('stack list and show', async () => {
    const stack = server.engine.add('one', { tags: ['x', 'y'], description: 'what it is' });
    stack.outputs = [
      { key: 'o', description: null, value: 5n, error: undefined },
      { key: 'bad', description: null, value: null, error: 'no such thing' },
    ];
    await convect('stack', 'list');
    expect(lines[0]).toMatch(/^ID +Name +Status +Created +Updated$/);
    expect(lines[1]).toContain('  one   CREATE_COMPLETE  2026-08-01T12:00:00Z  -');
    lines = [];
    await convect('stack', 'show', 'one');
    expect(lines).toEqual(
      expect.arrayContaining([
        'description          what it is',
        'tags                 x, y',
        'parameters:',
        '  OS::stack_name  one',
        'outputs:',
        '  o    5',
        '  bad  (no such thing)',
      ]),
    );
    expect(lines.some(line => line.startsWith('deletion_time'))).toBe(false);
    lines = [];
    await convect('stack', 'show', 'one', '--json');
    expect(JSON.parse(lines.join('\n'))).toMatchObject({ stack_name: 'one', timeout_mins: null });
    lines = [];
    await convect('stack', 'list', '--json', '--tags', 'x', '--limit', '3', '--deleted');
    expect(JSON.parse(lines.join('\n'))).toMatchObject([{ name: 'one', status: 'CREATE_COMPLETE' }]);
    expect(server.engine.stackQueries.at(-1)).toMatchObject({ limit: 3, showDeleted: true, tags: { all: ['x'] } });
    await expect(convect('stack', 'show', 'two')).rejects.toThrow('The Stack (two) could not be found.');
  });

  it('resource list', async () => {
    const stack = server.engine.add('one');
    addResource(stack, 'r', 'COMPLETE');
    addResource(stack, 'later', 'IN_PROGRESS');
    await convect('resource', 'list', 'one', '--filter', 'status=CREATE_COMPLETE', '--filter', 'type=X');
    expect(lines[1]).toMatch(/^r {6}OS::Heat::Value {2}CREATE_COMPLETE {5}phys/);
    expect(lines[2]).toMatch(/CREATE_IN_PROGRESS {2}- /);
    expect(server.engine.resourceQueries.at(-1)).toMatchObject({ types: ['X'] });
    await expect(convect('resource', 'list', 'one', '--filter', 'nme=x')).rejects.toThrow("['nme']");
  });

  it('event list, and on until the stack has ended', async () => {
    const stack = server.engine.add('one', { status: 'IN_PROGRESS' });
    const event = (id: string, status: string) => ({
      stack: stack.shown.identity,
      id,
      at: 0,
      resourceName: 'r',
      resourceType: 'T',
      action: 'CREATE',
      status,
      reason: 'state changed',
      physicalId: undefined,
      properties: null,
    });
    stack.events.push(event('1', 'IN_PROGRESS'));
    later(() => {
      stack.events.splice(0, 1, event('2', 'COMPLETE'));
      at(stack, 'COMPLETE');
    });
    await convect('event', 'list', 'one', '--follow', '--poll', '0.2');
    expect(lines[0]).toBe('1970-01-01T00:00:00Z  r  CREATE_IN_PROGRESS  state changed');
    expect(lines.at(-1)).toBe('1970-01-01T00:00:00Z  r  CREATE_COMPLETE  state changed');
    expect(server.engine.eventQueries[1]).toMatchObject({ marker: '1', descending: false });
    await convect('event', 'list', 'one', '--resource', 'r');
    expect(server.engine.eventQueries.at(-1)).toMatchObject({ resourceName: 'r' });
  });

  it('output show', async () => {
    const stack = server.engine.add('one');
    stack.outputs = [
      { key: 'text', description: null, value: 'a\nb', error: undefined },
      {
        key: 'big',
        description: null,
        value: mapOf([
          ['n', 12345678901234567890n],
          ['f', { float: '1.0' }],
        ]),
        error: undefined,
      },
      { key: 'bad', description: null, value: null, error: 'no such thing' },
    ];
    await convect('output', 'show', 'one', 'text');
    await convect('output', 'show', 'one', 'text', '--json');
    await convect('output', 'show', 'one', 'big');
    expect(lines).toEqual(['a\nb', '"a\\nb"', '{\n  "n": 12345678901234567890,\n  "f": 1.0\n}']);
    await expect(convect('output', 'show', 'one', 'bad')).rejects.toThrow('no such thing');
    await expect(convect('output', 'show', 'one', 'nope')).rejects.toThrow('Specified output key nope not found.');
    lines = [];
    await convect('output', 'show', 'one');
    expect(lines).toEqual(['text', '  a', '  b', 'big   {"n":12345678901234567890,"f":1.0}', 'bad   (no such thing)']);
  });
});
