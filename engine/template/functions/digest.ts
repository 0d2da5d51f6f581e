/** digest: a text's hash, as hex (contract: templates §3). */
import { createHash } from 'node:crypto';
import { isList } from '../../values/value.ts';
import { failure, intrinsic } from './function.ts';

/** Python's names of the algorithms, and Node's. A hash depends on its input alone: nothing here varies by run. */
const algorithms: ReadonlyMap<string, string> = new Map([
  ['blake2b', 'blake2b512'],
  ['blake2s', 'blake2s256'],
  ['md5', 'md5'],
  ['sha1', 'sha1'],
  ['sha224', 'sha224'],
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha3_224', 'sha3-224'],
  ['sha3_256', 'sha3-256'],
  ['sha3_384', 'sha3-384'],
  ['sha3_512', 'sha3-512'],
  ['sha512', 'sha512'],
  ['sha512_224', 'sha512-224'],
  ['sha512_256', 'sha512-256'],
]);

export const digest = intrinsic({
  id: 'digest',
  apply(args, name) {
    if (!isList(args) || !args.every(arg => typeof arg === 'string')) {
      throw failure.type(`Argument to function "${name}" must be a list of strings`);
    }
    const [algorithm, value] = args as readonly string[];
    if (args.length !== 2 || algorithm === undefined || value === undefined) {
      throw failure.value(`Function "${name}" usage: ["<algorithm>", "<value>"]`);
    }
    const known = algorithms.get(algorithm.toLowerCase());
    if (known === undefined) {
      const names = [...algorithms.keys()].map(other => `'${other}'`).join(', ');
      throw failure.value(`Algorithm must be one of {${names}}`);
    }
    return createHash(known).update(latin1(value)).digest('hex');
  },
});

function latin1(text: string): Uint8Array {
  const characters = [...text];
  const foreign = characters.findIndex(character => (character.codePointAt(0) ?? 0) > 255);
  if (foreign >= 0) {
    const code = (characters[foreign] ?? '').codePointAt(0) ?? 0;
    const shown =
      code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
    throw failure.value(
      `'latin-1' codec can't encode character '${shown}' in position ${foreign}: ordinal not in range(256)`,
    );
  }
  return Uint8Array.from(characters, character => character.codePointAt(0) ?? 0);
}
