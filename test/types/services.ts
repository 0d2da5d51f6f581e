/** A cloud's services as a user asks them, beside Convect: with a token of the user's own, which the engine never sees. */
import { logIn, type Who } from '../e2e/contract/login.ts';
import type { Thing } from './form.ts';

const answerMs = 30_000;

/** What answers look like depends on it. */
const versions: Readonly<Record<string, string>> = { compute: 'compute 2.90', volumev3: 'volume 3.60' };

export interface Look {
  readonly status: number;
  /** What stands under the thing's key; undefined where nothing does. */
  readonly thing: unknown;
  readonly text: string;
}

export class Services {
  readonly #token: string;
  readonly #catalog: ReadonlyMap<string, string>;

  private constructor(token: string, catalog: ReadonlyMap<string, string>) {
    this.#token = token;
    this.#catalog = catalog;
  }

  static async open(keystoneUrl: string, who: Who): Promise<Services> {
    const { token, catalog } = await logIn(keystoneUrl, who);
    return new Services(token, new Map([...catalog, ['identity', keystoneUrl]]));
  }

  /** `ids`: physical ids by the names that the path has in braces. */
  async look({ service, path, key }: Thing, ids: ReadonlyMap<string, string>): Promise<Look> {
    const base = (this.#catalog.get(service) ?? '').replace(/\/+$/, '');
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(ids.get(name) ?? `no-${name}`),
    );
    const version = versions[service];
    const answer = await fetch(`${base}${filled}`, {
      headers: { 'x-auth-token': this.#token, ...(version !== undefined && { 'openstack-api-version': version }) },
      signal: AbortSignal.timeout(answerMs),
    });
    const text = await answer.text();
    const body = answer.ok ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : undefined;
    return { status: answer.status, thing: key === '' ? body : body?.[key], text };
  }
}
