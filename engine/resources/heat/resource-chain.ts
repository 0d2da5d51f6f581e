/**
 * OS::Heat::ResourceChain: resources of given types with the same properties, as the members of a nested stack
 * (contract: scaling §3). They are called "0", "1" and so on, each made after the one before it; `concurrent`: all at
 * once. (Heat then lets as many begin as it has engines; here nobody has to wait for one.)
 */
import { resource } from '../../kit/declare.ts';
import { listIn, mapIn, withoutNulls } from '../../kit/given.ts';
import { nestedAttribute } from '../../kit/nested.ts';
import type { ChildDefinition, ChildSketch } from '../../kit/resource.ts';
import { attribute, boolean, list, map } from '../../kit/schema.ts';
import { type Expr, type ExprMap, isCall } from '../../template/expr.ts';
import { pyStr } from '../../values/python.ts';
import { emptyMap, type Value } from '../../values/value.ts';
import { membersAttribute } from './group/attributes.ts';
import { groupTemplate, type Member, sketchedProperties } from './group/members.ts';

function child(types: readonly string[], properties: Value, isConcurrent: boolean): ChildDefinition {
  const members = types.map((type, i): Member => {
    const isFirst = i === 0 || isConcurrent;
    const definition = withoutNulls([
      ['type', type],
      ['properties', properties],
      ['depends_on', isFirst ? undefined : [String(i - 1)]],
    ]);
    return { name: String(i), definition };
  });
  return { template: { kind: 'text', text: groupTemplate(members) }, parameters: emptyMap, entry: [], pauseMs: 0 };
}

/** What is not known yet is nothing. */
function sketch(properties: ExprMap): ChildSketch | undefined {
  const types = properties.get('resources') ?? null;
  if (!Array.isArray(types)) return undefined;
  const known = (types as readonly Expr[]).filter(type => typeof type === 'string');
  const inner = properties.get('resource_properties') ?? null;
  if (known.length === 0 || isCall(inner)) return undefined;
  return { definition: child(known, sketchedProperties(inner), true), copies: 1, label: 'nested_stack' };
}

export default resource('OS::Heat::ResourceChain', {
  description: 'Resources one after the other, with the same properties.',
  since: '6.0.0',
  properties: {
    resources: list('Their types, in the order in which they are made.', { update: true }).required(),
    concurrent: boolean('Whether they are made at once.').default(false),
    resource_properties: map('The properties of each of them.'),
  },
  attributes: {
    refs: attribute('What the members are referred to by, in their order.', { type: 'list' }),
    attributes: attribute('One attribute of each member, by name.', { type: 'map' }),
  },
  anyAttributes: true,
  life: {
    kind: 'nested',
    plan: properties => ({
      definitions: [
        child(
          listIn(properties, 'resources').map(pyStr),
          mapIn(properties, 'resource_properties') ?? null,
          properties.get('concurrent') === true,
        ),
      ],
      kept: emptyMap,
    }),
    looks: () => false,
    sketch,
    attribute: membersAttribute,
    unshown: new Set(['attributes']),
  },
  referenceId: live => live.data.get('@ref') ?? live.physicalId,
  attribute: nestedAttribute,
});
