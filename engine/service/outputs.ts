/**
 * Outputs: evaluated when they are shown, against the resources as they are then.
 *
 * What parameters and files decide was evaluated when the stack was planned; what is left are calls that read
 * resources. One that does not exist (yet) gives null, as in Heat; one that cannot be resolved says why.
 */
import type { World } from '../actors/world.ts';
import { errors } from '../kernel/errors.ts';
import type { Registry } from '../kit/resource.ts';
import { type KeptOutput, keptOutputs, showingScope } from '../orchestration/reading.ts';
import type { StackRecord } from '../orchestration/records.ts';
import { outputValue } from '../template/evaluate.ts';
import type { Value } from '../values/value.ts';
import type { OutputShown } from '../../proto/engine.ts';

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
  const exprs = kept.map(({ value }) => value);
  const scope = await showingScope(world, registry, record, exprs);
  return kept.map(({ name, description, value }) => {
    const result = outputValue({ value }, scope);
    return { key: name, description, value: result.value, error: 'error' in result ? result.error : undefined };
  });
}
