/**
 * What a user changes of a template, as a table: each kind of change makes other drafts of some, or does not apply.
 *
 * Whatever is changed, each draft uses earlier ones only, and what can be held only once is never held by two.
 */
import { type Draft, renamed, usesOf, withoutAttributes } from './drafts.ts';
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
    const some = drafts.filter(({ type }) => !isGrown(type));
    if (some.length === 0) return undefined;
    const { name } = maker.dice.pick(some);
    const to = freeName(maker, drafts);
    return renamed(drafts, name, to).map(draft => (draft.name === to ? freed(maker, draft) : draft));
  },
  'that turns an edge round': turnedRound,
  'that changes a type': (maker, { drafts, hasSecret, made }) => {
    const some = drafts.filter(({ type }) => !isGrown(type));
    if (some.length === 0) return undefined;
    const { name, type } = maker.dice.pick(some);
    const other = maker.type(made.flavour);
    if (other === type) return undefined;
    return changedAt(drafts, name, (draft, earlier) => {
      const uses = usesOf(draft);
      const used = earlier.filter(each => uses.includes(each.name));
      return { ...draft, type: other, properties: maker.properties(other, used, hasSecret) };
    }).map(draft => (usesOf(draft).includes(name) ? withoutAttributes(draft, name) : draft));
  },
  'that fails': (maker, { drafts }) => [...drafts, maker.bad(drafts, true)],
  'that hangs': (maker, { drafts }) => [...drafts, maker.bad(drafts, false)],
  'of a tree': () => undefined,
};

/** What is picked of the kinds: failing and hanging ones are rare, and one of them is enough. */
const usual = changeKinds.filter(kind => !['that fails', 'that hangs', 'of a tree'].includes(kind));

/** Another template for the same stack, in up to three ways at once. */
export function changed(maker: TemplateMaker, made: MadeTemplate): Changed {
  const { dice } = maker;
  if (dice.chance(0.08)) return { template: made, kinds: [] };
  if (made.graph !== undefined) return { template: maker.tree(made.graph.changed(dice)), kinds: ['of a tree'] };
  const kinds: ChangeKind[] = [];
  // What was wrong with it is mostly mended.
  const mended = dice.chance(0.8);
  let drafts = mended ? made.drafts.filter(({ name }) => name !== bad) : made.drafts;
  const wrong = drafts.find(({ name }) => name === bad);
  drafts = drafts.filter(draft => draft !== wrong);
  const hasSecret = made.secret !== undefined;
  const apply = (kind: ChangeKind) => {
    const after = changes[kind](maker, { drafts, hasSecret, made });
    if (after === undefined) return;
    kinds.push(kind);
    drafts = after;
  };
  for (let left = dice.between(1, 3); left > 0; left--) apply(dice.pick(usual));
  const isThere = (name: string) => drafts.some(draft => draft.name === name);
  if (wrong !== undefined) drafts = [...drafts, { ...wrong, dependsOn: wrong.dependsOn.filter(isThere) }];
  else if (dice.chance(0.14)) apply('that fails');
  else if (dice.chance(0.06)) apply('that hangs');
  const secret = hasSecret && dice.chance(0.2) ? maker.secret() : made.secret;
  return { template: maker.made(drafts, secret, made.flavour), kinds };
}

/** The same template, but nothing of it fails or hangs. */
export function mended(maker: TemplateMaker, made: MadeTemplate): MadeTemplate {
  if (made.graph !== undefined) return maker.tree(made.graph.healthy());
  const drafts = made.drafts.filter(({ name }) => name !== bad);
  return maker.made(drafts, made.secret, made.flavour);
}

/** The draft of that name is another one; what follows it stays. */
function changedAt(
  drafts: readonly Draft[],
  name: string,
  change: (draft: Draft, earlier: readonly Draft[]) => Draft,
): readonly Draft[] {
  return drafts.map((draft, i) => (draft.name === name ? change(draft, drafts.slice(0, i)) : draft));
}

function tweaked(maker: TemplateMaker, { drafts, hasSecret }: Given, replaces: boolean): readonly Draft[] | undefined {
  for (const { name } of maker.dice.shuffled(drafts)) {
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
  if (next === undefined || isGrown(next.type) || dice.chance(0.5)) return [...earlier, fresh, ...drafts.slice(at)];
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
    .filter(([, used]) => drafts.some(({ name, type }) => name === used && !isGrown(type)));
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
