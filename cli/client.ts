/** A thin client of the native API: logs in at Keystone, finds orchestration in the catalog, sends and reads JSON. */
import { readFileSync } from 'node:fs';
import type { CloudConfig } from './cloud-config.ts';
import { Unusable } from './unusable.ts';

export interface Credentials {
  /** With `/v3`. */
  readonly keystoneUrl: string;
  readonly user: string;
  readonly password: string;
  readonly project: string;
  /** Whose orchestration; whatever comes first unless said. */
  readonly region?: string;
}

/** A refusal, with Heat's (or Keystone's) own text. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined where there is none. */
  readonly body: unknown;
  readonly text: string;
}

/** What a client asks for: `json` is sent as JSON, `raw` as it is. */
export interface Asked {
  readonly json?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

const callMs = 60_000;

interface Means {
  readonly send: typeof fetch;
  /** Another token for the same user. */
  readonly renew: () => Promise<string>;
}

export class Session {
  /** `http://…/v1/<project id>`, without a slash at its end. */
  readonly url: string;
  readonly #means: Partial<Means>;
  #token: string;

  constructor(token: string, url: string, means: Partial<Means> = {}) {
    this.#token = token;
    this.url = url;
    this.#means = means;
  }

  get token(): string {
    return this.#token;
  }

  /**
   * One request, whatever its answer; redirects are followed with method and body, as Heat's clients do.
   *
   * @throws TypeError (fetch's) when no answer came: it is unknown whether the request was served.
   */
  async ask(method: string, path: string, asked: Asked = {}): Promise<ApiAnswer> {
    const body = asked.raw ?? (asked.json === undefined ? undefined : JSON.stringify(asked.json));
    const { send = fetch, renew } = this.#means;
    let url = `${this.url}${path}`;
    let renewed = renew === undefined;
    for (let hops = 0; ; hops++) {
      const response = await send(url, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(callMs),
        headers: {
          'x-auth-token': this.token,
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...asked.headers,
        },
        ...(body !== undefined && { body }),
      });
      if (response.status === 401 && !renewed && renew !== undefined) {
        await response.arrayBuffer();
        this.#token = await renew();
        renewed = true;
        continue;
      }
      const location = response.headers.get('location');
      if (response.status !== 302 || location === null || hops >= 6) return readAnswer(response);
      await response.arrayBuffer();
      url = location;
    }
  }

  /**
   * A request that must succeed; returns the body.
   *
   * @throws ApiError for any answer of 400 or more.
   */
  async must<T>(method: string, path: string, asked: Asked = {}): Promise<T> {
    const answer = await this.ask(method, path, asked);
    if (answer.status >= 400) throw new ApiError(answer.status, errorText(answer));
    return answer.body as T;
  }
}

/**
 * Logs in with a password, in the domain `Default`.
 *
 * @throws ApiError where Keystone refuses; Error where the catalog has no orchestration.
 */
export function logIn({ keystoneUrl, user, password, project, region }: Credentials): Promise<Session> {
  const domain = { name: 'Default' };
  return connect({
    authUrl: keystoneUrl,
    proof: { kind: 'password', user: { name: user, domain }, password },
    project: { name: project, domain },
    region,
    interface: 'public',
    caFile: undefined,
    insecure: false,
  });
}

/**
 * Logs in as the configuration says, and again when the token is refused later.
 *
 * @throws ApiError where Keystone refuses; Unusable where the catalog has no orchestration.
 */
export async function connect(config: CloudConfig): Promise<Session> {
  const send = await sender(config);
  const { token, catalog } = await authenticate(config, send);
  const renew = async (): Promise<string> => (await authenticate(config, send)).token;
  return new Session(token, endpointOf(catalog, config), { send, renew });
}

/** Whoever logged in, for requests to Keystone itself; it is not logged in again. */
export interface Login {
  readonly token: string;
  /** Trusts what the configuration trusts. */
  readonly send: typeof fetch;
}

/** @throws ApiError where Keystone refuses; Unusable where it cannot be reached. */
export async function logInAt(config: CloudConfig): Promise<Login> {
  const send = await sender(config);
  return { token: (await authenticate(config, send)).token, send };
}

async function authenticate(
  config: CloudConfig,
  send: typeof fetch,
): Promise<{ readonly token: string; readonly catalog: readonly CatalogEntry[] }> {
  const { authUrl } = config;
  const response = await reached(authUrl, () =>
    send(`${authUrl}/auth/tokens`, {
      method: 'POST',
      signal: AbortSignal.timeout(callMs),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(authBody(config)),
    }),
  );
  const answer = await readAnswer(response);
  const token = answer.headers.get('x-subject-token');
  if (answer.status !== 201 || token === null) throw new ApiError(answer.status, errorText(answer));
  const body = answer.body as { token: { catalog?: readonly CatalogEntry[] } };
  return { token, catalog: body.token.catalog ?? [] };
}

/** fetch says "fetch failed" and hides why. */
async function reached<T>(url: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
    throw new Unusable(`${url} cannot be reached: ${why}`);
  }
}

function authBody({ proof, project }: CloudConfig): object {
  const scope = project === undefined ? {} : { scope: { project } };
  switch (proof.kind) {
    case 'password': {
      const { user, password } = proof;
      return { auth: { identity: { methods: ['password'], password: { user: { ...user, password } } }, ...scope } };
    }
    case 'token':
      return { auth: { identity: { methods: ['token'], token: { id: proof.token } }, ...scope } };
    case 'application credential': {
      const { credential, secret } = proof;
      const methods = ['application_credential'];
      return { auth: { identity: { methods, application_credential: { ...credential, secret } } } };
    }
  }
}

function endpointOf(catalog: readonly CatalogEntry[], config: CloudConfig): string {
  const { authUrl, region, interface: face } = config;
  const endpoints = catalog
    .filter(entry => entry.type === 'orchestration')
    .flatMap(entry => entry.endpoints)
    .filter(endpoint => endpoint.interface === face);
  const url = endpoints.find(each => region === undefined || (each.region_id ?? each.region) === region)?.url;
  if (url !== undefined) return url.replace(/\/$/, '');
  if (catalog.length === 0) throw new Unusable(`the token of ${authUrl} has no catalog: it is scoped to no project`);
  const regions = [...new Set(endpoints.map(each => each.region_id ?? each.region))].join(', ');
  const elsewhere = regions === '' ? '' : ` in the region ${region}; there is one in ${regions}`;
  throw new Unusable(`the catalog of ${authUrl} has no orchestration${elsewhere}`);
}

/** fetch, or one that trusts what the configuration trusts. */
async function sender({ caFile, insecure }: CloudConfig): Promise<typeof fetch> {
  if (caFile === undefined && !insecure) return fetch;
  const { Agent, fetch: own } = await import('undici');
  const ca = caFile === undefined ? {} : { ca: readFileSync(caFile) };
  const dispatcher = new Agent({ connect: { ...ca, rejectUnauthorized: !insecure } });
  const send = (url: Parameters<typeof own>[0], init: Parameters<typeof own>[1]) => own(url, { ...init, dispatcher });
  return send as unknown as typeof fetch;
}

interface CatalogEntry {
  readonly type: string;
  readonly endpoints: readonly {
    readonly interface: string;
    readonly url: string;
    readonly region?: string;
    readonly region_id?: string;
  }[];
}

async function readAnswer(response: Response): Promise<ApiAnswer> {
  const text = await response.text();
  const { status, headers } = response;
  const isJson = headers.get('content-type')?.includes('application/json') === true;
  return { status, headers, text, body: isJson && text !== '' ? (JSON.parse(text) as unknown) : undefined };
}

/** The message of an error body; the status where there is none. */
export function errorText(answer: ApiAnswer): string {
  const { error } = (answer.body ?? {}) as { error?: { message?: unknown } };
  return typeof error?.message === 'string' ? error.message : `HTTP ${answer.status}`;
}
