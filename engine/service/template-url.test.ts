/** `template_url`: what the engine makes of it (contract: rest-api §3.1). */
import { expect, it } from 'vitest';
import type { Fetched } from '../kernel/world.ts';
import { templateText } from './templates.ts';

const caller = { project: 'p' };

function web(fetched: Fetched) {
  return { web: { textAt: async () => fetched } };
}

it('is fetched where it is given, and only there', async () => {
  const there = web({ kind: 'text', text: 'a: 1' });
  expect(await templateText(there, caller, { template: '', templateUrl: 'http://h/t' })).toBe('a: 1');
  expect(await templateText(there, caller, { template: 'b: 2' })).toBe('b: 2');
  expect(await templateText({}, caller, { template: new Map([['heat_template_version', 2n]]) })).toBe(
    '{"heat_template_version":2}',
  );
  await expect(templateText({}, caller, { template: new Map() })).rejects.toThrow('Template version was not provided');
});

it.each([
  [web({ kind: 'failed', reason: 'Invalid URL scheme file' }), 'Invalid URL scheme file'],
  [{}, 'nothing is fetched here'],
])('is refused with the reason', async (world, reason) => {
  const text = templateText(world, caller, { template: '', templateUrl: 'file:///t' });
  await expect(text).rejects.toMatchObject({
    type: 'HTTPBadRequest',
    status: 400,
    message: `Could not retrieve template: ${reason}`,
  });
});
