/**
 * Environments for all stacks (`environment_dir`) and the templates that they name (`template_dir`; contract: templates §6).
 *
 * As in Heat, only their resource_registry has a meaning for all stacks, it stands below every user's own, and hooks in
 * it have none. Heat passes over what else is there and over files that it cannot read; here the engine does not start
 * with them. Files are read once: what was read then holds until the engine ends.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isHeatError } from '../kernel/errors.ts';
import type { Registry } from '../kit/resource.ts';
import { jobs } from '../orchestration/jobs.ts';
import { checkSections } from '../template/environment.ts';
import { type Globals, noGlobals } from '../template/globals.ts';
import { isTemplate } from '../template/resource-registry.ts';
import { compareText, writeJson } from '../values/json.ts';
import { ValueSyntaxError } from '../values/syntax.ts';
import { isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { parseTemplateText } from '../values/yaml.ts';
import { lineOfWords } from './places.ts';
import { codeOf, type Problem, UnusableSite } from './problem.ts';

export interface GlobalsOptions {
  readonly environmentDir?: string | undefined;
  readonly templateDir?: string | undefined;
}

/** Reads them, over the types that there are. Throws UnusableSite. */
export function loadGlobals({ environmentDir, templateDir }: GlobalsOptions, registry: Registry): Globals {
  if (environmentDir === undefined && templateDir === undefined) return noGlobals;
  const reading = new Reading(templateDir === undefined ? undefined : resolve(templateDir));
  const merged = new Map<string, Value>();
  for (const file of reading.filesIn(environmentDir)) merge(merged, reading.registryOf(file));
  const globals: Globals = { registry: merged, templates: reading.templates };
  if (reading.problems.length === 0) reading.check(globals, registry);
  if (reading.problems.length > 0) throw new UnusableSite(reading.problems);
  return globals;
}

/** What comes later goes last, as it would in one file: null takes away what stands before it. */
function merge(merged: Map<string, Value>, entries: ValueMap): void {
  for (const [name, entry] of entries) {
    const before = merged.get(name) ?? null;
    merged.delete(name);
    if (!isMap(entry) || !isMap(before)) {
      merged.set(name, entry);
      continue;
    }
    const inner = new Map(before);
    merge(inner, entry);
    merged.set(name, inner);
  }
}

class Reading {
  readonly problems: Problem[] = [];
  readonly templates = new Map<string, string>();
  private readonly templateDir: string | undefined;

  constructor(templateDir: string | undefined) {
    this.templateDir = templateDir;
    if (templateDir !== undefined) this.namesIn(templateDir, 'template_dir');
  }

  /** In the order of their names. */
  filesIn(dir: string | undefined): readonly string[] {
    return dir === undefined ? [] : this.namesIn(resolve(dir), 'environment_dir');
  }

  private namesIn(dir: string, setting: string): readonly string[] {
    try {
      return readdirSync(dir, { withFileTypes: true })
        .filter(entry => !entry.isDirectory() && !entry.name.startsWith('.'))
        .map(entry => entry.name)
        .sort(compareText)
        .map(name => join(dir, name));
    } catch (error) {
      this.problems.push({
        file: dir,
        message: `it cannot be read (${codeOf(error)}); ${setting} shall name a folder`,
      });
      return [];
    }
  }

  /** What an environment maps, its templates by their URLs. */
  registryOf(file: string): ValueMap {
    const text = this.textOf(file);
    const raw = text === undefined ? null : this.parsed(file, text);
    if (text === undefined || !isMap(raw)) return new Map();
    const given = raw.get('resource_registry') ?? null;
    for (const name of [...raw.keys()].filter(each => each !== 'resource_registry')) {
      const message = `${name}: for all stacks only resource_registry has a meaning; it belongs to a stack's own environment`;
      this.problems.push({ file, line: lineOfWords(text, [name]), message });
    }
    return isMap(given) ? this.entriesOf(given, { file, text }, ['resource_registry']) : new Map();
  }

  private textOf(file: string): string | undefined {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      this.problems.push({ file, message: `it cannot be read (${codeOf(error)})` });
      return undefined;
    }
  }

  private parsed(file: string, text: string): Value {
    try {
      return checkSections(parseTemplateText(text), '');
    } catch (error) {
      if (error instanceof ValueSyntaxError) this.problems.push({ file, line: error.line, message: error.problem });
      else if (isHeatError(error))
        this.problems.push({
          file,
          line: lineFor(error.message, text),
          message: `${error.message}; for all stacks there is resource_registry`,
        });
      else throw error;
      return null;
    }
  }

  private entriesOf(given: ValueMap, from: Source, way: readonly string[]): ValueMap {
    const entries = new Map<string, Value>();
    for (const [name, target] of given) {
      const place = [...way, name];
      if (name === 'hooks' || name === 'restricted_actions')
        this.wrong(from, place, `${name}: they belong to a stack's own environment`);
      else if (isMap(target) && (way.length > 1 || name === 'resources'))
        entries.set(name, this.entriesOf(target, from, place));
      else if (target !== null && typeof target !== 'string')
        this.wrong(from, place, `${name} shall be mapped to a type, or to a template's file name`);
      else if (isTemplate(name)) this.wrong(from, place, `${name} is a template's name; map a type to it`);
      else if (typeof target === 'string' && isTemplate(target))
        entries.set(name, this.templateAt(target, from, place));
      else entries.set(name, target);
    }
    return entries;
  }

  private wrong({ file, text }: Source, place: readonly string[], message: string): void {
    this.problems.push({ file, line: lineOfWords(text, place), message });
  }

  /** The URL of a template, whose text is kept; one by http is fetched when it is used. */
  private templateAt(target: string, from: Source, place: readonly string[]): string {
    if (/^https?:/i.test(target)) return target;
    const path = this.pathOf(target);
    if (path === undefined) {
      this.wrong(from, place, `${target} is looked for in template_dir, which is not set`);
      return target;
    }
    const name = pathToFileURL(path).href;
    try {
      if (!this.templates.has(name)) this.templates.set(name, readFileSync(path, 'utf8'));
    } catch (error) {
      this.wrong(
        from,
        place,
        `${path} cannot be read (${codeOf(error)}); a template's file name is looked for in template_dir`,
      );
    }
    return name;
  }

  private pathOf(target: string): string | undefined {
    if (/^file:/i.test(target)) return fileURLToPath(target);
    if (target.startsWith('/')) return target;
    return this.templateDir === undefined ? undefined : join(this.templateDir, target);
  }

  /** Whether each template is one that could be validated by a user. */
  check(globals: Globals, registry: Registry): void {
    const { validate } = jobs(registry, globals);
    const environment = writeJson(
      mapOf([
        ['environment', null],
        ['environment_files', []],
        ['parameters', new Map()],
      ]),
    );
    for (const [name, template] of this.templates) {
      const file = fileURLToPath(name);
      const broken = this.syntaxOf(template);
      if (broken !== undefined) {
        this.problems.push({ file, line: broken.line, message: broken.problem });
        continue;
      }
      const result = validate({ template, environment, files: '{}', projectId: '', ignoresMissingServices: true });
      if (result.kind === 'refused') {
        this.problems.push({ file, line: lineFor(result.message, template), message: result.message });
      }
    }
  }

  private syntaxOf(template: string): ValueSyntaxError | undefined {
    try {
      parseTemplateText(template);
      return undefined;
    } catch (error) {
      if (error instanceof ValueSyntaxError) return error;
      throw error;
    }
  }
}

interface Source {
  readonly file: string;
  readonly text: string;
}

/** The line that a message speaks of, by the way to it, or by what it names; else the first. */
function lineFor(message: string, text: string): number {
  const [way] =
    /\b(?:resources|outputs|parameters|conditions|Resources|Outputs|Parameters|Conditions)\.[^\s:]+/.exec(message) ??
    [];
  const [, named = ''] = /[("']([^()"']+)[)"']/.exec(message) ?? [];
  return lineOfWords(
    text,
    [...(way?.split('.') ?? []), named].filter(word => word !== ''),
  );
}
