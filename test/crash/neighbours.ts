/**
 * Other owners in the sandbox cloud, whose things are called as ours are: nobody but they may touch them.
 *
 * One shares the project and is seen by every list; the other has a project of its own. Exact twins of generated
 * names are in the other project alone: within a project the name is the mark, so there they differ in the case of
 * letters, which a service's filter does not see.
 */
import type { Session } from '../../cli/client.ts';
import { portsOf } from '../../cli/ports.ts';
import type { AllInOneChild } from '../support/allinone.ts';
import type { Made } from './cloud-state.ts';

interface Owner {
  readonly user: string;
  readonly project: string;
  readonly token: string;
}

interface Things {
  readonly images: readonly { readonly id: string; readonly name: string }[];
  readonly flavors: readonly { readonly id: string; readonly name: string }[];
}

const callMs = 20_000;

export class Neighbours {
  readonly #child: AllInOneChild;
  /** In the stacks' project, and in another. */
  readonly #owners: readonly [Owner, Owner];
  readonly #networks = new Map<Owner, string>();
  #image = '';
  #flavor = '';

  private constructor(child: AllInOneChild, owners: readonly [Owner, Owner]) {
    this.#child = child;
    this.#owners = owners;
  }

  /** Moves in, with a thing of every kind under the names that users choose. */
  static async moveIn(child: AllInOneChild, ours: Session): Promise<Neighbours> {
    const admin = await ownerOf(child, await child.logIn('admin'));
    const us = await ownerOf(child, ours);
    const said = { name: 'neighbour', password: 'password', domain_id: 'default' };
    const { user } = await send<{ user: { id: string } }>(admin, `${child.keystoneUrl}/users`, { user: said });
    const { roles } = await send<{ roles: { id: string }[] }>(admin, `${child.keystoneUrl}/roles?name=member`);
    const grant = `${child.keystoneUrl}/projects/${us.project}/users/${user.id}/roles/${roles[0]?.id}`;
    await send(admin, grant, undefined, 'PUT');
    const session = await child.logInTo('neighbour', 'demo');
    const all = new Neighbours(child, [await ownerOf(child, session), admin]);
    await all.#settle();
    return all;
  }

  async #settle(): Promise<void> {
    const [here] = this.#owners;
    const { images } = await send<Things>(here, `${this.#url('glance')}/v2/images?name=cirros`);
    const { flavors } = await send<Things>(here, `${this.#url('nova')}/v2.1/flavors`);
    this.#image = images[0]?.id ?? '';
    this.#flavor = flavors.find(({ name }) => name === 'm1.tiny')?.id ?? '';
    for (const owner of this.#owners) {
      const { network } = await this.#network<{ network: { id: string } }>(owner, 'net');
      this.#networks.set(owner, network.id);
      await this.#make(owner, 'server', 'web');
      await this.#make(owner, 'port', 'port');
      await this.#make(owner, 'volume', 'data');
    }
  }

  get users(): readonly string[] {
    return this.#owners.map(({ user }) => user);
  }

  /** Twins of a thing that was just made. */
  async imitate({ kind, name }: Made): Promise<void> {
    if (name === '' || kind === 'subnet' || kind === 'trust') return;
    const [here, there] = this.#owners;
    const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
    await this.#make(here, kind, other);
    await this.#make(there, kind, name);
  }

  async #make(owner: Owner, kind: Made['kind'], name: string): Promise<void> {
    const description = "a neighbour's";
    if (kind === 'network') await this.#network(owner, name);
    else if (kind === 'port') {
      const port = { network_id: this.#networks.get(owner), name, description };
      await send(owner, `${this.#url('neutron')}/v2.0/ports`, { port });
    } else if (kind === 'volume') {
      const volume = { size: 1, name, description };
      await send(owner, `${this.#url('cinder')}/v3/${owner.project}/volumes`, { volume });
    } else if (kind === 'server') {
      const server = { name, imageRef: this.#image, flavorRef: this.#flavor, networks: 'none' };
      await send(owner, `${this.#url('nova')}/v2.1/servers`, { server });
    }
  }

  #network<T>(owner: Owner, name: string): Promise<T> {
    return send<T>(owner, `${this.#url('neutron')}/v2.0/networks`, { network: { name } });
  }

  #url(service: 'nova' | 'neutron' | 'cinder' | 'glance'): string {
    return `http://127.0.0.1:${portsOf(this.#child.portBase)[service]}`;
  }
}

/** Who bears a session's token. */
export async function ownerOf({ keystoneUrl }: AllInOneChild, { token }: Session): Promise<Owner> {
  const headers = { 'x-auth-token': token, 'x-subject-token': token };
  const answer = await fetch(`${keystoneUrl}/auth/tokens`, { headers, signal: AbortSignal.timeout(callMs) });
  const said = (await answer.json()) as { token: { user: { id: string }; project: { id: string } } };
  return { user: said.token.user.id, project: said.token.project.id, token };
}

/** A request that must succeed: GET without a body, POST with one, unless said. */
async function send<T>({ token }: Owner, url: string, body?: object, method?: string): Promise<T> {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      'x-auth-token': token,
      'content-type': 'application/json',
      'openstack-api-version': 'compute 2.37',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(callMs),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`a neighbour's ${method ?? 'request'} to ${url} was refused: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
