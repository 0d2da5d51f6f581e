/**
 * OS::Cinder::VolumeType: what volumes can be of, and where they are kept.
 *
 *   volume_type (POST /types) ─▶ [unmark] ─▶ [access_i: who may use a private one]
 *
 * Mark: kinds.ts, in extra_specs. A change: words ─▶ keys that go ─▶ keys that are new or differ ─▶ access.
 */
import { errors } from '../../kernel/errors.ts';
import { onceStep } from '../../kit/actions.ts';
import { resource } from '../../kit/declare.ts';
import { mapIn, textIn, textsIn, withoutNulls } from '../../kit/given.ts';
import type { Change, ChangeSteps, Made, Step } from '../../kit/resource.ts';
import { boolean, list, map, string } from '../../kit/schema.ts';
import { settingStep } from '../../kit/settle.ts';
import { thingIn, thingsIn } from '../../kit/steps.ts';
import { changedProperties, changedTexts, staysSame } from '../../kit/updates.ts';
import type { Expr } from '../../template/expr.ts';
import { writeJson } from '../../values/json.ts';
import { emptyMap, isList, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { block } from './block.ts';
import { type Kind, kindSteps, markedSpecs, nameOf, oneOf, unsetStep } from './kinds.ts';

const metadataOf = (properties: ValueMap) => mapIn(properties, 'metadata') ?? emptyMap;

const kind: Kind = {
  key: 'volume_type',
  plural: 'volume_types',
  path: '/types',
  all: '?is_public=None',
  force: '',
  specs: 'extra_specs',
  body(input) {
    const { properties } = input;
    const specs = markedSpecs(metadataOf(properties), input);
    const type = withoutNulls([
      ['name', nameOf(input)],
      ['description', textIn(properties, 'description')],
      ['os-volume-type-access:is_public', properties.get('is_public')],
      ['extra_specs', specs.size === 0 ? undefined : specs],
    ]);
    return writeJson(mapOf([['volume_type', type]]));
  },
  unset: (one, key) => block('DELETE', `${one}/extra_specs/${encodeURIComponent(key)}`),
};

/** Lets a project use it, or not any more. */
function accessStep(name: string, mayUse: boolean, project: string): Step {
  const action = mayUse ? 'addProjectAccess' : 'removeProjectAccess';
  const body = writeJson(mapOf([[action, mapOf([['project', project]])]]));
  return onceStep({
    name,
    on: kind.key,
    call: ({ physicalId }) => block('POST', `${oneOf(kind, physicalId)}/action`, { body }),
    look: ({ physicalId }) => block('GET', `${oneOf(kind, physicalId)}/os-volume-type-access`),
    holds: shown => thingsIn(shown, 'volume_type_access').some(each => each.get('project_id') === project) === mayUse,
  });
}

function wordsStep(said: ValueMap): Step {
  const body = writeJson(mapOf([['volume_type', said]]));
  const call = ({ physicalId }: Made) => block('PUT', oneOf(kind, physicalId), { body });
  const step = settingStep({ name: 'change', on: kind.key, call, keep: (_type, answer) => thingIn(answer, kind.key) });
  return { ...step, conflict: 'fail' };
}

function specsSteps({ before, after }: Change): readonly Step[] {
  const specs = metadataOf(after);
  const gone = [...metadataOf(before.properties).keys()].filter(key => !specs.has(key));
  const body = writeJson(mapOf([['extra_specs', specs]]));
  const call = ({ physicalId }: Made) => block('POST', `${oneOf(kind, physicalId)}/extra_specs`, { body });
  const keep = ({ data }: Made) => mapOf([...data, ['extra_specs', specs]]);
  return [
    ...gone.map((key, i) => unsetStep(kind, key, `unset_${i}`)),
    ...(specs.size === 0 ? [] : [settingStep({ name: 'extra_specs', on: kind.key, call, keep })]),
  ];
}

function update(change: Change): ChangeSteps {
  const { after, changed } = change;
  const words = changedProperties(change, { without: ['metadata', 'projects'] });
  const { added, removed } = changedTexts(change, 'projects');
  const isPrivate = after.get('is_public') === false;
  return {
    steps: [
      ...(words.size === 0 ? [] : [wordsStep(words)]),
      ...(changed.has('metadata') ? specsSteps(change) : []),
      ...(isPrivate ? removed.map((project, i) => accessStep(`no_access_${i}`, false, project)) : []),
      ...(isPrivate ? added.map((project, i) => accessStep(`new_access_${i}`, true, project)) : []),
    ],
  };
}

/** Throws StackValidationFailed in Heat's words. */
function validate(properties: ReadonlyMap<string, Expr>): void {
  const [projects, isPublic] = [properties.get('projects') ?? null, properties.get('is_public') ?? true];
  if (isPublic !== true || !isList(projects as Value) || (projects as readonly Expr[]).length === 0) return;
  throw errors.StackValidationFailed({
    message: 'Can not specify property "projects" if the volume type is public.',
  });
}

export default resource('OS::Cinder::VolumeType', {
  description: 'What volumes can be of, and where they are kept.',
  className: 'CinderVolumeType',
  since: '2015.1',
  properties: {
    name: string('Its name.', { update: true }).required(),
    metadata: map('What its volumes’ back end must have, as keys and values.', { update: true }),
    is_public: boolean('Whether all projects may use it.', { update: true }).default(true).supportedSince('5.0.0'),
    description: string('What it is for.', { update: true }).supportedSince('5.0.0'),
    projects: list('The projects that may use it, where it is private.', { update: true })
      .default([])
      .of(string().finds('keystone.project'))
      .supportedSince('5.0.0'),
  },
  life: {
    kind: 'cloud',
    steps: properties => [
      ...kindSteps(kind, properties),
      ...textsIn(properties, 'projects').map((project, i) => accessStep(`access_${i}`, true, project)),
    ],
    update,
    prepareReplace: change => (staysSame(change, 'name') ? 'first' : undefined),
  },
  validate,
  show: live => live.data,
});
