/**
 * Whether all members have the same plug-ins (docs/plugins.md): said once whenever that changes, since a resource whose
 * type a member lacks waits there (orchestration/elsewhere.ts).
 */
import { compareText } from '../values/json.ts';
import type { NodeId } from '../kernel/ids.ts';
import type { Cancel, Directory, Log } from '../kernel/world.ts';

type Plugins = Readonly<Record<string, string>>;

/** What a member lacks, has alone, or has otherwise than this one; '' where nothing differs. */
export function pluginDifferences(mine: Plugins, theirs: Plugins): string {
  const names = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].sort(compareText);
  return names
    .flatMap(name => {
      if (theirs[name] === undefined) return [`lacks ${name}`];
      if (mine[name] === undefined) return [`has ${name}, which is not here`];
      return mine[name] === theirs[name] ? [] : [`has another ${name}`];
    })
    .join(', ');
}

/** Logs a warning for each member that differs from this one; again only when that changes. */
export function watchPlugins(directory: Directory, log: Log): Cancel {
  const told = new Map<NodeId, string>();
  const look = (): void => {
    const mine = directory.about?.(directory.me)?.plugins ?? {};
    for (const node of directory.members()) {
      const what = pluginDifferences(mine, directory.about?.(node)?.plugins ?? {});
      if (what === (told.get(node) ?? '')) continue;
      told.set(node, what);
      if (what === '') log.write('info', 'plugins-agree', { node });
      else log.write('warn', 'plugins-differ', { node, what });
    }
  };
  look();
  return directory.onChange(look);
}
