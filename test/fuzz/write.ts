/** Values as text in the ways that people write them: JSON, or YAML in blocks, with anchors, quotes and comments. */
import { writeJson } from '../../engine/values/json.ts';
import { isFloat, isList, isMap, type Value } from '../../engine/values/value.ts';
import type { Dice } from './dice.ts';

export function written(dice: Dice, value: Value): string {
  if (dice.chance(0.7)) return writeJson(value, { pretty: dice.chance(0.2) });
  return `${block(dice, value, 0)}\n`;
}

function block(dice: Dice, value: Value, level: number): string {
  const indent = '  '.repeat(level);
  if (level > 60 || dice.chance(0.05)) return indent + flow(value);
  if (isMap(value) && value.size > 0) {
    return [...value].map(([key, item]) => `${indent}${keyText(dice, key)}:${inner(dice, item, level)}`).join('\n');
  }
  if (isList(value) && value.length > 0) {
    return value.map(item => `${indent}-${inner(dice, item, level)}`).join('\n');
  }
  return flow(value);
}

function inner(dice: Dice, item: Value, level: number): string {
  const isBlock = (isMap(item) && item.size > 0) || (isList(item) && item.length > 0);
  if (!isBlock || level > 60) return ` ${scalarText(dice, item)}`;
  if (dice.chance(0.1)) return ` ${flow(item)}`;
  const comment = dice.chance(0.02) ? ' # why' : '';
  return `${comment}\n${block(dice, item, level + 1)}`;
}

const bare = /^[A-Za-z_][A-Za-z0-9_]*$/;

function keyText(dice: Dice, key: string): string {
  return bare.test(key) && dice.chance(0.9) ? key : JSON.stringify(key);
}

function scalarText(dice: Dice, value: Value): string {
  return typeof value === 'string' && bare.test(value) && dice.chance(0.7) ? value : flow(value);
}

/** JSON is YAML, but for floats, whose text YAML reads as it stands. */
function flow(value: Value): string {
  return isFloat(value) ? value.float : writeJson(value);
}
