/** CloudFormation's templates as stacks over one node: created, updated, nested, rolled back, deleted. */
import { afterEach, describe, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';
import type { Uuid } from '../kernel/ids.ts';

type Rig = Awaited<ReturnType<typeof started>>;
let rig: Rig;

afterEach(async () => {
  await rig.node.stop();
});

const aws = (more: object): string => JSON.stringify({ AWSTemplateFormatVersion: '2010-09-09', ...more });
const heat = (more: object): string => JSON.stringify({ HeatTemplateFormatVersion: '2012-12-12', ...more });
const hot = (more: object): string => JSON.stringify({ heat_template_version: '2021-04-16', ...more });
const filesOf = (files: Record<string, string>) => ({ files: JSON.stringify(files) });
const stored = (text: string): unknown => JSON.parse(text);

const template = (value: object | string) =>
  aws({
    Mappings: { names: { test: { first: 'one', second: 'two' } } },
    Parameters: { Which: { Type: 'String', Default: 'first', AllowedValues: ['first', 'second'] } },
    Conditions: { IsSecond: { 'Fn::Equals': [{ Ref: 'Which' }, 'second'] } },
    Resources: {
      a: { Type: 'OS::Heat::TestResource', Properties: { value } },
      b: { Type: 'OS::Heat::TestResource', Properties: { value: { 'Fn::GetAtt': ['a', 'output'] } } },
      c: { Type: 'OS::Heat::None', Condition: 'IsSecond', DependsOn: ['b'] },
    },
    Outputs: { out: { Value: { 'Fn::GetAtt': ['b', 'output'] } } },
  });

async function madeWith(stack: Uuid, name: string): Promise<unknown> {
  const rows = await rig.store.select('incarnations', { where: [{ column: 'stack', in: [stack] }] });
  const found = rows.map(row => JSON.parse(row.state) as { physicalName: string; properties: string });
  const mine = found.filter(({ physicalName }) => physicalName.includes(`-${name}-`)).at(-1);
  return mine === undefined ? undefined : (stored(mine.properties) as { value: unknown }).value;
}

describe('a stack of a CloudFormation template', () => {
  const found = { 'Fn::FindInMap': ['names', 'test', { Ref: 'Which' }] };

  it('is created, updated and deleted', async () => {
    rig = await started();
    const stack = await rig.create(template(found));
    expect(await rig.ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    expect(await madeWith(stack, 'b')).toBe('one');
    const environment = JSON.stringify({
      environment: { parameters: { Which: 'second' } },
      environment_files: [],
      parameters: {},
    });
    await rig.update(stack, template(found), { environment: rig.world.vault.seal(environment) });
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(await madeWith(stack, 'b')).toBe('two');
    expect((await rig.resources(stack)).map(text => text.split(' ')[0])).toEqual(['a', 'b', 'c']);
    await rig.ask(stack, { kind: 'remove' });
    expect(await rig.ended(stack)).toBe('DELETE_COMPLETE: Stack DELETE completed successfully');
    expect(rig.problems).toEqual([]);
  });

  it('may be a type, and have one', async () => {
    rig = await started();
    const inner = heat({
      Parameters: { V: { Type: 'CommaDelimitedList', Default: 'x' } },
      Resources: {
        t: { Type: 'OS::Heat::TestResource', Properties: { value: { 'Fn::Select': ['1', { Ref: 'V' }] } } },
      },
      Outputs: { O: { Value: { 'Fn::GetAtt': ['t', 'output'] } } },
    });
    const middle = aws({
      Resources: { r: { Type: 'inner.template', Properties: { V: ['a', 'b'] } } },
      Outputs: { M: { Value: { 'Fn::GetAtt': ['r', 'O'] } } },
    });
    const outer = hot({
      resources: {
        m: { type: 'middle.yaml' },
        after: { type: 'OS::Heat::TestResource', properties: { value: { get_attr: ['m', 'M'] } } },
      },
    });
    const stack = await rig.create(outer, filesOf({ 'inner.template': inner, 'middle.yaml': middle }));
    expect(await rig.ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    expect(await madeWith(stack, 'after')).toBe('b');
    await rig.ask(stack, { kind: 'remove' });
    expect(await rig.ended(stack)).toContain('DELETE_COMPLETE');
    expect(rig.problems).toEqual([]);
  });
});

describe('resource_facade', () => {
  const inner = hot({
    resources: {
      t: {
        type: 'OS::Heat::TestResource',
        properties: {
          value: {
            str_replace: {
              template: 'role=R policy=P batch=B',
              params: {
                R: { resource_facade: 'metadata' },
                P: { resource_facade: 'deletion_policy' },
                B: { resource_facade: 'update_policy' },
              },
            },
          },
        },
        deletion_policy: { resource_facade: 'deletion_policy' },
      },
      c: { type: 'deeper.template' },
    },
  });
  const deeper = aws({
    Resources: {
      d: { Type: 'OS::Heat::TestResource', Properties: { value: { 'Fn::ResourceFacade': 'DeletionPolicy' } } },
    },
  });
  const files = filesOf({ 'inner.yaml': inner, 'deeper.template': deeper });
  const outer = (metadata: object) =>
    hot({
      resources: {
        v: { type: 'OS::Heat::TestResource', properties: { value: 'known later' } },
        r: { type: 'inner.yaml', metadata, update_policy: { a: 1 } },
      },
    });

  it('says what the resource says of itself, at each level, and follows its metadata', async () => {
    rig = await started();
    const stack = await rig.create(outer({ role: { get_attr: ['v', 'output'] } }), files);
    expect(await rig.ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    const child = (await rig.physical(stack, 'r')) as Uuid;
    expect(await madeWith(child, 't')).toBe('role={"role": "known later"} policy=Delete batch={"a": 1}');
    const grandchild = (await rig.physical(child, 'c')) as Uuid;
    expect(await madeWith(grandchild, 'd')).toBe('Delete');
    await rig.update(stack, outer({ role: 'web' }), files);
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(await madeWith(child, 't')).toBe('role={"role": "web"} policy=Delete batch={"a": 1}');
    expect(rig.problems).toEqual([]);
  });

  it('is refused where the stack is nobody’s', async () => {
    rig = await started();
    const alone = hot({
      resources: { t: { type: 'OS::Heat::None', metadata: { m: { resource_facade: 'metadata' } } } },
    });
    await expect(rig.create(alone)).rejects.toThrow('stands for a resource of another one');
  });
});

describe('what only AWS has', () => {
  const inner = ['HeatTemplateFormatVersion: 2012-12-12', 'Outputs: {O: {Value: !Sub "${AWS::Region}"}}'].join('\n');
  const outer = (value: string) =>
    [
      'AWSTemplateFormatVersion: 2010-09-09',
      'Parameters: {P: {Type: String, Default: p}}',
      'Resources:',
      '  r: {Type: inner.template}',
      `  t: {Type: "OS::Heat::TestResource", Properties: {value: ${value}}}`,
    ].join('\n');
  const files = filesOf({ 'inner.template': inner });

  it('is used where the gateway lets it, in nested stacks and later generations too', async () => {
    rig = await started();
    const stack = await rig.create(outer('!Sub "${P} ${r.O}"'), { ...files, extended: true });
    expect(await rig.ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    expect(await madeWith(stack, 't')).toBe('p ap-southeast-1');
    // What the stack has is read as it was, whichever gateway asks.
    const environment = JSON.stringify({
      environment: { parameters: { P: 'q' } },
      environment_files: [],
      parameters: {},
    });
    const patch = { existing: true, template: undefined, environment: rig.world.vault.seal(environment) };
    await rig.update(stack, '', patch);
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(await madeWith(stack, 't')).toBe('q ap-southeast-1');
    expect(rig.problems).toEqual([]);
  });

  it('is refused, or data, where it does not', async () => {
    rig = await started();
    await expect(rig.create(outer('!Sub "${P}"'), files)).rejects.toThrow("tag '!Sub'");
  });
});
