/** What a preview of an update says, and that the update then does it. */
import { afterEach, describe, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';
import type { Caller, StackChange, UpdatePreview } from '../../proto/engine.ts';
import { createRegistry } from '../resources/registry.ts';
import { emptyMap } from '../values/value.ts';
import { createEngineService } from './service.ts';

const head = 'heat_template_version: 2018-08-31\nresources:\n';
const caller: Caller = {
  project: 'p',
  userId: 'u',
  userName: 'u',
  roles: [],
  isAdmin: false,
  token: '',
  requestId: 'req-1',
};

let stop: () => void = () => undefined;
afterEach(() => stop());

function change(template: string, more: Partial<StackChange> = {}): StackChange {
  return {
    existing: false,
    template: head + template,
    environment: undefined,
    environmentFiles: [],
    files: new Map(),
    parameters: emptyMap,
    clearParameters: [],
    timeoutMins: undefined,
    disableRollback: undefined,
    tags: undefined,
    converge: false,
    ...more,
  };
}

async function previewed(before: string, after: string) {
  const rig = await started();
  stop = () => rig.node.kill();
  const stack = await rig.create(head + before);
  await rig.ended(stack);
  const service = createEngineService(rig.world, rig.node, createRegistry());
  const identity = { project: 'p', name: 'one', id: stack };
  const preview = await service.previewUpdate(caller, identity, change(after), false);
  return { ...rig, stack, preview, service, identity };
}

const shown = (preview: UpdatePreview): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(preview).map(([fate, list]) => [
      fate,
      (list as UpdatePreview['updated']).map(({ name, because }) => [name, ...because].join(' | ')),
    ]),
  );

const value = (name: string, text: string) => `  ${name}: {type: OS::Heat::Value, properties: {value: ${text}}}\n`;
const random = (name: string, length: number) =>
  `  ${name}: {type: OS::Heat::RandomString, properties: {length: ${length}}}\n`;

describe('the preview of an update', () => {
  it('tells apart what stays, is changed, replaced, new and gone, and why', async () => {
    const { preview } = await previewed(
      value('same', '1') + value('a', '1') + random('r', 8) + value('gone', '1'),
      value('same', '1') + value('a', '2') + random('r', 9) + value('new', '{get_attr: [r, value]}'),
    );
    expect(shown(preview)).toEqual({
      unchanged: ['same'],
      updated: ['a | value: 1 → 2, in place'],
      replaced: ['r | length: 8 → 9, replaces it'],
      added: ['new | it is new'],
      deleted: ['gone | it is not in the template any more'],
    });
  });

  it('follows a change to who reads it, and says what is known only afterwards', async () => {
    const { preview } = await previewed(
      value('a', '1') +
        value('reader', '{get_attr: [a, value]}') +
        random('r', 8) +
        value('user', '{get_attr: [r, value]}'),
      value('a', '2') +
        value('reader', '{get_attr: [a, value]}') +
        random('r', 9) +
        value('user', '{get_attr: [r, value]}'),
    );
    expect(shown(preview)['updated']?.[1]).toBe('reader | value: 1 → 2, in place');
    expect(shown(preview)['updated']?.[2]).toMatch(/^user \| value: .* → \*known after create\*, in place$/);
  });

  it('leaves alone who reads what stays the same', async () => {
    const both = (a: string) => value('a', a) + value('reader', '{list_join: ["", [{get_resource: a}]]}');
    const { preview } = await previewed(both('1'), both('2'));
    expect(shown(preview)).toMatchObject({ updated: ['a | value: 1 → 2, in place'], unchanged: ['reader'] });
  });

  it('shows what is changed as it is, and what comes as it will be; nothing is done', async () => {
    const { preview, events, stack } = await previewed(
      value('a', '1') + random('r', 8),
      value('a', '2') + random('r', 9),
    );
    expect(preview.updated[0]).toMatchObject({ action: 'CREATE', status: 'COMPLETE', reason: 'state changed' });
    expect(preview.updated[0]?.physicalId).toMatch(/^one-a-/);
    expect(preview.replaced[0]).toMatchObject({ action: 'INIT', status: 'COMPLETE', physicalId: undefined });
    expect((await events(stack)).filter(event => event.includes('UPDATE'))).toEqual([]);
  });

  it('is what the update then does', async () => {
    const after = value('a', '2') + random('r', 9) + value('new', '1');
    const { preview, update, ended, events, stack } = await previewed(
      value('a', '1') + random('r', 8) + value('old', '1'),
      after,
    );
    await update(stack, head + after);
    expect(await ended(stack)).toContain('UPDATE_COMPLETE');
    const did = (text: string) => async () => (await events(stack)).some(event => event.startsWith(text));
    for (const { name } of preview.updated) expect(await did(`${name} UPDATE_COMPLETE`)()).toBe(true);
    for (const { name } of preview.added) expect(await did(`${name} CREATE_COMPLETE`)()).toBe(true);
    for (const { name } of preview.deleted) expect(await did(`${name} DELETE_COMPLETE`)()).toBe(true);
    for (const { name } of preview.replaced)
      expect(await did(`${name} UPDATE_COMPLETE: The Resource ${name} requires replacement.`)()).toBe(true);
  });

  it('refuses what the update would be refused with', async () => {
    const { service, identity } = await previewed(value('a', '1'), value('a', '1'));
    const unknown = change(value('a', '1'), { parameters: new Map([['zz', 1n]]) });
    await expect(service.previewUpdate(caller, identity, unknown, false)).rejects.toThrow(
      'The Parameter (zz) was not defined in template.',
    );
  });
});
