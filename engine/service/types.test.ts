import { describe, expect, it } from 'vitest';
import { plainOf } from '../../test/support/plain.ts';
import type { Caller, TypeQuery } from '../../proto/engine.ts';
import { resource } from '../kit/declare.ts';
import type { ResourceType } from '../kit/resource.ts';
import { any, attribute, boolean, custom, integer, list, range, string } from '../kit/schema.ts';
import { createRegistry } from '../resources/registry.ts';
import { emptyMap } from '../values/value.ts';
import { listTypes, typeSchema, typeTemplate } from './types.ts';

const life: ResourceType['life'] = {
  kind: 'local',
  create: () => ({ kind: 'done', waitMs: 0, value: { physicalId: 'x', data: emptyMap } }),
};
const registry = createRegistry([
  resource('OS::Octavia::Flavor', { life, since: '9.9.9', description: 'A size of servers.' }),
  resource('OS::Test::Old', { life, support: { status: 'HIDDEN', version: '9.9.9' } }),
  resource('OS::Test::Thing', {
    life,
    since: '9.9.9',
    className: 'ThingClass',
    properties: {
      name: string('Its name.').constraints(custom('neutron.network')),
      count: integer().default(2).constraints(range(1, 5)),
      on: boolean().default(true),
      parts: list(),
      free: any(),
      old: string().status({ status: 'HIDDEN' }),
      later: string({ implemented: false }),
    },
    attributes: { size: attribute('Its size.') },
  }),
]);

const caller = (more: Partial<Caller> = {}): Caller => ({
  project: 'p',
  userId: 'u',
  userName: 'demo',
  roles: ['member'],
  isAdmin: false,
  token: '',
  requestId: 'req',
  ...more,
});
const admin = caller({ roles: ['Admin'] });
const all: TypeQuery = { name: undefined, version: undefined, supportStatus: undefined };
const names = (query: Partial<TypeQuery>, who = caller()) =>
  listTypes(registry, who, { ...all, ...query }).map(({ name }) => name);

describe('the list', () => {
  it('hides what is hidden, forbidden or has no service', () => {
    expect(names({ version: '9.9.9' })).toEqual(['OS::Test::Thing']);
    expect(names({ version: '9.9.9' }, admin)).toEqual(['OS::Octavia::Flavor', 'OS::Test::Thing']);
    expect(names({ version: '9.9.9' }, { ...admin, services: ['network'] })).toEqual(['OS::Test::Thing']);
    expect(names({ supportStatus: 'HIDDEN' }, admin)).toEqual([]);
    expect(names({ name: 'OS::(Glance::Image|Senlin::|Nova::FloatingIP)' }, admin)).toEqual([]);
  });

  it('is filtered by a Python pattern from the start of the name', () => {
    expect(names({ name: 'OS::H.*::(None|Value)$' })).toEqual(['OS::Heat::None', 'OS::Heat::Value']);
    expect(names({ name: 'Heat' })).toEqual([]);
    expect(names({ name: '(' })).toEqual([]);
  });

  it('says what each is', () => {
    const [none] = listTypes(registry, caller(), { ...all, name: 'OS::Heat::None' });
    expect(none?.description).toBe('Takes any properties and does nothing.');
    const [thing] = listTypes(registry, caller(), { ...all, name: 'OS::Test::Thing' });
    expect(thing?.description).toBe('No description available');
  });

  it('refuses a status that is none', () => {
    expect(() => names({ supportStatus: 'foo' })).toThrow(
      "Data supplied was not valid: Invalid support status and should be one of ('UNKNOWN', 'SUPPORTED', 'DEPRECATED', 'UNSUPPORTED', 'HIDDEN')",
    );
  });
});

describe('a type', () => {
  it('is shown to who may use it, where its service is', () => {
    expect(plainOf(typeSchema(registry, caller(), 'OS::Heat::None'))).toEqual({
      resource_type: 'OS::Heat::None',
      properties: {},
      attributes: { show: { description: 'Detailed information about resource.', type: 'map' } },
      support_status: { status: 'SUPPORTED', message: null, version: '5.0.0', previous_status: null },
    });
    const schema =
      (name: string, who = caller()) =>
      () =>
        typeSchema(registry, who, name);
    expect(schema('foo')).toThrow('The Resource Type (foo) could not be found.');
    expect(schema('OS::Octavia::Flavor')).toThrow('You are not authorized to use resource_types:OS::Octavia::Flavor.');
    expect(schema('OS::Keystone::Project')).toThrow('You are not authorized to use OS::Keystone::Project.');
    expect(schema('OS::Test::Old')).toThrow('OS::Test::Old is not supported.');
    expect(schema('OS::Octavia::Flavor', { ...admin, services: [] })).toThrow(
      'HEAT-E99001 Service octavia is not available for resource type OS::Octavia::Flavor, reason: Service endpoint not in service catalog.',
    );
    expect(schema('OS::Octavia::Flavor', { ...admin, services: ['load-balancer'] })).not.toThrow();
  });

  it('is missing where its service lacks an extension', () => {
    const has = new Map([['neutron', new Set(['router'])]]);
    const listed = listTypes(registry, admin, { ...all, name: 'OS::Neutron::(Router|SecurityGroup)$' }, has);
    expect(listed.map(({ name }) => name)).toEqual(['OS::Neutron::Router']);
    expect(() => typeSchema(registry, admin, 'OS::Neutron::Router', has)).not.toThrow();
    expect(() => typeSchema(registry, admin, 'OS::Neutron::SecurityGroup', has)).toThrow(
      'HEAT-E99001 Service neutron is not available for resource type OS::Neutron::SecurityGroup, reason: Service endpoint not in service catalog.',
    );
  });

  it('of Heat’s that is not built is neither unknown nor listed: it says what is missing', () => {
    const name = 'OS::Zaqar::Queue';
    const fault = 'HEAT-E99001 Service zaqar is not available for resource type OS::Zaqar::Queue, reason: ';
    const why = `${fault}this type is not there yet: it is missing among those of zaqar.`;
    expect(names({ name })).toEqual([]);
    expect(() => typeSchema(registry, caller({ services: [] }), name)).toThrow(`${fault}Service endpoint not in`);
    expect(() => typeSchema(registry, caller({ services: ['messaging'] }), name)).toThrow(why);
    expect(() => typeTemplate(registry, caller(), name, 'hot')).toThrow(why);
  });

  it('has a template in HOT that can be used', () => {
    expect(plainOf(typeTemplate(registry, caller(), 'OS::Test::Thing', 'hot'))).toEqual({
      heat_template_version: '2016-10-14',
      description: 'Initial template of ThingClass',
      parameters: {
        name: { type: 'string', description: 'Its name.', constraints: [{ custom_constraint: 'neutron.network' }] },
        count: { type: 'number', default: 2, constraints: [{ range: { min: 1, max: 5 } }] },
        on: { type: 'boolean', default: true },
        parts: { type: 'comma_delimited_list' },
        free: { type: 'json' },
      },
      resources: {
        ThingClass: {
          type: 'OS::Test::Thing',
          properties: {
            name: { get_param: 'name' },
            count: { get_param: 'count' },
            on: { get_param: 'on' },
            parts: { get_param: 'parts' },
            free: { get_param: 'free' },
          },
        },
      },
      outputs: {
        size: { value: { get_attr: ['ThingClass', 'size'] }, description: 'Its size.' },
        show: { value: { get_attr: ['ThingClass', 'show'] }, description: 'Detailed information about resource.' },
        'OS::stack_id': { value: { get_resource: 'ThingClass' } },
      },
    });
  });

  it('has one for CloudFormation', () => {
    const template = plainOf(typeTemplate(registry, caller(), 'OS::Test::Thing', 'cfn'));
    expect(template).toMatchObject({
      HeatTemplateFormatVersion: '2012-12-12',
      Description: 'Initial template of ThingClass',
      Parameters: {
        name: { Type: 'String', Description: 'Its name.' },
        count: { Type: 'Number', Default: 2, MinValue: 1, MaxValue: 5 },
        on: { Type: 'Boolean', Default: true, AllowedValues: ['True', 'true', 'False', 'false'] },
        parts: { Type: 'CommaDelimitedList' },
        free: { Type: 'Json' },
      },
      Resources: {
        ThingClass: { Properties: { name: { Ref: 'name' }, parts: { 'Fn::Split': [',', { Ref: 'parts' }] } } },
      },
      Outputs: {
        size: { Value: { 'Fn::GetAtt': ['ThingClass', 'size'] } },
        'OS::stack_id': { Value: { Ref: 'ThingClass' } },
      },
    });
    expect(template).not.toHaveProperty('Parameters.name.CustomConstraint');
  });

  it('has a template even where its service is missing, and not for who may not use it', () => {
    expect(() => typeTemplate(registry, { ...admin, services: [] }, 'OS::Octavia::Flavor', 'hot')).not.toThrow();
    expect(() => typeTemplate(registry, caller(), 'OS::Octavia::Flavor', 'hot')).toThrow('You are not authorized');
  });
});
