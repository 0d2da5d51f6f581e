/** The variables and functions that an expression sees: its own, then those around it. */
import type { Overload } from './signature.ts';
import type { Yaql } from './values.ts';

export type Layers = readonly (readonly Overload[])[];

/**
 * yaql's context. `let(…) ->`, `with(…) ->` and `unpack(…) ->` make one, a lambda's call makes one for its arguments:
 * `$1` (which is `$`), `$2`, … Layers with functions are found without a walk through those that have none.
 */
export class Scope {
  private readonly around: Scope | undefined;
  private variables: Map<string, Yaql> | undefined;
  private functions: Map<string, readonly Overload[]> | undefined;
  private home: Scope | undefined;
  /** What was looked up from here before. */
  private found: Record<'function' | 'method', Map<string, Layers>> | undefined;

  constructor(around?: Scope) {
    this.around = around;
    this.home = around?.home;
  }

  /** A scope inside this one. */
  inner(): Scope {
    return new Scope(this);
  }

  set(name: string, value: Yaql): void {
    this.variables ??= new Map();
    this.variables.set(normal(name), value);
  }

  /** `$1` (which is `$`), `$2`, … */
  publish(values: readonly Yaql[]): void {
    for (const [i, value] of values.entries()) this.set(`$${i + 1}`, value);
  }

  /** An unknown variable is null. */
  get(name: string): Yaql {
    const wanted = normal(name);
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.around) {
      const value = scope.variables?.get(wanted);
      if (value !== undefined) return value;
    }
    return null;
  }

  define(name: string, overload: Overload): void {
    this.functions ??= new Map();
    this.functions.set(name, [...(this.functions.get(name) ?? []), overload]);
    this.home = this;
    this.found = undefined;
  }

  /** What may be called by this name, as a function or as a method: the innermost layer first. */
  overloads(name: string, style: 'function' | 'method'): Layers {
    const { home } = this;
    if (home === undefined) return [];
    home.found ??= { function: new Map(), method: new Map() };
    const known = home.found[style].get(name);
    if (known !== undefined) return known;
    const wanted = withoutEnd(name);
    const layers: (readonly Overload[])[] = [];
    for (let scope: Scope | undefined = home; scope !== undefined; scope = scope.around?.home) {
      const all = scope.functions?.get(wanted) ?? [];
      const usable = all.filter(overload => overload.style === 'both' || overload.style === style);
      if (usable.length > 0) layers.push(usable);
    }
    if (layers.length > 0) home.found[style].set(name, layers);
    return layers;
  }
}

/** A name without the underscores at its end, which count for nothing. */
export function withoutEnd(name: string): string {
  let end = name.length;
  while (name[end - 1] === '_') end--;
  return name.slice(0, end);
}

function normal(name: string): string {
  const full = name.startsWith('$') ? name : `$${name}`;
  return full === '$' ? '$1' : full;
}
