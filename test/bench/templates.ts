/** The templates that are measured; those without servers are the same that ../shared/lab/bench_heat.py gives to Heat. */

type Template = Readonly<Record<string, unknown>>;

function template(resources: readonly (readonly [string, Template])[]): Template {
  return { heat_template_version: '2018-08-31', resources: Object.fromEntries(resources) };
}

/** So many resources that need not wait for one another; `longer`: one of them is another string. */
export function independent(count: number, longer?: number): Template {
  const type = 'OS::Heat::RandomString';
  return template(
    Array.from({ length: count }, (_, i) => [`r${i}`, i === longer ? { type, properties: { length: 33 } } : { type }]),
  );
}

/** So many values, one of which may have changed. */
export function values(count: number, changed?: number): Template {
  return template(
    Array.from({ length: count }, (_, i) => {
      const value = i === changed ? 'changed' : `value-${i}`;
      return [`v${i}`, { type: 'OS::Heat::Value', properties: { value } }];
    }),
  );
}

/** A chain: each takes its value from the one before. */
export function chain(length: number): Template {
  return template(
    Array.from({ length }, (_, i) => {
      const value = i === 0 ? 'x' : { get_attr: [`v${i - 1}`, 'value'] };
      return [`v${i}`, { type: 'OS::Heat::Value', properties: { value } }];
    }),
  );
}

/** A group of so many strings: a nested stack. */
export function group(count: number): Template {
  const properties = { count, resource_def: { type: 'OS::Heat::RandomString' } };
  return template([['g', { type: 'OS::Heat::ResourceGroup', properties }]]);
}

/** So many servers with generated names, each on a network that is there, asked for by names. */
export function servers(count: number): Template {
  const properties = { image: 'cirros', flavor: 'm1.tiny', networks: [{ network: 'private' }] };
  return template(Array.from({ length: count }, (_, i) => [`s${i}`, { type: 'OS::Nova::Server', properties }]));
}

/** A group of so many stacks of `minionFile`. */
export function minions(count: number): Template {
  const properties = { count, resource_def: { type: 'minion.yaml', properties: { index: '%index%' } } };
  return template([['minions', { type: 'OS::Heat::ResourceGroup', properties }]]);
}

/**
 * One machine of a cluster in the shape that Magnum's templates give it, of types that call no cloud: 14 fragments of
 * a configuration, which are joined with a token; a machine that gets it, on a port; a volume, what ties it to the
 * machine, an address, and a value when all are there. 22 resources.
 */
export const minionFile: Readonly<Record<string, Template>> = {
  'minion.yaml': {
    heat_template_version: '2018-08-31',
    parameters: { index: { type: 'string' } },
    resources: Object.fromEntries(minion()),
    outputs: { address: { value: { get_attr: ['address', 'value'] } } },
  },
};

function minion(): readonly (readonly [string, Template])[] {
  const value = (of: unknown, more: Template = {}): Template => ({
    type: 'OS::Heat::Value',
    properties: { value: of },
    ...more,
  });
  const string: Template = { type: 'OS::Heat::RandomString' };
  const fragments = Array.from({ length: 14 }, (_, i) => `fragment${i}`);
  const joined = [...fragments, 'token'].map(name => ({ get_attr: [name, 'value'] }));
  const index = { get_param: 'index' };
  return [
    ...fragments.map((name, i) => {
      const text = `#!/bin/sh\n# part ${i} of what $index runs first\nset -eu\n`;
      return [name, value({ str_replace: { template: text, params: { $index: index } } })] as const;
    }),
    ['token', string],
    ['config', value({ list_join: ['\n', joined] })],
    ['port', string],
    ['volume', string],
    [
      'machine',
      {
        type: 'OS::Heat::TestResource',
        properties: { value: { get_attr: ['config', 'value'] } },
        depends_on: ['port'],
      },
    ],
    ['address', value({ list_join: ['.', ['10', '0', index, { get_resource: 'port' }]] })],
    ['attachment', value({ list_join: ['/', [{ get_resource: 'machine' }, { get_resource: 'volume' }]] })],
    ['ready', value({ get_attr: ['machine', 'output'] }, { depends_on: ['attachment', 'address'] })],
  ];
}

/** So many resources of five types, which read parameters and one another. */
export function mixed(count: number): Template {
  const [name, length] = [{ get_param: 'name' }, { get_param: 'length' }];
  const before = (i: number, by: number): Template => ({ get_resource: `r${i - by}` });
  const of = (type: string, properties: Template): Template => ({ type, properties });
  const kinds: readonly ((i: number) => Template)[] = [
    () => of('OS::Heat::RandomString', { length, character_classes: [{ class: 'lowercase', min: 1 }] }),
    i => {
      const value = { list_join: ['-', [name, { get_attr: [`r${i - 1}`, 'value'] }]] };
      return of('OS::Heat::Value', { type: 'string', value });
    },
    () => of('OS::Neutron::Net', { name: { str_replace: { template: 'net-%n%', params: { '%n%': name } } } }),
    i => of('OS::Neutron::Subnet', { network: before(i, 1), cidr: '10.0.0.0/24', dns_nameservers: ['10.0.0.2'] }),
    i => of('OS::Neutron::Port', { network: before(i, 2), fixed_ips: [{ subnet: before(i, 1) }] }),
  ];
  return {
    ...template(Array.from({ length: count }, (_, i) => [`r${i}`, kinds[i % kinds.length]?.(i) ?? {}])),
    parameters: { length: { type: 'number', default: 8 }, name: { type: 'string', default: 'n' } },
    outputs: { last: { value: { get_attr: ['r0', 'value'] } } },
  };
}

/** YAML of about so many characters: 1,000 values with some lines of text each. */
export function bigYaml(chars: number): string {
  const each = Math.floor(chars / 1_000) - 130;
  const lines = Array.from({ length: 1_000 }, (_, i) => {
    const text = Array.from(
      { length: Math.max(1, Math.floor(each / 60)) },
      (_, k) => `          - ${`${i}.${k} `.padEnd(48, 'x')}`,
    );
    return `  value_${i}:\n    type: OS::Heat::Value\n    properties:\n      value:\n        lines:\n${text.join('\n')}\n`;
  });
  return `heat_template_version: 2018-08-31\nresources:\n${lines.join('')}`;
}
