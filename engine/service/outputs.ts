/**
 * Outputs: evaluated when they are shown, against the resources as they are then.
 *
 * What parameters and files decide was evaluated when the stack was planned; what is left are calls that read
 * resources. One that does not exist (yet) gives null, as in Heat; one that cannot be resolved says why.
 */
import type { World } from '../actors/world.ts';
import { errors } from '../kernel/errors.ts';
import type { Registry } from '../kit/resource.ts';
import type { StackRecord } from '../orchestration/records.ts';
import { decodeExpr } from '../template/encode.ts';
import { outputValue } from '../template/evaluate.ts';
import type { Expr } from '../template/expr.ts';
import { referencesOf } from '../template/references.ts';
import type { Scope } from '../template/scope.ts';
import { parseJson } from '../values/json.ts';
import { isList, mapOf, type Value } from '../values/value.ts';
import type { OutputShown } from '../../proto/engine.ts';
import { attributeNames } from '../orchestration/making.ts';
import { byName, type Shown } from './live.ts';

interface KeptOutput {
  readonly name: string;
  readonly value: Expr;
  readonly description: Value;
}

async function keptOutputs(world: World, record: StackRecord): Promise<readonly KeptOutput[]> {
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

/** All outputs with their values. */
export async function outputsOf(
  world: World,
  registry: Registry,
  record: StackRecord,
): Promise<readonly OutputShown[]> {
  return shown(world, registry, record, await keptOutputs(world, record));
}

/** One output. Throws NotFound as Heat words it. */
export async function outputOf(
  world: World,
  registry: Registry,
  record: StackRecord,
  key: string,
): Promise<OutputShown> {
  const kept = (await keptOutputs(world, record)).filter(output => output.name === key);
  const [output] = await shown(world, registry, record, kept);
  if (output === undefined) throw errors.NotFound({ message: `Specified output key ${key} not found.` });
  return output;
}

/** Keys and descriptions only. */
export async function outputKeys(
  world: World,
  record: StackRecord,
): Promise<readonly { readonly key: string; readonly description: Value }[]> {
  return (await keptOutputs(world, record)).map(({ name, description }) => ({ key: name, description }));
}

async function shown(
  world: World,
  registry: Registry,
  record: StackRecord,
  kept: readonly KeptOutput[],
): Promise<readonly OutputShown[]> {
  if (kept.length === 0) return [];
  const names = new Set(
    kept.flatMap(({ value }) => [...referencesOf(value).resources, ...referencesOf(value).attributes.keys()]),
  );
  const scope = showing(registry, await byName(world, record, names));
  return kept.map(({ name, description, value }) => {
    const result = outputValue({ value }, scope);
    return { key: name, description, value: result.value, error: 'error' in result ? result.error : undefined };
  });
}

function showing(registry: Registry, resources: ReadonlyMap<string, Shown>): Scope {
  return {
    parameter: () => undefined,
    file: () => undefined,
    reference: name => {
      const found = resources.get(name);
      if (found === undefined) throw errors.InvalidTemplateReference({ resource: name, key: 'unknown' });
      // Not created yet: its logical name (contract: templates §3, get_resource).
      return found.live === undefined ? name : (registry.get(found.type)?.referenceId(found.live) ?? null);
    },
    attribute: (name, attribute) => {
      const found = resources.get(name);
      const type = found === undefined ? undefined : registry.get(found.type);
      if (found?.live === undefined || type === undefined) return null;
      if (attribute !== undefined) return type.attribute(found.live, attribute) ?? null;
      const { live } = found;
      return mapOf(attributeNames(type).map((key): [string, Value] => [key, type.attribute(live, key) ?? null]));
    },
  };
}
