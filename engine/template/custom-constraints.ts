/**
 * Custom constraints by name (contract: templates §4.1).
 *
 * Only those that need nothing but the value are decided here. Those in `asked` are put to a service by whoever
 * plans (CheckOptions.ask). Others that would need a service are known by name but
 * refused with a text that says so: a constraint that is silently passed would be worse.
 */
import { parseJson } from '../values/json.ts';
import { ValueSyntaxError } from '../values/syntax.ts';
import { isFloat, type Value } from '../values/value.ts';
import { pyRepr } from '../values/python.ts';
import { formatAddress, networkOf, parseAddress } from './addresses.ts';
import { isTimeZone } from './time-zones.ts';

/** Undefined where the value passes; a detail for `Error validating value 'v': <detail>`, or '' for none. */
type Check = (value: Value) => string | undefined;

/** A check of a text; anything else than a text has no such form. */
function textual(fn: (value: string) => string | undefined, otherwise: string): Check {
  return value => (typeof value === 'string' ? fn(value) : otherwise);
}

/** `''` and null pass. */
function unlessEmpty(fn: Check): Check {
  return value => (value === null || value === '' ? undefined : fn(value));
}

const checks: Readonly<Record<string, Check>> = {
  cron_expression: unlessEmpty(textual(cron, 'Invalid CRON expression: it is not a string')),
  dns_domain: unlessEmpty(textual(dnsDomain, 'it is not a string')),
  dns_name: unlessEmpty(textual(dnsName, 'it is not a string')),
  ip_addr: textual(v => (parseAddress(v) === undefined ? 'Invalid IP address' : undefined), 'Invalid IP address'),
  ip_or_cidr: textual(ipOrCidr, 'Invalid net cidr'),
  iso_8601: textual(v => (isIsoTime(v) ? undefined : ''), ''),
  json_string: textual(jsonText, 'it is not a string'),
  mac_addr: textual(v => (isMac(v) ? undefined : 'Invalid MAC address.'), 'Invalid MAC address.'),
  net_cidr: textual(netCidr, 'Invalid net cidr'),
  timezone: unlessEmpty(textual(timeZone, 'Invalid timezone: it is not a string')),
  rel_dns_name: unlessEmpty(textual(relativeDnsName, 'it is not a string')),
  test_constr: value => (typeof value === 'bigint' || isFloat(value) ? undefined : 'a number is required'),
};

/** All others that Heat has: names or ids of things of a service that no type here works with. An empty value passes. */
const later: ReadonlySet<string> = new Set([
  'barbican.container',
  'barbican.secret',
  'blazar.reservation',
  'cinder.qos_specs',
  'designate.zone',
  'ironic.node',
  'ironic.portgroup',
  'magnum.cluster_template',
  'manila.share_network',
  'manila.share_snapshot',
  'manila.share_type',
  'mistral.workflow',
  'monasca.notification',
  'neutron.flow_classifier',
  'neutron.lbaas.listener',
  'neutron.lbaas.loadbalancer',
  'neutron.lbaas.pool',
  'neutron.lbaas.provider',
  'neutron.port_pair',
  'neutron.port_pair_group',
  'neutron.taas.tap_flow',
  'neutron.taas.tap_service',
  'nova.host',
  'octavia.availabilityzone',
  'octavia.availabilityzoneprofile',
  'octavia.flavor',
  'octavia.flavorprofile',
  'octavia.l7policy',
  'octavia.listener',
  'octavia.loadbalancer',
  'octavia.pool',
  'sahara.cluster',
  'sahara.cluster_template',
  'sahara.data_source',
  'sahara.image',
  'sahara.job_binary',
  'sahara.job_type',
  'sahara.plugin',
  'senlin.cluster',
  'senlin.policy',
  'senlin.policy_type',
  'senlin.profile',
  'senlin.profile_type',
  'trove.flavor',
  'zaqar.queue',
]);

/** Put to the clock, not to a service. */
export const expiration = 'expiration';

/** Constraints that are looked at while a stack is planned: is there a thing of that name or id, is that time to come? */
export const asked: ReadonlySet<string> = new Set([
  'cinder.backup',
  'cinder.qos_specs',
  'cinder.snapshot',
  'cinder.volume',
  'cinder.vtype',
  expiration,
  'glance.image',
  'keystone.domain',
  'keystone.group',
  'keystone.project',
  'keystone.region',
  'keystone.role',
  'keystone.service',
  'keystone.user',
  'neutron.address_scope',
  'neutron.floating_ip',
  'neutron.network',
  'neutron.port',
  'neutron.qos_policy',
  'neutron.router',
  'neutron.security_group',
  'neutron.segment',
  'neutron.subnet',
  'neutron.subnetpool',
  'nova.flavor',
  'nova.host',
  'nova.keypair',
  'nova.network',
  'nova.server',
]);

/** Whether a constraint of this name is decided here or put to a service. */
export function constraintKnown(name: string): boolean {
  return Object.hasOwn(checks, name) || asked.has(name);
}

/**
 * Checks a value; `shown` is how the value appears in the message. A list is checked as one value.
 * Answers undefined where it passes, else Heat's text.
 */
export function checkCustom(name: string, value: Value, shown: string): string | undefined {
  const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
  if (check === undefined) {
    const known = later.has(name);
    if (known && (value === null || value === '')) return undefined;
    const why = known ? 'this constraint is not available yet' : 'constraint not found';
    return `"${shown}" does not validate ${name} (${why})`;
  }
  const detail = check(value);
  if (detail === undefined) return undefined;
  return `Error validating value '${shown}'${detail === '' ? '' : `: ${detail}`}`;
}

function isMac(text: string): boolean {
  const forms = [/^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i, /^([0-9a-f]{1,2}-){5}[0-9a-f]{1,2}$/i, /^[0-9a-f]{12}$/i];
  return [...forms, /^([0-9a-f]{1,4}\.){2}[0-9a-f]{1,4}$/i, /^[0-9a-f]{5,6}-[0-9a-f]{5,6}$/i].some(f => f.test(text));
}

/** What netaddr takes for a network, then what Neutron takes for a subnet. */
function netCidr(text: string): string | undefined {
  const [host = '', prefix, ...more] = text.split('/');
  const address = parseAddress(host.trim());
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (address?.bits ?? 0));
  if (address === undefined || more.length > 0 || !isPrefix) return `Invalid net cidr invalid IPNetwork ${text} `;
  return subnetProblem(text);
}

/** A prefix is wanted, of IPv4 in its usual form; bits behind it may be set. */
function subnetProblem(text: string): string | undefined {
  if (/\s/.test(text.trim())) return `'${text}' contains whitespace`;
  const [host = '', prefix, ...more] = text.split('/');
  const address = parseAddress(host);
  const length = prefix === undefined ? address?.bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : undefined;
  if (address === undefined || length === undefined || length > address.bits || more.length > 0) {
    return `'${text}' is not a valid IP subnet`;
  }
  if (prefix !== undefined && (address.bits === 128 || `${formatAddress(address)}/${length}` === text))
    return undefined;
  const proper = `${formatAddress(networkOf(address, length))}/${length}`;
  return `'${text}' isn't a recognized IP subnet cidr, '${proper}' is recommended`;
}

function ipOrCidr(text: string): string | undefined {
  if (text.includes('/')) return subnetProblem(text);
  return parseAddress(text) === undefined ? `'${text}' is not a valid IP address` : undefined;
}

function timeZone(text: string): string | undefined {
  return isTimeZone(text) ? undefined : `Invalid timezone: ${pyRepr(text)}`;
}

/** RFC 1035's form with RFC 1123's letters. */
function dnsName(text: string): string | undefined {
  const reason = dnsProblem(text);
  return reason === undefined ? undefined : `'${text}' not in valid format. Reason: ${reason}.`;
}

function dnsProblem(text: string): string | undefined {
  const trimmed = text.endsWith('.') ? text.slice(0, -1) : text;
  if (trimmed.length > 255) return `'${trimmed}' exceeds the 255 character FQDN limit`;
  const labels = trimmed.split('.');
  for (const label of labels) {
    if (label === '') return 'Encountered an empty component';
    if (label.startsWith('-') || label.endsWith('-')) return `Name '${label}' must not start or end with a hyphen`;
    if (!/^[a-zA-Z0-9-]{1,63}$/.test(label)) {
      return `Name '${label}' must be 1-63 characters long, each of which can only be alphanumeric or a hyphen`;
    }
  }
  const last = labels.at(-1) ?? '';
  return labels.length > 1 && /^\d+$/.test(last) ? `TLD '${last}' must not be all numeric` : undefined;
}

function relativeDnsName(text: string): string | undefined {
  if (text.endsWith('.')) return `'${text}' is a FQDN. It should be a relative domain name.`;
  return dnsName(text);
}

function dnsDomain(text: string): string | undefined {
  return dnsName(text) ?? (text.endsWith('.') ? undefined : `'${text}' must end with '.'.`);
}

const isoForm =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:[ T](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?(?:Z|[-+]\d\d(?::?\d\d)?)?)?$/;

/** A date, with or without a time and a zone; the text ends with it. */
function isIsoTime(text: string): boolean {
  const found = isoForm.exec(text);
  if (found === null) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map(part => Number(part ?? 0));
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return year > 0 && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface CronField {
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
}

const cronFields: readonly CronField[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, words: months },
  { min: 0, max: 7, words: days },
  { min: 0, max: 59 },
];

/** Five fields, or a sixth for seconds; numbers, names, `*`, ranges, steps and lists. */
function cron(text: string): string | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length < 5 || fields.length > 6) {
    return 'Invalid CRON expression: Exactly 5 or 6 columns has to be specified for iterator expression.';
  }
  const bad = fields.find((field, i) => !field.split(',').every(part => isCronPart(part, cronFields[i])));
  return bad === undefined ? undefined : `Invalid CRON expression: [${text}] is not acceptable, out of range`;
}

function isCronPart(part: string, field: CronField | undefined): boolean {
  if (field === undefined) return false;
  const found = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part.toLowerCase());
  if (found === null || (found[3] !== undefined && Number(found[3]) === 0)) return false;
  const [low, high] = [found[1], found[2]].map(word => (word === undefined ? undefined : cronNumber(word, field)));
  if (found[1] !== undefined && low === undefined) return false;
  return found[2] === undefined || (high !== undefined && low !== undefined && low <= high);
}

function cronNumber(word: string, { min, max, words }: CronField): number | undefined {
  const named = words?.indexOf(word) ?? -1;
  const n = named >= 0 ? named + min : /^\d+$/.test(word) ? Number(word) : -1;
  return n >= min && n <= max ? n : undefined;
}

function jsonText(text: string): string | undefined {
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    if (error instanceof ValueSyntaxError) return error.message;
    throw error;
  }
}
