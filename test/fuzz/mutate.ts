/** What goes wrong on the way: in a template's tree, and in its text. */
import { isList, isMap, type Value } from '../../engine/values/value.ts';
import type { Dice } from './dice.ts';
import { deep, garbage, text } from './scalars.ts';

/** The tree with so many changes: something taken away, doubled, renamed, moved, put elsewhere or made nonsense. */
export function mutated(dice: Dice, tree: Value, changes: number): Value {
  let changed = tree;
  for (let i = 0; i < changes; i++) changed = once(dice, changed, changed, 0);
  return changed;
}

/** Goes down at random and changes what it ends at. */
function once(dice: Dice, value: Value, root: Value, depth: number): Value {
  const isEnd = depth > 1 && dice.chance(0.25);
  if (!isEnd && isList(value) && value.length > 0) {
    const at = dice.below(value.length);
    return value.map((item, i) => (i === at ? once(dice, item, root, depth + 1) : item));
  }
  if (!isEnd && isMap(value) && value.size > 0) {
    const keys = [...value.keys()];
    const picked = dice.pick(keys);
    // A template without a version is none: what is wrong elsewhere in it would not be seen.
    const at = picked.includes('ersion') && dice.chance(0.95) ? (keys.at(-1) ?? picked) : picked;
    if (depth > 0 && dice.chance(0.2)) return renamed(dice, value, at);
    return new Map([...value].map(([key, item]) => [key, key === at ? once(dice, item, root, depth + 1) : item]));
  }
  return changed(dice, value, root);
}

function renamed(dice: Dice, value: ReadonlyMap<string, Value>, at: string): Value {
  const rest = [...value].filter(([key]) => key !== at);
  if (dice.chance(0.4)) return new Map(rest);
  return new Map([...rest, [dice.chance(0.5) ? text(dice) : at.toUpperCase(), value.get(at) ?? null]]);
}

function changed(dice: Dice, value: Value, root: Value): Value {
  switch (dice.below(8)) {
    case 0:
      return null;
    case 1:
      return [value];
    case 2:
      return new Map([['a', value]]);
    case 3:
      return deep(dice, dice.few(140));
    case 4:
      return part(dice, root);
    case 5:
      return isList(value) ? [...value, ...value] : text(dice);
    default:
      return garbage(dice);
  }
}

/** Any part of the tree. */
function part(dice: Dice, root: Value): Value {
  let at = root;
  for (let depth = dice.between(1, 5); depth > 0; depth--) {
    const below = isList(at) ? at : isMap(at) ? [...at.values()] : [];
    if (below.length === 0) break;
    at = dice.pick(below);
  }
  return at;
}

const tokens: readonly string[] = [
  '\n',
  '\n  ',
  '\t',
  ' ',
  ': ',
  '- ',
  '? ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '|',
  '>-',
  '&a ',
  '*a',
  '&a [*a]',
  '<<: ',
  '<<: *a',
  '!!binary ',
  '!!python/object:os.system ',
  '!Ref ',
  '!!set ',
  '%YAML 1.2\n---\n',
  '---\n',
  '...\n',
  '#',
  '\r',
  '\u0085',
  '\u0000',
  '\ufeff',
  '\ud800',
  '\\u0000',
  '1e999',
  '0x1F',
  '190:20:30',
  '2001-01-01',
  '~',
  'null',
  'true',
  'NaN',
  '-.inf',
  '123456789012345678901234567890',
  '__proto__: ',
  'get_param: ',
  '{get_attr: [r0, ',
];

/** The text with so many changes of its characters and tokens. */
export function mangled(dice: Dice, given: string, changes: number): string {
  let result = given;
  for (let i = 0; i < changes; i++) {
    const at = dice.below(result.length + 1);
    const end = Math.min(result.length, at + dice.few(20));
    switch (dice.below(6)) {
      case 0:
        result = result.slice(0, at) + result.slice(end);
        break;
      case 1:
        result = result.slice(0, end) + result.slice(at, end).repeat(dice.between(1, 4)) + result.slice(end);
        break;
      case 2:
        result =
          result.slice(0, at) + String.fromCharCode(dice.below(dice.chance(0.8) ? 128 : 65_536)) + result.slice(at + 1);
        break;
      case 3: {
        const lines = result.split('\n');
        const from = dice.below(lines.length);
        lines.splice(dice.below(lines.length), 0, ...lines.splice(from, dice.between(1, 3)));
        result = lines.join('\n');
        break;
      }
      default:
        result = result.slice(0, at) + dice.pick(tokens) + result.slice(at);
    }
  }
  return result;
}

/** Texts that are hard to read: deep, wide, or bigger than they look. */
export function monster(dice: Dice): string {
  const n = dice.between(10, dice.chance(0.2) ? 2_000 : 200);
  switch (dice.below(8)) {
    case 0:
      return '['.repeat(n);
    case 1:
      return `heat_template_version: 2021-04-16\noutputs: {o: {value: ${'['.repeat(n)}${']'.repeat(n)}}}`;
    case 2:
      return dice.times(n, i => `${' '.repeat(i % 200)}a${i}:`).join('\n');
    case 3: {
      const bomb = dice.times(dice.between(2, 12), i => `b${i + 1}: &b${i + 1} [${`*b${i},`.repeat(9)}]`).join('\n');
      return `heat_template_version: 2021-04-16\noutputs:\n  o:\n    value: 1\nb0: &b0 [x]\n${bomb}`;
    }
    case 4:
      return `heat_template_version: 2021-04-16\nresources: {${dice.times(Math.min(n, 300), i => `r${i}: {type: OS::Heat::None, depends_on: r${dice.below(300)}}`).join(', ')}}`;
    case 5: {
      const chain = dice.times(n, i => `c${i}: {not: c${i + 1}}`).join(', ');
      return `heat_template_version: 2021-04-16\nconditions: {${chain}, c${n}: true}\noutputs: {o: {value: 1, condition: c0}}`;
    }
    case 6: {
      const nested = `${'{list_join: [",", ['.repeat(n % 60)}a${']]}'.repeat(n % 60)}`;
      return `heat_template_version: 2021-04-16\noutputs: {o: {value: ${nested}}}`;
    }
    default: {
      const each = `{for_each: {"%x%": [${'a,'.repeat(n % 90)}], "%y%": [${'b,'.repeat(n % 90)}], "%z%": [${'c,'.repeat(n % 90)}]}, template: "%x%%y%%z%"}`;
      return `heat_template_version: 2021-04-16\noutputs: {o: {value: {repeat: ${each}}}}`;
    }
  }
}
