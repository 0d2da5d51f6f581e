/**
 * A resource type as one declaration; what it leaves out is filled in with Heat's defaults.
 *
 *   export default resource('OS::Heat::Value', { since: '7.0.0', properties: {…}, attributes: {…}, life: {…} })
 */
import { invariant } from '../kernel/invariant.ts';
import type { Value } from '../values/value.ts';
import type { CloudLife, Live, LocalLife, NestedLife, ResourceType } from './resource.ts';
import {
  type AttributeSchema,
  attribute,
  type PropertySchemas,
  type SupportStatus,
  since,
  supported,
} from './schema.ts';

type Optional = Pick<
  ResourceType,
  'translate' | 'checkedAs' | 'validate' | 'after' | 'reads' | 'updatePolicy' | 'anyAttributes'
>;

export interface Declaration extends Optional {
  /** One line, for lists of types. */
  readonly description?: string;
  /** Heat's implementing class; default the last part of the name. */
  readonly className?: string;
  /** The release that brought it, e.g. `5.0.0`; or the whole status. */
  readonly since?: string;
  readonly support?: SupportStatus;
  readonly properties?: PropertySchemas;
  readonly attributes?: Readonly<Record<string, AttributeSchema>>;
  readonly anyProperties?: boolean;
  readonly secret?: boolean;
  /** Of physical names; default Heat's 255. */
  readonly maxNameLength?: number;
  readonly life: LocalLife | CloudLife | NestedLife;
  /** Default: the physical id. */
  referenceId?(live: Live): Value;
  /** Default: what `data` holds under the attribute's name, null where it holds nothing. Not asked for `show`. */
  attribute?(live: Live, name: string): Value | undefined;
  /** The `show` attribute: the service's own answer; null for what has none. */
  show?(live: Live): Value;
}

/** Heat's default limit of a physical name. */
export const defaultNameLength = 255;

/** What every type has besides its own attributes. */
export const showAttribute = attribute('Detailed information about resource.', { type: 'map', cache: 'none' });

/** Declares a type. Throws BrokenInvariant where the declaration contradicts itself. */
export function resource(name: string, declared: Declaration): ResourceType {
  invariant(/^\w+(::\w+)+$/.test(name), `a type's name has parts: ${name}`);
  const { translate, checkedAs, validate, after, reads, updatePolicy, anyAttributes, life } = declared;
  const anyProperties = declared.anyProperties ?? false;
  const properties = declared.properties ?? {};
  const own = declared.attributes ?? {};
  invariant(!anyProperties || Object.keys(properties).length === 0, `${name} takes anything or has schemas, not both`);
  invariant(life.kind !== 'cloud' || typeof life.steps === 'function' || life.steps.length > 0, `${name} has a step`);
  const attributes = Object.hasOwn(own, 'show') ? own : { ...own, show: showAttribute };
  return Object.freeze({
    name,
    className: declared.className ?? name.slice(name.lastIndexOf(':') + 1),
    ...(declared.description !== undefined && { description: declared.description }),
    support: declared.support ?? (declared.since === undefined ? supported : since(declared.since)),
    properties: Object.freeze(properties),
    attributes: Object.freeze(attributes),
    anyProperties,
    secret: declared.secret ?? false,
    maxNameLength: declared.maxNameLength ?? defaultNameLength,
    life,
    ...(translate && { translate }),
    ...(checkedAs && { checkedAs }),
    ...(validate && { validate }),
    ...(after && { after }),
    ...(reads && { reads }),
    ...(updatePolicy && { updatePolicy: Object.freeze(updatePolicy) }),
    ...(anyAttributes && { anyAttributes }),
    referenceId: (live: Live) => (declared.referenceId === undefined ? live.physicalId : declared.referenceId(live)),
    attribute: attributeOf(declared, attributes),
  });
}

function attributeOf(
  declared: Declaration,
  attributes: Readonly<Record<string, AttributeSchema>>,
): (live: Live, name: string) => Value | undefined {
  const byData = (live: Live, name: string) => live.data.get(name) ?? null;
  return (live, name) => {
    if (declared.anyProperties) return null;
    // A nested stack's are read under keys that also say what is selected in them.
    if (declared.life.kind !== 'nested' && !Object.hasOwn(attributes, name)) return undefined;
    if (name === 'show' && declared.show !== undefined) return declared.show(live);
    if (name === 'show') return null;
    return declared.attribute === undefined ? byData(live, name) : declared.attribute(live, name);
  };
}
