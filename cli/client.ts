/** A thin client of the native API: logs in at Keystone, finds orchestration in the catalog, sends and reads JSON. */

export interface Credentials {
  /** With `/v3`. */
  readonly keystoneUrl: string;
  readonly user: string;
  readonly password: string;
  readonly project: string;
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
}

/** What a client asks for: `json` is sent as JSON, `raw` as it is. */
export interface Asked {
  readonly json?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

const callMs = 60_000;

export class Session {
  readonly token: string;
  /** `http://…/v1/<project id>`, without a slash at its end. */
  readonly url: string;

  constructor(token: string, url: string) {
    this.token = token;
    this.url = url;
  }

  /**
   * One request, whatever its answer; redirects are followed with method and body, as Heat's clients do.
   *
   * @throws TypeError (fetch's) when no answer came: it is unknown whether the request was served.
   */
  async ask(method: string, path: string, asked: Asked = {}): Promise<ApiAnswer> {
    const body = asked.raw ?? (asked.json === undefined ? undefined : JSON.stringify(asked.json));
    let url = `${this.url}${path}`;
    for (let hops = 0; ; hops++) {
      const response = await fetch(url, {
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
      const location = response.headers.get('location');
      if (response.status !== 302 || location === null || hops === 5) return readAnswer(response);
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
 * Logs in.
 *
 * @throws ApiError where Keystone refuses; Error where the catalog has no orchestration.
 */
export async function logIn({ keystoneUrl, user, password, project }: Credentials): Promise<Session> {
  const domain = { name: 'Default' };
  const response = await fetch(`${keystoneUrl}/auth/tokens`, {
    method: 'POST',
    signal: AbortSignal.timeout(callMs),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user: { name: user, domain, password } } },
        scope: { project: { name: project, domain } },
      },
    }),
  });
  const answer = await readAnswer(response);
  const token = answer.headers.get('x-subject-token');
  if (answer.status !== 201 || token === null) throw new ApiError(answer.status, errorText(answer));
  const { catalog } = (answer.body as { token: { catalog: readonly CatalogEntry[] } }).token;
  const url = catalog
    .find(entry => entry.type === 'orchestration')
    ?.endpoints.find(endpoint => endpoint.interface === 'public')?.url;
  if (url === undefined) throw new Error(`the catalog of ${keystoneUrl} has no orchestration`);
  return new Session(token, url.replace(/\/$/, ''));
}

interface CatalogEntry {
  readonly type: string;
  readonly endpoints: readonly { readonly interface: string; readonly url: string }[];
}

async function readAnswer(response: Response): Promise<ApiAnswer> {
  const text = await response.text();
  const { status, headers } = response;
  const isJson = headers.get('content-type')?.includes('application/json') === true;
  return { status, headers, body: isJson && text !== '' ? (JSON.parse(text) as unknown) : undefined };
}

/** The message of an error body; the status where there is none. */
export function errorText(answer: ApiAnswer): string {
  const { error } = (answer.body ?? {}) as { error?: { message?: unknown } };
  return typeof error?.message === 'string' ? error.message : `HTTP ${answer.status}`;
}
