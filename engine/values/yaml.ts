/**
 * A YAML reader that gives what Heat's PyYAML gives: YAML 1.1, safe, one document, nothing lost.
 *
 * The npm library does the grammar (lexer, tokens, nodes); what a scalar means, merge keys, anchors and the bounds are
 * ours, because the library's YAML 1.1 is not PyYAML's (its `y` is true, its 1e3 a number) and its own values would
 * lose digits, order and `__proto__`. Text comes from anyone, so depth is bounded before the library recurses, and
 * aliases by what they expand to: an alias shares the anchor's value, but whoever writes the value walks it again at
 * each place, and nine anchors of nine aliases each are 10^9 values.
 */
import { Composer, isAlias, isMap as isMapNode, isScalar, isSeq, Lexer, Parser } from 'yaml';
import type { CST, Document, Node, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { limits } from '../kernel/limits.ts';
import { parseJson } from './json.ts';
import { decodeText, ValueSyntaxError, yamlSyntaxError, type SyntaxKind } from './syntax.ts';
import { emptyMap, isMap, type Value, type ValueMap } from './value.ts';
import {
  collectionTags,
  keyText,
  noConstructor,
  plainTag,
  ScalarProblem,
  scalarValue,
  tagPrefix,
} from './yaml-scalars.ts';

/** Tags that a document may have beside YAML's own, and what becomes of what they stand before. */
export type Tags = ReadonlyMap<string, (value: Value) => Value>;

const noTags: Tags = new Map();

/**
 * Reads one YAML document from text or UTF-8 bytes; an empty one is an empty map.
 * Throws ValueSyntaxError in PyYAML's shape (contract: templates §1.1).
 */
export function parseYaml(source: string | Uint8Array, tags: Tags = noTags): Value {
  const text = normalise(decodeText(source));
  const document = compose(text);
  if (!document) return nothing(text);
  const { contents } = document;
  if (!contents || (isScalar(contents) && contents.source === '' && isPlain(contents) && !contents.tag))
    return emptyMap;
  return new Builder(text, tags).build(contents, 1).value;
}

/** Blanks, comments and `...` alone; the library passes over directives that no document follows. */
function nothing(text: string): ValueMap {
  const directive = /^%/m.exec(text);
  if (directive) throw yamlSyntaxError("expected '<document start>', but found a directive", text, directive.index);
  return emptyMap;
}

/** Heat's way with a template's text: JSON if it is that, else YAML; nothing and null are an empty map. */
export function parseTemplateText(source: string | Uint8Array, tags?: Tags): Value {
  const text = decodeText(source);
  try {
    return parseJson(text) ?? emptyMap;
  } catch (error) {
    // A JSON document that we refuse to read would mean something else as YAML.
    if (!(error instanceof ValueSyntaxError) || error.kind === 'refused') throw error;
  }
  return parseYaml(text, tags) ?? emptyMap;
}

const unprintable = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** YAML 1.1's line breaks as the library knows them; throws at what PyYAML's reader refuses. */
function normalise(text: string): string {
  const bad = unprintable.exec(text);
  if (bad) {
    const code = (bad[0].codePointAt(0) ?? 0).toString(16).padStart(4, '0');
    throw yamlSyntaxError(
      `unacceptable character #x${code}: special characters are not allowed`,
      text,
      bad.index,
      'refused',
    );
  }
  return text.replace(/\r\n|\r|\x85/g, '\n');
}

// No tag of the library's is to match: scalars keep their text, and only their style and tag are looked at.
const composerOptions = {
  version: '1.1',
  schema: 'failsafe',
  resolveKnownTags: false,
  merge: false,
  uniqueKeys: false,
  prettyErrors: false,
} as const;

type ErrorSource = number | readonly number[] | { readonly offset: number };

/** What the library declares private of its composer (see LexerInside). */
interface ComposerInside {
  onError(source: ErrorSource, code: string, message: string, warning?: boolean): void;
}

function compose(text: string): Document.Parsed | undefined {
  let first: Document.Parsed | undefined;
  for (const document of strictComposer(text).compose(tokens(text))) {
    if (first) {
      const at = Math.max(0, text.indexOf('\n---', first.range[1] - 1) + 1);
      throw yamlSyntaxError('expected a single document in the stream, but found another document', text, at);
    }
    first = document;
  }
  return first;
}

/** Ends at the first error. Left alone, the library gathers them: half a megabyte of `]` is as many stack traces, 5 s. */
function strictComposer(text: string): Composer {
  const composer = new Composer(composerOptions);
  let first: ValueSyntaxError | undefined;
  (composer as unknown as ComposerInside).onError = (source, _code, message, warning) => {
    // `"x"# comment` is fine in YAML 1.1.
    if (warning || message.startsWith('Comments must be separated')) return;
    // The library catches what is thrown inside a collection and reports it once more.
    first ??= yamlSyntaxError(message, text, offsetOf(source));
    throw first;
  };
  return composer;
}

function offsetOf(source: ErrorSource): number {
  if (typeof source === 'number') return source;
  return 'offset' in source ? source.offset : (source[0] ?? 0);
}

/** The library composes tokens by recursion, so what is too deep must not reach it. */
function* tokens(text: string): Generator<CST.Token, void> {
  const parser = new Parser();
  for (const lexeme of looseLexer().lex(text)) {
    for (const token of parser.next(lexeme)) yield sound(token, text);
    // Under the open collections the stack holds the document, on top of them a scalar.
    if (parser.stack.length > limits.maxValueDepth + 2) throw tooDeep(text, parser.offset);
  }
  for (const token of parser.end()) yield sound(token, text);
}

function sound(token: CST.Token, text: string): CST.Token {
  if (token.type === 'error') throw yamlSyntaxError(token.message, text, token.offset);
  return token;
}

/** What the library declares private of its lexer, at the exact version that package.json pins. */
interface LexerInside {
  indentNext: number;
  parseFlowCollection(): Generator<string, string | undefined>;
  parseQuotedScalar(): Generator<string, string | undefined>;
}

/**
 * YAML 1.2 wants what stands in quotes and brackets indented deeper than its key; 1.1 as PyYAML reads it does not:
 * a bracket or a quote ends only where it is closed. The library has no option for that.
 */
function looseLexer(): Lexer {
  const lexer = new Lexer();
  const inside = lexer as unknown as LexerInside;
  const { parseFlowCollection, parseQuotedScalar } = inside;
  inside.parseFlowCollection = () => unindented(inside, parseFlowCollection);
  inside.parseQuotedScalar = () => unindented(inside, parseQuotedScalar);
  return lexer;
}

function* unindented(inside: LexerInside, state: () => Generator<string, string | undefined>) {
  const { indentNext } = inside;
  inside.indentNext = 0;
  const next = yield* state.call(inside);
  inside.indentNext = indentNext;
  return next;
}

function tooDeep(text: string, at: number): ValueSyntaxError {
  return yamlSyntaxError(`Lists and maps nested deeper than ${limits.maxValueDepth}`, text, at, 'refused');
}

/** A value with its size in characters, aliases expanded, and how many lists and maps are nested in it. */
interface Built {
  readonly value: Value;
  readonly chars: number;
  readonly height: number;
}

interface Anchor {
  /** Undefined while its node is being built: an alias to it then holds itself. */
  built: Built | undefined;
  uses: number;
}

interface Entries {
  readonly merged: [string, Value][];
  readonly own: [string, Value][];
}

/** Turns a document's nodes into a Value; one per document. */
class Builder {
  private readonly text: string;
  private readonly anchors = new Map<string, Anchor>();
  private readonly tags: Tags;
  private aliasChars = 0;

  constructor(text: string, tags: Tags) {
    this.text = text;
    this.tags = tags;
  }

  /** `depth` counts the lists and maps around and including this node. */
  build(node: Node | null, depth: number): Built {
    if (node === null) return { value: null, chars: 1, height: 0 };
    if (isAlias(node)) return this.alias(node, node.source, depth);
    const anchor = this.anchorOf(node);
    const built = this.content(node, depth);
    if (anchor) anchor.built = built;
    return built;
  }

  private anchorOf(node: Node): Anchor | undefined {
    const name = isScalar(node) || isMapNode(node) || isSeq(node) ? node.anchor : undefined;
    if (name === undefined) return undefined;
    if (this.anchors.has(name)) this.fail(`found duplicate anchor '${name}'`, node);
    const anchor: Anchor = { built: undefined, uses: 0 };
    this.anchors.set(name, anchor);
    return anchor;
  }

  private alias(node: Node, name: string, depth: number): Built {
    const anchor = this.anchors.get(name);
    if (!anchor) return this.fail(`found undefined alias '${name}'`, node);
    const { built } = anchor;
    if (!built) return this.fail(`found alias '${name}' inside of what it stands for`, node);
    if (depth - 1 + built.height > limits.maxValueDepth) throw tooDeep(this.text, startOf(node));
    anchor.uses++;
    this.aliasChars += built.chars;
    if (anchor.uses > limits.maxYamlAliases || this.aliasChars > limits.maxYamlAliasChars) {
      this.fail(`aliases expand to too much (at '${name}')`, node, 'refused');
    }
    return built;
  }

  private content(node: Node, depth: number): Built {
    const tag = givenTag(node) ?? '';
    const made = this.tags.get(tag) ?? collectionTags.get(tag);
    if (made === undefined) return this.untagged(node, depth);
    // What it makes of a text, a list or a map is one level around that.
    const built = isScalar(node) ? this.asText(node) : this.untagged(node, depth + 1);
    const value = made(built.value);
    if (value === undefined) this.fail(noConstructor(tag), node);
    return { value, chars: built.chars + 1, height: built.height + 2 };
  }

  private untagged(node: Node, depth: number): Built {
    if (isScalar(node)) return this.scalar(node);
    if (depth > limits.maxValueDepth) throw tooDeep(this.text, startOf(node));
    if (isMapNode(node)) return this.map(node, depth);
    if (isSeq(node)) return this.list(node, depth);
    return this.fail('expected a value', node);
  }

  private scalar(node: Scalar): Built {
    const text = this.textOf(node);
    this.checkEscapes(node, text);
    try {
      return { value: scalarValue(tagOf(node), text), chars: text.length + 1, height: 0 };
    } catch (error) {
      if (error instanceof ScalarProblem) this.fail(error.message, node, error.refused ? 'refused' : 'syntax');
      throw error;
    }
  }

  /** Under a tag of its own a scalar is its text, whatever it looks like. */
  private asText(node: Scalar): Built {
    const text = this.textOf(node);
    this.checkEscapes(node, text);
    return { value: text, chars: text.length + 1, height: 0 };
  }

  /** A block scalar that ends with the document's last line has a final newline only if that line has one. */
  private textOf(node: Scalar): string {
    const text = node.source ?? '';
    const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    const unended = block && !this.text.endsWith('\n') && (node.range?.[1] ?? 0) >= this.text.length;
    return unended && text.endsWith('\n') ? text.slice(0, -1) : text;
  }

  /** Only an escape can bring these in: raw ones were refused before. */
  private checkEscapes(node: Scalar, text: string): void {
    if (node.type !== 'QUOTE_DOUBLE') return;
    if (text.includes('\0')) this.fail('NUL character in a string', node, 'refused');
    if (/\p{Surrogate}/u.test(text)) this.fail('Half a surrogate pair in a string', node, 'refused');
  }

  private list(node: YAMLSeq, depth: number): Built {
    this.checkTag(node, 'seq');
    const items: Value[] = [];
    let chars = 1;
    let height = 0;
    for (const item of node.items) {
      const built = this.build(item as Node | null, depth + 1);
      items.push(built.value);
      chars += built.chars;
      height = Math.max(height, built.height);
    }
    return { value: items, chars, height: height + 1 };
  }

  private map(node: YAMLMap, depth: number): Built {
    this.checkTag(node, 'map');
    const entries: Entries = { merged: [], own: [] };
    let chars = 1;
    let height = 0;
    for (const pair of node.items) {
      const key = pair.key as Node | null;
      const merges = key !== null && isScalar(key) && isMergeKey(key);
      const name = merges ? undefined : this.key(key, depth);
      const built = this.build(pair.value as Node | null, depth + 1);
      if (name === undefined) this.merge(built.value, (pair.value as Node | null) ?? node, entries.merged);
      else entries.own.push([name, built.value]);
      chars += built.chars + (name?.length ?? 0);
      height = Math.max(height, built.height);
    }
    return { value: new Map([...entries.merged, ...entries.own]), chars, height: height + 1 };
  }

  private key(node: Node | null, depth: number): string {
    if (node !== null && isScalar(node) && isPlain(node) && !node.tag && node.source === '=') return '=';
    if (node === null || this.isMissing(node)) this.fail("expected a key before ':'", node ?? undefined);
    const { value } = this.build(node, depth + 1);
    const text = keyText(value);
    if (text === undefined) return this.fail('found unhashable key', node ?? undefined);
    return text;
  }

  /** Nothing at all before a colon, which the library takes for null and PyYAML refuses; after `?` it is null. */
  private isMissing(key: Node): boolean {
    if (!isScalar(key) || key.source !== '' || !isPlain(key) || key.tag || key.anchor) return false;
    const at = startOf(key);
    return !/\?\s*$/.test(this.text.slice(Math.max(0, at - 80), at));
  }

  /** What `<<` brings stands before the map's own keys; of a list's maps the first wins. */
  private merge(value: Value, node: Node, into: [string, Value][]): void {
    const maps: ValueMap[] = [];
    for (const item of Array.isArray(value) ? value : [value]) {
      if (!isMap(item)) this.fail('expected a mapping or list of mappings for merging', node);
      else maps.push(item);
    }
    for (const map of maps.reverse()) {
      for (const entry of map) into.push(entry);
    }
  }

  private checkTag(node: YAMLMap | YAMLSeq, kind: 'map' | 'seq'): void {
    const { tag } = node;
    if (tag === undefined || tag === tagPrefix + kind || this.tags.has(tag) || collectionTags.has(tag)) return;
    this.fail(noConstructor(tag), node);
  }

  private fail(problem: string, node: Node | undefined, kind: SyntaxKind = 'syntax'): never {
    throw yamlSyntaxError(problem, this.text, node ? startOf(node) : 0, kind);
  }
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function givenTag(node: Node): string | undefined {
  return isScalar(node) || isMapNode(node) || isSeq(node) ? node.tag : undefined;
}

function isPlain(node: Scalar): boolean {
  return node.type === 'PLAIN';
}

/** The lone `!` asks for what a plain scalar would be. */
function tagOf(node: Scalar): string {
  const { tag } = node;
  if (tag !== undefined && tag !== '!') return tag;
  return tag === '!' || isPlain(node) ? plainTag(node.source ?? '') : 'str';
}

function isMergeKey(node: Scalar): boolean {
  return tagOf(node) === 'merge' || node.tag === `${tagPrefix}merge`;
}
