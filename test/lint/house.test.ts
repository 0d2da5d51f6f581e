import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writtenFiles } from './files.ts';
import { asleep, check, determinism, exceptions, length, places, switchedOff, uses } from './house.ts';
import { views } from './source.ts';

const root = join(import.meta.dirname, '../..');

describe('this repo', () => {
  const files = writtenFiles(root);
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');

  it('was found', () => {
    expect(files).toContain('package-lock.json');
    expect(files).toContain('test/lint/house.test.ts');
    expect(files.filter(path => path.startsWith('engine/')).length).toBeGreaterThan(10);
    expect(files.some(path => /(?:^|\/)(?:node_modules|dist)\//.test(path))).toBe(false);
  });

  it('keeps the rules of the house', () => {
    const found = files.flatMap(path => check(path, read(path)));
    expect(found.map(({ path, line, rule, what }) => `${path}:${line} ${rule}: ${what}`)).toEqual([]);
  });

  it('has a lock that is whole: `npm ci` refuses one that lacks a build for another platform', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const optional = Object.entries(packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).map(name => [
        `${path}/node_modules/${name}`,
        `node_modules/${name}`,
      ]),
    );
    expect(optional.length).toBeGreaterThan(10);
    expect(optional.filter(paths => !paths.some(path => path in packages))).toEqual([]);
  });

  it('has no exception that its file does not need', () => {
    const idle = exceptions.flatMap(({ path, uses: excused }) => {
      if (excused === 'everything' || !files.includes(path)) return [];
      const used = uses(views(read(path))).map(({ use }) => use);
      return excused.filter(use => !used.includes(use)).map(use => `${path} no longer uses ${use}`);
    });
    expect(idle).toEqual([]);
  });
});

describe('determinism', () => {
  const found = (text: string, path = 'engine/actors/shard.ts'): string[] =>
    determinism(path, views(text)).map(({ what }) => what.split(':only')[0] ?? '');

  it.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const clock = Date;',
    'const n = Math.random();',
    'const n = Math\n  .random();',
    'setTimeout(() => {}, 5);',
    'const later = setInterval;',
    'setImmediate(run);',
    'clearTimeout(timer);',
    'const t = performance.now();',
    'const t = process.hrtime.bigint();',
    `const home = process.env['HOME'];`,
    `await fetch('x');`,
    'const id = crypto.randomUUID();',
    'new Intl.Collator();',
    'n.toLocaleString();',
    'names.sort((a, b) => a.localeCompare(b));',
    'globalThis.setTimeout(run, 1);',
    'new WeakRef(actor);',
    `import { randomUUID } from 'node:crypto';`,
    `import { randomUUID } from 'crypto';`,
    `import * as timers from 'node:timers/promises';`,
    `import type { Socket } from 'node:net';`,
    `import { Worker } from 'node:worker_threads';`,
    `import { readFileSync } from 'node:fs';`,
    `import pg from 'pg';`,
    `const grpc = await import('@grpc/grpc-js');`,
    'const text = `at ${Date.now()}`;',
  ])('catches %s', text => {
    expect(found(text)).toHaveLength(1);
  });

  it.each([
    '// Date.now() is not for us',
    `throw new Error('no setTimeout() here, no Date.now()');`,
    'const at = world.clock.now();',
    'readonly performanceNote: string;',
    'this.timers.setTimeout(1);',
    'interface Row { readonly updatedDate: string }',
    `import { parse } from 'yaml';`,
    `import { join } from 'node:path';`,
    `import { clock } from '../kernel/clock.ts';`,
    'function process(turn: Turn): void {}',
    'store.fetch(key);',
    'function fetch(key: string): Row {} fetch(key);',
    `import { fetch } from './rows.ts'; fetch(key);`,
  ])('lets %s be', text => {
    expect(found(text)).toEqual([]);
  });

  it('is asked of the engine alone, and not of its tests', () => {
    expect(found('Date.now()', 'gateway/server.ts')).toEqual([]);
    expect(found('Date.now()', 'engine/actors/shard.test.ts')).toEqual([]);
    expect(found('Date.now()', 'engine/kernel/clock.ts')).toHaveLength(1);
  });

  it('lets a file use what its exception names, and no more', () => {
    const text = `import { createCipheriv } from 'node:crypto';\nconst now = Date.now();`;
    const given = [{ path: 'engine/values/sealed.ts', uses: ['node:crypto'], why: 'seals' }];
    const inFile = determinism('engine/values/sealed.ts', views(text), given);
    expect(inFile.map(({ line }) => line)).toEqual([2]);
    expect(determinism('engine/values/other.ts', views(text), given)).toHaveLength(2);
    expect(
      determinism('engine/real/a/b.ts', views(text), [{ path: 'engine/real/', uses: 'everything', why: '' }]),
    ).toEqual([]);
  });
});

describe('length', () => {
  it('is 500 lines', () => {
    expect(length('a.ts', 'x\n'.repeat(500))).toEqual([]);
    expect(length('a.ts', 'x\n'.repeat(501))).toHaveLength(1);
    expect(length('a.ts', `${'x\n'.repeat(500)}x`)).toHaveLength(1);
  });
});

describe('switched off', () => {
  const found = (text: string, path = 'engine/a.ts'): number => switchedOff(path, views(text)).length;

  it.each([
    '// @ts-ignore',
    '/* @ts-nocheck */',
    '// @ts-expect-error it is so',
    '// biome-ignore lint: no',
    '// biome-ignore-all lint/suspicious/noDoubleEquals: all of it',
    '// biome-ignore lint/suspicious/noDoubleEquals:',
    '// biome-ignore lint/suspicious/noExplicitAny: it is hard',
    '// biome-ignore lint/nursery/noFloatingPromises: it is fine',
    '// TODO later',
    '/** FIXME */',
  ])('catches %s', text => {
    expect(found(text)).toBe(1);
  });

  it.each(['// biome-ignore lint/suspicious/noDoubleEquals: 1n == 1', `const word = '@ts-ignore';`, 'todo(list);'])(
    'lets %s be',
    text => {
      expect(found(text)).toBe(0);
    },
  );

  it('lets a test expect a type error', () => {
    expect(found('// @ts-expect-error a plan has no colour', 'engine/a.test.ts')).toBe(0);
    expect(found('// @ts-ignore', 'engine/a.test.ts')).toBe(1);
  });
});

describe('asleep', () => {
  const found = (text: string): number => asleep('a.test.ts', views(text)).length;

  it.each([
    `it.only('a', () => {});`,
    `describe.skip('a', () => {});`,
    `test.todo('a');`,
    `it.concurrent.only('a', () => {});`,
    `it.skipIf(process.env.CI)('a', () => {});`,
    `describe\n  .only('a', () => {});`,
  ])('catches %s', text => {
    expect(found(text)).toBe(1);
  });

  it('lets what runs be', () => {
    expect(found(`it('is the only one', () => { rows.skip(3); it.each([1])('x', () => {}); });`)).toBe(0);
  });
});

describe('places', () => {
  const found = (text: string): number => places('README.md', text).length;
  // Put together here, so that this file does not hold what it looks for.
  const slash = '/';

  it.each([
    `see ${slash}home/ann/notes`,
    `cd ${slash}work/main`,
    `"${slash}Users/ann"`,
    `npm i --registry https:/${slash}registry.${'npmjs'}.org`,
    `deb http:/${slash}deb.${'debian'}.org/debian bookworm main`,
    `"${'resolved'}": "https:${slash}/host/a.tgz"`,
  ])('catches %s', text => {
    expect(found(text)).toBe(1);
  });

  it.each(['engine/work/a.ts', '$HOME/work/x', './home/a', 'https://docs.openstack.org/heat'])('lets %s be', text => {
    expect(found(text)).toBe(0);
  });
});
