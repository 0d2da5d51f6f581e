/** Reads a unit file of ours, so that tests can do what it says: systemd.syntax(7), as far as our units use it. */
import { readFileSync } from 'node:fs';

export interface Unit {
  /** All values of a setting, in order. */
  all(section: string, name: string): readonly string[];
  /** The only one. Throws where there is none, or more. */
  one(section: string, name: string): string;
}

export function readUnit(file: string): Unit {
  const settings: { readonly section: string; readonly name: string; readonly value: string }[] = [];
  let section = '';
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const head = /^\[(.+)\]$/.exec(line)?.[1];
    const at = line.indexOf('=');
    if (head !== undefined) section = head;
    else if (at > 0) settings.push({ section, name: line.slice(0, at), value: line.slice(at + 1) });
    else throw new Error(`${file}: "${line}" is neither a section nor a setting`);
  }
  const all = (where: string, name: string): readonly string[] =>
    settings.filter(each => each.section === where && each.name === name).map(({ value }) => value);
  return {
    all,
    one: (where, name) => {
      const [value, more] = all(where, name);
      if (value === undefined || more !== undefined) throw new Error(`${file}: [${where}] ${name} is there once`);
      return value;
    },
  };
}

/** Ours quote nothing. */
export const words = (value: string): readonly string[] => value.split(' ').filter(word => word !== '');

/** What `Environment=` says for an instance on a host. */
export function environmentOf(
  unit: Unit,
  { instance, host }: { readonly instance: string; readonly host: string },
): Readonly<Record<string, string>> {
  const pairs = unit.all('Service', 'Environment').flatMap(words);
  return Object.fromEntries(
    pairs.map(pair => {
      const at = pair.indexOf('=');
      return [
        pair.slice(0, at),
        pair
          .slice(at + 1)
          .replaceAll('%i', instance)
          .replaceAll('%H', host),
      ];
    }),
  );
}

/** The file that it gives with `--config`. */
export function configurationOf(unit: Unit): string {
  const all = words(unit.one('Service', 'ExecStart'));
  const file = all[all.indexOf('--config') + 1];
  if (!all.includes('--config') || file === undefined) throw new Error('ExecStart has no --config');
  return file;
}
