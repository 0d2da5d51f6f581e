/**
 * The stacks that are created while the engine is killed: 20 resources each, seeded. Random strings that must not be
 * drawn twice, chains of values that carry them, and slow things, so that a kill finds every stack in the middle.
 */
import type { Random } from '../support/random.ts';

export const resourcesPerStack = 20;

export interface Planned {
  readonly name: string;
  readonly template: object;
  /** Resource names. */
  readonly resources: readonly string[];
  /** [a, b]: b needs a, so a is complete before b is begun. */
  readonly edges: readonly (readonly [string, string])[];
  /** Outputs that must be equal, pair by pair: a random string and what came out at the end of its chain. */
  readonly equal: readonly (readonly [string, string])[];
}

interface Building {
  readonly resources: Record<string, object>;
  readonly outputs: Record<string, object>;
  readonly edges: [string, string][];
}

const attr = (name: string, attribute: string): object => ({ get_attr: [name, attribute] });

/** Half a second's steps up to two seconds. */
const wait = (random: Random): number => random.below(5) * 0.5;

export function planStack(name: string, random: Random): Planned {
  const building: Building = { resources: {}, outputs: {}, edges: [] };
  const equal = [chain(building, 'a', 5, random), chain(building, 'b', 3, random), chain(building, 'c', 2, random)];
  const slow = Array.from({ length: 3 }, (_, index) => delay(building, `delay${index}`, random));
  // The last resource waits for everything slow, so a stack is never complete at once.
  const needs = [...slow, 'a_test', 'b_test', 'c_test'];
  add(building, 'last', { type: 'OS::Heat::Value', properties: { value: name }, depends_on: needs }, needs);
  const resources = Object.keys(building.resources);
  if (resources.length !== resourcesPerStack) throw new Error(`planned ${resources.length} resources`);
  const template = {
    heat_template_version: '2018-08-31',
    resources: building.resources,
    outputs: building.outputs,
  };
  return { name, template, resources, edges: building.edges, equal };
}

/** A random string, some values in a row that carry it, and a slow resource at the end. */
function chain(building: Building, prefix: string, values: number, random: Random): [string, string] {
  const head = `${prefix}_random`;
  add(building, head, { type: 'OS::Heat::RandomString', properties: { length: 16 } }, []);
  let previous = head;
  for (let index = 0; index < values; index++) {
    const name = `${prefix}_value${index}`;
    add(building, name, { type: 'OS::Heat::Value', properties: { value: attr(previous, 'value') } }, [previous]);
    previous = name;
  }
  const end = `${prefix}_test`;
  const properties = { value: attr(previous, 'value'), wait_secs: wait(random) };
  add(building, end, { type: 'OS::Heat::TestResource', properties }, [previous]);
  building.outputs[head] = { value: attr(head, 'value') };
  building.outputs[end] = { value: attr(end, 'output') };
  return [head, end];
}

function delay(building: Building, name: string, random: Random): string {
  // Beside the chains or behind one.
  const needs = random.below(2) === 0 ? [] : [random.pick(['a_value0', 'b_value0', 'c_value0'])];
  add(building, name, { type: 'OS::Heat::Delay', properties: { min_wait: wait(random) }, depends_on: needs }, needs);
  return name;
}

function add(building: Building, name: string, resource: object, needs: readonly string[]): void {
  building.resources[name] = resource;
  building.edges.push(...needs.map((need): [string, string] => [need, name]));
}
