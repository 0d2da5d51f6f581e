/**
 * What becomes of each resource of a stack in an update: the decisions of the update itself (orchestration/transition.ts,
 * kit/decide.ts, the types' own `update`), made from the same rows, but with what only something made would tell still
 * open. Nothing is changed; names are looked up as the caller.
 *
 * Resources are gone through in the order of their requirements. What a resource is afterwards is known where it stays,
 * mostly known where it is changed in place (its thing keeps its id), and open where another one is made.
 */
import { wantedOf, withIds } from '../kit/lookups.ts';
import type { ResourceType } from '../kit/resource.ts';
import { foreseenProperties, propertiesPath } from '../kit/validate.ts';
import { isHeatError } from '../kernel/errors.ts';
import type { PlannedResource } from '../orchestration/jobs.ts';
import { attributeNames, frozenText } from '../orchestration/making.ts';
import { decodeExpr } from '../template/encode.ts';
import { evaluate, evaluateProperties } from '../template/evaluate.ts';
import { type Expr, type ExprMap, isKnown } from '../template/expr.ts';
import { failureText } from '../template/functions/function.ts';
import { attributeKey } from '../template/references.ts';
import { type Scope, Selected, unknown } from '../template/scope.ts';
import { emptyMap, isList, isMap, mapOf, type Value } from '../values/value.ts';
import { changed, made } from './fates.ts';
import {
  type Afterwards,
  asItIs,
  liveOf,
  isOpen,
  type Outlook,
  type Sources,
  type There,
  type Wish,
} from './outlook-parts.ts';

/** The outlook of one; `outlooks` has those of all that it requires. Throws NotSupported for a change that is refused. */
export async function outlookOf(
  planned: PlannedResource,
  there: There | undefined,
  outlooks: ReadonlyMap<string, Outlook>,
  sources: Sources,
): Promise<Outlook> {
  const type = sources.type(planned.implementation);
  const scope = scopeOf(outlooks);
  const metadata = evaluated(() => evaluate(decodeExpr(planned.metadata), scope));
  const wished = await wishOf(planned, type, scope, sources);
  const secret = sources.secret || planned.requires.some(name => outlooks.get(name)?.secret === true);
  const known = {
    metadata: isKnown(metadata) ? metadata : emptyMap,
    secret,
    ...(typeof wished === 'string' ? {} : { wished }),
  };
  if (type === undefined || typeof wished === 'string') {
    const because = typeof wished === 'string' ? [`it fails: ${wished}`] : [];
    return { fate: there === undefined ? 'added' : 'updated', because, calls: [], after: undefined, ...known };
  }
  const wish: Wish = {
    type,
    properties: wished,
    frozen: isKnown(metadata) ? frozenText(planned, metadata) : undefined,
    metadata: known.metadata,
    secret,
    external: planned.externalId,
  };
  if (there === undefined) return { ...made(wish, 'added', ['it is new'], planned.name, sources), ...known };
  return { ...(await changed(there, wish, sources)), ...known };
}

/** One that is left as it is: it is not even told of the update. */
export function restingOutlook(there: There, type: ResourceType | undefined, sources: Sources): Outlook {
  const current = there.incarnations.find(({ id }) => id === there.record.current);
  const live = current === undefined ? undefined : liveOf(there, current, sources);
  const after = live === undefined || type === undefined ? undefined : asItIs(there, type, live, sources);
  const secret = current !== undefined && sources.isSealed(current.properties);
  return { fate: 'unchanged', because: [], calls: [], after, metadata: emptyMap, secret };
}

/** What it shall be, as far as that is known; a text: why it cannot be. */
async function wishOf(
  planned: PlannedResource,
  type: ResourceType | undefined,
  scope: Scope,
  sources: Sources,
): Promise<ExprMap | string> {
  if (type === undefined || type.anyProperties) return new Map();
  try {
    const given = decodeExpr(planned.properties);
    const path = propertiesPath(planned.name);
    const values = evaluateProperties(path, given instanceof Map ? (given as ExprMap) : new Map(), scope);
    const properties = foreseenProperties(type, values, path);
    const isSaid = (entry: [string, Expr]): entry is [string, Value] => isKnown(entry[1]);
    const said = mapOf([...properties].filter(isSaid));
    const ids = await sources.lookUp(wantedOf(type.properties, said));
    return new Map<string, Expr>([...properties, ...withIds(type.properties, said, ids)]);
  } catch (error) {
    if (isHeatError(error)) return error.message;
    throw error;
  }
}

function evaluated(evaluation: () => Expr): Expr {
  try {
    return evaluation();
  } catch (error) {
    failureText(error);
    return null;
  }
}

/** What other resources can be asked for, as they will be. */
function scopeOf(outlooks: ReadonlyMap<string, Outlook>): Scope {
  return {
    parameter: () => undefined,
    file: () => undefined,
    reference: name => {
      const after = outlooks.get(name)?.after;
      if (after === undefined || after.isNew) return unknown;
      if (after.type.life.kind === 'nested') return after.exported?.get('ref') ?? unknown;
      return after.type.referenceId(after.live);
    },
    attribute: (name, attribute, path) => {
      const after = outlooks.get(name)?.after;
      if (after === undefined) return unknown;
      if (after.type.life.kind === 'nested') return exportedBy(after, attribute, path);
      if (attribute !== undefined) return attributeAfter(after, attribute);
      if (after.isNew) return unknown;
      const { type, live } = after;
      return mapOf(attributeNames(type).map((each): [string, Value] => [each, type.attribute(live, each) ?? null]));
    },
  };
}

/** Of a stack in which something changes: what it exported does not hold any more, but for what never changes. */
export function changedInside(outlook: Outlook): Outlook {
  const { after } = outlook;
  if (after?.exported === undefined || after.type.life.kind !== 'nested') return outlook;
  const ref = after.exported.get('ref');
  const left = ref === undefined || after.type.life.reference !== undefined ? [] : [['ref', ref] as const];
  return { ...outlook, after: { ...after, exported: mapOf(left) } };
}

/** A stack is asked for nothing: what it exported is all that is known of it. */
function exportedBy(
  { exported }: Afterwards,
  attribute: string | undefined,
  path: readonly Value[],
): Value | Selected | typeof unknown {
  const attributes = exported?.get('attributes') ?? null;
  if (!isMap(attributes)) return unknown;
  if (attribute === undefined) return attributes;
  const selected = path.length === 0 ? undefined : attributes.get(attributeKey(attribute, path));
  if (selected !== undefined) return new Selected(selected);
  return attributes.get(attribute) ?? unknown;
}

/** Of another one only what its own properties say is known: an attribute that is called like a plain property. */
function attributeAfter({ type, live, isNew }: Afterwards, attribute: string): Value | typeof unknown {
  if (!isNew) {
    const shown = type.attribute(live, attribute) ?? null;
    return isOpen(shown) ? unknown : shown;
  }
  const own = live.properties.get(attribute) ?? null;
  return own === null || isOpen(own) || isMap(own) || isList(own) ? unknown : own;
}
