/**
 * OS::Nova::Flavor: a size of server.
 *
 *   flavor (POST /flavors) ─▶ [description] ─▶ [extra_specs] ─▶ [project] ─▶ [access_i: who may use a private one]
 *
 * Mark: the generated name; where the user chose one, the description (2.55), found by `GET /flavors?is_public=None` and
 * compared, and taken away again. A name and an id can be taken once, so a second create of them is refused with 409
 * (marks.md, Nova). What a flavor's servers were made with is theirs; nothing but specs and access can be changed.
 */
import { onceStep } from '../../kit/actions.ts';
import { resource } from '../../kit/declare.ts';
import { mapIn, textIn, textsIn, withoutNulls } from '../../kit/given.ts';
import type { Change, ChangeSteps, Live, LiveAnswer, Made, Step, StepInput } from '../../kit/resource.ts';
import { attribute, boolean, integer, list, map, number, since, string } from '../../kit/schema.ts';
import { readingStep, settingStep, thingOf } from '../../kit/settle.ts';
import { thingIn, thingsIn, unreadable } from '../../kit/steps.ts';
import { changedTexts, staysSame } from '../../kit/updates.ts';
import { compareText, writeJson } from '../../values/json.ts';
import { emptyMap, float, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { baseVersion, compute } from './compute.ts';

const one = (physicalId: string) => `/flavors/${encodeURIComponent(physicalId)}`;
const isChosen = (properties: ValueMap) => textIn(properties, 'name') !== undefined;
/** The first in which flavors have a description. */
const versionFor = (properties: ValueMap) => (isChosen(properties) ? '2.55' : baseVersion);
const stepName = 'flavor';

function flavorBody({ properties, mark }: StepInput): string {
  const flavor = withoutNulls([
    ['name', textIn(properties, 'name') ?? mark],
    ['id', textIn(properties, 'flavorid')],
    ['ram', properties.get('ram')],
    ['vcpus', properties.get('vcpus')],
    ['disk', properties.get('disk')],
    ['swap', properties.get('swap')],
    ['OS-FLV-EXT-DATA:ephemeral', properties.get('ephemeral')],
    ['rxtx_factor', properties.get('rxtx_factor')],
    ['os-flavor-access:is_public', properties.get('is_public')],
    ['description', isChosen(properties) ? mark : undefined],
  ]);
  return writeJson(mapOf([['flavor', flavor]]));
}

function made(flavor: ValueMap): Made {
  const id = textIn(flavor, 'id');
  if (id === undefined) throw unreadable('a flavor without an id');
  return { physicalId: id, data: flavor };
}

function flavorStep(properties: ValueMap): Step {
  return {
    name: stepName,
    service: 'compute',
    unique: isChosen(properties) || textIn(properties, 'flavorid') !== undefined,
    main: true,
    conflict: 'fail',
    create: input => compute('POST', '/flavors', { version: versionFor(input.properties), body: flavorBody(input) }),
    made: body => made(thingIn(body, 'flavor')),
    find: input => compute('GET', '/flavors?is_public=None', { version: versionFor(input.properties) }),
    found: (body, { mark }) =>
      thingsIn(body, 'flavors')
        .filter(flavor => flavor.get(isChosen(properties) ? 'description' : 'name') === mark)
        .map(made)
        .sort((a, b) => compareText(a.physicalId, b.physicalId))[0],
    show: physicalId => compute('GET', one(physicalId)),
    ready: () => ({ kind: 'ready' }),
    remove: physicalId => compute('DELETE', one(physicalId)),
  };
}

const description: Step = settingStep({
  name: 'description',
  on: stepName,
  call: ({ physicalId }) =>
    compute('PUT', one(physicalId), {
      version: '2.55',
      body: writeJson(mapOf([['flavor', mapOf([['description', null]])]])),
    }),
  keep: ({ data }) => mapOf([...data, ['description', null]]),
});

const specsOf = (properties: ValueMap) => mapIn(properties, 'extra_specs') ?? emptyMap;

function specsStep(properties: ValueMap): readonly Step[] {
  const specs = specsOf(properties);
  if (specs.size === 0) return [];
  return [
    settingStep({
      name: 'extra_specs',
      on: stepName,
      call: ({ physicalId }) =>
        compute('POST', `${one(physicalId)}/os-extra_specs`, { body: writeJson(mapOf([['extra_specs', specs]])) }),
      keep: ({ data }) => mapOf([...data, ['extra_specs', specs]]),
    }),
  ];
}

/** A spec that is there no more. */
function unsetStep(spec: string, i: number): Step {
  return onceStep({
    name: `unset_${i}`,
    on: stepName,
    call: ({ physicalId }) => compute('DELETE', `${one(physicalId)}/os-extra_specs/${encodeURIComponent(spec)}`),
    look: ({ physicalId }) => compute('GET', `${one(physicalId)}/os-extra_specs`),
    holds: body => !thingIn(body, 'extra_specs').has(spec),
  });
}

/** The stack's own project: Neutron says which it is. */
const project: Step = readingStep({
  name: 'project',
  call: () => ({ service: 'network', method: 'GET', path: '/v2.0/quotas/tenant' }),
  made: body => ({ physicalId: textIn(thingIn(body, 'tenant'), 'tenant_id') ?? '', data: emptyMap }),
});

/** Lets a project use it, or not any more. */
function accessStep(name: string, mayUse: boolean, projectOf: (input: StepInput) => string): Step {
  const action = mayUse ? 'addTenantAccess' : 'removeTenantAccess';
  return onceStep({
    name,
    on: stepName,
    call: ({ physicalId }, input) =>
      compute('POST', `${one(physicalId)}/action`, {
        body: writeJson(mapOf([[action, mapOf([['tenant', projectOf(input)]])]])),
      }),
    look: ({ physicalId }) => compute('GET', `${one(physicalId)}/os-flavor-access`),
    holds: (body, input) =>
      thingsIn(body, 'flavor_access').some(each => each.get('tenant_id') === projectOf(input)) === mayUse,
  });
}

const ownProject = (input: StepInput) => thingOf(input, project.name).physicalId;

/** A private flavor is for the projects that are said, or for the stack's own. */
function accessSteps(properties: ValueMap): readonly Step[] {
  if (properties.get('is_public') !== false) return [];
  const tenants = textsIn(properties, 'tenants');
  if (tenants.length === 0) return [project, accessStep('access_own', true, ownProject)];
  return tenants.map((tenant, i) => accessStep(`access_${i}`, true, () => tenant));
}

function update(change: Change): ChangeSteps {
  const { before, after, changed } = change;
  const gone = [...specsOf(before.properties).keys()].filter(spec => !specsOf(after).has(spec));
  const specs = changed.has('extra_specs') ? [...gone.map(unsetStep), ...specsStep(after)] : [];
  if (!changed.has('tenants') || after.get('is_public') !== false) return { steps: specs };
  const { added, removed } = changedTexts(change, 'tenants');
  const hadOwn = textsIn(before.properties, 'tenants').length === 0;
  return {
    steps: [
      ...specs,
      ...removed.map((tenant, i) => accessStep(`no_access_${i}`, false, () => tenant)),
      ...(hadOwn ? [accessStep('no_access_own', false, ownProject)] : []),
      ...added.map((tenant, i) => accessStep(`new_access_${i}`, true, () => tenant)),
    ],
  };
}

/** Its specs are asked for apart. */
function next({ physicalId }: Live, attributeName: string, answers: readonly LiveAnswer[]) {
  if (answers.length === 0) return compute('GET', one(physicalId));
  if (answers.length > 1 || attributeName !== 'extra_specs') return undefined;
  return compute('GET', `${one(physicalId)}/os-extra_specs`);
}

function data(_live: Live, _attribute: string, [shown, specs]: readonly LiveAnswer[]): ValueMap {
  if (shown === undefined) return emptyMap;
  const own = specs !== undefined && isMap(specs) ? (mapIn(specs, 'extra_specs') ?? null) : null;
  return mapOf([...thingIn(shown, 'flavor'), ...(own === null ? [] : ([['extra_specs', own]] as const))]);
}

function attributeOf({ data: flavor }: Live, name: string): Value {
  if (name === 'is_public') return flavor.get('os-flavor-access:is_public') ?? null;
  return flavor.get(name) ?? emptyMap;
}

export default resource('OS::Nova::Flavor', {
  description: 'A size of server.',
  className: 'NovaFlavor',
  since: '2014.2',
  properties: {
    tenants: list('The projects that may use it, where it is private.', { update: true })
      .of(string().finds('keystone.project'))
      .default([])
      .supportedSince('8.0.0'),
    flavorid: string('Its id; by default Nova chooses one.').supportedSince('7.0.0'),
    name: string('Its name; by default generated.').supportedSince('7.0.0'),
    ram: integer('Memory, in MB.').required(),
    vcpus: integer('How many virtual processors.').required(),
    disk: integer('The size of the root disk, in GB.').default(0),
    swap: integer('The size of a swap disk, in MB.').default(0),
    ephemeral: integer('The size of a second disk, in GB.').default(0),
    rxtx_factor: number('How much of the network its servers get.').default(float('1.0')),
    extra_specs: map('What its servers’ hosts must have, as keys and values.', { update: true }),
    is_public: boolean('Whether all projects may use it.').default(true).supportedSince('6.0.0'),
  },
  attributes: {
    is_public: attribute('Whether all projects may use it.', { type: 'boolean', support: since('6.0.0') }),
    extra_specs: attribute('Its extra specs.', { type: 'map', support: since('7.0.0') }),
  },
  life: {
    kind: 'cloud',
    steps: properties => [
      flavorStep(properties),
      ...(isChosen(properties) ? [description] : []),
      ...specsStep(properties),
      ...accessSteps(properties),
    ],
    update,
    // Of a name and of an id there can be one.
    prepareReplace: change => (staysSame(change, 'name') || staysSame(change, 'flavorid') ? 'first' : undefined),
  },
  reads: { next, data },
  attribute: attributeOf,
  show: live => live.data,
});
