/**
 * OS::Neutron::SubnetPool: ranges of addresses out of which subnets take theirs.
 *
 * Mark: its name; where the user chose one, its description (thing.ts). Its prefixes may only grow: Neutron refuses
 * anything else, and Heat does before it asks.
 */
import type { ExprMap } from '../../template/expr.ts';
import { resource } from '../../kit/declare.ts';
import { type Change, LifeFailure } from '../../kit/resource.ts';
import { boolean, custom, integer, length, list, range, string } from '../../kit/schema.ts';
import { compareText } from '../../values/json.ts';
import { pyRepr } from '../../values/python.ts';
import { textsIn } from '../../kit/given.ts';
import type { Value } from '../../values/value.ts';
import { refuse } from './checks.ts';
import { bodyOf, immediately } from './network.ts';
import { coveredBy } from './prefixes.ts';
import { thingLife } from './thing.ts';

const rules = { rename: { address_scope: 'address_scope_id' } };
const bits = (what: string) => integer(what, { update: true }).constraints(range(0));

/** Bounds that say something, in the order in which Heat compares them: the second is at least the first. */
function validate(properties: ExprMap): void {
  const ordered = (low: string, high: string, first: string, second: string): void => {
    const [least, most] = [properties.get(low), properties.get(high)];
    if (typeof least !== 'bigint' || typeof most !== 'bigint' || least === 0n || most === 0n || least <= most) return;
    const said = (name: string) => `${name}=${String(properties.get(name))}`;
    refuse(`Illegal prefix bounds: ${said(first)}, ${said(second)}.`);
  };
  ordered('min_prefixlen', 'max_prefixlen', 'max_prefixlen', 'min_prefixlen');
  ordered('default_prefixlen', 'max_prefixlen', 'max_prefixlen', 'default_prefixlen');
  ordered('min_prefixlen', 'default_prefixlen', 'min_prefixlen', 'default_prefixlen');
}

function put(differing: Map<string, Value>, { before, after, changed }: Change): ReadonlyMap<string, Value> {
  const [old, next] = [textsIn(before.properties, 'prefixes'), textsIn(after, 'prefixes')];
  if (!changed.has('prefixes') || coveredBy(old, next)) return differing;
  const said = (prefixes: readonly string[]) => pyRepr([...prefixes].sort(compareText));
  const message = `Property prefixes updated value ${said(next)} should be superset of existing value ${said(old)}.`;
  throw new LifeFailure('StackValidationFailed', message);
}

export default resource('OS::Neutron::SubnetPool', {
  description: 'Ranges of addresses out of which subnets take theirs.',
  since: '6.0.0',
  properties: {
    name: string('Its name; default the physical name.', { update: true }),
    prefixes: list('Its ranges; they may only grow.', { update: true })
      .required()
      .constraints(length(1))
      .of(string().constraints(custom('net_cidr'))),
    address_scope: string('Name or id of its address scope.', { update: true }).finds('neutron.address_scope'),
    default_quota: bits('How many addresses (IPv6: /64 ranges) a project may take.'),
    default_prefixlen: bits('How long a prefix a subnet gets that asks for none.'),
    min_prefixlen: bits('The shortest prefix of a subnet.'),
    max_prefixlen: bits('The longest prefix of a subnet.'),
    is_default: boolean('Whether it is the one of its kind; for administrators by default.', { update: true }).default(
      false,
    ),
    tenant_id: string('The project that shall own it; for administrators only.'),
    shared: boolean('Whether all projects may use it; for administrators by default.').default(false),
    tags: list('Its tags.', { update: true }).of(string()).supportedSince('9.0.0'),
  },
  validate,
  life: thingLife({
    key: 'subnetpool',
    path: '/v2.0/subnetpools',
    body: properties => bodyOf(properties, { ...rules, without: ['tags'] }),
    ready: immediately,
    changing: { ...rules, put },
  }),
  show: live => live.data,
});
