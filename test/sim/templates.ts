/**
 * Random templates: graphs of the local types and the simulator's cloud types, with chains, fan-in, outputs, failures;
 * and graphs of the cloud's own types (growers.ts). changes.ts makes others of them.
 */
import type { SimDice } from './dice.ts';
import { type Draft, type Extras, type Json, usesOf } from './drafts.ts';
import { adoptable, environmentOf, extrasFor, sectionsOf } from './extras.ts';
import { Garden, type Grower, grow, growers } from './growers.ts';
import { group, nestFiles, nestProperties, nestTypes, pair } from './nests.ts';
import { Graph } from '../model/graph.ts';

export interface MadeTemplate {
  /** Its description, which no other one has. */
  readonly id: string;
  readonly text: string;
  /** JSON text of the files that it may name. */
  readonly files: string;
  /** Goes with it, beside its parameters. */
  readonly environment: Json;
  readonly resources: number;
  /** A resource of it is told to fail. */
  readonly fails: boolean;
  /** A resource of it never ends being created. */
  readonly hangs: boolean;
  /** Whether it can be made depends on what is there, or on when it is asked for. */
  readonly uncertain: boolean;
  /** The value of its hidden parameter, which may be nowhere in the clear. */
  readonly secret: string | undefined;
  readonly slots: readonly string[];
  readonly callsCloud: boolean;
  readonly flavour: Flavour;
  /** Each uses earlier ones only. Of a tree there are none. */
  readonly drafts: readonly Draft[];
  /** Of a tree: what it means. */
  readonly graph: Graph | undefined;
}

const attributes: Readonly<Record<string, string>> = {
  'OS::Heat::Value': 'value',
  'OS::Heat::RandomString': 'value',
  'OS::Heat::TestResource': 'output',
  'Sim::Cloud::Thing': 'value',
  'Sim::Cloud::Key': 'value',
  [pair]: 'value',
  ...Object.fromEntries(growers.flatMap(({ type, attribute }) => (attribute === undefined ? [] : [[type, attribute]]))),
};

const weighted: readonly string[] = [
  ...times(5, 'OS::Heat::Value'),
  ...times(3, 'OS::Heat::RandomString'),
  ...times(1, 'OS::Heat::None'),
  ...times(2, 'OS::Heat::Delay'),
  ...times(3, 'OS::Heat::TestResource'),
  ...times(5, 'Sim::Cloud::Thing'),
  ...times(2, 'Sim::Cloud::Key'),
  ...nestTypes,
];

const local = ['OS::Heat::Value', 'OS::Heat::RandomString', 'OS::Heat::TestResource', 'OS::Heat::None'];

/**
 * Of what a template is made: anything, local types alone (cheap ones, for big stacks), the cloud's own types, or the
 * reference model's (test/model): templates as resources, two levels deep.
 */
export type Flavour = 'any' | 'local' | 'cloud' | 'tree';

/** Of a cloud stack's resources, so many are local ones, which read what the others say. */
const localShare = 0.2;

/** What a template may have beside what does what it should. */
export const bad = 'bad';

function times(n: number, text: string): string[] {
  return Array.from({ length: n }, () => text);
}

export function isGrown(type: string): boolean {
  return growers.some(grower => grower.type === type);
}

export class TemplateMaker {
  readonly dice: SimDice;
  /** All that were made, by id. */
  readonly known = new Map<string, MadeTemplate>();
  /** All values of hidden parameters. */
  readonly secrets: string[] = [];
  private slotCount = 0;
  private readonly numbers = { next: 0 };
  private readonly wanted: Grower[] = [];

  private readonly strangers: ((type: string) => string) | undefined;

  /** `strangers` gives ids of other people's things; without it, resources say nothing beside their properties. */
  constructor(dice: SimDice, strangers?: (type: string) => string) {
    this.dice = dice;
    this.strangers = strangers;
  }

  /** A template of `size` resources. */
  make(size: number, flavour: Flavour): MadeTemplate {
    const { dice } = this;
    if (flavour === 'tree') return this.tree(Graph.random(dice));
    const shape = dice.pick(['chain', 'random', 'random', 'fan']);
    const secret = dice.chance(0.3) ? this.secret() : undefined;
    const drafts: Draft[] = [];
    for (let i = 0; i < size; i++) drafts.push(this.draft(`r${i}`, drafts, shape, flavour, secret !== undefined));
    const fails = dice.chance(0.15);
    const hangs = !fails && dice.chance(0.08);
    if ((flavour === 'any' || flavour === 'cloud') && !this.isPlain && dice.chance(0.1))
      drafts.splice(dice.between(0, drafts.length), 0, this.adopted(flavour));
    if (fails || hangs) drafts.push(this.bad(drafts, fails));
    return this.made(drafts, secret, flavour);
  }

  /** So many resources, and a group. */
  grouped(size: number): MadeTemplate {
    const { drafts, secret } = this.make(size, 'any');
    const at = drafts.some(({ name }) => name === bad) ? 0 : this.dice.between(0, drafts.length);
    const earlier = drafts.slice(0, at);
    const properties = this.properties(group, this.used(earlier, 'random'), secret !== undefined);
    const draft: Draft = { name: `r${size}`, type: group, properties, dependsOn: [], ...this.extras(group) };
    return this.made([...earlier, draft, ...drafts.slice(at)], secret, 'any');
  }

  /** What nobody else hides. */
  secret(): string {
    const secret = `s3cret-${this.secrets.length + 1}-${this.dice.below(1e9)}`;
    this.secrets.push(secret);
    return secret;
  }

  /** The template of these. */
  made(drafts: readonly Draft[], secret: string | undefined, flavour: Flavour): MadeTemplate {
    const wrong = drafts.find(({ name }) => name === bad)?.properties;
    const id = `v${this.known.size}`;
    const made: MadeTemplate = {
      id,
      text: JSON.stringify(this.document(id, drafts, secret !== undefined)),
      files: nestFiles,
      environment: environmentOf(drafts),
      resources: drafts.length,
      fails: wrong?.['fail'] === true,
      hangs: wrong !== undefined && wrong['fail'] !== true,
      uncertain: drafts.some(({ strays, hook }) => strays !== undefined || hook?.isCleared === false),
      secret,
      slots: drafts.map(draft => draft.properties['slot']).filter(slot => typeof slot === 'string'),
      callsCloud: drafts.some(({ type }) => type.startsWith('Sim::') || nestTypes.includes(type) || isGrown(type)),
      flavour,
      drafts,
      graph: undefined,
    };
    this.known.set(id, made);
    return made;
  }

  /** The template of a tree of stacks. */
  tree(graph: Graph): MadeTemplate {
    const id = `v${this.known.size}`;
    const made: MadeTemplate = {
      id,
      text: graph.template(id),
      files: graph.files(),
      environment: {},
      resources: graph.nodes.length,
      fails: graph.fails,
      hangs: false,
      uncertain: false,
      secret: undefined,
      slots: [],
      callsCloud: false,
      flavour: 'tree',
      drafts: [],
      graph,
    };
    this.known.set(id, made);
    return made;
  }

  private document(description: string, drafts: readonly Draft[], hasSecret: boolean): Json {
    const resources: Record<string, Json> = {};
    for (const draft of this.dice.shuffled(drafts)) {
      const { type, properties, dependsOn } = draft;
      const edges = dependsOn.length === 0 ? {} : { depends_on: dependsOn };
      resources[draft.name] = { type, properties, ...edges, ...sectionsOf(draft) };
    }
    const outputs: Record<string, Json> = {};
    for (const draft of drafts) {
      if (this.dice.chance(0.2)) outputs[`out_${draft.name}`] = { value: this.reference(draft) };
    }
    return {
      heat_template_version: '2018-08-31',
      description,
      ...(hasSecret ? { parameters: { secret: { type: 'string', hidden: true } } } : {}),
      resources,
      outputs,
    };
  }

  draft(name: string, earlier: readonly Draft[], shape: string, flavour: Flavour, hasSecret: boolean): Draft {
    const { dice } = this;
    const dependsOn = earlier.length > 0 && dice.chance(0.2) ? [dice.pick(earlier).name] : [];
    const made = flavour === 'cloud' && !dice.chance(localShare) ? this.grow(earlier) : undefined;
    if (made !== undefined) return { name, ...made, dependsOn, ...this.extras(made.type) };
    const type = this.type(flavour);
    const used = this.used(earlier, shape);
    const extras = flavour === 'local' ? {} : this.extras(type);
    return { name, type, properties: this.properties(type, used, hasSecret), dependsOn, ...extras };
  }

  private extras(type: string): Extras {
    return this.isPlain ? {} : extrasFor(type, this.dice);
  }

  /** One that watches somebody else's thing, under a name that no other one ever has. It may use no others. */
  adopted(flavour: 'any' | 'cloud'): Draft {
    const type = this.dice.pick(adoptable[flavour]);
    const properties = flavour === 'cloud' ? {} : this.properties(type, [], false);
    return { name: `x${this.number()}`, type, properties, dependsOn: [], external: this.stranger(type) };
  }

  /** The id of somebody else's thing. */
  stranger(type: string): string {
    if (this.strangers === undefined) throw new Error('nobody has a thing to adopt');
    return this.strangers(type);
  }

  get isPlain(): boolean {
    return this.strangers === undefined;
  }

  /** A type that is not grown. */
  type(flavour: Flavour): string {
    return this.dice.pick(flavour === 'any' ? weighted : local);
  }

  /** The same draft after these: it refers to those that are among them, or to others. */
  after(draft: Draft, earlier: readonly Draft[], hasSecret: boolean): Draft {
    const isThere = (name: string) => earlier.some(each => each.name === name);
    const uses = usesOf(draft);
    if (uses.every(isThere)) return draft;
    const used = earlier.filter(({ name }) => uses.includes(name));
    const properties = this.properties(draft.type, used, hasSecret);
    return { ...draft, properties, dependsOn: draft.dependsOn.filter(isThere) };
  }

  /** A resource of one of the cloud's own types. */
  private grow(earlier: readonly Draft[]): Pick<Draft, 'type' | 'properties'> | undefined {
    if (earlier.length === 0) this.wanted.length = 0;
    return grow(this.garden(earlier), this.wanted);
  }

  garden(earlier: readonly Draft[]): Garden {
    // What is somebody else's is not built upon.
    const own = earlier.filter(({ external }) => external === undefined);
    return new Garden(own, this.dice, this.numbers);
  }

  /** Whom it refers to. */
  private used(earlier: readonly Draft[], shape: string): readonly Draft[] {
    const { dice } = this;
    const last = earlier.at(-1);
    if (last === undefined) return [];
    if (shape === 'chain') return [last];
    if (shape === 'fan') return dice.chance(0.2) ? dice.shuffled(earlier).slice(0, 6) : [];
    return dice.chance(0.5) ? dice.shuffled(earlier).slice(0, dice.between(1, 2)) : [];
  }

  private reference(draft: Draft): Json {
    const attribute = attributes[draft.type];
    return attribute === undefined || this.dice.chance(0.3)
      ? { get_resource: draft.name }
      : { get_attr: [draft.name, attribute] };
  }

  /** A text with what the others say in it. */
  text(used: readonly Draft[], hasSecret: boolean): Json {
    const parts = used.map(draft => this.reference(draft));
    if (hasSecret && this.dice.chance(0.4)) parts.push({ get_param: 'secret' });
    const [only] = parts;
    if (only === undefined) return `v${this.dice.below(1000)}`;
    if (parts.length === 1) return only;
    const params = Object.fromEntries(parts.map((part, n) => [`$${n}_`, part]));
    return { str_replace: { template: parts.map((_, n) => `$${n}_`).join('-'), params } };
  }

  /** What one of a type that is not grown says. */
  properties(type: string, used: readonly Draft[], hasSecret: boolean): Record<string, Json> {
    const { dice } = this;
    if (nestTypes.includes(type)) return nestProperties(type, this.text(used, hasSecret), dice);
    switch (type) {
      case 'OS::Heat::Value':
        return { value: this.text(used, hasSecret) };
      case 'OS::Heat::RandomString':
        return { length: dice.between(4, 40), ...(used.length === 0 ? {} : { salt: this.text(used, hasSecret) }) };
      case 'OS::Heat::None':
        return { anything: this.text(used, hasSecret) };
      case 'OS::Heat::Delay':
        return { min_wait: dice.between(0, 3), max_jitter: dice.between(0, 2), actions: ['CREATE', 'DELETE'] };
      case 'OS::Heat::TestResource':
        return {
          value: this.text(used, hasSecret),
          wait_secs: dice.chance(0.6) ? 0 : dice.between(1, 5),
        };
      case 'Sim::Cloud::Key':
        return { value: this.text(used, hasSecret), slot: this.slot() };
      default:
        return { value: this.text(used, hasSecret), ...(dice.chance(0.3) ? { name: `name${dice.below(5)}` } : {}) };
    }
  }

  /** A number that nothing else in the run has. */
  number(): number {
    return this.numbers.next++;
  }

  /** What only one key can have. */
  slot(): string {
    return `slot-${++this.slotCount}-${this.dice.below(1e6)}`;
  }

  /** One that fails, or that never ends. */
  bad(earlier: readonly Draft[], fails: boolean): Draft {
    const { dice } = this;
    const dependsOn = earlier.length > 0 && dice.chance(0.6) ? [dice.pick(earlier).name] : [];
    const properties: Draft['properties'] = fails
      ? { fail: true, action_wait_secs: { create: dice.between(0, 3) } }
      : { action_wait_secs: { create: -1 } };
    return { name: bad, type: 'OS::Heat::TestResource', properties, dependsOn };
  }
}
