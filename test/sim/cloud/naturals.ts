/**
 * Steps that make what has no mark: how the natural key of the thing, or of the tie, follows from a row (kinds.ts has
 * the same keys from the thing). A step that is neither here nor some kind's own only reads or sets something.
 */
import { isList, isMap, type Value, type ValueMap } from '../../../engine/values/value.ts';
import { ruleKey } from './kinds.ts';

export interface Given {
  /** Resolved: names are ids by now. */
  readonly properties: ValueMap;
  /** The physical id of what an earlier step made. */
  made(step: string): string | undefined;
}

const text = (value: Value | undefined): string => (value === undefined || value === null ? '' : String(value));

function plain(properties: ValueMap): Readonly<Record<string, string>> {
  return Object.fromEntries([...properties].map(([name, value]) => [name, text(value)]));
}

/** By step name. */
const naturals: readonly {
  readonly step: RegExp;
  key(given: Given, number: string): string | undefined;
}[] = [
  { step: /^keypair$/, key: ({ properties }) => `keypair ${text(properties.get('name'))}` },
  {
    step: /^interface$/,
    key: ({ properties }) => {
      const subnet = text(properties.get('subnet'));
      const end = subnet === '' ? `port_id=${text(properties.get('port'))}` : `subnet_id=${subnet}`;
      return `interface ${text(properties.get('router'))} ${end}`;
    },
  },
  {
    step: /^association$/,
    key: ({ properties }) => `association ${text(properties.get('floatingip_id'))} ${text(properties.get('port_id'))}`,
  },
  {
    step: /^floating_ip_(\d+)$/,
    key: ({ properties, made }, number) => {
      const networks = properties.get('networks') ?? null;
      const entry = isList(networks) ? (networks[Number(number)] ?? null) : null;
      if (!isMap(entry)) return undefined;
      return `association ${text(entry.get('floating_ip'))} ${made(`port_${number}`) ?? text(entry.get('port'))}`;
    },
  },
  {
    step: /^attachment$/,
    key: ({ properties }) => {
      const [server, volume] = [
        ['instance_uuid', 'InstanceId'],
        ['volume_id', 'VolumeId'],
      ].map(names => names.map(name => text(properties.get(name))).join(''));
      return `attachment ${server} ${volume}`;
    },
  },
  {
    step: /^(bandwidth_limit|dscp_marking|minimum_bandwidth|minimum_packet_rate)_rule$/,
    key: ({ properties }, type) =>
      `qos_rule ${text(properties.get('policy'))} ${type} ${text(properties.get('direction'))}`,
  },
  {
    step: /^port_forwarding$/,
    key: ({ properties }) =>
      `port_forwarding ${['floating_ip', 'protocol', 'external_port'].map(name => text(properties.get(name))).join(' ')}`,
  },
  {
    step: /^rbac_policy$/,
    key: ({ properties }) =>
      `rbac ${['object_type', 'object_id', 'action', 'target_tenant'].map(name => text(properties.get(name))).join(' ')}`,
  },
  {
    step: /^metering_label_rule$/,
    key: ({ properties }) =>
      `metering_rule ${['metering_label_id', 'direction', 'excluded', 'remote_ip_prefix'].map(name => text(properties.get(name))).join(' ')}`,
  },
  {
    step: /^metering_label$/,
    key: ({ properties }) => {
      const label = plain(properties);
      return label['name'] === undefined
        ? undefined
        : `metering_label ${label['name']} ${label['description'] ?? ''} ${label['shared']}`;
    },
  },
  {
    step: /^volume_(\d+)$/,
    key: ({ properties, made }, number) => {
      const volumes = properties.get('Volumes') ?? null;
      const entry = isList(volumes) ? (volumes[Number(number)] ?? null) : null;
      return isMap(entry) ? `attachment ${made('server')} ${text(entry.get('VolumeId'))}` : undefined;
    },
  },
  { step: /^aggregate$/, key: ({ properties }) => `aggregate ${text(properties.get('name'))}` },
  {
    step: /^security_group_rule$/,
    key: ({ properties }) => {
      const rule = plain(properties);
      return rule['description'] === '' || rule['description'] === undefined
        ? undefined
        : ruleKey({ ...rule, security_group_id: rule['security_group'] });
    },
  },
];

/** The natural key of what this step makes; undefined where it has a mark, or makes nothing. */
export function naturalKey(step: string, given: Given): string | undefined {
  for (const { step: pattern, key } of naturals) {
    const found = pattern.exec(step);
    if (found !== null) return key(given, found[1] ?? '');
  }
  return undefined;
}

/** Steps that make what has a mark, but for what the user said himself. */
const mostlyMarked: ReadonlySet<string> = new Set(['security_group_rule', 'metering_label']);

/** True where the step may make what has no mark. */
export function mayBeNatural(step: string): boolean {
  return naturals.some(({ step: pattern }) => pattern.test(step));
}

/** True for steps whose outcome is a tie or a thing without a mark, whose physical id leads nowhere. */
export function isNatural(step: string): boolean {
  return !mostlyMarked.has(step) && mayBeNatural(step);
}

/** What is done to what is there has the name of that before its own. */
export function bareName(step: string): string {
  return step.slice(step.indexOf(':') + 1);
}
