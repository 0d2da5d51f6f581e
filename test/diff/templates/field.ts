/**
 * Templates of the field: the OpenStack project's public heat-templates (test/fixtures/heat-templates, Apache 2.0).
 * Each is put as it is, with the files that it names and plausible values for its parameters. All are recorded; those
 * are compared whose resource types all exist here, so that a new type brings its templates with it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Registry } from '../../../engine/kit/resource.ts';
import { isMap, type Value } from '../../../engine/values/value.ts';
import { parseYaml } from '../../../engine/values/yaml.ts';
import type { Json } from '../scenario.ts';
import { type Case, one } from './case.ts';
import { keyName } from './furnish.ts';

const folder = 'test/fixtures/heat-templates';
const isTemplate = /\.(?:yaml|template)$/;

/** By the parameter's name, in lower case; the lab and the sandbox cloud are furnished alike. */
const plausible: Readonly<Record<string, Json>> = {
  admin_pass: 'Secret1',
  chef_flavor_name: 'm1.small',
  chef_image_name: 'cirros',
  external_network: 'public',
  external_network_id: 'public',
  flavor: 'm1.small',
  image: 'cirros',
  image_id: 'cirros',
  index: 1,
  instance_id: 'c6d7e2a0-0000-4000-8000-000000000000',
  instance_type: 'm1.small',
  instancetype: 'm1.small',
  internal_network: 'private',
  internal_subnet: 'private-subnet',
  key_name: keyName,
  keyname: keyName,
  lengths: '3,4',
  network: 'private',
  ssh_key_name: keyName,
  private_network: 'private',
  private_network_id: 'private',
  public_network_id: 'public',
  subnet: 'private-subnet',
  subnet_id: 'private-subnet',
  user_enabled: true,
  project_enabled: true,
};

const places = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(file => isTemplate.test(file))
  .sort();

interface Read {
  readonly text: string;
  readonly resources: readonly Value[];
  readonly parameters: readonly string[];
}

/** Undefined for an environment, which has no version. */
function read(file: string): Read | undefined {
  const text = readFileSync(join(folder, file), 'utf8');
  const raw = parseYaml(text);
  if (!isMap(raw) || ![...raw.keys()].some(key => /version$/i.test(key))) return undefined;
  const section = (hot: string, cfn: string): Value | undefined => raw.get(hot) ?? raw.get(cfn);
  const [resources, parameters] = [section('resources', 'Resources'), section('parameters', 'Parameters')];
  return {
    text,
    resources: isMap(resources ?? null) ? [...(resources as ReadonlyMap<string, Value>).values()] : [],
    parameters: isMap(parameters ?? null) ? [...(parameters as ReadonlyMap<string, Value>).keys()] : [],
  };
}

/** Files that are named in a template, under the names by which it names them; theirs, too. */
function filesOf(file: string, found: Record<string, string> = {}): Record<string, string> {
  const text = readFileSync(join(folder, file), 'utf8');
  const names = [...text.matchAll(/(?:get_file|type)["']?\s*:\s*["']?([^\s"'},]+)/g)].map(match => match[1] ?? '');
  for (const name of names) {
    const place = normalize(join(dirname(file), name));
    if (name in found || place.startsWith('..') || !existsSync(join(folder, place))) continue;
    if (!name.includes('.')) continue;
    found[name] = readFileSync(join(folder, place), 'utf8');
    if (isTemplate.test(name)) filesOf(place, found);
  }
  return found;
}

const typeOf = (resource: Value): string => {
  const type = isMap(resource) ? (resource.get('type') ?? resource.get('Type')) : undefined;
  return typeof type === 'string' ? type : '';
};

export interface FieldCase {
  readonly of: Case;
  /** Of its resources, files' names aside. */
  readonly types: readonly string[];
}

function caseOf(file: string): FieldCase[] {
  const root = read(file);
  if (root === undefined) return [];
  const given = root.parameters.flatMap((name): [string, Json][] => {
    const value = plausible[name.toLowerCase()];
    return value === undefined ? [] : [[name, value]];
  });
  const others = root.parameters.filter(name => plausible[name.toLowerCase()] === undefined);
  const files = filesOf(file);
  const inside = Object.keys(files).filter(name => isTemplate.test(name));
  const nested = inside.flatMap(name => read(normalize(join(dirname(file), name)))?.resources ?? []);
  const types = [...root.resources, ...nested].map(typeOf).filter(type => !isTemplate.test(type));
  // What has no default, and no value above, gets its own name: most are names or texts.
  const missing = others.filter(name => !hasDefault(root.text, name)).map((name): [string, Json] => [name, name]);
  const parameters = Object.fromEntries([...given, ...missing]);
  return [{ of: one(`field/${file}`, 'heat-templates', root.text, { parameters, files }), types: [...new Set(types)] }];
}

function hasDefault(text: string, name: string): boolean {
  const raw = parseYaml(text);
  const parameters = isMap(raw) ? (raw.get('parameters') ?? raw.get('Parameters')) : undefined;
  const schema = isMap(parameters ?? null) ? (parameters as ReadonlyMap<string, Value>).get(name) : undefined;
  return schema !== undefined && isMap(schema) && (schema.has('default') || schema.has('Default'));
}

export const fieldCases: readonly FieldCase[] = places.flatMap(caseOf);

/** Those whose types all work. */
export const fieldCasesOf = (registry: Registry): readonly Case[] => {
  const works = (name: string): boolean => {
    const type = registry.get(name);
    return type !== undefined && type.absent === undefined;
  };
  return fieldCases.filter(({ types }) => types.every(works)).map(each => each.of);
};
