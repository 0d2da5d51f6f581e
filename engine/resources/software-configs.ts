/**
 * Software configs as things of types: the ones that are configs, and the ones that read a config by its id.
 *
 * A config is kept by the engine itself; calls to it look like those to any service (orchestration/own-calls.ts). Its id
 * is decided once with the incarnation and stands in the path of the call that makes it, so nothing has to be found:
 * the same call again makes the same one, and one that was removed is not made again by what lands late.
 */
import { invariant } from '../kernel/invariant.ts';
import type { CloudCall } from '../kernel/world.ts';
import { resource } from '../kit/declare.ts';
import { textIn } from '../kit/given.ts';
import type { Live, LiveReads, Made, ResourceType, Step, StepInput } from '../kit/resource.ts';
import { attribute, allowedValues, any, boolean, list, map, type PropertySchemas, string } from '../kit/schema.ts';
import { readingStep } from '../kit/settle.ts';
import { thingIn, thingsIn } from '../kit/steps.ts';
import { writeJson } from '../values/json.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../values/value.ts';

const service = 'orchestration';
const collection = '/software_configs';
/** The id, as it is kept with the properties. */
const chosenId = '@config_id';

const show = (id: string): CloudCall => ({ service, method: 'GET', path: `${collection}/${encodeURIComponent(id)}` });

export interface ConfigType {
  readonly description: string;
  readonly properties: PropertySchemas;
  /** Its text or map, and what else is said of it: group, options, inputs, outputs. */
  contentOf(input: StepInput): ValueMap;
  /** What is read before it can be made: then it is more than its properties say, may be a secret, and is kept. */
  reads?(properties: ValueMap): readonly Step[];
}

/** A type whose thing is a config. Whatever changes of it, another one takes its place. */
export function configType(name: string, { description, properties, contentOf, reads }: ConfigType): ResourceType {
  const step = makingStep(contentOf, reads !== undefined);
  return resource(name, {
    description,
    since: '2014.1',
    secret: reads !== undefined,
    properties,
    attributes: { config: attribute('What it holds.', { type: 'string' }) },
    life: {
      kind: 'cloud',
      steps: given => [...(reads?.(given) ?? []), step],
      chosen: (_, context) => mapOf([[chosenId, context.uuid()]]),
    },
    reads: shownAgain,
    attribute: (live, wanted) =>
      live.data.has(wanted) ? (live.data.get(wanted) ?? null) : (contentOf(inputOf(live)).get(wanted) ?? null),
    show: live => (live.data.has('id') ? live.data : null),
  });
}

function makingStep(contentOf: ConfigType['contentOf'], keeps: boolean): Step {
  const find = (input: StepInput) => show(idIn(input));
  const made = (body: Value, input: StepInput): Made => {
    const thing = thingIn(body, 'software_config');
    const missing = keeps && !thing.has('config');
    const data = missing ? mapOf([...thing, ['config', contentOf(input).get('config') ?? null]]) : thing;
    return { physicalId: textIn(thing, 'id') ?? idIn(input), data };
  };
  return {
    name: 'config',
    service,
    unique: false,
    main: true,
    repeatable: true,
    conflict: 'fail',
    create: input => ({ ...find(input), method: 'PUT', body: writeJson(bodyOf(contentOf(input), input)) }),
    made,
    find,
    found: made,
    show: id => show(id),
    ready: () => ({ kind: 'ready' }),
    // Also where nobody saw that it was made.
    remove: (_, input) => ({ ...find(input), method: 'DELETE' }),
  };
}

function bodyOf(content: ValueMap, { physicalName }: StepInput): ValueMap {
  return mapOf([['name', physicalName], ...content]);
}

function idIn({ properties }: StepInput): string {
  const id = textIn(properties, chosenId);
  invariant(id !== undefined, 'a config has an id before it is made');
  return id;
}

/** One that somebody took away has no content any more. */
const shownAgain: LiveReads = {
  next: ({ physicalId }, _attribute, answers) => (answers.length === 0 ? show(physicalId) : undefined),
  data: (_live, _attribute, [answer]) =>
    answer === undefined ? mapOf([['config', null]]) : thingIn(answer, 'software_config'),
};

function inputOf({ properties, physicalName }: Live): StepInput {
  return { properties, physicalName, mark: physicalName, made: new Map() };
}

const idForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id that a text is, if it is one: only then can it be a config's. */
export function configIdIn(text: string): string | undefined {
  return idForm.test(text) ? text.toLowerCase() : undefined;
}

/** Reads what the config of this id holds. One that is not there is no error: the id may be meant as a text. */
export function contentStep(name: string, id: string): Step {
  return readingStep({
    name,
    secret: true,
    call: () => ({ service, method: 'GET', path: `${collection}?id=${encodeURIComponent(id)}` }),
    made(body) {
      const [config] = thingsIn(body, 'software_configs');
      return { physicalId: '', data: config === undefined ? emptyMap : mapOf([['text', textOf(config)]]) };
    },
  });
}

/** What that step read; undefined: there is no such config, or no such step. */
export function contentRead({ made }: Pick<StepInput, 'made'>, name: string): string | undefined {
  const text = made.get(name)?.data.get('text');
  return typeof text === 'string' ? text : undefined;
}

/** A structured config as a text is its JSON. */
function textOf(config: ValueMap): string {
  const content = config.get('config') ?? '';
  return typeof content === 'string' ? content : writeJson(content);
}

/** Of values that a deployment is given, or gives. */
const valueTypes = allowedValues('String', 'Number', 'CommaDelimitedList', 'Json', 'Boolean');

const namedValue: PropertySchemas = {
  name: string('Its name.').required(),
  description: string('What it is for.'),
  type: string('What kind of value it is.').default('String').constraints(valueTypes),
};

/** What the configs that agents apply have besides their content. */
export const deployable: PropertySchemas = {
  group: string('Which tool applies it.').default('Heat::Ungrouped'),
  options: map('What that tool is told.'),
  inputs: list('Values that a deployment of it is given.').of(
    map().with({
      ...namedValue,
      default: any('The value where none is given.'),
      replace_on_change: boolean('Whether another value replaces the deployment.').default(false),
    }),
  ),
  outputs: list('Values that a deployment of it gives.').of(
    map().with({
      ...namedValue,
      error_output: boolean('Whether a value here says that it failed.').default(false),
    }),
  ),
};

/** Of such a config: all that is given. */
export function deployableContent({ properties }: StepInput): ValueMap {
  return mapOf(
    ['group', 'config', 'options', 'inputs', 'outputs'].map((key): [string, Value] => [
      key,
      properties.get(key) ?? null,
    ]),
  );
}
