/** `stack update`, actions, why and marks as users type them, against the real gateway over an engine that runs nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyMap } from '../engine/values/value.ts';
import { createdAt, type FakeStack } from '../gateway/fixtures/engine.ts';
import { type Rig, rig } from '../gateway/fixtures/gateway.ts';
import { Session } from './client.ts';
import { addResourceCommands } from './resource.ts';
import { addStackCommands } from './stack.ts';

let server: Rig;
let session: Session;
let stack: FakeStack;
let folder = '';
let lines: string[] = [];
let drawn = '';

beforeEach(async () => {
  server = rig();
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.app.server.address() as AddressInfo;
  session = new Session('member', `http://127.0.0.1:${port}/v1/p1`);
  stack = server.engine.add('one');
  folder = mkdtempSync(join(tmpdir(), 'convect-changes-'));
  lines = [];
  drawn = '';
});

afterEach(async () => {
  await server.app.close();
  rmSync(folder, { recursive: true, force: true });
});

async function convect(...words: readonly string[]): Promise<void> {
  const program = new Command('convect').exitOverride().configureOutput({ writeErr: () => undefined });
  const write = (text: string) => {
    drawn += text;
  };
  const out = { line: (text: string) => void lines.push(text), screen: { isTty: false, write } };
  for (const add of [addStackCommands, addResourceCommands]) add(program, () => Promise.resolve(session), out);
  await program.parseAsync(words, { from: 'user' });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const template = 'heat_template_version: 2018-08-31';
const at = (action: string, status: string, reason = 'because'): void => {
  stack.shown = { ...stack.shown, action, status, reason };
};
/** Once it has been shown how things stood before. */
const later = (change: () => void): void => {
  const timer = setInterval(() => {
    if (drawn === '') return;
    clearInterval(timer);
    change();
  }, 20);
  timer.unref();
};

describe('stack update', () => {
  it('sends a whole definition', async () => {
    const environment = file('e.yaml', 'parameters: {a: 1}');
    const options = ['-e', environment, '--parameter', 'a=b', '--tags', 'x,y', '--timeout', '7', '--converge'];
    at('UPDATE', 'IN_PROGRESS');
    await convect('stack', 'update', 'one', '-t', file('t.yaml', template), ...options, '--rollback', 'enabled');
    const [change] = server.engine.changes;
    expect(change).toMatchObject({
      existing: false,
      tags: ['x', 'y'],
      timeoutMins: 7,
      disableRollback: false,
      converge: true,
      environmentFiles: [pathToFileURL(environment).href],
    });
    expect(Object.fromEntries(change?.parameters ?? [])).toEqual({ a: 'b' });
    expect(change?.template).toBeInstanceOf(Map);
    expect(lines).toEqual([`stack one (${stack.shown.identity.id}) UPDATE_IN_PROGRESS`]);
  });

  it('sends what differs, with --existing', async () => {
    await convect('stack', 'update', 'one', '--existing', '--clear-parameter', 'a', '--clear-parameter', 'b');
    expect(server.engine.changes).toEqual([
      expect.objectContaining({
        existing: true,
        template: undefined,
        clearParameters: ['a', 'b'],
        disableRollback: undefined,
        tags: undefined,
        converge: false,
      }),
    ]);
    await convect('stack', 'update', 'one', '--existing', '--rollback', 'disabled');
    expect(server.engine.changes[1]?.disableRollback).toBe(true);
  });

  it('wants a template or --existing', async () => {
    await expect(convect('stack', 'update', 'one')).rejects.toThrow('--template is missing');
    const clearing = convect('stack', 'update', 'one', '-t', file('t.yaml', template), '--clear-parameter', 'a');
    await expect(clearing).rejects.toThrow('--clear-parameter goes with --existing');
    expect(server.engine.changes).toEqual([]);
  });

  it('waits, through the rollback where there is one', async () => {
    at('UPDATE', 'FAILED', 'Resource UPDATE failed');
    stack.shown = { ...stack.shown, disableRollback: false };
    later(() => at('ROLLBACK', 'COMPLETE', 'Stack ROLLBACK completed successfully'));
    const waiting = convect('stack', 'update', 'one', '--existing', '--wait', '--poll', '0.1');
    await expect(waiting).rejects.toMatchObject({ status: 3 });
    expect(drawn).toContain('✓ one  ROLLBACK_COMPLETE\n');
    expect(lines.at(-1)).toBe('stack one ROLLBACK_COMPLETE');
  });

  it('waits until it is done', async () => {
    at('UPDATE', 'IN_PROGRESS');
    later(() => at('UPDATE', 'COMPLETE'));
    await convect('stack', 'update', 'one', '--existing', '--wait', '--poll', '0.1');
    expect(drawn).toBe('… one  UPDATE_IN_PROGRESS\n✓ one  UPDATE_COMPLETE\n');
    expect(lines).toEqual(['stack one UPDATE_COMPLETE']);
  });

  it('shows what it would change, and why', async () => {
    const change = (name: string, ...because: readonly string[]) => ({
      name,
      type: 'OS::Nova::Server',
      description: '',
      requiredBy: [],
      metadata: emptyMap,
      properties: emptyMap,
      attributes: emptyMap,
      action: 'CREATE',
      status: 'COMPLETE',
      reason: '',
      physicalId: undefined,
      createdAt,
      updatedAt: createdAt,
      because,
      calls: [],
    });
    server.engine.preview = {
      unchanged: [change('same')],
      updated: [change('web', 'flavor: a → b, in place', 'metadata')],
      replaced: [change('db', 'image: c → d, replaced')],
      added: [],
      deleted: [],
    };
    await convect('stack', 'update', 'one', '--existing', '--dry-run', '--show-nested');
    expect(lines).toEqual([
      'Change    Name  Type              Because',
      'updated   web   OS::Nova::Server  flavor: a → b, in place; metadata',
      'replaced  db    OS::Nova::Server  image: c → d, replaced',
      'preview: 1 updated, 1 replaced, 0 added, 0 deleted, 1 unchanged',
    ]);
    expect(server.engine.previews).toEqual([{ change: expect.objectContaining({ existing: true }), withNested: true }]);
    expect(server.engine.changes).toEqual([]);
    lines = [];
    await convect('stack', 'update', 'one', '--existing', '--dry-run', '--json');
    const shown = JSON.parse(lines.join('\n')) as Record<string, readonly unknown[]>;
    expect(shown['updated']).toHaveLength(1);
  });
});

describe('actions', () => {
  it.each([
    [['suspend'], 'suspend'],
    [['resume'], 'resume'],
    [['check'], 'check'],
    [['cancel'], 'cancel_update'],
    [['cancel', '--no-rollback'], 'cancel_without_rollback'],
  ])('stack %j', async (words, action) => {
    await convect('stack', ...words, 'one');
    expect(server.engine.acted).toEqual([action]);
    expect(lines).toEqual(['stack one CREATE_COMPLETE']);
  });

  it.each([
    [['suspend'], 'SUSPEND', 'COMPLETE', true],
    [['suspend'], 'SUSPEND', 'FAILED', false],
    [['cancel'], 'ROLLBACK', 'COMPLETE', true],
    [['cancel'], 'ROLLBACK', 'FAILED', false],
    [['cancel', '--no-rollback'], 'UPDATE', 'FAILED', true],
    [['cancel', '--no-rollback'], 'UPDATE', 'COMPLETE', false],
  ])('stack %j --wait that ends as %s_%s', async (words, action, status, good) => {
    at(action, 'IN_PROGRESS');
    later(() => at(action, status));
    const waiting = convect('stack', ...words, 'one', '--wait', '--poll', '0.1');
    if (good) await waiting;
    else await expect(waiting).rejects.toMatchObject({ status: 3 });
    expect(lines.at(-1)).toBe(`stack one ${action}_${status}`);
  });
});

describe('stack why', () => {
  const obstacle = {
    path: ['group', 'web'],
    type: 'OS::Nova::Server',
    state: 'CREATE_IN_PROGRESS',
    waitsFor: ['compute: server x to be ready'],
    since: createdAt,
    lastError: 'no host',
    nextTry: createdAt + 1_000,
  };

  it('tells the root cause first', async () => {
    server.engine.reasons = {
      state: 'UPDATE_IN_PROGRESS',
      reason: 'Stack UPDATE started',
      obstacles: [
        obstacle,
        { ...obstacle, path: [], type: 'OS::Heat::Stack', waitsFor: [], lastError: undefined, nextTry: undefined },
      ],
      debts: [{ type: 'OS::Nova::Server', mark: 'm', until: createdAt }],
      parked: 'an unexpected error',
      strikes: 2,
    };
    await convect('stack', 'why', 'one');
    expect(lines).toEqual([
      'stack one UPDATE_IN_PROGRESS: Stack UPDATE started',
      '  group.web  OS::Nova::Server  CREATE_IN_PROGRESS',
      '    waits for   compute: server x to be ready',
      '    since       2026-08-01T12:00:00Z',
      '    last error  no host',
      '    next try    2026-08-01T12:00:01Z',
      '  OS::Heat::Stack  CREATE_IN_PROGRESS',
      '    since  2026-08-01T12:00:00Z',
      '  a lost create may still land: OS::Nova::Server m until 2026-08-01T12:00:00Z',
      '  parked: an unexpected error',
      '  strikes: 2',
    ]);
  });

  it('tells a program in JSON', async () => {
    await convect('stack', 'why', 'one', '--json');
    expect(JSON.parse(lines.join('\n'))).toMatchObject({ obstacles: [], strikes: 0 });
  });
});

describe('resource mark unhealthy', () => {
  it.each([
    [['it smells'], { unhealthy: true, reason: 'it smells' }],
    [[], { unhealthy: true, reason: undefined }],
    [['--reset'], { unhealthy: false, reason: undefined }],
  ])('%j', async (words, mark) => {
    stack.resources.push({
      stack: stack.shown.identity,
      name: 'a b',
      type: 'OS::Heat::Value',
      action: 'CREATE',
      status: 'COMPLETE',
      reason: '',
      physicalId: undefined,
      createdAt: 0,
      updatedAt: 0,
      requiredBy: [],
      description: '',
      attributes: undefined,
    });
    await convect('resource', 'mark', 'unhealthy', 'one', 'a b', ...words);
    expect(server.engine.marks).toEqual([{ name: 'a b', mark }]);
    expect(lines).toEqual([`resource a b ${mark.unhealthy ? 'unhealthy' : 'healthy'}`]);
  });
});
