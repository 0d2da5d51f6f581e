/**
 * OS::Heat::Stack: another stack, from a template that is given as a text.
 *
 * Heat makes it through the API of any region; here it is a nested stack of the same one that is shown as a root, and
 * what would lead elsewhere (a region, other credentials) is refused.
 */
import { errors } from '../../kernel/errors.ts';
import { resource } from '../../kit/declare.ts';
import { mapIn, textIn } from '../../kit/given.ts';
import { nestedAttribute } from '../../kit/nested.ts';
import type { ChildDefinition, ChildView } from '../../kit/resource.ts';
import { attribute, boolean, integer, map, string } from '../../kit/schema.ts';
import { type Expr, type ExprMap, isKnown } from '../../template/expr.ts';
import { select } from '../../template/functions/get-attr.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';

function child(properties: ValueMap): ChildDefinition {
  const timeout = properties.get('timeout') ?? null;
  return {
    template: { kind: 'text', text: textIn(properties, 'template') ?? '' },
    parameters: mapIn(properties, 'parameters') ?? emptyMap,
    entry: [],
    pauseMs: 0,
    ...(typeof timeout === 'bigint' && timeout > 0n ? { timeoutMins: Number(timeout) } : {}),
  };
}

function knownOf(properties: ExprMap): ValueMap {
  return mapOf([...properties].filter((entry): entry is [string, Value] => isKnown(entry[1])));
}

/** Throws StackValidationFailed where the stack would be somewhere else. */
function refuseElsewhere(context: Expr | undefined, path: string): void {
  if (!(context instanceof Map)) return;
  for (const key of ['region_name', 'credential_secret_id', 'ca_cert'] as const) {
    const value = (context as ExprMap).get(key) ?? null;
    if (value === null || value === '') continue;
    throw errors.StackValidationFailed({
      error: 'Property error',
      path: `${path}.context.${key}`,
      message: 'A stack in another region or cloud is not available: leave it out for one beside its parent',
    });
  }
}

async function attributeOf(view: ChildView, name: string, path: readonly Value[]): Promise<Value | undefined> {
  if (name === 'stack_name') return view.name;
  return name === 'outputs' ? select(await view.outputs(), path) : undefined;
}

export default resource('OS::Heat::Stack', {
  description: 'Another stack.',
  className: 'RemoteStack',
  properties: {
    context: map('Where it is.', { update: true }).with({
      region_name: string('The region.'),
      credential_secret_id: string('The secret with credentials for another cloud.', { update: true }).supportedSince(
        '12.0.0',
      ),
      ca_cert: string("The other cloud's certificate authority.", { update: true }).supportedSince('12.0.0'),
      insecure: boolean("Whether the other cloud's certificate is not checked.", { update: true })
        .default(false)
        .supportedSince('12.0.0'),
    }),
    template: string('Its template.', { update: true }).required(),
    timeout: integer('Minutes that its actions may take.', { update: true }),
    parameters: map('Its parameters.', { update: true }).default({}),
  },
  attributes: {
    stack_name: attribute("The stack's name.", { type: 'string' }),
    outputs: attribute('Its outputs.', { type: 'map' }),
  },
  validate: (properties, { path }) => refuseElsewhere(properties.get('context'), path),
  life: {
    kind: 'nested',
    plan: properties => ({ definitions: [child(properties)], kept: emptyMap }),
    looks: () => false,
    apart: true,
    sketch: properties =>
      typeof properties.get('template') === 'string'
        ? { definition: child(knownOf(properties)), copies: 1, label: 'nested_stack' }
        : undefined,
    attribute: attributeOf,
  },
  attribute: nestedAttribute,
});
