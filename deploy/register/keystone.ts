/** Keystone's v3 API as its admin needs it to install a service: find by name, make, change, grant. */
import type { CloudConfig } from '../../cli/cloud-config.ts';
import { ApiError, type Login, logInAt } from '../../cli/client.ts';

export interface Thing {
  readonly id: string;
  readonly name?: string;
  readonly url?: string;
}

/** What is looked for: equal to all of these. */
export type Query = Readonly<Record<string, string>>;
type Kind = 'domain' | 'project' | 'user' | 'role' | 'service' | 'endpoint' | 'region';

export class Admin {
  readonly #login: Login;
  readonly #url: string;

  private constructor(login: Login, url: string) {
    this.#login = login;
    this.#url = url;
  }

  /** Throws ApiError or Unusable where it cannot log in. */
  static async open(config: CloudConfig): Promise<Admin> {
    return new Admin(await logInAt(config), config.authUrl);
  }

  /** Those that Keystone lists; names are compared here once more, for it knows no case. */
  async list(kind: Kind, query: Query): Promise<readonly Thing[]> {
    const text = new URLSearchParams(query).toString();
    const body = await this.#must('GET', `/${kind}s?${text}`);
    const things = (body as Readonly<Record<string, readonly Thing[]>>)[`${kind}s`] ?? [];
    return things.filter(({ name }) => query['name'] === undefined || name === query['name']);
  }

  async has(kind: Kind, id: string): Promise<boolean> {
    return (await this.#ask('GET', `/${kind}s/${encodeURIComponent(id)}`, [200, 404])).status === 200;
  }

  async make(kind: Kind, fields: Readonly<Record<string, unknown>>): Promise<Thing> {
    const body = await this.#must('POST', `/${kind}s`, { [kind]: fields });
    return (body as Readonly<Record<string, Thing>>)[kind] as Thing;
  }

  async change(kind: Kind, id: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#must('PATCH', `/${kind}s/${id}`, { [kind]: fields });
  }

  /** Where a user may hold a role: `/projects/<id>/users/<id>/roles/<id>`, or of a domain. */
  async holds(place: string): Promise<boolean> {
    return (await this.#ask('HEAD', place, [200, 204, 404])).status !== 404;
  }

  async grant(place: string): Promise<void> {
    await this.#must('PUT', place);
  }

  /** Whether this is the user's password: asked of Keystone by a login without a scope. */
  async isPassword(userId: string, password: string): Promise<boolean> {
    const identity = { methods: ['password'], password: { user: { id: userId, password } } };
    const { status } = await this.#ask('POST', '/auth/tokens?nocatalog', [201, 401], { auth: { identity } });
    return status === 201;
  }

  async #must(method: string, path: string, json?: unknown): Promise<unknown> {
    return (await this.#ask(method, path, [200, 201, 204], json)).body;
  }

  /** @throws ApiError for any status that was not foreseen; it names the request, never what was sent in it. */
  async #ask(
    method: string,
    path: string,
    foreseen: readonly number[],
    json?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const { send, token } = this.#login;
    const response = await send(`${this.#url}${path}`, {
      method,
      signal: AbortSignal.timeout(60_000),
      headers: { 'x-auth-token': token, ...(json !== undefined && { 'content-type': 'application/json' }) },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    if (foreseen.includes(response.status)) {
      return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    }
    throw new ApiError(response.status, `Keystone answered ${method} ${path} with ${response.status}${reason(text)}`);
  }
}

function reason(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } };
    return typeof error?.message === 'string' ? `: ${error.message}` : '';
  } catch {
    return ''; // not Keystone's own words
  }
}
