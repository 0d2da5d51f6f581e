/**
 * Fn::Sub: a text with `${Name}` in it, where Name is a variable of its own, a parameter, a resource, or
 * `Resource.attribute`; `${!Name}` stands for the text `${Name}`.
 *
 * Heat has no such function: it is CloudFormation's, as AWS documents it. It is a macro that takes the text apart into
 * Ref and Fn::GetAtt, so what it requires, and what it waits for, is found as it is for those.
 */
import { pyStr, pyType } from '../../values/python.ts';
import { isList, isMap, mapOf, type Value } from '../../values/value.ts';
import type { Expr } from '../expr.ts';
import { checkSize } from './bounds.ts';
import { type FunctionDefinition, failure, intrinsic, type MacroParser } from './function.ts';

const joined = intrinsic({
  id: 'Fn::Sub',
  apply(pieces, name) {
    const texts = isList(pieces) ? pieces.map(piece => textOf(piece, name)) : [];
    checkSize(
      texts.reduce((sum, text) => sum + text.length, 0),
      name,
    );
    return texts.join('');
  },
});

export const sub: FunctionDefinition = {
  ...joined,
  parse(args, at, parser) {
    const [text = null, variables = mapOf([])] = isList(args) && args.length === 2 ? args : [args];
    if (typeof text !== 'string' || !isMap(variables)) {
      throw failure.type('Arguments to "Fn::Sub" must be a text, or of the form [text, {name: value}]');
    }
    const own = new Map<string, Expr>();
    for (const [name, value] of variables) own.set(name, parser.value(value, `${at}[1].${name}`));
    return pieces(text, own, at, parser);
  },
};

/** The text between the variables, and what stands for them. */
function pieces(text: string, own: ReadonlyMap<string, Expr>, at: string, parser: MacroParser): readonly Expr[] {
  const found: Expr[] = [];
  let from = 0;
  // Not by an expression: that would look for the end of each `${` again where there is none.
  for (let end = 0; ; from = end + 1) {
    const start = text.indexOf('${', from);
    end = start < 0 ? -1 : text.indexOf('}', start);
    if (end < 0) break;
    const name = text.slice(start + 2, end);
    found.push(text.slice(from, start));
    if (name.startsWith('!')) found.push(`\${${name.slice(1)}}`);
    else found.push(own.has(name) ? (own.get(name) ?? null) : named(name, at, parser));
  }
  found.push(text.slice(from));
  return found.filter(piece => piece !== '');
}

function named(name: string, at: string, parser: MacroParser): Expr {
  if (name === '') throw failure.value('"Fn::Sub" has ${} without a name in it');
  const dot = name.indexOf('.');
  if (dot < 0) return parser.value(mapOf([['Ref', name]]), at);
  return parser.value(mapOf([['Fn::GetAtt', [name.slice(0, dot), name.slice(dot + 1)]]]), at);
}

/** Nothing, as long as it is not known. */
function textOf(value: Value, name: string): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return String(value);
  if (isList(value) || isMap(value)) {
    throw failure.type(`A value in "${name}" must be a text or a number, not a ${pyType(value)}`);
  }
  return pyStr(value);
}
