/** What Keystone answers when it refuses, in its own words: clients print them. */
import { repr } from '../python.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  500: 'Internal Server Error',
};

/** An error that goes to the client as `{"error": {code, message, title}}`. */
export class KeystoneError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  body(): object {
    return { error: { code: this.status, message: this.message, title: titles[this.status] ?? 'Error' } };
  }
}

const malformed =
  'The server could not comply with the request since it is either malformed or otherwise incorrect. ' +
  'The client is assumed to be in error.';

const notAllowed = 'You are not authorized to perform the requested action';

export const refuse = {
  expecting: (attribute: string, target: string) =>
    new KeystoneError(400, `Expecting to find ${attribute} in ${target}. ${malformed}`),
  badRequest: (message: string) => new KeystoneError(400, message),
  missing: (property: string) => new KeystoneError(400, `'${property}' is a required property`),
  wrong: (field: string, value: unknown, why: string) =>
    new KeystoneError(400, `Invalid input for field '${field}': ${repr(value)} ${why}`),
  unauthorized: () => new KeystoneError(401, 'The request you have made requires authentication.'),
  unsupportedMethod: () => new KeystoneError(401, 'Attempted to authenticate with an unsupported method.'),
  forbidden: (action: string) => new KeystoneError(403, `${notAllowed}: ${action}.`),
  plainlyForbidden: () => new KeystoneError(403, `${notAllowed}.`),
  trustForToken: () =>
    new KeystoneError(
      403,
      `${notAllowed}: Using trust-scoped token to create another token. Create a new trust-scoped token instead.`,
    ),
  enabledDomain: () => new KeystoneError(403, 'Cannot delete a domain that is enabled, please disable it first.'),
  usedRegion: (id: string) =>
    new KeystoneError(403, `Unable to delete region ${id} because it or its child regions have associated endpoints.`),
  notFound: (kind: string, id: string) => new KeystoneError(404, `Could not find ${kind}: ${id}.`),
  undefinedRole: (name: string) => new KeystoneError(404, `Role ${name} is not defined`),
  badToken: () => new KeystoneError(404, 'Could not recognize Fernet token'),
  conflict: (kind: string, why: string) =>
    new KeystoneError(409, `Conflict occurred attempting to store ${kind} - ${why}.`),
} as const;
