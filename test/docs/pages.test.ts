import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resource } from '../../engine/kit/declare.ts';
import type { LocalLife } from '../../engine/kit/resource.ts';
import { allowedValues, attribute, integer, list, map, range, string } from '../../engine/kit/schema.ts';
import { createRegistry } from '../../engine/resources/registry.ts';
import { command, fileOf, pagesOf } from './pages.ts';

const registry = createRegistry();
const types = registry.names().flatMap(name => registry.get(name) ?? []);

it('docs/types says what the declarations say', () => {
  const folder = join('docs', 'types');
  const there = new Map(readdirSync(folder).map(name => [name, readFileSync(join(folder, name), 'utf8')]));
  const pages = pagesOf(types);
  const stale = [...new Set([...there.keys(), ...pages.keys()])].filter(name => there.get(name) !== pages.get(name));
  expect(stale.sort(), `docs/types is not what the types are; write it anew: ${command}`).toEqual([]);
});

describe('a page', () => {
  const life: LocalLife = {
    kind: 'local',
    create: () => ({ kind: 'failed', waitMs: 0, error: 'E', message: 'm' }),
    update: () => 'replace',
  };
  const mine = resource('Mine::Own::Type', {
    description: 'A thing.',
    since: '5.0.0',
    properties: {
      size: integer('How big | wide.', { update: true }).default(5).constraints(range(1, 9)),
      kind: string('What it is.').required().constraints(allowedValues('a', 'b')),
      parts: list('Its parts.', { update: true }).of(map().with({ name: string('Their names.').required() })),
      fixed: string('Stays.', { immutable: true }).status({
        status: 'DEPRECATED',
        version: '6.0.0',
        message: 'Use kind.',
      }),
      gone: string().status({ status: 'HIDDEN' }),
    },
    attributes: { at: attribute('Where it is.', { type: 'string' }) },
    life,
  });
  const page = pagesOf([mine]).get(fileOf(mine.name))?.split('\n') ?? [];

  it.each([
    ['# Mine::Own::Type'],
    ['A thing. Since 5.0.0.'],
    ['| `size` | integer | `5` | in place | How big \\| wide. 1 to 9. |'],
    ['| `kind` | string | **required** | replaces | What it is. One of `a`, `b`. |'],
    ['| `parts` | list of maps |  | in place | Its parts. |'],
    ['| `parts[].name` | string | **required** |  | Their names. |'],
    ['| `fixed` | string |  | refused | Stays. Deprecated since 6.0.0: Use kind. |'],
    ['A change of `kind` makes another one; all others are made in place. A change of `fixed` is refused.'],
    ['| `at` | string | Where it is. |'],
  ])('says: %s', line => {
    expect(page).toContain(line);
  });

  it('leaves out what is hidden', () => {
    expect(page.join('\n')).not.toContain('gone');
    expect(pagesOf([{ ...mine, support: { status: 'HIDDEN' } }]).size).toBe(1);
  });
});
