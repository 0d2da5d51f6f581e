/**
 * What is wrong with a declaration that did not come through our own compiler: a plug-in's. Pure.
 *
 * Whatever can be seen without running a life is seen here, when the engine starts: members that are missing, unknown
 * or of another kind, and schemas that no value could satisfy. The tables below are checked against the interfaces, so
 * a new member does not compile until it is in them.
 */
import type { Declaration } from '../kit/declare.ts';
import type { CloudLife, LiveReads, LocalLife, NestedLife, Step } from '../kit/resource.ts';

/** What is wrong, and the words that lead to it in the source. */
export interface Wrong {
  readonly path: readonly string[];
  readonly message: string;
}

type Shape = 'text' | 'flag' | 'number' | 'object' | 'list' | 'function' | 'async' | 'list or function';

interface Member {
  readonly is: Shape;
  readonly required?: true;
  /** As a message writes it. */
  readonly form?: string;
}

type Members<T> = Readonly<Record<keyof Required<T> & string, Member>>;

const hook = (form: string): Member => ({ is: 'function', form });
const needed = (form: string): Member => ({ is: 'function', required: true, form });

const declarationMembers: Members<Declaration> = {
  description: { is: 'text' },
  className: { is: 'text' },
  since: { is: 'text' },
  support: { is: 'object' },
  properties: { is: 'object' },
  attributes: { is: 'object' },
  anyProperties: { is: 'flag' },
  anyAttributes: { is: 'flag' },
  secret: { is: 'flag' },
  maxNameLength: { is: 'number' },
  updatePolicy: { is: 'object' },
  life: { is: 'object', required: true },
  referenceId: hook('referenceId(live)'),
  attribute: hook('attribute(live, name)'),
  show: hook('show(live)'),
  translate: hook('translate(properties)'),
  checkedAs: hook('checkedAs(properties)'),
  validate: hook('validate(properties, context)'),
  after: hook('after(definition, all)'),
  reads: { is: 'object' },
};

const localMembers: Members<LocalLife> = {
  kind: { is: 'text', required: true },
  create: needed('create(properties, context)'),
  update: hook('update(change, context)'),
  suspend: hook('suspend(live, context)'),
  resume: hook('resume(live, context)'),
  delete: hook('delete(live, context)'),
};

const cloudMembers: Members<CloudLife> = {
  kind: { is: 'text', required: true },
  steps: { is: 'list or function', required: true, form: 'steps: [restStep({ … })]' },
  chosen: hook('chosen(properties, context)'),
  update: hook('update(change)'),
  prepareReplace: hook('prepareReplace(change)'),
  restorePrevious: hook('restorePrevious(live, successor)'),
  whenFailed: { is: 'text', form: "whenFailed: 'replace' or 'look'" },
  lost: hook('lost(body)'),
  check: hook('check(body, live)'),
  suspend: hook('suspend(live)'),
  resume: hook('resume(live)'),
};

const nestedMembers: Members<NestedLife> = {
  kind: { is: 'text', required: true },
  plan: needed('plan(properties, context)'),
  looks: needed('looks(properties, policies)'),
  attribute: { is: 'async', required: true, form: 'attribute(child, name, path, kept)' },
  reference: { is: 'async', form: 'reference(child)' },
  sketch: needed('sketch(properties)'),
  unshown: { is: 'object' },
  apart: { is: 'flag' },
};

const stepMembers: Members<Step> = {
  name: { is: 'text', required: true },
  service: { is: 'text', required: true },
  unique: { is: 'flag', required: true },
  main: { is: 'flag' },
  repeatable: { is: 'flag' },
  secret: { is: 'flag' },
  create: needed('create(input)'),
  made: needed('made(body, input)'),
  find: needed('find(input)'),
  found: needed('found(body, input)'),
  show: needed('show(physicalId, input)'),
  ready: needed('ready(body)'),
  remove: needed('remove(physicalId, input)'),
  gone: hook('gone(body, input)'),
  conflict: { is: 'text', required: true, form: "conflict: 'retry' or 'fail'" },
};

const readsMembers: Members<LiveReads> = {
  next: needed('next(live, attribute, answers)'),
  data: needed('data(live, attribute, answers)'),
};

/** What of a declaration is missing, unknown or of another kind: the first, outermost. */
export function wrongDeclaration(declared: unknown): Wrong | undefined {
  if (!isObject(declared)) return { path: [], message: 'a declaration is an object: { properties, attributes, life }' };
  return wrongMembers(declared, declarationMembers, []) ?? wrongLife(declared['life']) ?? wrongReads(declared['reads']);
}

function wrongReads(reads: unknown): Wrong | undefined {
  return isObject(reads) ? wrongMembers(reads, readsMembers, ['reads']) : undefined;
}

const lives: Readonly<Record<string, Readonly<Record<string, Member>>>> = {
  local: localMembers,
  cloud: cloudMembers,
  nested: nestedMembers,
};

function wrongLife(life: unknown): Wrong | undefined {
  if (!isObject(life)) return undefined;
  const { kind, steps, whenFailed } = life;
  const members = typeof kind === 'string' && Object.hasOwn(lives, kind) ? lives[kind] : undefined;
  if (members === undefined) {
    return { path: ['life', 'kind'], message: `life.kind is ${shown(kind)}; it shall be 'local', 'cloud' or 'nested'` };
  }
  const wrong = wrongMembers(life, members, ['life']);
  if (wrong !== undefined) return wrong;
  if (whenFailed !== undefined && whenFailed !== 'replace' && whenFailed !== 'look') {
    return {
      path: ['life', 'whenFailed'],
      message: `life.whenFailed is ${shown(whenFailed)}; it shall be 'replace' or 'look'`,
    };
  }
  return Array.isArray(steps) ? wrongSteps(steps) : undefined;
}

function wrongSteps(steps: readonly unknown[]): Wrong | undefined {
  if (steps.length === 0)
    return { path: ['life', 'steps'], message: 'life.steps is empty; it shall have a step: restStep({ … })' };
  const names = new Set<string>();
  for (const [i, step] of steps.entries()) {
    const at = `steps[${i}]`;
    if (!isObject(step))
      return { path: ['life', 'steps'], message: `life.${at} is ${shown(step)}; it shall be a step: restStep({ … })` };
    const wrong = wrongMembers(step, stepMembers, ['life', 'steps'], `life.${at}`);
    if (wrong !== undefined) return wrong;
    const { name, conflict } = step;
    if (conflict !== 'retry' && conflict !== 'fail') {
      return {
        path: ['life', 'steps', 'conflict'],
        message: `life.${at}.conflict is ${shown(conflict)}; it shall be 'retry' or 'fail'`,
      };
    }
    if (names.has(String(name))) {
      return {
        path: ['life', 'steps', String(name)],
        message: `two steps are named ${shown(name)}; names of steps are unique`,
      };
    }
    names.add(String(name));
  }
  return undefined;
}

function wrongMembers(
  given: Readonly<Record<string, unknown>>,
  members: Readonly<Record<string, Member>>,
  path: readonly string[],
  label = path.join('.'),
): Wrong | undefined {
  const named = (key: string) => (label === '' ? key : `${label}.${key}`);
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(members, key)) continue;
    const known = Object.keys(members).join(', ');
    return { path: [...path, key], message: `${named(key)} is not known; there are ${known}` };
  }
  for (const [key, member] of Object.entries(members)) {
    const value = given[key];
    if (value === undefined) {
      if (member.required !== true) continue;
      return { path, message: `${named(key)} is missing; it shall be ${wanted(member, key)}` };
    }
    if (member.is !== 'async' && isAsync(value)) {
      const message = `${named(key)} is asynchronous; a life only decides, and the engine makes its calls: ${member.form ?? key}`;
      return { path: [...path, key], message };
    }
    if (!isOf(member.is, value)) {
      return { path: [...path, key], message: `${named(key)} is ${shown(value)}; it shall be ${wanted(member, key)}` };
    }
  }
  return undefined;
}

const wordOf: Readonly<Record<Shape, string>> = {
  text: 'a text',
  flag: 'true or false',
  number: 'a number',
  object: 'an object',
  list: 'a list',
  function: 'a function',
  async: 'a function',
  'list or function': 'a list, or a function of the properties',
};

function wanted({ is, form }: Member, key: string): string {
  return `${wordOf[is]}${form === undefined || form === key ? '' : `: ${form}`}`;
}

function isOf(shape: Shape, value: unknown): boolean {
  switch (shape) {
    case 'text':
      return typeof value === 'string';
    case 'flag':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
    case 'object':
      return isObject(value);
    case 'list':
      return Array.isArray(value);
    case 'function':
    case 'async':
      return typeof value === 'function';
    case 'list or function':
      return typeof value === 'function' || Array.isArray(value);
  }
}

function isAsync(value: unknown): boolean {
  return typeof value === 'function' && /^Async|Generator/.test(value.constructor.name);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
