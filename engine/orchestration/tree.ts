/**
 * The tree of stacks that a template stands for, as planning sees it (contract: templates §7, lifecycle §9).
 *
 * A template may be a type; what is in it is checked before anything of its parent is made: its form, the types and
 * the names of properties in it, not their values, which are known when the child is. Faults are told with the way
 * that leads there: `resources.r<file.yaml>.resources.v.properties`. How deep the tree is and how many resources it
 * has is bounded here, and once more when each child is made (the tree may have grown since).
 */
import { errors, isHeatError, nestedIn } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { shownUrl } from '../kernel/shown-url.ts';
import { checkFacade, isProviderName, providerName } from '../kit/provider.ts';
import type { ChildSketch, Registry, ResourceType } from '../kit/resource.ts';
import { validateInside, validateNames, validatePolicies, validateUpdatePolicy } from '../kit/validate.ts';
import { enforceType, requireType, type TypeAccess } from '../kit/access.ts';
import { dialects } from '../template/dialects/all.ts';
import type { Dialect } from '../template/dialects/dialect.ts';
import { childEnvironment, type Environment } from '../template/environment.ts';
import type { Globals } from '../template/globals.ts';
import { joinPath } from '../template/path.ts';
import type { Definition, TypeRules } from '../template/planning.ts';
import { structure } from '../template/prepare.ts';
import type { Implementation } from '../template/resource-registry.ts';
import { unknown } from '../template/scope.ts';
import { parseHead, parseOutputs } from '../template/template.ts';
import { affords } from '../template/work.ts';
import { wordsOf } from '../template/version.ts';
import { isMap, type ValueMap } from '../values/value.ts';
import { templateIn } from './inputs.ts';

/** What all levels of a tree share while it is planned. */
export interface Tree {
  readonly registry: Registry;
  readonly access: TypeAccess | undefined;
  readonly files: ReadonlyMap<string, string>;
  readonly projectId: string;
  /** Templates by URL that could not be fetched, each with the reason; absent: none was tried. */
  readonly unfetched?: Readonly<Record<string, string>> | undefined;
  /** CloudFormation templates may use what AWS has and Heat has not. */
  readonly extended?: boolean | undefined;
  /** Templates that were read, by file. */
  readonly read: Map<string, ValueMap>;
  /** Names of providers by file and entry. */
  readonly names: Map<string, string>;
  /** Resources so far. */
  count: number;
  /** Some type in it calls a cloud. */
  callsCloud: boolean;
}

/** One stack of the tree. */
export interface Level {
  readonly tree: Tree;
  readonly environment: Environment;
  readonly stackName: string;
  readonly depth: number;
  /** How often the stack is there. */
  readonly copies: number;
  /** The templates that led here, the outermost first; absent: none. */
  readonly way?: readonly string[];
}

/** What a tree reads its templates from: the stack's files, and the operator's templates under names of their own. */
export function withTemplates(files: ReadonlyMap<string, string>, { templates }: Globals): ReadonlyMap<string, string> {
  return templates.size === 0 ? files : new Map([...files, ...templates]);
}

type TreeInput = Pick<Tree, 'registry' | 'access' | 'files' | 'projectId' | 'unfetched' | 'extended'>;

/** Planning cannot go on without the templates at these URLs, or the zones: thrown, and caught by the job. */
export class Wanted extends Error {
  readonly urls: readonly string[];
  readonly zones: boolean;

  constructor(urls: readonly string[], zones = false) {
    super('templates are to be fetched, or zones to be asked for');
    this.urls = urls;
    this.zones = zones;
  }
}

export function treeOf(input: TreeInput): Tree {
  return { ...input, read: new Map(), names: new Map(), count: 0, callsCloud: false };
}

/** Counts a stack's resources. Throws RequestLimitExceeded. */
export function countResources({ tree, copies }: Pick<Level, 'tree' | 'copies'>, raw: ValueMap): void {
  const resources = raw.get(wordsOf(raw).resources) ?? null;
  if (isMap(resources)) tree.count += resources.size * copies;
  if (tree.count > limits.maxResourcesPerStack) throw tooMany();
}

function tooMany(): Error {
  return errors.RequestLimitExceeded({ message: 'Maximum resources per stack exceeded.' });
}

/** The name of a template as a type, for the rules of planning. Throws StackValidationFailed where it cannot be read. */
export function providerIn({ tree, environment }: Level): NonNullable<TypeRules['provider']> {
  return ({ type: file, entry }: Implementation): string => {
    const key = `${file}\n${entry.join('\n')}`;
    const known = tree.names.get(key);
    if (known !== undefined) return known;
    const raw = readFile(tree, file);
    const { parameters, version, dialect } = parseHead(raw, tree.extended);
    const section = raw.get(dialect.words.parameters) ?? null;
    const name = providerName({
      file,
      entry,
      version,
      parameters: isMap(section) ? section : new Map(),
      outputs: outputNames(raw, dialect),
      defaulted: [...parameters.keys()].filter(each => (environment.parameterDefaults.get(each) ?? null) !== null),
    });
    tree.names.set(key, name);
    return name;
  };
}

/** Of a template that is a type; Heat is stricter with its outputs than with a root's. Throws StackValidationFailed. */
function outputNames(raw: ValueMap, dialect: Dialect): readonly string[] {
  const { kind, words } = dialect;
  const outputs = raw.get(words.outputs) ?? null;
  const keys: readonly string[] = [words.value, 'description', words.condition];
  for (const body of isMap(outputs) ? outputs.values() : []) {
    if (!isMap(body)) continue;
    const wrong = kind === 'hot' ? [...body.keys()].find(key => !keys.includes(key)) : undefined;
    if (wrong !== undefined) throw invalid(`"${wrong}" is not a valid keyword inside a output definition`);
    if (!body.has(words.value)) throw invalid(`Each output must contain a ${words.value} key.`);
  }
  return [...parseOutputs(raw, dialect).keys()];
}

function readFile(tree: Tree, file: string): ValueMap {
  const known = tree.read.get(file);
  if (known !== undefined) return known;
  const text = tree.files.get(file);
  if (text === undefined) {
    wantMissing(tree, [file]);
    throw invalid(`Could not fetch remote template "${shownUrl(file)}": ${whyNot(tree, file)}`);
  }
  const raw = readChild(text, file, tree.extended);
  tree.read.set(file, raw);
  return raw;
}

/** Throws Wanted where one of them is to be fetched. */
function wantMissing({ files, unfetched }: Tree, names: Iterable<string>): void {
  const urls = new Set<string>();
  for (const name of names) {
    const isThere = files.has(name) || (unfetched !== undefined && Object.hasOwn(unfetched, name));
    if (!isThere && isFetched(schemeOf(name))) urls.add(name);
  }
  if (urls.size > 0) throw new Wanted([...urls]);
}

const isFetched = (scheme: string): boolean => scheme === 'http' || scheme === 'https';

function schemeOf(file: string): string {
  return /^([a-z][a-z0-9+.-]*):/i.exec(file)?.[1]?.toLowerCase() ?? '';
}

function whyNot({ unfetched = {} }: Tree, file: string): string {
  const scheme = schemeOf(file);
  return isFetched(scheme) ? (unfetched[file] ?? '') : `Invalid URL scheme ${scheme}`;
}

/** A nested template's text, read. Throws StackValidationFailed. */
export function readChild(text: string, label: string, isExtended = false): ValueMap {
  const raw = templateIn(text, label, invalid, isExtended);
  if (![...dialects.keys()].some(key => raw.has(key))) throw invalid('Template format version not found.');
  return raw;
}

function invalid(message: string): Error {
  return errors.StackValidationFailed({ message });
}

/** Checks what a resource stands for, where that is a stack. Throws StackValidationFailed, RequestLimitExceeded. */
export function checkNested(definition: Definition, type: ResourceType, level: Level): void {
  if (type.life.kind === 'cloud') level.tree.callsCloud = true;
  if (type.life.kind !== 'nested') return;
  if (isProviderName(type.name)) {
    const facade = isProviderName(definition.type) ? undefined : level.tree.registry.get(definition.type);
    // Of one that is not built here nothing is known.
    if (facade !== undefined && facade.absent === undefined) checkFacade(facade, definition.type, type);
  }
  const sketch = type.life.sketch(type.translate?.(definition.properties) ?? definition.properties);
  if (sketch === undefined) return;
  try {
    if (type.life.apart === true) checkApart(definition.name, sketch, level);
    else checkChild(definition.name, sketch, level);
  } catch (error) {
    if (!isHeatError(error) || error.type === 'RequestLimitExceeded' || error.type === 'Forbidden') throw error;
    throw nestedIn(`${joinPath([definition.words.resources, definition.name])}<${sketch.label}>`, error);
  }
}

/**
 * A stack that is shown as a root: its resources do not count here. Its depth does, unlike in Heat: a template that
 * names itself would go on for ever.
 */
function checkApart(name: string, sketch: ChildSketch, level: Level): void {
  const tree: Tree = { ...level.tree, count: 0 };
  checkChild(name, sketch, { ...level, tree, copies: 1 });
  if (tree.callsCloud) level.tree.callsCloud = true;
}

function checkChild(name: string, { definition, copies, label }: ChildSketch, level: Level): void {
  const { tree } = level;
  const { template } = definition;
  const way = [...(level.way ?? []), template.kind === 'file' ? template.name : label];
  if (level.depth >= limits.maxNestedDepth) throw tooDeep(way);
  const text = template.kind === 'file' ? (tree.files.get(template.name) ?? '') : template.text;
  if (!affords(Math.max(text.length, leastLook))) throw tooMuch();
  const raw = template.kind === 'file' ? readFile(tree, template.name) : readChild(template.text, label, tree.extended);
  const child: Level = {
    tree,
    environment: childEnvironment(level.environment, {
      resourceName: name,
      entry: definition.entry,
      parameters: definition.parameters,
    }),
    stackName: `${level.stackName}-${name}`,
    depth: level.depth + 1,
    copies: level.copies * copies,
    way,
  };
  countResources(child, raw);
  structure({
    raw,
    isExtended: tree.extended === true,
    environment: child.environment,
    files: tree.files,
    pseudo: { stackId: 'None', stackName: child.stackName, projectId: tree.projectId },
    ...rulesOf(child),
    // What they are is the child's own to ask.
    zones: () => {
      tree.callsCloud = true;
      return unknown;
    },
    check: inner => checkInner(inner, child),
  });
}

/** What a look at a nested template costs at least, as work (template/work.ts). */
const leastLook = 4_096;

/** Each resource that is a stack has its template looked at: few resources may stand for many big ones. */
function tooMuch(): Error {
  return errors.RequestLimitExceeded({ message: 'The nested templates are too many, or too long in all.' });
}

/** Heat's words, and the way down: a template that leads to itself is seen there. */
function tooDeep(way: readonly string[]): Error {
  const message = `Recursion depth exceeds ${limits.maxNestedDepth}. (${way.join(' → ')})`;
  return errors.RequestLimitExceeded({ message });
}

/** Inside a nested template: names, as POST /validate looks at them, and what types check by themselves. */
function checkInner(definition: Definition, level: Level): void {
  const { registry, access } = level.tree;
  const type = registry.get(definition.implementation);
  if (type === undefined) return;
  if (access !== undefined) requireType(type, access);
  validatePolicies(type, definition);
  validateNames(type, definition);
  validateInside(type, definition);
  validateUpdatePolicy(type, definition);
  checkNested(definition, type, level);
}

/** Throws Forbidden where whoever asks may not use a type. */
function admitting(access: TypeAccess): (type: string) => void {
  return type => {
    if (!isProviderName(type)) enforceType(type, access);
  };
}

/** Each read of an attribute asks for them. */
const attributes = new WeakMap<ResourceType, ReadonlySet<string>>();

function attributesOf(type: ResourceType): ReadonlySet<string> {
  const known = attributes.get(type);
  if (known !== undefined) return known;
  const names = new Set(Object.keys(type.attributes));
  attributes.set(type, names);
  return names;
}

/** What the registered types, and templates as types, say of a stack's resources; without the check of a definition. */
export function rulesOf(level: Level): Omit<TypeRules, 'check'> {
  const { registry } = level.tree;
  const attributeNames = (name: string): ReadonlySet<string> | undefined => {
    const known = registry.get(name);
    if (known === undefined || known.anyProperties || known.anyAttributes === true) return undefined;
    return attributesOf(known);
  };
  return {
    // A name that only planning gives is none that a template may use.
    typeExists: type => !isProviderName(type) && registry.get(type) !== undefined,
    typeNames: () => registry.names(),
    attributeNames,
    after: (definition, all) => registry.get(definition.implementation)?.after?.(definition, all) ?? [],
    ignoresProperties: type => registry.get(type)?.anyProperties === true,
    ...(level.tree.access === undefined ? {} : { admit: admitting(level.tree.access) }),
    selects: type => registry.get(type)?.life.kind === 'nested',
    templates: found => wantMissing(level.tree, found),
    provider: providerIn(level),
  };
}
