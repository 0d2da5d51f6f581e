/** As much of Neutron as the tests of lost answers need, in this process; it refuses what Neutron refuses. */
import type { CloudCall, CloudOutcome } from '../../engine/kernel/world.ts';

type Thing = Record<string, unknown> & { readonly id: string };
interface Told {
  readonly status: number;
  readonly body?: unknown;
}

const refused = (status: number, type: string, message: string): Told => ({
  status,
  body: { NeutronError: { type, message, detail: '' } },
});

const extensions = ['router', 'security-group'].map(alias => ({ alias }));

export class SmallNeutron {
  /** By collection, as its path has it: `networks`, `security-groups` … */
  private readonly things = new Map<string, Map<string, Thing>>();
  private ids = 0;

  all(collection: string): readonly Thing[] {
    return [...this.of(collection).values()];
  }

  add(collection: string, thing: Readonly<Record<string, unknown>>): Thing {
    const made = { id: `${collection}-${++this.ids}`, status: 'ACTIVE', description: '', ...thing };
    this.of(collection).set(made.id, made);
    return made;
  }

  answer({ method, path, body }: CloudCall): CloudOutcome {
    const { status, body: told } = this.told(method, path, body === undefined ? {} : (JSON.parse(body) as object));
    return { kind: 'answered', answer: { status, body: told === undefined ? '' : JSON.stringify(told) } };
  }

  private of(collection: string): Map<string, Thing> {
    const known = this.things.get(collection) ?? new Map<string, Thing>();
    this.things.set(collection, known);
    return known;
  }

  private told(method: string, path: string, body: Record<string, unknown> | object): Told {
    const url = new URL(path, 'http://neutron');
    const [, , collection = '', id, verb] = url.pathname.split('/');
    const key = collection.replaceAll('-', '_').replace(/s$/, '');
    const sent = body as Record<string, unknown>;
    if (collection === 'extensions') return { status: 200, body: { extensions } };
    if (verb?.endsWith('_router_interface') === true) return this.tie(verb, id ?? '', sent);
    if (method === 'POST') return this.post(collection, key, sent);
    if (id === undefined) {
      const wanted = [...url.searchParams];
      const found = this.all(collection).filter(thing => wanted.every(([field, value]) => thing[field] === value));
      return { status: 200, body: { [`${key}s`]: found } };
    }
    const thing = this.of(collection).get(id);
    if (thing === undefined) return refused(404, `${key}NotFound`, `${key} ${id} could not be found.`);
    if (method === 'DELETE') {
      this.of(collection).delete(id);
      if (collection === 'security-groups')
        for (const rule of this.rulesOf(id)) this.of('security-group-rules').delete(rule.id);
      return { status: 204 };
    }
    if (method === 'PUT') Object.assign(thing, verb === 'tags' ? sent : sent[key]);
    if (verb === 'tags') return { status: 200, body: sent };
    return { status: 200, body: { [key]: this.whole(collection, thing) } };
  }

  private post(collection: string, key: string, sent: Record<string, unknown>): Told {
    const many = sent[`${key}s`] as Record<string, unknown>[] | undefined;
    if (many !== undefined) {
      const text = (rule: Record<string, unknown>) =>
        JSON.stringify([rule['direction'], rule['protocol'], rule['port_range_min']]);
      const taken = this.rulesOf(String(many[0]?.['security_group_id'])).map(text);
      if (many.some(rule => taken.includes(text(rule))))
        return refused(409, 'SecurityGroupRuleExists', 'Security group rule already exists.');
      return { status: 201, body: { [`${key}s`]: many.map(rule => this.add(collection, rule)) } };
    }
    const thing = this.add(collection, sent[key] as Record<string, unknown>);
    if (collection === 'security-groups')
      for (const ethertype of ['IPv4', 'IPv6'])
        this.add('security-group-rules', {
          security_group_id: thing.id,
          direction: 'egress',
          ethertype,
          protocol: null,
        });
    return { status: 201, body: { [key]: this.whole(collection, thing) } };
  }

  private rulesOf(group: string): readonly Thing[] {
    return this.all('security-group-rules').filter(rule => rule['security_group_id'] === group);
  }

  private whole(collection: string, thing: Thing): Thing {
    return collection === 'security-groups' ? { ...thing, security_group_rules: this.rulesOf(thing.id) } : thing;
  }

  private tie(verb: string, router: string, { subnet_id }: Record<string, unknown>): Told {
    const isOurs = (port: Thing) =>
      port['device_id'] === router && JSON.stringify(port['fixed_ips']) === JSON.stringify([{ subnet_id }]);
    const there = this.all('ports').find(isOurs);
    if (verb.startsWith('remove')) {
      if (there === undefined) return refused(404, 'RouterInterfaceNotFoundForSubnet', 'No such interface.');
      this.of('ports').delete(there.id);
    } else if (there !== undefined) {
      return refused(
        400,
        'BadRequest',
        `Bad router request: Router already has a port on subnet ${String(subnet_id)}.`,
      );
    } else {
      this.add('ports', { device_id: router, device_owner: 'network:router_interface', fixed_ips: [{ subnet_id }] });
    }
    return { status: 200, body: { id: router, subnet_id } };
  }
}
