/**
 * What a user changes of a template, as a table: each kind of change makes other drafts of some, or does not apply.
 *
 * Whatever is changed, each draft uses earlier ones only, and what can be held only once is never held by two.
 */
import { type Draft, renamed, usesOf, withoutAttributes } from './drafts.ts';
import { batchesFor, healed, hookFor, isRetainable } from './extras.ts';
import { group } from './nests.ts';
import { bad, isGrown, type MadeTemplate, type TemplateMaker } from './templates.ts';
import { tweak } from './tweaks.ts';

export const changeKinds = [
  'in place',
  'that replaces',
  'that adds',
  'that removes',
  'that renames',
  'that turns an edge round',
  'that changes a type',
  'that retains or no longer retains',
  'that adopts',
  'that names another thing to watch',
  'that sets or takes away a hook',
  'of a group',
  'that changes how a group changes',
  'that fails',
  'that hangs',
  'of a tree',
] as const;

export type ChangeKind = (typeof changeKinds)[number];

export interface Changed {
  readonly template: MadeTemplate;
  /** Empty: of nothing. */
  readonly kinds: readonly ChangeKind[];
}

interface Given {
  readonly drafts: readonly Draft[];
  readonly hasSecret: boolean;
  readonly made: MadeTemplate;
  /** Default: any. */
  readonly fits?: (draft: Draft) => boolean;
}

type Change = (maker: TemplateMaker, given: Given) => readonly Draft[] | undefined;

const changes: Readonly<Record<ChangeKind, Change>> = {
  'in place': (maker, given) => tweaked(maker, given, false),
  'that replaces': (maker, given) => tweaked(maker, given, true),
  'that adds': added,
  'that removes': (maker, { drafts, hasSecret }) => {
    if (drafts.length === 0) return undefined;
    return without(maker, drafts, maker.dice.pick(drafts).name, hasSecret);
  },
  'that renames': (maker, { drafts }) => {
    // A thing of a cloud that goes may still be in the way of the same under another name.
    const some = drafts.filter(({ type, external }) => !isGrown(type) && external === undefined);
    if (some.length === 0) return undefined;
    const { name } = maker.dice.pick(some);
    const to = freeName(maker, drafts);
    return renamed(drafts, name, to).map(draft => (draft.name === to ? freed(maker, draft) : draft));
  },
  'that turns an edge round': turnedRound,
  'that changes a type': (maker, { drafts, hasSecret, made }) => {
    const some = drafts.filter(({ type, external }) => !isGrown(type) && external === undefined);
    if (some.length === 0) return undefined;
    const { name, type } = maker.dice.pick(some);
    const other = maker.type(made.flavour);
    if (other === type) return undefined;
    return changedAt(drafts, name, (draft, earlier) => {
      const uses = usesOf(draft);
      const used = earlier.filter(each => uses.includes(each.name));
      const { dependsOn, hook } = draft;
      const properties = maker.properties(other, used, hasSecret);
      return { name, type: other, properties, dependsOn, ...(hook === undefined ? {} : { hook }) };
    }).map(draft => (usesOf(draft).includes(name) ? withoutAttributes(draft, name) : draft));
  },
  'that retains or no longer retains': (maker, { drafts }) =>
    some(maker, drafts, isRetainable, draft => ({ ...draft, retained: draft.retained !== true })),
  'that adopts': (maker, { drafts, made: { flavour } }) => {
    if (flavour !== 'any' && flavour !== 'cloud') return undefined;
    const at = maker.dice.between(0, drafts.length);
    return [...drafts.slice(0, at), maker.adopted(flavour), ...drafts.slice(at)];
  },
  'that names another thing to watch': (maker, { drafts }) =>
    some(
      maker,
      drafts,
      ({ external }) => external !== undefined,
      draft => ({ ...draft, strays: maker.stranger(draft.type) }),
    ),
  'that sets or takes away a hook': (maker, { drafts }) =>
    some(
      maker,
      drafts,
      () => true,
      ({ hook, ...draft }) => (hook === undefined ? { ...draft, hook: hookFor(maker.dice) } : draft),
    ),
  'of a group': (maker, { drafts, hasSecret }) =>
    tweaked(maker, { drafts, hasSecret, fits: ({ type }) => type === group }, false),
  'that changes how a group changes': (maker, { drafts }) =>
    some(
      maker,
      drafts,
      ({ type }) => type === group,
      ({ rolling: _rolling, creating: _creating, ...draft }) => ({ ...draft, ...batchesFor(maker.dice) }),
    ),
  'that fails': (maker, { drafts }) => [...drafts, maker.bad(drafts, true)],
  'that hangs': (maker, { drafts }) => [...drafts, maker.bad(drafts, false)],
  'of a tree': () => undefined,
};

/** What is picked of the kinds: failing and hanging ones are rare, and one of them is enough. */
const odd: readonly ChangeKind[] = ['that fails', 'that hangs', 'of a tree', 'of a group'];
/** They come up half as often. */
const seldom: readonly ChangeKind[] = [
  'that retains or no longer retains',
  'that adopts',
  'that names another thing to watch',
  'that sets or takes away a hook',
  'that changes how a group changes',
];
const often = changeKinds.filter(kind => !odd.includes(kind) && !seldom.includes(kind));
const usual = [...often, ...often, ...seldom];

/** Another template for the same stack, in up to three ways at once. */
export function changed(maker: TemplateMaker, made: MadeTemplate): Changed {
  const { dice } = maker;
  if (dice.chance(0.08)) return { template: made, kinds: [] };
  if (made.graph !== undefined) return { template: maker.tree(made.graph.changed(dice)), kinds: ['of a tree'] };
  const kinds: ChangeKind[] = [];
  // What was wrong with it is mostly mended.
  const mended = dice.chance(0.8);
  let drafts: readonly Draft[] = (mended ? made.drafts.filter(({ name }) => name !== bad) : made.drafts).map(steadied);
  const wrong = drafts.find(({ name }) => name === bad);
  drafts = drafts.filter(draft => draft !== wrong);
  const hasSecret = made.secret !== undefined;
  const apply = (kind: ChangeKind) => {
    const after = changes[kind](maker, { drafts, hasSecret, made });
    if (after === undefined) return;
    kinds.push(kind);
    drafts = after;
  };
  if (!maker.isPlain && drafts.some(({ type }) => type === group)) {
    if (dice.chance(0.5)) apply('of a group');
    if (dice.chance(0.18)) apply('that changes how a group changes');
  }
  if (drafts.some(({ external }) => external !== undefined) && dice.chance(0.38))
    apply('that names another thing to watch');
  for (let left = dice.between(kinds.length > 0 ? 0 : 1, 3); left > 0; left--)
    apply(dice.pick(maker.isPlain ? often : usual));
  const isThere = (name: string) => drafts.some(draft => draft.name === name);
  if (wrong !== undefined) drafts = [...drafts, { ...wrong, dependsOn: wrong.dependsOn.filter(isThere) }];
  else if (dice.chance(0.14)) apply('that fails');
  else if (dice.chance(0.08)) apply('that hangs');
  const secret = hasSecret && dice.chance(0.2) ? maker.secret() : made.secret;
  return { template: maker.made(drafts, secret, made.flavour), kinds };
}

/** The same template, but nothing of it fails or hangs. */
export function mended(maker: TemplateMaker, made: MadeTemplate): MadeTemplate {
  if (made.graph !== undefined) return maker.tree(made.graph.healthy());
  const drafts = made.drafts.filter(({ name }) => name !== bad).map(healed);
  return maker.made(drafts, made.secret, made.flavour);
}

/** It names what it watches. */
function steadied({ strays: _strays, ...draft }: Draft): Draft {
  return draft;
}

/** One of those that fit is another one. */
function some(
  { dice }: TemplateMaker,
  drafts: readonly Draft[],
  fits: (draft: Draft) => boolean,
  change: (draft: Draft) => Draft,
): readonly Draft[] | undefined {
  const fitting = drafts.filter(fits);
  return fitting.length === 0 ? undefined : changedAt(drafts, dice.pick(fitting).name, change);
}

/** The draft of that name is another one; what follows it stays. */
function changedAt(
  drafts: readonly Draft[],
  name: string,
  change: (draft: Draft, earlier: readonly Draft[]) => Draft,
): readonly Draft[] {
  return drafts.map((draft, i) => (draft.name === name ? change(draft, drafts.slice(0, i)) : draft));
}

function tweaked(
  maker: TemplateMaker,
  { drafts, hasSecret, fits }: Pick<Given, 'drafts' | 'hasSecret' | 'fits'>,
  replaces: boolean,
): readonly Draft[] | undefined {
  for (const { name } of maker.dice.shuffled(fits === undefined ? drafts : drafts.filter(fits))) {
    let found = false;
    const after = changedAt(drafts, name, (draft, earlier) => {
      const properties = tweak(maker, draft, earlier, { hasSecret, replaces });
      found = properties !== undefined;
      return properties === undefined ? draft : { ...draft, properties };
    });
    if (found) return after;
  }
  return undefined;
}

/** A new one at the end, or, where nothing is grown, anywhere; then others may come to use it. */
function added(maker: TemplateMaker, { drafts, hasSecret, made }: Given): readonly Draft[] {
  const { dice } = maker;
  const name = freeName(maker, drafts);
  const at = made.flavour === 'cloud' ? drafts.length : dice.between(0, drafts.length);
  const earlier = drafts.slice(0, at);
  const fresh = maker.draft(name, earlier, 'random', made.flavour, hasSecret);
  const [next, ...rest] = drafts.slice(at);
  const mayUse = next !== undefined && !isGrown(next.type) && next.external === undefined;
  if (!mayUse || dice.chance(0.5)) return [...earlier, fresh, ...drafts.slice(at)];
  return [...earlier, fresh, { ...next, dependsOn: [...new Set([...next.dependsOn, name])] }, ...rest];
}

/** Without one; who used it uses others, or goes with it. */
function without(maker: TemplateMaker, drafts: readonly Draft[], name: string, hasSecret: boolean): readonly Draft[] {
  const left: Draft[] = [];
  const gone = new Set([name]);
  for (const draft of drafts) {
    const orphaned = usesOf(draft).some(used => gone.has(used));
    if (draft.name === name || (orphaned && isGrown(draft.type))) gone.add(draft.name);
    else left.push(orphaned ? maker.after(draft, left, hasSecret) : draft);
  }
  return left;
}

/** Who used another one is used by it. */
function turnedRound(maker: TemplateMaker, { drafts, hasSecret }: Given): readonly Draft[] | undefined {
  const edges = drafts
    .filter(({ type }) => !isGrown(type))
    .flatMap(user => usesOf(user).map(used => [user.name, used] as const))
    .filter(([, used]) =>
      drafts.some(({ name, type, external }) => name === used && !isGrown(type) && external === undefined),
    );
  if (edges.length === 0) return undefined;
  const [user, used] = maker.dice.pick(edges);
  const from = drafts.findIndex(({ name }) => name === used);
  const to = drafts.findIndex(({ name }) => name === user);
  const moved = drafts[to];
  if (moved === undefined) return undefined;
  const order = [...drafts.slice(0, from), moved, ...drafts.slice(from, to), ...drafts.slice(to + 1)];
  const after: Draft[] = [];
  for (const draft of order) {
    const own = maker.after(draft, after, hasSecret);
    after.push(draft.name === used ? { ...own, dependsOn: [...new Set([...own.dependsOn, user])] } : own);
  }
  return after;
}

/** A name that none has; now and then one that was there before. */
function freeName(maker: TemplateMaker, drafts: readonly Draft[]): string {
  const taken = new Set(drafts.map(({ name }) => name));
  const free = Array.from({ length: drafts.length + 2 }, (_, i) => `r${i}`).filter(name => !taken.has(name));
  const last = drafts.map(({ name }) => Number(name.slice(1))).filter(Number.isInteger);
  return maker.dice.chance(0.4) && free[0] !== undefined ? free[0] : `r${Math.max(-1, ...last) + 1}`;
}

/** Under its new name it is another one: what can be held once it holds otherwise. */
function freed(maker: TemplateMaker, draft: Draft): Draft {
  const properties = tweak(maker, draft, [], { hasSecret: false, replaces: true, onlyUnique: true });
  return properties === undefined ? draft : { ...draft, properties };
}
