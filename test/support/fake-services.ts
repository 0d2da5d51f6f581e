/**
 * HTTP servers on free ports that do what a test says, down to cutting the connection at a given moment; and a small
 * Keystone with tokens, trusts and a catalog, in memory.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Got {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The port of the client's end of the connection. */
  readonly from: number | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `cut`: the connection ends when the request is there; `cut body`: in the middle of the answer; `hang`: nothing comes. */
export type Doing = Reply | 'cut' | 'cut body' | 'hang';

export interface Fake {
  readonly url: string;
  readonly port: number;
  readonly got: Got[];
  /** How many requests were under way at once, at most. */
  readonly most: () => number;
  stop(): Promise<void>;
}

export async function startFake(handle: (got: Got) => Doing | Promise<Doing>): Promise<Fake> {
  const got: Got[] = [];
  let running = 0;
  let most = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one: Got = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      from: request.socket.remotePort,
    };
    got.push(one);
    most = Math.max(most, ++running);
    const doing = await handle(one);
    running -= 1;
    if (doing === 'hang') return;
    if (doing === 'cut') {
      request.socket.destroy();
    } else if (doing === 'cut body') {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"half":');
      setTimeout(() => request.socket.destroy(), 20);
    } else {
      response.writeHead(doing.status, { 'content-type': 'application/json', ...doing.headers });
      response.end(doing.body ?? '');
    }
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    got,
    most: () => most,
    stop: () =>
      new Promise(stopped => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}

export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers,
  body: JSON.stringify(body),
});

interface Token {
  readonly user: string;
  readonly project: string;
  readonly trust: string | undefined;
  readonly expiresAt: number;
}

interface Trust {
  readonly id: string;
  readonly trustor_user_id: string;
  readonly trustee_user_id: string;
  readonly project_id: string;
  readonly [extra: string]: unknown;
}

/** Users `heat` (project `service`) and `demo` (project `demo`), password `password`; ids are the names. */
export class FakeKeystone {
  readonly tokens = new Map<string, Token>();
  readonly trusts = new Map<string, Trust>();
  /** `type → URL`; `%(project)s` stands for the token's project. */
  readonly catalog = new Map<string, string>();
  lifeMs = 3_600_000;
  logins = 0;
  /** Tried before anything else. */
  fault: (got: Got) => Doing | undefined = () => undefined;
  private server: Fake | undefined;

  async start(): Promise<string> {
    this.server = await startFake(got => this.fault(got) ?? this.handle(got));
    this.catalog.set('identity', `${this.server.url}/v3/`);
    return `${this.server.url}/v3`;
  }

  get got(): readonly Got[] {
    return this.server?.got ?? [];
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  issue(user: string, project: string, trust?: string): string {
    const token = randomUUID();
    this.tokens.set(token, { user, project, trust, expiresAt: Date.now() + this.lifeMs });
    return token;
  }

  private handle(got: Got): Reply {
    const path = got.path.replace(/\?.*$/, '');
    if (path === '/v3/auth/tokens') return got.method === 'POST' ? this.logIn(got) : this.validate(got);
    const caller = this.tokens.get(String(got.headers['x-auth-token']));
    if (caller === undefined || caller.expiresAt < Date.now()) return unauthorized;
    if (path === '/v3/OS-TRUST/trusts') return got.method === 'POST' ? this.entrust(got, caller) : this.list(got);
    const trust = this.trusts.get(path.replace('/v3/OS-TRUST/trusts/', ''));
    if (trust === undefined) return json(404, { error: { code: 404, message: 'Could not find trust.' } });
    if (got.method === 'GET') return json(200, { trust });
    if (caller.user !== trust.trustor_user_id) return json(403, { error: { code: 403, message: 'Forbidden' } });
    this.trusts.delete(trust.id);
    for (const [token, { trust: of }] of this.tokens) if (of === trust.id) this.tokens.delete(token);
    return { status: 204 };
  }

  private logIn({ body }: Got): Reply {
    this.logins += 1;
    const { identity, scope } = (JSON.parse(body) as { auth: Record<string, Record<string, never>> }).auth;
    const { methods, password, token } = identity as unknown as {
      methods: string[];
      password?: { user: { name: string; password: string } };
      token?: { id: string };
    };
    const known = this.tokens.get(token?.id ?? '');
    const user = methods.includes('password')
      ? password?.user.password === 'password' && password.user.name
      : known !== undefined && known.expiresAt > Date.now() && known.user;
    if (typeof user !== 'string') return unauthorized;
    const { project, ['OS-TRUST:trust']: by } = scope as unknown as {
      project?: { name: string };
      'OS-TRUST:trust'?: { id: string };
    };
    if (by === undefined) return this.document(this.issue(user, project?.name ?? ''), 201);
    const trust = this.trusts.get(by.id);
    if (trust?.trustee_user_id !== user) return unauthorized;
    return this.document(this.issue(trust.trustor_user_id, trust.project_id, trust.id), 201);
  }

  private validate({ headers }: Got): Reply {
    const token = String(headers['x-subject-token']);
    const known = this.tokens.get(token);
    return known === undefined || known.expiresAt < Date.now() ? unauthorized : this.document(token, 200);
  }

  private document(token: string, status: number): Reply {
    const { user, project, expiresAt } = this.tokens.get(token)!;
    const catalog = [...this.catalog].map(([type, url]) => ({
      type,
      endpoints: ['public', 'internal'].map(face => ({
        interface: face,
        region: 'One',
        region_id: 'One',
        url: url.replace('%(project)s', project),
      })),
    }));
    const document = {
      token: {
        methods: ['password'],
        user: { id: user, name: user },
        project: { id: project, name: project },
        roles: [{ id: 'r-member', name: 'member' }],
        expires_at: new Date(expiresAt).toISOString().replace('Z', '000Z'),
        catalog,
      },
    };
    return json(status, document, { 'x-subject-token': token });
  }

  private entrust({ body }: Got, caller: Token): Reply {
    if (caller.trust !== undefined) return json(403, { error: { code: 403, message: 'You are not authorized.' } });
    const { trust } = JSON.parse(body) as { trust: Omit<Trust, 'id'> };
    const made = { ...trust, id: randomUUID() } as Trust;
    this.trusts.set(made.id, made);
    return json(201, { trust: made });
  }

  private list({ path }: Got): Reply {
    const query = new URLSearchParams(path.slice(path.indexOf('?')));
    const trusts = [...this.trusts.values()].filter(
      trust =>
        (query.get('trustor_user_id') ?? trust.trustor_user_id) === trust.trustor_user_id &&
        (query.get('trustee_user_id') ?? trust.trustee_user_id) === trust.trustee_user_id,
    );
    return json(200, { trusts });
  }
}

const unauthorized = json(401, { error: { code: 401, message: 'The request you have made requires authentication.' } });
