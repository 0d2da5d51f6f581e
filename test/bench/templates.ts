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
