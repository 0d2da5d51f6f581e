/**
 * OS::Heat::ResourceGroup: the same resource many times over, as the members of a nested stack (contract: scaling §1).
 *
 * Members are called "0", "1" and so on; names that were removed by policy are not used again, which is the one thing
 * that the group remembers (`skiplist`). What the group is comes from its properties; only a rolling update and
 * removal by reference look at what its members are now.
 */
import { limits } from '../../kernel/limits.ts';
import { resource } from '../../kit/declare.ts';
import { listIn, mapIn } from '../../kit/given.ts';
import { nestedAttribute } from '../../kit/nested.ts';
import {
  type ChildDefinition,
  type ChildSketch,
  type ChildView,
  LifeFailure,
  type NestedContext,
  type NestedPlan,
} from '../../kit/resource.ts';
import { allowedValues, attribute, integer, length, list, map, number, range, string } from '../../kit/schema.ts';
import { type Expr, type ExprMap, isCall, isKnown } from '../../template/expr.ts';
import { select } from '../../template/functions/get-attr.ts';
import { pyEquals, pyStr } from '../../values/python.ts';
import { emptyMap, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { assembled, type BatchPolicy, batchesOf } from './group/batches.ts';
import { membersAttribute, ofEach } from './group/attributes.ts';
import {
  groupTemplate,
  type Member,
  memberDefinition,
  memberNames,
  sketchedProperties,
  skippedNames,
} from './group/members.ts';
import { toDouble, toMillis } from './numbers.ts';

const defaultIndexVar = '%index%';

function sizeOf(properties: ReadonlyMap<string, Expr>): number {
  const count = properties.get('count') ?? null;
  return typeof count === 'bigint' ? Number(count) : 1;
}

function skiplistOf(kept: ValueMap): readonly string[] {
  return listIn(kept, 'skiplist').map(pyStr);
}

function policyOf(updatePolicy: Value, key: 'rolling_update' | 'batch_create'): BatchPolicy | undefined {
  const policy = isMap(updatePolicy) ? mapIn(updatePolicy, key) : undefined;
  if (policy === undefined) return undefined;
  const whole = (name: string, otherwise: number) => Math.trunc(toDouble(policy.get(name)) ?? otherwise);
  return {
    minInService: key === 'rolling_update' ? whole('min_in_service', 0) : 0,
    maxBatchSize: Math.max(whole('max_batch_size', 1), 1),
    pauseMs: toMillis(toDouble(policy.get('pause_time')) ?? 0) ?? 0,
  };
}

function child(members: readonly Member[], pauseMs = 0): ChildDefinition {
  return {
    template: { kind: 'text', text: groupTemplate(members) },
    parameters: emptyMap,
    entry: [],
    pauseMs,
  };
}

function plan(properties: ValueMap, context: NestedContext): NestedPlan {
  const size = sizeOf(properties);
  if (size > limits.maxResourcesPerStack) {
    const message = 'Request limit exceeded: Maximum resources per stack exceeded.';
    throw new LifeFailure('RequestLimitExceeded', message);
  }
  const skipped = skippedNames(
    listIn(properties, 'removal_policies'),
    properties.get('removal_policies_mode') ?? null,
    new Set(skiplistOf(context.kept)),
    context.previous === undefined || context.isStale === true ? undefined : context.members,
  );
  const kept = mapOf([['skiplist', [...skipped]]]);
  const resourceDef = mapIn(properties, 'resource_def') ?? emptyMap;
  const indexVar = pyStr(properties.get('index_var') ?? defaultIndexVar);
  const definition = (name: string): Value => memberDefinition(resourceDef, indexVar, name);
  const all = (names: readonly string[]) => names.map(name => ({ name, definition: definition(name) }));
  const policy = batchPolicy(properties, context);
  if (policy === undefined) return { definitions: [child(all(memberNames(size, skipped)))], kept };
  let members: readonly Member[] = context.members.filter(({ name, failed }) => !failed && !skipped.has(name));
  const batches = batchesOf(size, members.length, policy);
  if (policy.pauseMs * Math.max(batches.length - 1, 0) >= context.stackTimeoutMs && policy.pauseMs > 0) {
    throw new LifeFailure('ValueError', 'The current update policy will result in stack update timeout.');
  }
  const definitions = batches.map((batch, i) => {
    const names = memberNames(batch.capacity, skipped);
    members = assembled({ members, names, target: size, batch, definition });
    return child(members, i < batches.length - 1 ? policy.pauseMs : 0);
  });
  return definitions.length > 0
    ? { definitions, kept }
    : { definitions: [child(all(memberNames(size, skipped)))], kept };
}

/** Batches are made of a create by its own policy, of an update only where the members' definition differs. */
function batchPolicy(properties: ValueMap, { previous, updatePolicy }: NestedContext): BatchPolicy | undefined {
  if (previous === undefined) return sizeOf(properties) > 0 ? policyOf(updatePolicy, 'batch_create') : undefined;
  if (pyEquals(previous.get('resource_def') ?? null, properties.get('resource_def') ?? null)) return undefined;
  return policyOf(updatePolicy, 'rolling_update');
}

function looks(properties: ValueMap, updatePolicy: Value): boolean {
  return listIn(properties, 'removal_policies').length > 0 || policyOf(updatePolicy, 'rolling_update') !== undefined;
}

/** One member stands for all; what is not known yet is nothing. A group of none is not looked into, as in Heat. */
function sketch(properties: ExprMap): ChildSketch | undefined {
  const size = sizeOf(properties);
  const given = properties.get('resource_def') ?? null;
  if (size === 0 || isCall(given) || !(given instanceof Map)) return undefined;
  const type = given.get('type') ?? null;
  const inner = given.get('properties') ?? null;
  if (typeof type !== 'string') return undefined;
  const [name = '0'] = memberNames(
    1,
    skippedNames(listOf(properties.get('removal_policies')), null, new Set(), undefined),
  );
  const indexVar = properties.get('index_var');
  const definition = memberDefinition(
    mapOf([
      ['type', type],
      ['properties', sketchedProperties(inner)],
    ]),
    typeof indexVar === 'string' ? indexVar : defaultIndexVar,
    name,
  );
  return { definition: child([{ name, definition }]), copies: size, label: 'nested_stack' };
}

function listOf(expr: Expr | undefined): readonly Value[] {
  return expr !== undefined && isKnown(expr) && Array.isArray(expr) ? (expr as readonly Value[]) : [];
}

async function attributeOf(
  view: ChildView,
  name: string,
  path: readonly Value[],
  kept: ValueMap,
): Promise<Value | undefined> {
  if (name === 'removed_rsrc_list') return select([...skiplistOf(kept)], path);
  if (name === 'refs_map') return select(mapOf(await ofEach(view, member => view.reference(member))), path);
  return membersAttribute(view, name, path);
}

export default resource('OS::Heat::ResourceGroup', {
  description: 'The same resource many times over.',
  since: '2014.1',
  properties: {
    count: integer('How many there are.', { update: true }).default(1).constraints(range(0)),
    index_var: string("What stands for a member's name in texts of its definition.")
      .default(defaultIndexVar)
      .constraints(length(3))
      .supportedSince('2014.2'),
    resource_def: map('What each of them is.', { update: true })
      .required()
      .with({
        type: string('The type.').required(),
        properties: map('The properties.'),
        metadata: map('The metadata.').supportedSince('5.0.0'),
      }),
    removal_policies: list('Which of them go first.', { update: true })
      .default([])
      .of(map().with({ resource_list: list('Their names or references.').default([]) }))
      .supportedSince('2015.1'),
    removal_policies_mode: string('Whether names of before are kept from use (append) or not (update).', {
      update: true,
    })
      .default('append')
      .constraints(allowedValues('append', 'update'))
      .supportedSince('10.0.0'),
  },
  updatePolicy: {
    rolling_update: map('How members get another definition.')
      .with({
        min_in_service: integer('How many are left alone at any time.').default(0).constraints(range(0)),
        max_batch_size: integer('How many are changed at a time.').default(1).constraints(range(1)),
        pause_time: number('Seconds between batches.').default(0).constraints(range(0)),
      })
      .supportedSince('5.0.0'),
    batch_create: map('How members are created.')
      .with({
        max_batch_size: integer('How many are created at a time.').default(1).constraints(range(1)),
        pause_time: number('Seconds between batches.').default(0).constraints(range(0)),
      })
      .supportedSince('5.0.0'),
  },
  attributes: {
    refs: attribute('What the members are referred to by, in their order.', { type: 'list' }),
    refs_map: attribute('What each member is referred to by.', {
      type: 'map',
      support: { status: 'SUPPORTED', version: '7.0.0' },
    }),
    attributes: attribute('One attribute of each member, by name.', {
      type: 'map',
      support: { status: 'SUPPORTED', version: '2014.2' },
    }),
    removed_rsrc_list: attribute('Names that are not used any more.', {
      type: 'list',
      support: { status: 'SUPPORTED', version: '7.0.0' },
    }),
  },
  anyAttributes: true,
  life: {
    kind: 'nested',
    plan,
    looks,
    sketch,
    attribute: attributeOf,
    unshown: new Set(['refs', 'refs_map', 'attributes']),
  },
  referenceId: live => live.data.get('@ref') ?? live.physicalId,
  attribute: nestedAttribute,
});
