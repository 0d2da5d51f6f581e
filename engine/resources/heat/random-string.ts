/**
 * OS::Heat::RandomString: a random string, for passwords and secrets.
 *
 * The string is rolled once, in the turn that makes the resource, and kept sealed; what refers to the resource gets
 * it. Every asked-for minimum is met, the rest is filled from all classes and sequences evenly, and all is shuffled.
 */
import { errors } from '../../kernel/errors.ts';
import { resource } from '../../kit/declare.ts';
import type { LifeContext, LocalOutcome, Made } from '../../kit/resource.ts';
import { allowedValues, attribute, integer, list, map, range, string } from '../../kit/schema.ts';
import { type Expr, type ExprMap, isCall, isKnown } from '../../template/expr.ts';
import { isList, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';

const digits = '0123456789';
const lowercase = 'abcdefghijklmnopqrstuvwxyz';
const uppercase = lowercase.toUpperCase();

const classes: Readonly<Record<string, string>> = {
  lettersdigits: lowercase + uppercase + digits,
  letters: lowercase + uppercase,
  lowercase,
  uppercase,
  digits,
  hexdigits: `${digits}ABCDEF`,
  octdigits: '01234567',
};

const classNames = allowedValues(...Object.keys(classes));
const minimum = integer('How many characters of the string come from here at least.')
  .default(1)
  .constraints(range(1, 512));

const tooShort = 'Length property cannot be smaller than combined character class and character sequence minimums';

const charactersOfClass = new Map(Object.entries(classes).map(([name, text]) => [name, Array.from(text)]));
const ofClass = (name: string): readonly string[] => charactersOfClass.get(name) ?? [];

/** The characters that one entry of a list offers, and how many of them there must be. */
interface Source {
  readonly characters: readonly string[];
  readonly min: number;
}

function sourcesOf(properties: ValueMap): readonly Source[] {
  const sources = [
    ...entries(properties.get('character_sequences')).map(entry =>
      source(entry, Array.from(textOf(entry, 'sequence'))),
    ),
    ...entries(properties.get('character_classes')).map(entry => source(entry, ofClass(textOf(entry, 'class')))),
  ];
  return sources.length > 0 ? sources : [{ characters: ofClass('lettersdigits'), min: 0 }];
}

function entries(value: Value | undefined): readonly ValueMap[] {
  return value !== undefined && value !== null && isList(value) ? value.filter(isMap) : [];
}

function textOf(entry: ValueMap, key: string): string {
  const text = entry.get(key);
  return typeof text === 'string' ? text : '';
}

function source(entry: ValueMap, characters: readonly string[]): Source {
  return { characters, min: Number(entry.get('min') ?? 0n) };
}

function create(properties: ValueMap, context: LifeContext): LocalOutcome<Made> {
  const length = Number(properties.get('length') ?? 0n);
  const sources = sourcesOf(properties);
  if (sources.reduce((sum, { min }) => sum + min, 0) > length) {
    return { kind: 'failed', waitMs: 0, error: 'StackValidationFailed', message: tooShort };
  }
  if (sources.some(({ characters }) => characters.length === 0)) {
    return { kind: 'failed', waitMs: 0, error: 'IndexError', message: 'Cannot choose from an empty sequence' };
  }
  const value = roll(sources, length, n => context.below(n));
  return { kind: 'done', waitMs: 0, value: { physicalId: context.physicalName, data: mapOf([['value', value]]) } };
}

function roll(sources: readonly Source[], length: number, below: (n: number) => number): string {
  const one = (characters: readonly string[]) => characters[below(characters.length)] ?? '';
  const rolled: string[] = [];
  for (const { characters, min } of sources) {
    for (let i = 0; i < min; i++) rolled.push(one(characters));
  }
  while (rolled.length < length) rolled.push(one(sources[below(sources.length)]?.characters ?? []));
  for (let i = rolled.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [rolled[i], rolled[j]] = [rolled[j] ?? '', rolled[i] ?? ''];
  }
  return rolled.join('');
}

/** The sum of the minimums, as far as all of them are known. */
function minimums(value: Expr | undefined): bigint | undefined {
  if (value === undefined || value === null) return 0n;
  if (!isKnown(value) || !isList(value)) return undefined;
  return entries(value).reduce((sum, entry) => sum + BigInt(Number(entry.get('min') ?? 0n)), 0n);
}

/** The hidden property `sequence` is a class with a minimum of one. */
function translate(given: ExprMap): ExprMap {
  if (!given.has('sequence')) return given;
  const { sequence, others } = withoutSequence(given);
  if (sequence === undefined || sequence === null || sequence === '') return others;
  const listed = others.get('character_classes') ?? [];
  if (typeof listed !== 'object' || isCall(listed) || !isList(listed as Value)) return others;
  const asClass: ExprMap = new Map<string, Expr>([
    ['class', sequence],
    ['min', 1n],
  ]);
  return new Map([...others, ['character_classes', [...(listed as readonly Expr[]), asClass]]]);
}

function withoutSequence(given: ExprMap): { readonly sequence: Expr | undefined; readonly others: ExprMap } {
  const others = new Map(given);
  others.delete('sequence');
  return { sequence: given.get('sequence'), others };
}

export default resource('OS::Heat::RandomString', {
  description: 'A random string, for passwords and secrets.',
  since: '2014.1',
  secret: true,
  properties: {
    length: integer('How long the string is.').default(32).constraints(range(1, 512)),
    sequence: string('The class of characters that the string is made of.')
      .constraints(classNames)
      .status({
        status: 'HIDDEN',
        version: '5.0.0',
        previous: { status: 'DEPRECATED', version: '2014.2', message: 'Use property character_classes.' },
      }),
    character_classes: list('The classes of characters that the string is made of.')
      .of(
        map().with({
          class: string('A class of characters.').default('lettersdigits').constraints(classNames),
          min: minimum,
        }),
      )
      .default([{ class: 'lettersdigits', min: 1 }]),
    character_sequences: list('Further characters that the string is made of.').of(
      map().with({ sequence: string('The characters to choose from.').required(), min: minimum }),
    ),
    salt: string('Not used in the string: changing it makes a new one.'),
  },
  attributes: {
    value: attribute('The random string; a reference to the resource gives it too.', { type: 'string', cache: 'none' }),
  },
  translate,
  validate(properties) {
    const length = properties.get('length');
    const classSum = minimums(properties.get('character_classes'));
    const sequenceSum = minimums(properties.get('character_sequences'));
    if (typeof length !== 'bigint' || classSum === undefined || sequenceSum === undefined) return;
    if (classSum + sequenceSum > length) throw errors.StackValidationFailed({ message: tooShort });
  },
  life: { kind: 'local', create },
  referenceId: live => live.data.get('value') ?? null,
});
