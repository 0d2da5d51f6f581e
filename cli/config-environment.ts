/**
 * `${NAME}` in a configuration stands for a variable of the environment, so that one file serves all processes of a
 * kind: systemd gives each instance its number, Kubernetes each pod its name. `$${` is a plain `${`.
 *
 * Only the texts of a file that has been read are looked at, after YAML: what a variable says is never syntax. Keys
 * are left as they are.
 */

type Environment = Readonly<Record<string, string | undefined>>;

export interface Filled {
  readonly document: unknown;
  /** A line for each name that is not set, with its place. */
  readonly missing: readonly string[];
}

/** The document with its variables filled in. */
export function fillIn(document: unknown, environment: Environment): Filled {
  const missing: string[] = [];
  const walk = (node: unknown, place: string): unknown => {
    if (typeof node === 'string') return filled(node, place);
    if (Array.isArray(node)) return node.map((each, i) => walk(each, below(place, String(i))));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, walk(value, below(place, name))]));
  };
  const filled = (text: string, place: string): string =>
    text.replaceAll(/\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_all, plain: string | undefined, name: string) => {
      if (plain !== undefined) return plain;
      const value = environment[name];
      if (value === undefined || value === '') missing.push(`${place} names \${${name}}, which is not set`);
      return value ?? '';
    });
  return { document: walk(document, ''), missing };
}

const below = (place: string, name: string): string => (place === '' ? name : `${place}.${name}`);
