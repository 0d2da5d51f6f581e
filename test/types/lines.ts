/**
 * How long types' declarations are: the lines of code of the call that declares a type, with those of the constants of
 * its module (or of one beside it) that it takes for properties and attributes. Comments and blank lines do not count.
 * What else is in the type's file, its steps and calls, is counted beside it. Pure.
 */
import { views } from '../lint/source.ts';

export interface Source {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

export interface Declared {
  readonly type: string;
  readonly path: string;
  readonly declaration: number;
  /** The rest of its file: how it lives, where that is not its service's mechanism. */
  readonly rest: number;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

class Code {
  readonly path: string;
  readonly text: string;
  readonly #code: string;

  constructor({ path, text }: Source) {
    this.path = path;
    this.text = text;
    this.#code = views(text).code;
  }

  /** The call whose first argument is this type's name, or a constant that is. */
  call(type: string): Span | undefined {
    const constant = new RegExp(`^const (\\w+) = '${type}';`, 'm').exec(this.text)?.[1];
    const name = constant === undefined ? `'${type}'` : `(?:'${type}'|${constant},)`;
    const at = new RegExp(`\\b\\w+\\(\\s*${name}`).exec(this.text)?.index;
    return at === undefined ? undefined : { from: at, to: this.#closing(at) };
  }

  /** A constant of the module. */
  constant(name: string): Span | undefined {
    const found = new RegExp(`^(?:export )?const ${name}\\b`, 'm').exec(this.#code)?.index;
    return found === undefined ? undefined : { from: found, to: this.#closing(found) };
  }

  /** The module beside it that it imports a name from, as a path. */
  origin(name: string): string | undefined {
    const found = new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from '\\./([^']+)'`).exec(this.text)?.[1];
    return found === undefined ? undefined : `${this.path.replace(/[^/]*$/, '')}${found}`;
  }

  uses(name: string, { from, to }: Span): boolean {
    return new RegExp(`\\b${name},|: ${name}\\b`).test(this.#code.slice(from, to));
  }

  lines({ from, to }: Span): number {
    return count(this.#code.slice(from, to));
  }

  /** Lines of code but imports. */
  get all(): number {
    return count(this.#code.replaceAll(/^import [^;]*;$/gm, ''));
  }

  /** Where the first bracket after this place closes. */
  #closing(from: number): number {
    let depth = 0;
    for (let at = from; at < this.#code.length; at++) {
      const char = this.#code[at] ?? '';
      if ('([{'.includes(char)) depth += 1;
      if (!')]}'.includes(char)) continue;
      depth -= 1;
      if (depth === 0) return at + 1;
    }
    return this.#code.length;
  }
}

const count = (code: string): number => code.split('\n').filter(line => /\S/.test(line)).length;

/** Of each of these types; those that no source declares are left out. */
export function declarations(types: readonly string[], sources: readonly Source[]): readonly Declared[] {
  const all = sources.map(source => new Code(source));
  return types.flatMap((type): Declared[] => {
    for (const code of all) {
      const call = code.call(type);
      if (call === undefined) continue;
      const constants = ['properties', 'attributes'].filter(name => code.uses(name, call));
      const own = constants.flatMap(name => code.constant(name) ?? []);
      const others = constants.flatMap(name => {
        const beside = all.find(each => each.path === code.origin(name));
        const span = beside?.constant(name);
        return beside === undefined || span === undefined ? [] : [beside.lines(span)];
      });
      const here = [call, ...own].reduce((sum, span) => sum + code.lines(span), 0);
      const declaration = here + others.reduce((sum, n) => sum + n, 0);
      return [{ type, path: code.path, declaration, rest: Math.max(0, code.all - here) }];
    }
    return [];
  });
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}

/** The table, longest first. */
export function linesTable(all: readonly Declared[]): string {
  const rows = [...all].sort((a, b) => b.declaration - a.declaration || (a.type < b.type ? -1 : 1));
  return [
    '| type | lines of its declaration | other lines of its file | file |',
    '|---|---|---|---|',
    ...rows.map(({ type, declaration, rest, path }) => `| ${type} | ${declaration} | ${rest} | ${path} |`),
    '',
    `${all.length} types, median ${median(all.map(({ declaration }) => declaration))} lines.`,
  ].join('\n');
}
