/**
 * Random graphs of OS::Heat::TestResource and of templates as resources, and random changes of them: templates, and
 * what they mean.
 *
 * A resource's value is its own text, in a nested stack the text that came down, and the outputs of all that it reads.
 * A nested stack's output is what came down and the outputs of all that is in it.
 */
import type { SimDice } from '../sim/dice.ts';

interface Node {
  readonly name: string;
  readonly text: string;
  /** Another one replaces the resource; of a nested stack, it is another file. */
  readonly kind: string;
  /** Whose outputs are in its value. */
  readonly reads: readonly string[];
  readonly dependsOn: readonly string[];
  readonly fails: boolean;
  readonly waitSeconds: number;
  /** A condition has switched it off. */
  readonly isOff: boolean;
  /** It is a stack. */
  readonly inside: readonly Node[] | undefined;
}

/** Names of the resources at each depth of the tree. */
const levels = [
  ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'],
  ['p', 'q', 'r'],
  ['s', 't'],
] as const;
const texts = ['x', 'y', 'z'] as const;
const nestedShare = 0.1;

type Template = Readonly<Record<string, unknown>>;

export class Graph {
  /** In an order in which each reads only earlier ones. */
  readonly nodes: readonly Node[];

  constructor(nodes: readonly Node[]) {
    this.nodes = nodes;
  }

  static random(dice: SimDice): Graph {
    return new Graph(randomNodes(dice, 0));
  }

  /** Some resources otherwise, some gone, some new, sometimes all of them in another order. */
  changed(dice: SimDice): Graph {
    return new Graph(changedNodes(dice, this.nodes, 0));
  }

  /** The same, but nothing of it fails or takes long. */
  healthy(): Graph {
    return new Graph(everyNode(this.nodes, { fails: false, waitSeconds: 0 }));
  }

  /** The same, but nothing of it fails. */
  sound(): Graph {
    return new Graph(everyNode(this.nodes, { fails: false }));
  }

  get fails(): boolean {
    return anyFails(this.nodes);
  }

  /** For whoever reads what a run did: `name text/kind <reads> after others`, what is in a nested stack in brackets. */
  toString(): string {
    return shortly(this.nodes);
  }

  /** Path of each resource → its value once all is done; '' of a nested stack. */
  values(): ReadonlyMap<string, string> {
    const values = new Map<string, string>();
    valuesOf(this.nodes, '', [], values);
    return values;
  }

  /** The template's text; its description says which it is. */
  template(description: string): string {
    return JSON.stringify({ ...templateOf(this.nodes, [], {}), description });
  }

  /** Text of the files that the template names. */
  files(): string {
    const files: Record<string, string> = {};
    templateOf(this.nodes, [], files);
    return JSON.stringify(files);
  }
}

function shortly(nodes: readonly Node[]): string {
  const list = (names: readonly string[], word: string) => (names.length === 0 ? '' : ` ${word} ${names.join()}`);
  const one = ({ name, text, kind, reads, dependsOn, fails, waitSeconds, inside }: Node): string =>
    `${name} ${text}/${kind}${list(reads, 'of')}${list(dependsOn, 'after')}${fails ? ' FAILS' : ''}` +
    `${waitSeconds > 0 ? ` ${waitSeconds}s` : ''}${inside === undefined ? '' : ` [${shortly(inside)}]`}`;
  return nodes.filter(isOn).map(one).join('; ');
}

const isOn = ({ isOff }: Node): boolean => !isOff;

/** The value of what has this text and reads these. */
const joined = (...parts: readonly string[]): string => parts.join('-');

/** Puts the value of each resource under its path; gives all outputs of this stack, in the order of its resources. */
function valuesOf(
  nodes: readonly Node[],
  prefix: string,
  given: readonly string[],
  values: Map<string, string>,
): readonly string[] {
  const outputs = new Map<string, string>();
  for (const { name, text, reads, inside } of nodes.filter(isOn)) {
    const path = prefix + name;
    const own = joined(
      text,
      ...given,
      ...reads.filter(other => outputs.has(other)).map(other => outputs.get(other) ?? ''),
    );
    values.set(path, inside === undefined ? own : '');
    outputs.set(name, inside === undefined ? own : joined(own, ...valuesOf(inside, `${path}.`, [own], values)));
  }
  return [...outputs.values()];
}

/** The template of these, and the templates in it as `files`. */
function templateOf(nodes: readonly Node[], path: readonly string[], files: Record<string, string>): Template {
  const resources: Record<string, unknown> = {};
  const there = new Set(nodes.filter(isOn).map(({ name }) => name));
  const outputOf = (name: string) => ({ get_attr: [name, 'output'] });
  const given = path.length === 0 ? [] : [{ get_param: 'text' }];
  for (const node of nodes) {
    const value = { list_join: ['-', [node.text, ...given, ...node.reads.filter(n => there.has(n)).map(outputOf)]] };
    resources[node.name] = {
      ...(node.inside === undefined ? testResource(node, value) : nestedStack(node, node.inside, value, path, files)),
      ...(node.isOff ? { condition: 'never' } : {}),
      depends_on: node.dependsOn.filter(name => there.has(name)),
    };
  }
  const conditions = { never: { equals: ['a', 'b'] } };
  const all = { list_join: ['-', [...given, ...[...there].map(outputOf)]] };
  const nested = { parameters: { text: { type: 'string' } }, outputs: { output: { value: all } } };
  return { heat_template_version: '2018-08-31', conditions, resources, ...(path.length === 0 ? {} : nested) };
}

function testResource({ kind, fails, waitSeconds }: Node, value: unknown): Template {
  const properties = { value, update_replace_value: kind, fail: fails, wait_secs: waitSeconds };
  return { type: 'OS::Heat::TestResource', properties };
}

function nestedStack(
  { name, kind }: Node,
  inside: readonly Node[],
  text: unknown,
  path: readonly string[],
  files: Record<string, string>,
): Template {
  const below = [...path, name];
  const type = `${below.join('_')}_${kind}.yaml`;
  files[type] = JSON.stringify(templateOf(inside, below, files));
  return { type, properties: { text } };
}

function randomNodes(dice: SimDice, depth: number): readonly Node[] {
  const names: readonly string[] = levels[depth] ?? [];
  const order = dice.shuffled(names).slice(0, 1 + dice.below(names.length));
  return order.map((name, i) => randomNode(dice, name, order.slice(0, i), depth));
}

function randomNode(dice: SimDice, name: string, before: readonly string[], depth: number): Node {
  const some = (share: number) => before.filter(() => dice.chance(share));
  const isNested = depth + 1 < levels.length && dice.chance(nestedShare);
  return {
    name,
    text: dice.pick(texts),
    kind: dice.pick(texts),
    reads: some(0.3),
    dependsOn: some(0.2),
    fails: !isNested && dice.chance(0.08),
    waitSeconds: dice.chance(0.3) ? dice.pick([0.05, 0.5, 3]) : 0,
    isOff: dice.chance(0.1),
    inside: isNested ? randomNodes(dice, depth + 1) : undefined,
  };
}

function changedNodes(dice: SimDice, nodes: readonly Node[], depth: number): readonly Node[] {
  if (dice.chance(0.1)) return randomNodes(dice, depth);
  if (dice.chance(0.1)) return nodes;
  const kept = nodes.filter(() => !dice.chance(0.15)).map(({ name }) => name);
  const names: readonly string[] = levels[depth] ?? [];
  const added = names.filter(name => !nodes.some(node => node.name === name) && dice.chance(0.15));
  const all = [...kept, ...added];
  const order = dice.chance(0.3) ? dice.shuffled(all) : all;
  return order.map((name, i) => {
    const before = order.slice(0, i);
    const known = nodes.find(node => node.name === name);
    if (known === undefined || dice.chance(0.25)) return randomNode(dice, name, before, depth);
    return changedNode(dice, known, before, depth);
  });
}

/** Most of it stays; it reads only what is still before it. */
function changedNode(dice: SimDice, node: Node, before: readonly string[], depth: number): Node {
  const there = (other: string) => before.includes(other);
  return {
    ...node,
    text: dice.chance(0.15) ? dice.pick(texts) : node.text,
    kind: dice.chance(0.1) ? dice.pick(texts) : node.kind,
    reads: node.reads.filter(there),
    dependsOn: node.dependsOn.filter(there),
    inside: node.inside === undefined ? undefined : changedNodes(dice, node.inside, depth + 1),
  };
}

function everyNode(nodes: readonly Node[], change: Partial<Node>): readonly Node[] {
  return nodes.map(node => ({
    ...node,
    ...change,
    inside: node.inside === undefined ? undefined : everyNode(node.inside, change),
  }));
}

function anyFails(nodes: readonly Node[]): boolean {
  return nodes.filter(isOn).some(({ fails, inside }) => fails || (inside !== undefined && anyFails(inside)));
}
