/**
 * Random templates: graphs of the local types and the simulator's cloud types, with chains, fan-in, outputs, failures;
 * and graphs of the cloud's own types (growers.ts).
 */
import type { SimDice } from './dice.ts';
import { Garden, type Grower, grow, growers } from './growers.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface MadeTemplate {
  readonly text: string;
  readonly resources: number;
  /** A resource of it is told to fail. */
  readonly fails: boolean;
  /** A resource of it never ends being created. */
  readonly hangs: boolean;
  /** The value of its hidden parameter, which may be nowhere in the clear. */
  readonly secret: string | undefined;
  readonly slots: readonly string[];
  readonly callsCloud: boolean;
}

export interface Draft {
  readonly name: string;
  readonly type: string;
  readonly properties: Record<string, Json>;
  readonly dependsOn: readonly string[];
}

const attributes: Readonly<Record<string, string>> = {
  'OS::Heat::Value': 'value',
  'OS::Heat::RandomString': 'value',
  'OS::Heat::TestResource': 'output',
  'Sim::Cloud::Thing': 'value',
  'Sim::Cloud::Key': 'value',
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
];

const local = ['OS::Heat::Value', 'OS::Heat::RandomString', 'OS::Heat::TestResource', 'OS::Heat::None'];

/** Of what a template is made: anything, local types alone (cheap ones, for big stacks), or the cloud's own types. */
export type Flavour = 'any' | 'local' | 'cloud';

/** Of a cloud stack's resources, so many are local ones, which read what the others say. */
const localShare = 0.2;

function times(n: number, text: string): string[] {
  return Array.from({ length: n }, () => text);
}

export class TemplateMaker {
  private readonly dice: SimDice;
  private slotCount = 0;
  private secretCount = 0;
  private readonly numbers = { next: 0 };
  private readonly wanted: Grower[] = [];

  constructor(dice: SimDice) {
    this.dice = dice;
  }

  /** A template of `size` resources. */
  make(size: number, flavour: Flavour): MadeTemplate {
    const { dice } = this;
    const shape = dice.pick(['chain', 'random', 'random', 'fan']);
    const secret = dice.chance(0.3) ? `s3cret-${++this.secretCount}-${dice.below(1e9)}` : undefined;
    const drafts: Draft[] = [];
    for (let i = 0; i < size; i++) drafts.push(this.draft(i, drafts, shape, flavour, secret !== undefined));
    const fails = dice.chance(0.15);
    const hangs = !fails && dice.chance(0.06);
    if (fails || hangs) drafts.push(this.bad(drafts, fails));
    const slots = drafts.map(draft => draft.properties.slot).filter(slot => typeof slot === 'string');
    return {
      text: JSON.stringify(this.document(drafts, secret !== undefined)),
      resources: drafts.length,
      fails,
      hangs,
      secret,
      slots,
      callsCloud: drafts.some(draft => draft.type.startsWith('Sim::') || isGrown(draft.type)),
    };
  }

  private document(drafts: readonly Draft[], hasSecret: boolean): Json {
    const resources: Record<string, Json> = {};
    for (const { name, type, properties, dependsOn } of this.dice.shuffled(drafts)) {
      resources[name] = { type, properties, ...(dependsOn.length === 0 ? {} : { depends_on: dependsOn }) };
    }
    const outputs: Record<string, Json> = {};
    for (const draft of drafts) {
      if (this.dice.chance(0.2)) outputs[`out_${draft.name}`] = { value: this.reference(draft) };
    }
    return {
      heat_template_version: '2018-08-31',
      ...(hasSecret ? { parameters: { secret: { type: 'string', hidden: true } } } : {}),
      resources,
      outputs,
    };
  }

  private draft(i: number, earlier: readonly Draft[], shape: string, flavour: Flavour, hasSecret: boolean): Draft {
    const { dice } = this;
    const dependsOn = earlier.length > 0 && dice.chance(0.2) ? [dice.pick(earlier).name] : [];
    const made = flavour === 'cloud' && !dice.chance(localShare) ? this.grow(earlier) : undefined;
    if (made !== undefined) return { name: `r${i}`, ...made, dependsOn };
    const type = dice.pick(flavour === 'any' ? weighted : local);
    const used = this.used(earlier, shape);
    return { name: `r${i}`, type, properties: this.properties(type, used, hasSecret), dependsOn };
  }

  /** A resource of one of the cloud's own types. */
  private grow(earlier: readonly Draft[]): Pick<Draft, 'type' | 'properties'> | undefined {
    if (earlier.length === 0) this.wanted.length = 0;
    return grow(new Garden(earlier, this.dice, this.numbers), this.wanted);
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

  private text(used: readonly Draft[], hasSecret: boolean): Json {
    const parts = used.map(draft => this.reference(draft));
    if (hasSecret && this.dice.chance(0.4)) parts.push({ get_param: 'secret' });
    const [only] = parts;
    if (only === undefined) return `v${this.dice.below(1000)}`;
    if (parts.length === 1) return only;
    const params = Object.fromEntries(parts.map((part, n) => [`$${n}_`, part]));
    return { str_replace: { template: parts.map((_, n) => `$${n}_`).join('-'), params } };
  }

  private properties(type: string, used: readonly Draft[], hasSecret: boolean): Record<string, Json> {
    const { dice } = this;
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
        return { value: this.text(used, hasSecret), slot: `slot-${++this.slotCount}-${dice.below(1e6)}` };
      default:
        return { value: this.text(used, hasSecret), ...(dice.chance(0.3) ? { name: `name${dice.below(5)}` } : {}) };
    }
  }

  /** One that fails, or that never ends. */
  private bad(earlier: readonly Draft[], fails: boolean): Draft {
    const { dice } = this;
    const dependsOn = earlier.length > 0 && dice.chance(0.6) ? [dice.pick(earlier).name] : [];
    const properties = fails
      ? { fail: true, action_wait_secs: { create: dice.between(0, 3) } }
      : { action_wait_secs: { create: -1 } };
    return { name: 'bad', type: 'OS::Heat::TestResource', properties, dependsOn };
  }
}

function isGrown(type: string): boolean {
  return growers.some(grower => grower.type === type);
}
