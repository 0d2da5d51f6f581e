/**
 * Reading a stack as it is: what its functions see of its resources, through nested stacks too.
 *
 * An attribute of a resource whose thing is a stack is read from that stack's rows, and so on down; what was read goes
 * into the resource's data under the attribute's key, so that evaluating stays a pure function. No actor wakes for it.
 */
import type { World } from '../actors/world.ts';
import { errors, type HeatError, isHeatError } from '../kernel/errors.ts';
import type { Uuid } from '../kernel/ids.ts';
import type { ChildView, Live, NestedLife, Registry, ResourceType } from '../kit/resource.ts';
import { decodeExpr } from '../template/encode.ts';
import { outputValue } from '../template/evaluate.ts';
import type { Expr } from '../template/expr.ts';
import { select } from '../template/functions/get-attr.ts';
import { attributeKey, attributeOfKey, referencesOf } from '../template/references.ts';
import { type Scope, Selected } from '../template/scope.ts';
import { parseJson } from '../values/json.ts';
import { cleared } from '../values/sealed.ts';
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { attributeNames } from './making.ts';
import { decode, type IncarnationRecord, type ResourceRecord, type StackRecord } from './records.ts';

export interface ResourceAndIncarnation {
  readonly resource: ResourceRecord;
  readonly bucket: number;
  /** The current one, where there is one that was made. */
  readonly incarnation: IncarnationRecord | undefined;
}

/** The named resources of a stack; all of them without names. */
export async function resourcesOf(
  world: World,
  stack: StackRecord,
  names?: ReadonlySet<string>,
): Promise<readonly ResourceAndIncarnation[]> {
  const rows = await world.store.select('resources', {
    where: [{ column: 'stack', in: [stack.id] }, ...(names === undefined ? [] : [{ column: 'name', in: [...names] }])],
    order: [{ column: 'created_at' }],
  });
  const resources = rows.map(row => ({ resource: decode.resource(row), bucket: row.bucket }));
  const current = resources.map(({ resource }) => resource.current).filter((id): id is Uuid => id !== null);
  const incarnations = new Map(
    (await world.store.read('incarnations', current)).map(row => [row.key, decode.incarnation(row)]),
  );
  return resources.map(({ resource, bucket }) => ({
    resource,
    bucket,
    incarnation: resource.current === null ? undefined : incarnations.get(resource.current),
  }));
}

/** What a type's attributes and reference are asked of; undefined for what was never made. */
export function liveOf(world: World, { resource, incarnation }: ResourceAndIncarnation): Live | undefined {
  if (incarnation?.physicalId == null) return undefined;
  return {
    resourceName: resource.name,
    physicalId: incarnation.physicalId,
    physicalName: incarnation.physicalName,
    properties: opened(world, incarnation.properties),
    data: opened(world, incarnation.data),
  };
}

export function opened(world: World, text: string): ValueMap {
  const value = parseJson(cleared(text, world.vault));
  return isMap(value) ? value : emptyMap;
}

/** An output as it is kept. */
export interface KeptOutput {
  readonly name: string;
  readonly value: Expr;
  readonly description: Value;
}

/** A stack's outputs, not evaluated. */
export async function keptOutputs(world: World, record: StackRecord): Promise<readonly KeptOutput[]> {
  const { outputs } = record.contents;
  const sealed = (await world.store.contents(record.root, [outputs])).get(outputs);
  if (sealed === undefined) return [];
  const list = parseJson(world.vault.open(sealed));
  if (!isList(list)) return [];
  return list.filter(isList).map(([name, text, description]) => ({
    name: String(name),
    value: decodeExpr(String(text)),
    description: description ?? 'No description given',
  }));
}

/** A resource as a function sees it; `live` is undefined where nothing was made yet. */
interface Shown {
  readonly type: ResourceType | undefined;
  readonly live: Live | undefined;
  /** Attributes that could not be read, by their keys. */
  readonly faults: ReadonlyMap<string, HeatError>;
}

/** What expressions of a stack are evaluated in, when they are shown: all that they read is there. */
export async function showingScope(
  world: World,
  registry: Registry,
  record: StackRecord,
  exprs: readonly Expr[],
): Promise<Scope> {
  const { names, keys } = wantedBy(exprs);
  const resources = new Map<string, Shown>();
  if (names.size > 0) {
    for (const each of await resourcesOf(world, record, names)) {
      const { name } = each.resource;
      resources.set(name, await shownWith(world, registry, each, [...(keys.get(name) ?? [])]));
    }
  }
  return scopeOf(resources);
}

function wantedBy(exprs: readonly Expr[]): {
  readonly names: ReadonlySet<string>;
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
} {
  const names = new Set<string>();
  const keys = new Map<string, Set<string>>();
  for (const expr of exprs) {
    const { resources, selections } = referencesOf(expr);
    for (const name of resources) names.add(name);
    for (const [name, all] of selections) {
      const known = keys.get(name) ?? new Set();
      for (const key of all) known.add(key);
      keys.set(name, known);
    }
  }
  return { names, keys };
}

async function shownWith(
  world: World,
  registry: Registry,
  each: ResourceAndIncarnation,
  keys: readonly string[],
): Promise<Shown> {
  const type = registry.get(each.resource.order.type);
  const live = liveOf(world, each);
  if (type?.life.kind !== 'nested' || live === undefined || each.incarnation === undefined)
    return { type, live, faults: new Map() };
  const read = await nestedData(world, registry, type, each.incarnation, keys, each.resource.name);
  return { type, live: { ...live, data: read.data }, faults: read.faults };
}

/** What get_resource gives of it; null where nothing was made. */
export async function shownReference(world: World, registry: Registry, each: ResourceAndIncarnation): Promise<Value> {
  const { type, live } = await shownWith(world, registry, each, []);
  return live === undefined || type === undefined ? null : type.referenceId(live);
}

function scopeOf(resources: ReadonlyMap<string, Shown>): Scope {
  return {
    parameter: () => undefined,
    file: () => undefined,
    reference: name => {
      const found = resources.get(name);
      if (found === undefined) throw errors.InvalidTemplateReference({ resource: name, key: 'unknown' });
      // Not created yet: its logical name (contract: templates §3, get_resource).
      return found.live === undefined ? name : (found.type?.referenceId(found.live) ?? null);
    },
    attribute: (name, attribute, path) => {
      const { live, type, faults } = resources.get(name) ?? {};
      if (live === undefined || type === undefined) return null;
      if (attribute === undefined)
        return mapOf(attributeNames(type).map((key): [string, Value] => [key, type.attribute(live, key) ?? null]));
      if (type.life.kind !== 'nested') return type.attribute(live, attribute) ?? null;
      const key = attributeKey(attribute, path);
      const fault = faults?.get(key);
      if (fault !== undefined) throw fault;
      return new Selected(type.attribute(live, key) ?? null);
    },
  };
}

export interface NestedRead {
  /** Attributes under their keys, and the reference under `@ref`. */
  readonly data: ValueMap;
  readonly faults: ReadonlyMap<string, HeatError>;
  /** Something of it is a secret. */
  readonly secret: boolean;
}

/** Attributes of a resource whose thing is a stack, by their keys (attributeKey; '' stands for all). */
export async function nestedData(
  world: World,
  registry: Registry,
  type: ResourceType,
  { id, child }: IncarnationRecord,
  keys: readonly string[],
  owner = '',
): Promise<NestedRead> {
  const data = new Map<string, Value>();
  const faults = new Map<string, HeatError>();
  const view = await NestedStack.of(world, registry, id, owner);
  if (view === undefined || type.life.kind !== 'nested') return { data, faults, secret: false };
  const { life } = type;
  const kept = opened(world, child?.kept === undefined || child.kept === '' ? '{}' : child.kept);
  for (const key of keys.includes('') ? [...keys, ...attributeNames(type)] : keys) {
    if (key === '' || data.has(key)) continue;
    const { name, path } = attributeOfKey(key);
    try {
      data.set(key, (await life.attribute(view, name, path, kept)) ?? null);
    } catch (error) {
      if (!isHeatError(error)) throw error;
      faults.set(key, error);
    }
  }
  data.set('@ref', (await referenceOf(view, life)) ?? view.arn);
  return { data, faults, secret: view.secret };
}

async function referenceOf(view: ChildView, life: NestedLife): Promise<Value | undefined> {
  try {
    return await life.reference?.(view);
  } catch (error) {
    if (!isHeatError(error)) throw error;
    return undefined;
  }
}

/** A nested stack's rows, read when they are asked for. */
class NestedStack implements ChildView {
  readonly arn: string;
  readonly name: string;
  readonly owner: string;
  /** Something that was read is a secret. */
  secret: boolean;
  private readonly world: World;
  private readonly registry: Registry;
  private readonly record: StackRecord;
  private all: ReadonlyMap<string, ResourceAndIncarnation> | undefined;

  private constructor(world: World, registry: Registry, record: StackRecord, owner: string) {
    this.world = world;
    this.registry = registry;
    this.record = record;
    this.name = record.name;
    this.owner = owner;
    this.arn = `arn:openstack:heat::${record.project}:stacks/${record.name}/${record.id}`;
    this.secret = holdsSecrets(record);
  }

  static async of(world: World, registry: Registry, id: Uuid, owner: string): Promise<NestedStack | undefined> {
    const [row] = await world.store.read('stacks', [id]);
    if (row === undefined) return undefined;
    world.clock.observe(row.clock);
    return new NestedStack(world, registry, decode.stack(row), owner);
  }

  async output(name: string): Promise<Value | undefined> {
    const found = (await this.evaluated(output => output.name === name)).get(name);
    if (found === undefined) return undefined;
    if ('error' in found) {
      throw errors.StackValidationFailed({ message: `Error in ${this.owner} output ${name}: ${found.error}` });
    }
    return found.value;
  }

  async outputs(): Promise<ValueMap> {
    return mapOf([...(await this.evaluated(() => true))].map(([name, { value }]) => [name, value]));
  }

  private async evaluated(
    wanted: (output: KeptOutput) => boolean,
  ): Promise<ReadonlyMap<string, ReturnType<typeof outputValue>>> {
    const kept = (await keptOutputs(this.world, this.record)).filter(wanted);
    if (kept.length === 0) return new Map();
    const exprs = kept.map(({ value }) => value);
    const scope = await showingScope(this.world, this.registry, this.record, exprs);
    for (const each of (await this.resources()).values()) if (each.incarnation?.secret === true) this.secret = true;
    return new Map(kept.map(output => [output.name, outputValue(output, scope)]));
  }

  async members(): Promise<readonly string[]> {
    return [...(await this.resources()).keys()];
  }

  async reference(member: string): Promise<Value> {
    const { type, live } = await this.shown(member, []);
    return live === undefined || type === undefined ? null : type.referenceId(live);
  }

  async attribute(member: string, name: string, path: readonly Value[]): Promise<Value> {
    const key = attributeKey(name, path);
    const { type, live, faults } = await this.shown(member, [key]);
    if (live === undefined || type === undefined) return null;
    if (type.life.kind !== 'nested') return select(type.attribute(live, name) ?? null, path);
    const fault = faults.get(key);
    if (fault !== undefined) throw fault;
    return type.attribute(live, key) ?? null;
  }

  private async shown(member: string, keys: readonly string[]): Promise<Shown> {
    const each = (await this.resources()).get(member);
    if (each === undefined) return { type: undefined, live: undefined, faults: new Map() };
    if (each.incarnation?.secret === true) this.secret = true;
    return shownWith(this.world, this.registry, each, keys);
  }

  private async resources(): Promise<ReadonlyMap<string, ResourceAndIncarnation>> {
    this.all ??= new Map((await resourcesOf(this.world, this.record)).map(each => [each.resource.name, each]));
    return this.all;
  }
}

/** Whether a secret went into what the stack was made of: its own parameter, or a stack's above. */
export function holdsSecrets({ hidden, nesting }: StackRecord): boolean {
  return hidden.length > 0 || nesting?.secret === true;
}
