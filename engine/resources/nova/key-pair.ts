/**
 * OS::Nova::KeyPair: an SSH key under a name.
 *
 * Mark: the name is the natural key (a second POST gets 409) and `public_key` comes back byte for byte. A pair that is
 * made here has a key that nobody else can have: whose key it is, is proven. Of a key that the user gives, a list
 * says before the create whether the name was free; what is there afterwards with that key is ours.
 *
 *   ├─ user's key:  GET /os-keypairs ─▶ POST /os-keypairs {name, public_key}
 *   └─ none given:  (made here, committed) ─▶ POST the same
 */
import { errors } from '../../kernel/errors.ts';
import { resource } from '../../kit/declare.ts';
import { textIn } from '../../kit/given.ts';
import type { ChoiceContext, Made, Step, StepInput } from '../../kit/resource.ts';
import { allowedValues, attribute, boolean, length, string } from '../../kit/schema.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingIn, thingsIn, unreadable } from '../../kit/steps.ts';
import { writeJson } from '../../values/json.ts';
import { emptyMap, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { baseVersion, compute, later } from './compute.ts';
import { sshKeyOf } from './ssh-key.ts';

const generatedPublic = '@public_key';
const generatedPrivate = '@private_key';
const seedBytes = 32;

function nameOf(properties: ValueMap): string {
  return textIn(properties, 'name') ?? '';
}

function publicKeyOf(properties: ValueMap): string | undefined {
  return textIn(properties, 'public_key') ?? textIn(properties, generatedPublic);
}

/** A key that the user did not give is rolled here; its private half is kept where it was asked for. */
function chosen(properties: ValueMap, context: ChoiceContext): ValueMap {
  if (textIn(properties, 'public_key') !== undefined) return emptyMap;
  const seed = Uint8Array.from({ length: seedBytes }, () => context.below(256));
  const key = sshKeyOf(seed, context.below(2 ** 31), context.physicalName);
  const kept: [string, Value][] = [[generatedPublic, key.publicKey]];
  if (properties.get('save_private_key') === true) kept.push([generatedPrivate, key.privateKey]);
  return mapOf(kept);
}

/** Types came with 2.2, other users' keys with 2.10. */
function versionFor(properties: ValueMap): string {
  const typed = textIn(properties, 'type') === undefined ? baseVersion : '2.2';
  return textIn(properties, 'user') === undefined ? typed : later(typed, '2.10');
}

function ofUser(properties: ValueMap): string {
  const user = textIn(properties, 'user');
  return user === undefined ? '' : `?user_id=${encodeURIComponent(user)}`;
}

function listed({ properties }: StepInput) {
  return compute('GET', `/os-keypairs${ofUser(properties)}`, { version: versionFor(properties) });
}

function one(physicalId: string, { properties }: StepInput): string {
  return `/os-keypairs/${encodeURIComponent(physicalId)}${ofUser(properties)}`;
}

/** The pair of this name in a list. */
function named(body: Value, name: string): ValueMap | undefined {
  return thingsIn(body, 'keypairs')
    .map(item => item.get('keypair') ?? null)
    .filter(isMap)
    .find(pair => pair.get('name') === name);
}

function made(body: Value): Made {
  const pair = thingIn(body, 'keypair');
  const name = pair.get('name');
  if (typeof name !== 'string' || name === '') throw unreadable('a key pair without a name');
  return { physicalId: name, data: pair };
}

/** Whether the name was taken before we asked for it. */
const free = readingStep({
  name: 'free',
  call: listed,
  made: (body, { properties }) => ({
    physicalId: '',
    data: mapOf([['taken', named(body, nameOf(properties)) !== undefined]]),
  }),
});

const pair: Step = {
  name: 'keypair',
  service: 'compute',
  unique: true,
  conflict: 'fail',
  create({ properties }) {
    const [type, user] = [textIn(properties, 'type'), textIn(properties, 'user')];
    const keypair = mapOf([
      ['name', nameOf(properties)],
      ['public_key', publicKeyOf(properties) ?? null],
      ...(type === undefined ? [] : ([['type', type]] as const)),
      ...(user === undefined ? [] : ([['user_id', user]] as const)),
    ]);
    const body = writeJson(mapOf([['keypair', keypair]]));
    return compute('POST', '/os-keypairs', { version: versionFor(properties), body });
  },
  made,
  find: listed,
  found(body, input) {
    const there = named(body, nameOf(input.properties));
    const wasThere = input.made.has(free.name) && thingOf(input, free.name).data.get('taken') === true;
    if (there === undefined || wasThere || there.get('public_key') !== publicKeyOf(input.properties)) return undefined;
    return { physicalId: nameOf(input.properties), data: there };
  },
  show: (physicalId, input) => compute('GET', one(physicalId, input), { version: versionFor(input.properties) }),
  ready: () => ({ kind: 'ready' }),
  remove: (physicalId, input) => compute('DELETE', one(physicalId, input), { version: versionFor(input.properties) }),
};

export default resource('OS::Nova::KeyPair', {
  description: 'An SSH key under a name, to be put on servers.',
  since: '2014.1',
  secret: true,
  properties: {
    name: string('The name of the key pair.').required().constraints(length(1, 255)),
    save_private_key: boolean(
      'Whether the private key of a pair that is made is kept, for the attribute private_key.',
    ).default(false),
    public_key: string('A public key to use; without it a pair is made.'),
    type: string('What kind of key it is.').constraints(allowedValues('ssh', 'x509')).supportedSince('8.0.0'),
    user: string('The user whose key pair it is; only admins give it.').finds('keystone.user').supportedSince('9.0.0'),
  },
  attributes: {
    public_key: attribute('The public key.', { type: 'string' }),
    private_key: attribute('The private key, where one was made and kept.', { type: 'string', cache: 'none' }),
  },
  validate(properties, { path }) {
    const key = properties.get('public_key');
    if (properties.get('type') !== 'x509' || (key !== undefined && key !== null && key !== '')) return;
    throw errors.StackValidationFailed({
      path,
      message: 'A key pair of type x509 needs a public_key: certificates are not made here.',
    });
  },
  life: {
    kind: 'cloud',
    steps: properties => (textIn(properties, 'public_key') === undefined ? [pair] : [free, pair]),
    chosen,
    // Two of one name cannot be; where it has another name, the old one stays until the new one is there.
    prepareReplace: ({ before: { properties }, after }) =>
      nameOf(properties) === nameOf(after) && textIn(properties, 'user') === textIn(after, 'user')
        ? 'first'
        : undefined,
    check: () => undefined,
  },
  attribute(live, name) {
    if (name === 'public_key') return publicKeyOf(live.properties) ?? null;
    return textIn(live.properties, generatedPrivate) ?? '';
  },
  show: live => live.data,
});
