/**
 * What waits for what: the graph of a stack's resources.
 *
 * A resource requires those that its properties and metadata read and those it depends on by name. All walks here are
 * iterative and linear, so that a hundred thousand resources in a chain neither overflow the stack nor take long.
 */
import { errors } from '../kernel/errors.ts';
import { pyStr } from '../values/python.ts';
import { type Call, type Expr, isKnown } from './expr.ts';
import { placeOf } from './path.ts';
import { eachRead, type OnRead } from './references.ts';
import type { ResourceDefinition } from './template.ts';

export type Requirements = ReadonlyMap<string, ReadonlySet<string>>;

type Reader = Pick<ResourceDefinition, 'name' | 'properties' | 'metadata' | 'dependsOn'>;

/**
 * The resources that each one requires. `switchedOff` are names that a condition took away: depends_on passes over
 * them, a reference to one is wrong. `onRead` sees each read on the way. Throws InvalidTemplateReference with the place in CloudFormation's key names, as
 * Heat writes it: `(in r.Properties.value[1].k)`.
 */
export function requirements(
  definitions: ReadonlyMap<string, Reader>,
  switchedOff: ReadonlySet<string> = new Set(),
  onRead?: OnRead,
): Map<string, Set<string>> {
  const required = new Map<string, Set<string>>();
  let names = new Set<string>();
  let reader: Reader;
  const note: OnRead = (call, read) => {
    const { resource } = read;
    if (typeof resource !== 'string' || !definitions.has(resource)) throw wrongName(resource, reader, call);
    names.add(resource);
    onRead?.(call, read);
  };
  for (const definition of definitions.values()) {
    reader = definition;
    names = new Set();
    for (const name of definition.dependsOn) {
      if (definitions.has(name)) names.add(name);
      else if (!switchedOff.has(name)) throw errors.InvalidTemplateReference({ resource: name, key: definition.name });
    }
    eachRead(definition.properties, note);
    eachRead(definition.metadata, note);
    required.set(definition.name, names);
  }
  return required;
}

/** A name that only another resource's attribute would tell is none for Heat: it resolves to None. */
function wrongName(resource: Expr, { name }: Reader, { at }: Call): Error {
  const shown = isKnown(resource) ? pyStr(resource) : 'None';
  return errors.InvalidTemplateReference({ resource: shown, key: cfnPlace(name, at) });
}

/** `resources.r.properties.value[1].k.get_attr` → `r.Properties.value[1].k`. */
function cfnPlace(name: string, at: string): string {
  const place = placeOf(at);
  const start = place.indexOf('.') + 1;
  if (!place.startsWith(`${name}.`, start)) return place;
  const rest = place.slice(start + name.length + 1);
  return `${name}.${rest.replace(/^(properties|metadata)/, key => (key === 'properties' ? 'Properties' : 'Metadata'))}`;
}

/**
 * Names with everything that they require before them; otherwise in the map's order.
 * Throws CircularDependency that names one circle: `a -> b -> a` (a requires b). Required names that the map lacks are
 * passed over.
 */
export function topologicalOrder(required: Requirements): readonly string[] {
  const done = new Set<string>();
  const onPath = new Set<string>();
  for (const start of required.keys()) {
    if (done.has(start)) continue;
    // Mostly templates say first what others need.
    if (isReady(start, required, done)) {
      done.add(start);
      continue;
    }
    const path: { readonly name: string; readonly rest: Iterator<string> }[] = [];
    const enter = (name: string) => {
      onPath.add(name);
      path.push({ name, rest: (required.get(name) ?? new Set<string>()).values() });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        path.pop();
        onPath.delete(top.name);
        done.add(top.name);
      } else if (onPath.has(next.value)) {
        throw circle([...onPath], next.value);
      } else if (!done.has(next.value) && required.has(next.value)) {
        enter(next.value);
      }
    }
  }
  return [...done];
}

function isReady(name: string, required: Requirements, done: ReadonlySet<string>): boolean {
  for (const other of required.get(name) ?? []) if (!done.has(other) && required.has(other)) return false;
  return true;
}

/** Long circles are shortened in the middle: the text has to fit an error. */
function circle(path: readonly string[], name: string): Error {
  const names = [...path.slice(path.indexOf(name)), name];
  const shown =
    names.length <= 12 ? names : [...names.slice(0, 6), `… ${names.length - 12} more …`, ...names.slice(-6)];
  return errors.CircularDependency({ cycle: shown.join(' -> ') });
}

/** Who requires each: the requirements turned round. */
export function requiredBy(required: Requirements): Requirements {
  const by = new Map<string, Set<string>>();
  for (const name of required.keys()) by.set(name, new Set());
  for (const [name, names] of required) for (const other of names) by.get(other)?.add(name);
  return by;
}

/**
 * Adds "from requires to", unless `to` needs `from` already: a circle is not closed for something nobody asked for.
 * True where it was added.
 */
export function withEdge(required: Map<string, Set<string>>, from: string, to: string): boolean {
  if (from === to || required.get(from)?.has(to) === true) return false;
  const seen = new Set<string>();
  const left = [to];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (name === from) return false;
    if (seen.has(name)) continue;
    seen.add(name);
    for (const next of required.get(name) ?? []) left.push(next);
  }
  required.get(from)?.add(to);
  return true;
}
