/** From a method and a path to the function that answers: `/servers/:id/action`. Literal parts win over `:names`. */
import type { Ask, Reply } from './service.ts';

export type Params = Readonly<Record<string, string>>;
export type Handler = (ask: Ask, params: Params) => Reply;

interface Route<H> {
  readonly method: string;
  readonly parts: readonly string[];
  readonly handler: H;
}

export type Match<H> =
  | { readonly kind: 'found'; readonly handler: H; readonly params: Params }
  | { readonly kind: 'no path' }
  | { readonly kind: 'no method'; readonly allowed: readonly string[] };

/** A path without its slashes at either end. */
const trimmed = (path: string): string => path.replace(/^\/+|\/+$/g, '');

/** `H` is whatever stands for an answer: by default a function from the question. */
export class Router<H = Handler> {
  readonly #routes: Route<H>[] = [];

  on(method: string, pattern: string, handler: H): this {
    this.#routes.push({ method, parts: trimmed(pattern).split('/'), handler });
    return this;
  }

  match(method: string, path: string): Match<H> {
    const given = trimmed(path).split('/');
    const fitting = this.#routes.filter(route => fits(route.parts, given));
    const [best] = fitting.map(literals).sort((a, b) => b - a);
    const nearest = fitting.filter(route => literals(route) === best);
    const route = nearest.find(one => one.method === method);
    if (route !== undefined) return { kind: 'found', handler: route.handler, params: paramsOf(route.parts, given) };
    if (nearest.length === 0) return { kind: 'no path' };
    return { kind: 'no method', allowed: nearest.map(one => one.method) };
  }
}

const literals = (route: Route<unknown>): number => route.parts.filter(part => !part.startsWith(':')).length;

function fits(parts: readonly string[], given: readonly string[]): boolean {
  return (
    parts.length === given.length &&
    parts.every((part, i) => (part.startsWith(':') ? given[i] !== '' : part === given[i]))
  );
}

function paramsOf(parts: readonly string[], given: readonly string[]): Params {
  const named = parts.flatMap((part, i) => (part.startsWith(':') ? [[part.slice(1), decode(given[i] ?? '')]] : []));
  return Object.fromEntries(named) as Params;
}

/** As the services do: what is no percent-encoding stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
