/** Fn::Split: a text cut at a delimiter, which is written out: no function gives it (contract: templates §3). */
import { pyType } from '../../values/python.ts';
import { isList } from '../../values/value.ts';
import { isCall } from '../expr.ts';
import { functionName } from '../path.ts';
import { type FunctionDefinition, failure, intrinsic } from './function.ts';

const pieces = intrinsic({
  id: 'Fn::Split',
  make(args, name) {
    if (Array.isArray(args) && args.length === 2) return;
    const text = `Incorrect arguments to "${name}" should be: "${name}" : [ ",", "str1,str2"]]`;
    throw Array.isArray(args) ? failure.value(text) : failure.type(text);
  },
  apply(args, name) {
    const [delimiter = null, text = null] = isList(args) ? args : [];
    if (typeof delimiter !== 'string') throw wrongDelimiter(name);
    if (typeof text !== 'string') {
      throw failure.type(`String to split must be string; got <class '${pyType(text)}'>`);
    }
    if (delimiter === '') throw failure.value('empty separator');
    return text.split(delimiter);
  },
});

export const split: FunctionDefinition = {
  ...pieces,
  evaluate(call, scope, evaluate) {
    const delimiter = Array.isArray(call.args) ? call.args[0] : null;
    if (isCall(delimiter ?? null)) throw wrongDelimiter(functionName(call.at));
    return pieces.evaluate(call, scope, evaluate);
  },
};

function wrongDelimiter(name: string): Error {
  return failure.type(`Delimiter for ${name} must be string`);
}
