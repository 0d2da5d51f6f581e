/**
 * OS::Keystone::Project: whose servers, networks and volumes are.
 *
 *   project ─▶ [description] ─▶ default group (nothing to make; undone first)
 *
 * Mark: identity.ts. Neutron makes a security group `default` in a project as soon as somebody looks for its groups, and
 * it stays when the project goes: so it is removed before.
 */
import { resource } from '../../kit/declare.ts';
import { textIn, textsIn, withoutNulls } from '../../kit/given.ts';
import type { Leaving, Step, StepInput } from '../../kit/resource.ts';
import { attribute, boolean, list, since, string } from '../../kit/schema.ts';
import { latestOf, thingOf } from '../../kit/settle.ts';
import { thingsIn } from '../../kit/steps.ts';
import type { Value } from '../../values/value.ts';
import { freesName, identity, type Named, namedSteps, oneOf, patchSteps } from './identity.ts';

/** What Keystone takes for a project's name. */
const longestName = 64;

const project: Named = {
  key: 'project',
  body: properties =>
    withoutNulls([
      ['domain_id', textIn(properties, 'domain')],
      ['enabled', properties.get('enabled')],
      ['parent_id', textIn(properties, 'parent')],
      ['tags', textsIn(properties, 'tags')],
    ]),
  description: properties => textIn(properties, 'description') ?? '',
};

const own = (input: StepInput) => thingOf(input, project.key);

/**
 * Its "remove" lists what there is to remove, which then goes by a call of its own. A list that asks for the project's
 * own would make the group anew each time; an admin's list of all does not.
 */
const groups = {
  service: 'network',
  method: 'GET',
  path: '/v2.0/security-groups?name=default&fields=id&fields=name&fields=project_id',
} as const;

function groupsGone(body: Value, input: StepInput): Leaving {
  const project = own(input).physicalId;
  const [group] = thingsIn(body, 'security_groups').filter(
    each => each.get('name') === 'default' && each.get('project_id') === project,
  );
  const id = group && textIn(group, 'id');
  if (id === undefined) return { kind: 'ready' };
  const path = `/v2.0/security-groups/${encodeURIComponent(id)}`;
  return { kind: 'staying', by: { service: 'network', method: 'DELETE', path } };
}

const defaultGroup: Step = {
  name: 'default_group',
  service: 'network',
  unique: false,
  repeatable: true,
  conflict: 'retry',
  create: input => identity('GET', oneOf(project.key, own(input).physicalId)),
  made: (_body, input) => latestOf(input, project.key),
  find: input => identity('GET', oneOf(project.key, own(input).physicalId)),
  found: (_body, input) => latestOf(input, project.key),
  show: () => groups,
  ready: () => ({ kind: 'ready' }),
  remove: () => groups,
  gone: groupsGone,
};

export default resource('OS::Keystone::Project', {
  description: 'Whose servers, networks and volumes are.',
  className: 'KeystoneProject',
  since: '2015.1',
  maxNameLength: longestName,
  properties: {
    name: string('Its name; by default generated.', { update: true }),
    domain: string('The domain that it is in.', { update: true }).default('default').finds('keystone.domain'),
    description: string('What it is for.', { update: true }).default(''),
    enabled: boolean('Whether it can be used.', { update: true }).default(true),
    parent: string('The project that it is below.').finds('keystone.project').supportedSince('6.0.0'),
    tags: list('Its tags.', { update: true }).default([]).supportedSince('10.0.0'),
  },
  attributes: {
    name: attribute('Its name.', { type: 'string', support: since('10.0.0') }),
    parent_id: attribute('The project that it is below.', { type: 'string', support: since('10.0.0') }),
    domain_id: attribute('The domain that it is in.', { type: 'string', support: since('10.0.0') }),
    enabled: attribute('Whether it can be used.', { type: 'boolean', support: since('10.0.0') }),
    is_domain: attribute('Whether it stands for a domain.', { type: 'boolean', support: since('10.0.0') }),
  },
  life: {
    kind: 'cloud',
    steps: properties => [...namedSteps(project, properties), defaultGroup],
    update: change => ({ steps: patchSteps(project.key, change) }),
    prepareReplace: freesName,
  },
  show: live => live.data,
});
