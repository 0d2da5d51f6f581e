/**
 * Attributes that Neutron does not show with the thing itself: they take a GET or more of their own, when they are
 * shown (`LiveReads`), and once when the thing was made, where other resources read them (`AskedAttribute`).
 */
import type { CloudCall } from '../../kernel/world.ts';
import type { Live, LiveAnswer, LiveReads } from '../../kit/resource.ts';
import { isList, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { service } from './network.ts';
import type { AskedAttribute } from './thing.ts';

function get(path: string): CloudCall {
  return { service, method: 'GET', path };
}

function byId(path: string, id: Value | undefined): CloudCall {
  return get(`${path}/${encodeURIComponent(String(id ?? ''))}`);
}

/** `{"<key>": …}` → its value; null where nothing came, as Heat shows what it could not fetch. */
function inside(answer: LiveAnswer, key: string): Value {
  return answer !== undefined && isMap(answer) ? (answer.get(key) ?? null) : null;
}

function withThing(live: Live, answer: LiveAnswer, key: string): ValueMap {
  const thing = inside(answer, key);
  return isMap(thing) ? thing : live.data;
}

/** Nothing is shown: what there is to say was said when it was made. */
export const noReads: LiveReads = { next: () => undefined, data: live => live.data };

/** A network; `segments` are listed, those without a name first. */
export const netReads: LiveReads = {
  next(live, attribute, answers) {
    if (answers.length > 0) return undefined;
    const id = encodeURIComponent(live.physicalId);
    return attribute === 'segments' ? get(`/v2.0/segments?network_id=${id}`) : get(`/v2.0/networks/${id}`);
  },
  data(live, attribute, [answer]) {
    if (attribute !== 'segments') return withThing(live, answer, 'network');
    return mapOf([...live.data, ['segments', segmentsIn(answer)]]);
  },
};

/** Those without a name first; null where nothing came. */
function segmentsIn(answer: LiveAnswer): Value {
  const listed = inside(answer, 'segments');
  if (!isList(listed)) return null;
  const all = listed.filter(isMap);
  const named = (segment: ValueMap): boolean => (segment.get('name') ?? null) !== null;
  return [...all.filter(segment => !named(segment)), ...all.filter(named)];
}

export const askedOfNet: readonly AskedAttribute[] = [
  {
    name: 'segments',
    path: net => `/v2.0/segments?network_id=${encodeURIComponent(String(net.get('id') ?? ''))}`,
    value: (_net, answer) => segmentsIn(answer),
  },
];

/** All subnets of the port's network come in one answer; the port's are picked. */
export const askedOfPort: readonly AskedAttribute[] = [
  {
    name: 'subnets',
    path: port => `/v2.0/subnets?network_id=${networkId(port)}`,
    value(port, answer) {
      const listed = inside(answer, 'subnets');
      const all = isList(listed) ? listed.filter(isMap) : [];
      return subnetsOf(port).map(id => all.find(subnet => subnet.get('id') === id) ?? null);
    },
  },
  {
    name: 'network',
    path: port => `/v2.0/networks/${networkId(port)}`,
    value: (_port, answer) => inside(answer, 'network'),
  },
];

function networkId(port: ValueMap): string {
  return encodeURIComponent(String(port.get('network_id') ?? ''));
}

/** A port; `network` is the whole network, `subnets` the whole subnets of its addresses. */
export const portReads: LiveReads = {
  next(live, attribute, answers) {
    if (answers.length === 0) return get(`/v2.0/ports/${encodeURIComponent(live.physicalId)}`);
    const port = withThing(live, answers[0], 'port');
    if (attribute === 'network') {
      return answers.length === 1 ? byId('/v2.0/networks', port.get('network_id')) : undefined;
    }
    const next = attribute === 'subnets' ? subnetsOf(port)[answers.length - 1] : undefined;
    return next === undefined ? undefined : byId('/v2.0/subnets', next);
  },
  data(live, attribute, [first, ...more]) {
    const port = withThing(live, first, 'port');
    if (attribute === 'network') return mapOf([...port, ['network', inside(more[0], 'network')]]);
    if (attribute !== 'subnets') return port;
    const subnets = more.map(answer => inside(answer, 'subnet'));
    return mapOf([...port, ['subnets', first === undefined || subnets.includes(null) ? null : subnets]]);
  },
};

/** Ids of the subnets that a port has addresses of, as often as it has. */
function subnetsOf(port: ValueMap): readonly Value[] {
  const ips = port.get('fixed_ips') ?? null;
  if (!isList(ips)) return [];
  return ips.map(ip => (isMap(ip) ? (ip.get('subnet_id') ?? '') : '')).filter(id => id !== '');
}
