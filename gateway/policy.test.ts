import { describe, expect, it } from 'vitest';
import type { Caller } from '../proto/engine.ts';
import { Lru } from './lru.ts';
import { isAllowed, type PolicyName } from './policy.ts';
import { createRouter } from './router.ts';
import { routes } from './routes/table.ts';

const caller = (roles: readonly string[], isAdmin = false): Caller => ({
  project: 'p1',
  userId: 'u',
  userName: 'n',
  roles,
  isAdmin,
  token: 't',
  requestId: 'req-1',
});

describe('policies', () => {
  const table: readonly (readonly [PolicyName, readonly string[], boolean])[] = [
    ['stacks:create', ['member'], true],
    ['stacks:create', ['anything'], true],
    ['stacks:create', [], true],
    ['stacks:create', ['heat_stack_user'], false],
    ['stacks:create', ['heat_stack_user', 'member'], true],
    ['stacks:create', ['heat_stack_user', 'reader'], false],
    ['stacks:show', ['heat_stack_user', 'reader'], true],
    ['stacks:show', ['HEAT_STACK_USER', 'Reader'], true],
    ['stacks:show', ['Heat_Stack_User'], false],
    ['stacks:lookup', ['heat_stack_user'], true],
    ['stacks:lookup', [], true],
    ['resource:signal', ['heat_stack_user'], true],
    ['stacks:global_index', ['admin', 'member'], false],
    ['service:index', ['member'], false],
    ['service:index', ['admin'], true],
  ];

  it.each(table)('%s for %j: %s', (policy, roles, allowed) => {
    expect(isAllowed(policy, caller(roles), 'p1')).toBe(allowed);
  });

  it('of today hold in the caller’s own project only', () => {
    expect(isAllowed('service:index', caller(['admin']), 'p2')).toBe(false);
    expect(isAllowed('service:index', caller(['admin'], true), 'p2')).toBe(true);
  });
});

describe('the router', () => {
  const match = createRouter(routes);

  it('knows no two routes for one method and pattern', () => {
    const all = routes.flatMap(route => route.methods.map(method => `${method} ${route.path}`));
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(50);
  });

  it('reaches every route by its own pattern', () => {
    for (const route of routes) {
      const path = route.path
        .replace('{stack_name:arn:.*}', 'arn:a/b')
        .replace(/\{path:(\w+)[^}]*\}/, '$1')
        .replace(/\{\w+\}/g, 'x');
      for (const method of route.methods) {
        const found = match(method, `/p1${path}`);
        expect(found.kind === 'route' && found.project === 'p1' ? found.route.path : found.kind).toBe(route.path);
      }
    }
  });

  it('takes parameters apart, whatever is in them', () => {
    expect(match('GET', '/p 1/stacks/a:b/id/resources/x.y\n/metadata')).toMatchObject({
      project: 'p 1',
      params: { stack_name: 'a:b', stack_id: 'id', resource_name: 'x.y\n' },
    });
  });

  it('does not see a method that nobody has', () => {
    expect(match('TRACE', '/p1/stacks').kind).toBe('unmatched');
    expect(match('HEAD', '/p1/stacks').kind).toBe('known');
  });
});

describe('an Lru', () => {
  it('forgets what was not asked for the longest', () => {
    const lru = new Lru<number>(2);
    lru.set('a', 1);
    lru.set('b', 2);
    expect(lru.get('a')).toBe(1);
    lru.set('c', 3);
    expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.size]).toEqual([1, undefined, 3, 2]);
    lru.set('c', 4);
    lru.delete('a');
    expect([lru.get('a'), lru.get('c'), lru.size]).toEqual([undefined, 4, 1]);
  });
});
