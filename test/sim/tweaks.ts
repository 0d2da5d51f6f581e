/**
 * What of a resource of each type can be changed, as a table: in place, or by another one in its stead.
 *
 * A thing that can be there only once (a slot, a range, a name) is another one after each replacement.
 */
import { cloudTweaks } from './cloud-tweaks.ts';
import { type Draft, type Json, usesOf } from './drafts.ts';
import { group, nestChange, pair, stackInStack } from './nests.ts';
import type { TemplateMaker } from './templates.ts';

interface Asked {
  readonly hasSecret: boolean;
  /** Another one in its stead; else in place. */
  readonly replaces: boolean;
  /** Only what can be held once. */
  readonly onlyUnique?: boolean;
}

interface Around {
  readonly maker: TemplateMaker;
  /** What it used before, as far as that is there. */
  readonly used: readonly Draft[];
  readonly hasSecret: boolean;
}

type Tweak = (draft: Draft, around: Around) => Record<string, Json>;

interface Tweaks {
  readonly inPlace?: Tweak;
  readonly replacing?: Tweak;
  /** What a thing that is another one must hold otherwise. */
  readonly unique?: Tweak;
}

const tweaks: Readonly<Record<string, Tweaks>> = {
  'OS::Heat::Value': { inPlace: text('value') },
  'OS::Heat::RandomString': { replacing: (_, { maker }) => ({ length: maker.dice.between(41, 80) }) },
  'OS::Heat::None': { inPlace: text('anything') },
  'OS::Heat::Delay': { inPlace: (_, { maker }) => ({ min_wait: maker.dice.between(4, 6) }) },
  'OS::Heat::TestResource': {
    inPlace: (draft, around) =>
      around.maker.dice.chance(0.7) ? text('value')(draft, around) : { wait_secs: around.maker.dice.between(0, 6) },
    replacing: (_, { maker }) => ({ update_replace_value: `k${maker.dice.below(1_000)}` }),
  },
  [group]: { inPlace: nest },
  [stackInStack]: { inPlace: nest },
  [pair]: { inPlace: nest },
  'Sim::Cloud::Thing': {
    inPlace: (_, { maker }) => ({ name: `name${maker.dice.below(50)}` }),
    replacing: text('value'),
  },
  'Sim::Cloud::Key': {
    replacing: (draft, around) => ({ ...text('value')(draft, around), slot: around.maker.slot() }),
    unique: (_, { maker }) => ({ slot: maker.slot() }),
  },
};

function nest(draft: Draft, around: Around): Record<string, Json> {
  const { value } = text('value')(draft, around);
  return nestChange(draft, value ?? '', around.maker.dice);
}

/** Another text, with the same references. */
function text(property: string): Tweak {
  return (_, { maker, used, hasSecret }) => {
    const said = maker.text(used, hasSecret);
    const isPlain = typeof said === 'string';
    return { [property]: isPlain ? said : { list_join: ['+', [said, `w${maker.dice.below(100)}`]] } };
  };
}

/** The draft's properties, changed; undefined where its type cannot be changed so. */
export function tweak(
  maker: TemplateMaker,
  draft: Draft,
  earlier: readonly Draft[],
  { hasSecret, replaces, onlyUnique = false }: Asked,
): Record<string, Json> | undefined {
  const grown = cloudTweaks[draft.type];
  if (grown !== undefined) {
    const some = (onlyUnique ? undefined : replaces ? grown.replacing : grown.inPlace) ?? [];
    if (some.length === 0) return undefined;
    const around = { dice: maker.dice, number: () => maker.number() };
    return { ...draft.properties, ...maker.dice.pick(some)(around, draft) };
  }
  const { inPlace, replacing, unique } = tweaks[draft.type] ?? {};
  const change = onlyUnique ? unique : replaces ? replacing : inPlace;
  if (change === undefined) return undefined;
  const uses = usesOf(draft);
  const used = earlier.filter(({ name }) => uses.includes(name) && !draft.dependsOn.includes(name));
  return { ...draft.properties, ...change(draft, { maker, used, hasSecret }) };
}
