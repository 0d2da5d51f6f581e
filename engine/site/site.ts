/**
 * What an operator adds to an engine beside its configuration: types of its own, and environments for all stacks.
 *
 *   plugin_dirs ─▶ types ─┐
 *   environment_dir ──────┴─▶ globals (with the templates of template_dir)
 *
 * It is read before anything starts and is the same in all threads of the process. All engines of a cluster shall have
 * the same; what happens where they do not is in orchestration/elsewhere.ts.
 */
import type { ResourceType } from '../kit/resource.ts';
import { createRegistry } from '../resources/registry.ts';
import { type Globals, noGlobals } from '../template/globals.ts';
import { loadGlobals } from './globals.ts';
import { type LoadedPlugin, loadPlugins } from './plugins.ts';

export interface SiteOptions {
  readonly pluginDirs?: readonly string[] | undefined;
  readonly environmentDir?: string | undefined;
  readonly templateDir?: string | undefined;
}

export interface Site {
  readonly pluginDirs: readonly string[];
  readonly plugins: readonly LoadedPlugin[];
  readonly globals: Globals;
}

export const emptySite: Site = { pluginDirs: [], plugins: [], globals: noGlobals };

/** Reads all of it. Throws UnusableSite. */
export async function loadSite({ pluginDirs = [], environmentDir, templateDir }: SiteOptions): Promise<Site> {
  const plugins = await pluginsIn(pluginDirs);
  const globals = loadGlobals({ environmentDir, templateDir }, createRegistry(typesOf({ plugins })));
  return { pluginDirs, plugins, globals };
}

async function pluginsIn(dirs: readonly string[]): Promise<readonly LoadedPlugin[]> {
  const taken = new Set(createRegistry().names());
  return dirs.length === 0 ? [] : loadPlugins(dirs, name => taken.has(name));
}

export function typesOf({ plugins }: Pick<Site, 'plugins'>): readonly ResourceType[] {
  return plugins.map(({ type }) => type);
}

/** Which types an engine has of its operator's, each with its digest. */
export function digestsOf({ plugins }: Site): Readonly<Record<string, string>> {
  return Object.fromEntries(plugins.map(({ type, digest }) => [type.name, digest]));
}

/** A site as it goes to another thread: functions do not. */
export interface ThreadSite {
  readonly pluginDirs: readonly string[];
  readonly digests: Readonly<Record<string, string>>;
  readonly globals: Globals;
}

export function threadSite(site: Site): ThreadSite {
  return { pluginDirs: site.pluginDirs, digests: digestsOf(site), globals: site.globals };
}

/** The same in another thread; undefined where the plug-ins are not any more what the engine began with. */
export async function siteInThread({ pluginDirs, digests, globals }: ThreadSite): Promise<Site | undefined> {
  try {
    const site = { pluginDirs, plugins: await pluginsIn(pluginDirs), globals };
    const now = digestsOf(site);
    const names = new Set([...Object.keys(digests), ...Object.keys(now)]);
    return [...names].every(name => now[name] === digests[name]) ? site : undefined;
  } catch {
    // They cannot be loaded any more; the engine has them in memory.
    return undefined;
  }
}
