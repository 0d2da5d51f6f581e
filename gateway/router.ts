/**
 * Which route a request means.
 *
 * Heat's router looks for a route of this method first, over all patterns in order, and only then says that the URL
 * is known but the method wrong: `DELETE /stacks/detail` is the look-up of a stack called "detail", not a 405. A
 * trailing slash or `.json` is part of no pattern. Paths are matched decoded, as WSGI servers hand them over.
 */
import type { Method, Route } from './route.ts';

export type Match =
  | {
      readonly kind: 'route';
      readonly route: Route;
      readonly project: string;
      readonly params: Readonly<Record<string, string>>;
    }
  /** The URL is known, but not with this method; `allow` is in the order of the table. */
  | { readonly kind: 'known'; readonly allow: readonly Method[] }
  | { readonly kind: 'unmatched' };

export type Router = (method: string, path: string) => Match;

interface Compiled {
  readonly route: Route;
  readonly form: RegExp;
  readonly names: readonly string[];
}

const answered405 = new Set(['HEAD', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** `path` is the decoded path after the version, e.g. `/<project>/stacks`. */
export function createRouter(routes: readonly Route[]): Router {
  const table = routes.map(compile);
  const allowed = new Map<string, Method[]>();
  for (const route of routes) allowed.set(route.path, [...(allowed.get(route.path) ?? []), ...route.methods]);

  return (method, path) => {
    let known: Compiled | undefined;
    for (const entry of table) {
      const found = entry.form.exec(path);
      if (!found) continue;
      if (entry.route.methods.some(each => each === method)) return routed(entry, found);
      if (!entry.route.bare) known ??= entry;
    }
    if (!known || !(answered405.has(method) || method === 'OPTIONS')) return { kind: 'unmatched' };
    return { kind: 'known', allow: allowed.get(known.route.path) ?? known.route.methods };
  };
}

const placeholder = /\{(\w+)(?::([^{}]+))?\}/g;

function compile(route: Route): Compiled {
  const names: string[] = [];
  const source = route.path.replace(placeholder, (_all, name: string, form?: string) => {
    names.push(name);
    return `(${form ?? '[^/]+'})`;
  });
  return { route, form: new RegExp(`^/([^/]+)${source}$`, 's'), names };
}

function routed(entry: Compiled, found: RegExpExecArray): Match {
  const params: Record<string, string> = {};
  entry.names.forEach((name, i) => {
    params[name] = found[i + 2] ?? '';
  });
  return { kind: 'route', route: entry.route, project: found[1] ?? '', params };
}
