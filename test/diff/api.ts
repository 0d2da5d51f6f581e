/** The native API of an orchestration, real Heat's or Convect's, as little of it as the scenarios ask. */
import { logIn, type Who } from '../e2e/contract/login.ts';

const answerMs = 60_000;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
}

export class Api {
  readonly #token: string;
  readonly #base: string;

  private constructor(token: string, base: string) {
    this.#token = token;
    this.#base = base;
  }

  /** @param base where the stacks are, without the project; left out, what the catalog's first region says. */
  static async open(keystoneUrl: string, who: Who, base?: string): Promise<Api> {
    const session = await logIn(keystoneUrl, who);
    const url = base === undefined ? session.catalog.get('orchestration') : `${base}/${session.projectId}`;
    if (url === undefined || url === '') throw new Error(`${keystoneUrl} knows of no orchestration`);
    return new Api(session.token, url);
  }

  /** Redirections are not followed; a body that is no JSON is undefined. */
  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.#base}${path}`, {
      method,
      redirect: 'manual',
      headers: { 'x-auth-token': this.#token, 'content-type': 'application/json', accept: 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerMs),
    });
    const text = await response.text();
    try {
      return { status: response.status, body: JSON.parse(text) as unknown, text };
    } catch {
      return { status: response.status, body: undefined, text };
    }
  }

  /** @throws Error unless it answers 200. */
  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.ask('GET', path);
    if (status !== 200) throw new Error(`GET ${path} answers ${status}: ${JSON.stringify(body)}`);
    return body as T;
  }
}
