/**
 * The functions of yaql as docs/yaql.md lists them, from their declarations. A test compares the page with this;
 * `node dist/test/yaql/signatures.js` writes it anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { library } from '../../engine/template/yaql/library/all.ts';
import type { Overload, Param } from '../../engine/template/yaql/signature.ts';

export const begin = '<!-- functions: written by test/yaql/signatures.ts -->';
export const end = '<!-- end of functions -->';

/** The page as it should be: everything between the two marks is made here. */
export function withFunctions(page: string): string {
  const [head = '', rest = ''] = page.split(begin);
  const [, tail = ''] = rest.split(end);
  return `${head}${begin}\n\n${sections()}\n${end}${tail}`;
}

function sections(): string {
  return Object.entries(library)
    .map(([part, overloads]) => {
      const calls = [...new Set(overloads.map(shown))].sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1));
      return `### ${part}\n\n${calls.map(call => `* \`${call}\``).join('\n')}\n`;
    })
    .join('\n');
}

/** Operators first. */
function order(call: string): number {
  return /^\w*[.]?\w+\(/.test(call.replace(/^[\w >]+\./, '')) ? 1 : 0;
}

function shown(overload: Overload): string {
  const { name, params, style } = overload;
  const [first, second] = params.map(({ type }) => type.label);
  if (name === '#get_context_data') return '$name';
  if (name === '#list') return '[any, …]';
  if (name === '#map') return '{key => value, …}';
  if (name === '#indexer') return `${first}[${params.slice(1).map(one).join(', ')}]`;
  if (name === '#operator_.' || name === '#operator_?.') return `${first}${name.slice(10)}${second}`;
  if (name.startsWith('#operator_'))
    return `${operand(params[0])} ${name.slice(10)} ${operand(params[1] ?? params[0])}`;
  if (name.startsWith('#unary_operator_')) return `${name.slice(16)} ${first}`;
  if (name === '*equal' || name === '*not_equal') return `any ${name === '*equal' ? '=' : '!='} any`;
  if (name.startsWith('#property#')) return `${first}.${name.slice(10)}`;
  const others = params[0]?.takes === 'one' ? params.slice(1) : params;
  const asMethod = `${first}.${name}(${others.map(one).join(', ')})`;
  if (style === 'method') return asMethod;
  const asFunction = `${name}(${params.map(one).join(', ')})`;
  return style === 'both' ? `${asMethod}, ${asFunction}` : asFunction;
}

const operand = (param: Param<unknown> | undefined): string => param?.type.label ?? '';

function one(param: Param<unknown>): string {
  if (param.takes === 'rest') return `${param.type.label}, …`;
  if (param.takes === 'named') return `name => ${param.type.label}, …`;
  const value = param.fallback?.value;
  const usual =
    param.fallback === undefined
      ? ''
      : value === undefined
        ? '?'
        : ` = ${typeof value === 'string' ? `'${value}'` : String(value)}`;
  return `${param.name}: ${param.type.label}${usual}`;
}

const page = new URL('../../../docs/yaql.md', import.meta.url);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(page, withFunctions(readFileSync(page, 'utf8')));
}
