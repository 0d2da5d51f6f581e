/**
 * Which attributes Neutron's resources have, as data: what may be given at create and at update, what the default is,
 * what is only for admins, what lists may be filtered and sorted by. The tables are those of neutron-lib (Zed) for the
 * extensions that this cloud has.
 */
import { str } from '../python.ts';
import { type Ask, type Fields, isAdmin, isFields } from '../service.ts';
import { refuse } from './errors.ts';
import { parseAddress } from './addresses.ts';

/** Turns what was given into what is kept; throws NeutronError where it is not allowed. */
export type Check = (value: unknown, attribute: string) => unknown;

export interface Attribute {
  readonly post?: true;
  readonly put?: true;
  /** Given at create where nothing is; a key that is there with undefined stays away. */
  readonly otherwise?: unknown;
  readonly required?: true;
  readonly check?: Check;
  /** Only admins may give it, or give anything but this value. */
  readonly admin?: { readonly unless?: unknown };
  /** How lists are filtered by it. */
  readonly filter?: 'text' | 'boolean' | 'number';
  readonly sort?: true;
}

export type Attributes = Readonly<Record<string, Attribute>>;

export const text =
  (most: number): Check =>
  (value, attribute) => {
    if (typeof value !== 'string') throw refuse.invalid(attribute, `'${str(value)}' is not a valid string`);
    if (value.length > most) throw refuse.invalid(attribute, `'${value}' exceeds maximum length of ${most}`);
    return value;
  };

export const boolean: Check = value => {
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  const lower = String(value).toLowerCase();
  if (typeof value === 'string' && ['true', '1'].includes(lower)) return true;
  if (typeof value === 'string' && ['false', '0'].includes(lower)) return false;
  throw refuse.invalidInput(`'${str(value)}' cannot be converted to boolean`);
};

export const integer: Check = value => {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number)) return number;
  throw refuse.invalidInput(`'${str(value)}' is not an integer`);
};

const uuidPattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

export const uuid: Check = (value, attribute) => {
  if (typeof value !== 'string' || !uuidPattern.test(value)) {
    throw refuse.invalid(attribute, `'${str(value)}' is not a valid UUID`);
  }
  return value;
};

export const orNull =
  (check: Check): Check =>
  (value, attribute) =>
    value === null ? null : check(value, attribute);

export const address: Check = (value, attribute) => {
  if (typeof value !== 'string' || parseAddress(value) === undefined) {
    throw refuse.invalid(attribute, `'${str(value)}' is not a valid IP address`);
  }
  return value;
};

export const oneOf =
  (...values: readonly unknown[]): Check =>
  (value, attribute) => {
    if (!values.includes(value)) throw refuse.invalid(attribute, `${str(value)} is not in valid_values`);
    return value;
  };

/** Null is an empty list. */
export const listOf =
  (check: Check): Check =>
  (value, attribute) => {
    if (value === null) return [];
    if (!Array.isArray(value)) throw refuse.invalid(attribute, `'${str(value)}' is not a list`);
    return value.map(item => check(item, attribute));
  };

/** A name in DNS: null is refused in words of its own. */
export const dnsText: Check = (value, attribute) => {
  if (value === null) throw refuse.invalidInput('Input value None must be string type');
  return text(255)(value, attribute);
};

export const object: Check = (value, attribute) => {
  if (!isFields(value)) throw refuse.invalid(attribute, `'${str(value)}' is not a dictionary`);
  return value;
};

/** What every resource has beside its own; `tags` come by their own paths. */
export const standard: Attributes = {
  id: { filter: 'text', sort: true },
  project_id: { post: true, filter: 'text', sort: true },
  tenant_id: { post: true, filter: 'text', sort: true },
  description: { post: true, put: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  created_at: { sort: true },
  updated_at: { sort: true },
  revision_number: { filter: 'number', sort: true },
  tags: {},
};

/**
 * The attributes of a body at create: checked, with those that were not given as by default.
 *
 * @throws NeutronError 400 for what is unknown, missing, not allowed or of the wrong kind, 403 for what only admins may.
 */
export function readCreate(ask: Ask, kind: string, attributes: Attributes): Fields {
  const given = readBody(ask, kind, attributes);
  const filled: Record<string, unknown> = {};
  for (const [name, { post, otherwise, required }] of Object.entries(attributes)) {
    if (post !== true && name in given) throw refuse.badRequest(`Attribute '${name}' not allowed in POST`);
    if (required === true && !(name in given)) {
      throw refuse.badRequest(`Failed to parse request. Required attribute '${name}' not specified`);
    }
    if (name in given) filled[name] = given[name];
    else if (otherwise !== undefined) filled[name] = otherwise;
  }
  return checked(ask, `create_${kind}`, attributes, filled, given);
}

/** The attributes of a body at update: only those that are given. */
export function readUpdate(ask: Ask, kind: string, attributes: Attributes): Fields {
  const given = readBody(ask, kind, attributes);
  for (const [name, { put }] of Object.entries(attributes)) {
    if (put !== true && name in given) throw refuse.badRequest(`Cannot update read-only attribute ${name}`);
  }
  return checked(ask, `update_${kind}`, attributes, given, given);
}

function readBody(ask: Ask, kind: string, attributes: Attributes): Fields {
  const body = isFields(ask.body) ? ask.body[kind] : undefined;
  if (!isFields(body)) throw refuse.badRequest(`Unable to find '${kind}' in request body`);
  const unknown = Object.keys(body).filter(name => !(name in attributes));
  if (unknown.length > 0) {
    throw refuse.badRequest(`Unrecognized attribute(s) '${unknown.sort().join(', ')}'`);
  }
  return body;
}

function checked(ask: Ask, rule: string, attributes: Attributes, fields: Fields, given: Fields): Fields {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const check = attributes[name]?.check;
    kept[name] = check === undefined || !(name in given) ? value : check(value, name);
  }
  if (isAdmin(ask.asker)) return kept;
  for (const name of Object.keys(given)) {
    const admin = attributes[name]?.admin;
    if (admin !== undefined && !('unless' in admin && kept[name] === admin.unless)) {
      throw refuse.policy(`(rule:${rule} and rule:${rule}:${name})`);
    }
  }
  return kept;
}

/** Whose a new thing is: the asker's project, or for an admin the one that the body names. */
export function ownerOf(ask: Ask, body: Fields): string {
  const own = ask.asker.projectId ?? '';
  const named = body['project_id'] ?? body['tenant_id'] ?? own;
  if (typeof named !== 'string' || (named !== own && !isAdmin(ask.asker))) {
    throw refuse.badRequest(
      "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin privileges",
    );
  }
  return named;
}
