/** Resource types, template versions and functions, validate, preview. */
import { describe, expect, it } from 'vitest';
import { rig } from '../fixtures/gateway.ts';

const base = '/v1/p1';
const template = { heat_template_version: '2018-08-31' };

describe('resource types', () => {
  it('are listed by name, or with their descriptions', async () => {
    const { ask, engine } = rig();
    const list = await ask('GET', `${base}/resource_types?name=OS::H&version=5.0.0&support_status=SUPPORTED`);
    expect(list.json()).toEqual({ resource_types: ['OS::Heat::None'] });
    expect(engine.typeQueries[0]).toEqual({ name: 'OS::H', version: '5.0.0', supportStatus: 'SUPPORTED' });
    const described = await ask('GET', `${base}/resource_types?with_description=True`);
    expect(described.json()).toEqual({
      resource_types: [{ resource_type: 'OS::Heat::None', description: 'Nothing.' }],
    });
    expect((await ask('GET', `${base}/resource_types?with_description=1`)).statusCode).toBe(400);
  });

  it('have schemas and templates', async () => {
    const { ask } = rig();
    const schema = await ask('GET', `${base}/resource_types/OS::Heat::None?with_description=maybe`);
    expect(schema.json()).toEqual({ resource_type: 'OS::Heat::None' });
    const path = `${base}/resource_types/OS::Heat::None/template`;
    expect((await ask('GET', path)).json()).toEqual({ cfn: 'OS::Heat::None' });
    expect((await ask('GET', `${path}?template_type=hot`)).json()).toEqual({ hot: 'OS::Heat::None' });
    expect((await ask('GET', `${path}?template_type=HOT`)).json()).toEqual({ hot: 'OS::Heat::None' });
    const bad = await ask('GET', `${path}?template_type=yaml`);
    expect(bad.statusCode).toBe(400);
    expect(bad.json().error.message).toBe(
      'Template type is not supported: Invalid template type "yaml", valid types are: cfn, hot.',
    );
  });

  it('may be looked up by readers, not by stack users', async () => {
    const { ask } = rig();
    expect((await ask('GET', `${base}/resource_types`, { token: 'reader' })).statusCode).toBe(200);
    const refused = await ask('GET', `${base}/resource_types`, { token: 'stack-user' });
    expect(refused.statusCode).toBe(403);
    expect(refused.json().error.message).toBe('You are not authorized to use stacks:list_resource_types.');
  });
});

describe('template versions', () => {
  it('are listed, and their functions', async () => {
    const { ask } = rig();
    expect((await ask('GET', `${base}/template_versions`)).json()).toEqual({
      template_versions: [
        { version: 'heat_template_version.2016-10-14', type: 'hot', aliases: ['heat_template_version.newton'] },
      ],
    });
    const path = `${base}/template_versions/v/functions`;
    expect((await ask('GET', path)).json()).toEqual({
      template_functions: [{ functions: 'get_file', description: 'd' }],
    });
    expect((await ask('GET', `${path}?with_condition_func=true`)).json().template_functions[0].functions).toBe(
      'equals',
    );
    const none = await ask('GET', `${base}/template_versions/w/functions`);
    expect(none.statusCode).toBe(404);
    expect(none.json().error).toEqual({
      message: 'Template with version w not found',
      type: 'NotFound',
      traceback: null,
    });
  });
});

describe('validate', () => {
  it('passes on what it is given, and not what only a stack has', async () => {
    const { ask, engine } = rig();
    const body = { template, parameters: { p: 1 }, files: { a: 'b' }, tags: 5, timeout_mins: 'x' };
    const answer = await ask('POST', `${base}/validate?show_nested=True&ignore_errors=99001,%207`, { body });
    expect(answer.json()).toEqual({ Description: 'd' });
    const [{ request, ignored } = {}] = engine.validated;
    expect(request?.files).toEqual(new Map([['a', 'b']]));
    expect(request?.parameters).toEqual(new Map([['p', 1n]]));
    expect([...(ignored ?? [])]).toEqual(['99001', '7']);
  });

  it('needs a body with a template', async () => {
    const { ask, engine } = rig();
    const none = await ask('POST', `${base}/validate`, { body: {} });
    expect(none.statusCode).toBe(400);
    expect(none.json().error.message).toBe('No template specified');
    expect((await ask('POST', `${base}/validate`)).json().error.type).toBe('HTTPBadRequest');
    expect((await ask('POST', `${base}/validate?show_nested=2`, { body: { template } })).statusCode).toBe(400);
    expect(engine.validated).toEqual([]);
  });

  it('is for members', async () => {
    const refused = await rig().ask('POST', `${base}/validate`, { body: { template }, token: 'stack-user' });
    expect(refused.json().error.message).toBe('You are not authorized to use stacks:validate_template.');
  });
});

describe('preview', () => {
  it('shows a stack that is not there, with resources in the engine’s form', async () => {
    const { ask } = rig();
    const answer = await ask('POST', `${base}/stacks/preview`, { body: { stack_name: 's', template, tags: 'a' } });
    expect(answer.statusCode).toBe(200);
    const { stack } = answer.json();
    expect(Object.keys(stack)).not.toEqual(expect.arrayContaining(['stack_status']));
    expect(stack).toMatchObject({
      id: 'None',
      stack_name: 's',
      tags: ['a'],
      updated_time: null,
      links: [{ href: 'http://heat.example:8004/v1/p1/stacks/s/None', rel: 'self' }],
    });
    expect(stack.resources).toEqual([
      {
        resource_name: 'r',
        resource_type: 'OS::Heat::Value',
        resource_action: 'INIT',
        resource_status: 'COMPLETE',
        resource_status_reason: '',
        physical_resource_id: '',
        creation_time: null,
        updated_time: null,
        resource_identity: { tenant: 'p1', stack_name: 's', stack_id: 'None', path: '/resources/r' },
        stack_identity: { tenant: 'p1', stack_name: 's', stack_id: 'None', path: '' },
        stack_name: 's',
        required_by: ['s'],
        description: '',
        metadata: {},
        attributes: { value: null },
        properties: { value: 1 },
      },
    ]);
  });

  it('needs a name, and is a name where it is asked for otherwise', async () => {
    const { ask, engine } = rig();
    const answer = await ask('POST', `${base}/stacks/preview`, { body: { template } });
    expect(answer.json().error.message).toBe('No stack name specified');
    engine.add('preview');
    expect((await ask('GET', `${base}/stacks/preview`)).statusCode).toBe(302);
  });
});

describe('what only AWS has', () => {
  const body = { stack_name: 'one', template: '{}' };
  it.each([
    [true, true, 'Fn::Sub'],
    [false, undefined, 'get_file'],
    [undefined, undefined, 'get_file'],
  ])('is let through by a gateway that is set to: %s', async (awsFunctions, extended, listed) => {
    const { ask, engine } = rig(awsFunctions === undefined ? {} : { awsFunctions });
    await ask('POST', `${base}/stacks`, { body });
    await ask('POST', `${base}/stacks/preview`, { body });
    await ask('POST', `${base}/validate`, { body: { template: '{}' } });
    expect(engine.requests.map(request => request.extended)).toEqual([extended, extended]);
    expect(engine.validated[0]?.request.extended).toBe(extended);
    const functions = await ask('GET', `${base}/template_versions/v/functions`);
    expect(functions.json().template_functions[0].functions).toBe(listed);
  });
});
