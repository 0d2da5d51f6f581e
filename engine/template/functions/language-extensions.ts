/**
 * Fn::Length, Fn::ToJsonString: of AWS's transform AWS::LanguageExtensions, as AWS documents them. Heat has no such
 * functions.
 */
import { writeJson } from '../../values/json.ts';
import { pyType } from '../../values/python.ts';
import { isList, isMap } from '../../values/value.ts';
import { failure, intrinsic } from './function.ts';

/** How many items a list has; nothing that is not known yet has any. */
export const length = intrinsic({
  id: 'Fn::Length',
  apply(args, name) {
    if (!isList(args)) throw failure.type(`The argument of "${name}" must be a list, not a ${pyType(args)}`);
    return BigInt(args.length);
  },
});

/** In the order of the keys, without blanks. */
export const toJsonString = intrinsic({
  id: 'Fn::ToJsonString',
  apply(args, name) {
    if (!isList(args) && !isMap(args)) {
      throw failure.type(`The argument of "${name}" must be a map or a list, not a ${pyType(args)}`);
    }
    return writeJson(args);
  },
});
