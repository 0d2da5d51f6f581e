import { describe, expect, it } from 'vitest';
import { direction, forbidden, importsOf } from './imports.ts';
import { views } from './source.ts';

const specifiers = (text: string): string[] => importsOf(views(text)).map(found => found.specifier);

describe('imports', () => {
  it.each([
    [`import { a } from './a.ts';`, ['./a.ts']],
    [`import type { A } from './a.ts';`, ['./a.ts']],
    [`import a, {\n  type B,\n  c as d,\n} from "./a.ts";`, ['./a.ts']],
    [`import * as a from 'node:fs';`, ['node:fs']],
    [`import './a.ts';`, ['./a.ts']],
    [`export { a } from './a.ts';`, ['./a.ts']],
    [`export * from './a.ts';`, ['./a.ts']],
    [`const a = await import('./a.ts');`, ['./a.ts']],
    [`let a: import('./a.ts').A;`, ['./a.ts']],
    [`new Worker(new URL('./a.ts', import.meta.url));`, ['./a.ts']],
    [`new URL('../proto/a.proto', import.meta.url);`, []],
    [`// import { a } from './a.ts';`, []],
    [`const text = "import { a } from './a.ts'";`, []],
    [`export const from = 'here';`, []],
  ])('of %s', (text, found) => {
    expect(specifiers(text)).toEqual(found);
  });

  it('are found at their line', () => {
    expect(importsOf(views(`\n\nimport {\n  a,\n} from './a.ts';`))).toEqual([{ specifier: './a.ts', line: 5 }]);
  });
});

describe('which way a room may look', () => {
  it.each([
    ['engine/values/json.ts', 'engine/kernel/errors.ts'],
    ['engine/actors/shard.ts', 'engine/store/store.ts'],
    ['engine/placement/lease.ts', 'engine/store/tables.ts'],
    ['engine/store/memory.ts', 'engine/kernel/ids.ts'],
    ['engine/kit/resource.ts', 'engine/template/expr.ts'],
    ['engine/resources/heat/delay.ts', 'engine/kit/resource.ts'],
    ['engine/orchestration/stack.ts', 'engine/resources/registry.ts'],
    ['engine/node.ts', 'engine/store/sql.ts'],
    ['engine/local.ts', 'engine/node.ts'],
    ['engine/actors/shard.test.ts', 'engine/store/memory.ts'],
    ['gateway/routes/stacks.ts', 'proto/engine.ts'],
    ['gateway/routes/stacks.ts', 'engine/values/value.ts'],
    ['gateway/views/stack.ts', 'gateway/views/times.ts'],
    ['cli/dev.ts', 'engine/local.ts'],
    ['cli/dev.ts', 'test/cloud/main.ts'],
    ['cli/engine.ts', 'engine/node.ts'],
    ['cli/gateway.ts', 'gateway/server.ts'],
    ['test/sim/node.ts', 'engine/node.ts'],
  ])('%s may look at %s', (from, to) => {
    expect(forbidden(from, to)).toBeUndefined();
  });

  it.each([
    ['engine/kernel/errors.ts', 'engine/values/value.ts'],
    ['engine/values/json.ts', 'engine/template/expr.ts'],
    ['engine/actors/shard.ts', 'engine/placement/lease.ts'],
    ['engine/actors/shard.ts', 'engine/store/memory.ts'],
    ['engine/actors/shard.ts', 'engine/orchestration/stack.ts'],
    ['engine/store/sql.ts', 'engine/actors/shard.ts'],
    ['engine/template/plan.ts', 'engine/kit/resource.ts'],
    ['engine/kit/resource.ts', 'engine/resources/heat/delay.ts'],
    ['engine/resources/heat/delay.ts', 'engine/orchestration/stack.ts'],
    ['engine/orchestration/stack.ts', 'engine/resources/heat/delay.ts'],
    ['engine/orchestration/stack.ts', 'engine/node.ts'],
    ['engine/orchestration/stack.ts', 'engine/store/sql.ts'],
    ['engine/node.ts', 'gateway/server.ts'],
    ['engine/node.ts', 'test/cloud/keystone.ts'],
    ['proto/engine.ts', 'engine/actors/actor.ts'],
    ['gateway/routes/stacks.ts', 'engine/orchestration/stack.ts'],
    ['gateway/routes/stacks.ts', 'engine/kernel/world.ts'],
    ['gateway/routes/stacks.ts', 'cli/main.ts'],
    ['cli/main.ts', 'engine/node.ts'],
    ['cli/gateway.ts', 'engine/local.ts'],
    ['cli/demo.ts', 'test/cloud/main.ts'],
    ['cli/dev.ts', 'test/cloud/keystone.test.ts'],
    ['engine/store/memory.ts', 'engine/store/conformance.ts'],
    ['engine/values/json.ts', 'engine/values/json.test.ts'],
    ['engine/novel/idea.ts', 'engine/kernel/ids.ts'],
    ['engine/stray.ts', 'engine/kernel/ids.ts'],
  ])('%s may not look at %s', (from, to) => {
    expect(forbidden(from, to)).toBeTypeOf('string');
  });

  it('is told with the place', () => {
    const text = `import { a } from '../kernel/ids.ts';\nimport type { B } from '../node.ts';\nimport pg from 'pg';`;
    expect(direction('engine/actors/shard.ts', views(text))).toEqual([
      {
        path: 'engine/actors/shard.ts',
        line: 2,
        rule: 'import direction',
        what: 'engine/node.ts is built by cli/dev.ts and cli/engine.ts only',
      },
    ]);
  });
});
