/** Random graphs of OS::Heat::TestResource, and random changes of them: templates, and what they mean. */
import type { SimDice } from '../sim/dice.ts';

interface Node {
  readonly name: string;
  readonly text: string;
  /** Another one replaces the resource. */
  readonly kind: string;
  /** Whose outputs are in its value. */
  readonly reads: readonly string[];
  readonly dependsOn: readonly string[];
  readonly fails: boolean;
  readonly waitSeconds: number;
  /** A condition has switched it off. */
  readonly isOff: boolean;
}

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
const texts = ['x', 'y', 'z'] as const;

export class Graph {
  /** In an order in which each reads only earlier ones. */
  readonly nodes: readonly Node[];

  constructor(nodes: readonly Node[]) {
    this.nodes = nodes;
  }

  static random(dice: SimDice): Graph {
    const count = 1 + dice.below(names.length);
    const order = shuffled(dice, names).slice(0, count);
    return new Graph(order.map((name, i) => randomNode(dice, name, order.slice(0, i))));
  }

  /** Some resources otherwise, some gone, some new, sometimes all of them in another order. */
  changed(dice: SimDice): Graph {
    if (dice.chance(0.1)) return Graph.random(dice);
    if (dice.chance(0.1)) return this;
    const kept = this.nodes.filter(() => !dice.chance(0.15)).map(({ name }) => name);
    const added = names.filter(name => !this.nodes.some(node => node.name === name) && dice.chance(0.15));
    const all = [...kept, ...added];
    const order = dice.chance(0.3) ? shuffled(dice, all) : all;
    return new Graph(
      order.map((name, i) => {
        const before = order.slice(0, i);
        const known = this.nodes.find(node => node.name === name);
        if (known === undefined || dice.chance(0.35)) return randomNode(dice, name, before);
        const there = (other: string) => before.includes(other);
        return { ...known, reads: known.reads.filter(there), dependsOn: known.dependsOn.filter(there) };
      }),
    );
  }

  /** The same, but nothing of it fails or takes long. */
  healthy(): Graph {
    return new Graph(this.nodes.map(node => ({ ...node, fails: false, waitSeconds: 0 })));
  }

  get fails(): boolean {
    return this.on.some(node => node.fails);
  }

  private get on(): readonly Node[] {
    return this.nodes.filter(node => !node.isOff);
  }

  /** Name → the value that its output has once all is done. */
  values(): ReadonlyMap<string, string> {
    const values = new Map<string, string>();
    for (const { name, text, reads } of this.on) {
      const read = reads.filter(other => values.has(other)).map(other => values.get(other));
      values.set(name, [text, ...read].join('-'));
    }
    return values;
  }

  template(): string {
    const resources: Record<string, unknown> = {};
    const off = new Set(this.nodes.filter(node => node.isOff).map(({ name }) => name));
    for (const node of this.nodes) {
      const reads = node.reads.filter(name => !off.has(name));
      resources[node.name] = {
        type: 'OS::Heat::TestResource',
        ...(node.isOff ? { condition: 'never' } : {}),
        depends_on: node.dependsOn.filter(name => !off.has(name)),
        properties: {
          value: { list_join: ['-', [node.text, ...reads.map(name => ({ get_attr: [name, 'output'] }))]] },
          update_replace_value: node.kind,
          fail: node.fails,
          wait_secs: node.waitSeconds,
        },
      };
    }
    const conditions = { never: { equals: ['a', 'b'] } };
    return JSON.stringify({ heat_template_version: '2018-08-31', conditions, resources });
  }
}

function randomNode(dice: SimDice, name: string, before: readonly string[]): Node {
  const some = (share: number) => before.filter(() => dice.chance(share));
  return {
    name,
    text: dice.pick(texts),
    kind: dice.pick(texts),
    reads: some(0.3),
    dependsOn: some(0.2),
    fails: dice.chance(0.08),
    waitSeconds: dice.chance(0.3) ? dice.pick([0.05, 0.5, 3]) : 0,
    isOff: dice.chance(0.1),
  };
}

function shuffled<T>(dice: SimDice, items: readonly T[]): readonly T[] {
  const left = [...items];
  for (let i = left.length - 1; i > 0; i--) {
    const j = dice.below(i + 1);
    const [a, b] = [left[i] as T, left[j] as T];
    left[i] = b;
    left[j] = a;
  }
  return left;
}
