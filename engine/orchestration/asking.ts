/**
 * What services must be asked before a stack is accepted: whether there is what parameters and properties name (contract:
 * templates §4.1, §5), and whether a service has the extension that a type requires (resource-types §1).
 *
 * A plan is pure, so it says what is to be asked, in the order in which Heat would; here it is asked, a batch at a time.
 * Each thing is asked once however many resources name it, and good answers are kept for a while (limits.lookupCacheMs).
 * Where a service gives no answer, or the caller may not look, the value passes: the resource asks again when it is made.
 */
import type { World } from '../actors/world.ts';
import { msOf } from '../kernel/clock.ts';
import { errors, type HeatError, isHeatError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { type AskedValue, askedOf } from '../kit/asked.ts';
import { type Extensions, requiredExtension, requireService, type TypeAccess } from '../kit/access.ts';
import { finders } from '../kit/finders.ts';
import type { ResourceType } from '../kit/resource.ts';
import { propertyError } from '../kit/validate.ts';
import { expiration } from '../template/custom-constraints.ts';
import type { ExprMap } from '../template/expr.ts';
import type { AskedConstraint, Parameters } from '../template/parameters.ts';
import { joinPath } from '../template/path.ts';
import { pointInTime } from '../values/times.ts';
import { extensionsOf, find } from './lookups.ts';

export type Asked =
  | ({ readonly kind: 'parameter' } & AskedConstraint)
  | ({ readonly kind: 'property'; readonly at: string; readonly hidden: boolean } & Omit<AskedValue, 'path'>)
  | { readonly kind: 'extension'; readonly type: string };

/** Collects what a plan asks, each thing once: of several places the first is told. */
export class Asking {
  private readonly items: Exclude<Asked, { kind: 'parameter' }>[] = [];
  private readonly known = new Set<string>();

  /** Of a resource: `converted` properties, which stand at `path`. */
  add(type: ResourceType, converted: ExprMap, path: string): void {
    this.extension(type.name);
    for (const { path: inside, ...asked } of askedOf(type.properties, converted)) {
      if (!this.isNew(`${asked.constraint} ${asked.value}`)) continue;
      this.items.push({ kind: 'property', at: joinPath([path, ...inside]), hidden: false, ...asked });
    }
  }

  private extension(type: string): void {
    const required = requiredExtension(type);
    if (required === undefined || !this.isNew(`@${required.client} ${required.extension}`)) return;
    this.items.push({ kind: 'extension', type });
  }

  private isNew(key: string): boolean {
    if (this.known.has(key)) return false;
    this.known.add(key);
    return true;
  }

  /** Parameters come first, as in Heat; a value that a hidden one may have given is not shown. */
  all({ asked, redact }: Pick<Parameters, 'asked' | 'redact'>): readonly Asked[] {
    return [
      ...asked.map((each): Asked => ({ kind: 'parameter', ...each })),
      ...this.items.map(each =>
        each.kind === 'property' ? { ...each, hidden: redact(each.value) !== each.value } : each,
      ),
    ];
  }
}

/** The first that is wrong. */
export async function checkAsked(
  world: World,
  credential: string,
  asked: readonly Asked[],
): Promise<HeatError | undefined> {
  for (let from = 0; from < asked.length; from += limits.lookupsAtOnce) {
    const batch = asked.slice(from, from + limits.lookupsAtOnce);
    const faults = await Promise.all(batch.map(each => faultOf(world, credential, each)));
    const first = faults.find(fault => fault !== undefined);
    if (first !== undefined) return first;
  }
  return undefined;
}

async function faultOf(world: World, credential: string, asked: Asked): Promise<HeatError | undefined> {
  if (asked.kind === 'extension') return missingExtension(world, credential, asked.type);
  const { constraint, value, hidden, description } = asked;
  const detail = await problemOf(world, credential, constraint, value);
  if (detail === undefined) return undefined;
  const shown = hidden ? '******' : value;
  const said = hidden ? detail.replaceAll(value, shown) : detail;
  const text = description ?? `Error validating value '${shown}': ${said}`;
  if (asked.kind === 'property') return propertyError(asked.at, text);
  return errors.StackValidationFailed({ message: `Parameter '${asked.parameter}' is invalid: ${text}` });
}

/** What is wrong with a value, in Heat's words; undefined: nothing, as far as can be told. */
async function problemOf(
  world: World,
  credential: string,
  constraint: string,
  value: string,
): Promise<string | undefined> {
  if (constraint === expiration) return expired(value, msOf(world.clock.now()));
  const found = await find(world, credential, { finder: constraint, text: value });
  if (!(found instanceof Error)) return undefined;
  return found.type === 'EntityNotFound' ? (finders[constraint]?.missing?.(value) ?? found.message) : found.message;
}

/** A time that is to come is wanted. */
function expired(text: string, nowMs: number): string | undefined {
  const point = pointInTime(text.trim());
  const why = point === undefined ? `Unable to parse date string '${text.trim()}'` : 'Expiration time is out of date.';
  if (point !== undefined && point > nowMs) return undefined;
  return `Expiration ${text} is invalid: ${why}`;
}

async function missingExtension(world: World, credential: string, type: string): Promise<HeatError | undefined> {
  const client = requiredExtension(type)?.client;
  const has = client === undefined ? undefined : await extensionsOf(world, credential, client);
  if (client === undefined || has === undefined) return undefined;
  try {
    requireService(type, anyCatalog, 'template', new Map([[client, has]]));
    return undefined;
  } catch (error) {
    if (isHeatError(error)) return error;
    throw error;
  }
}

/** The catalog was looked at when the plan was made. */
const anyCatalog: TypeAccess = { isAdmin: true, services: undefined };

/** The extensions that services have, as far as they tell: of all that some type requires one of, or of one type's. */
export async function knownExtensions(world: World, credential: string, type?: string): Promise<Extensions> {
  const clients = type === undefined ? ['cinder', 'neutron', 'openstack'] : [requiredExtension(type)?.client];
  const known = new Map<string, ReadonlySet<string>>();
  for (const client of clients) {
    const has = client === undefined ? undefined : await extensionsOf(world, credential, client);
    if (client !== undefined && has !== undefined) known.set(client, has);
  }
  return known;
}
