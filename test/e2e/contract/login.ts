/** A token at a Keystone, with what the comparison needs of it. */

export interface Session {
  readonly token: string;
  readonly userId: string;
  readonly projectId: string;
  /** Public endpoints by service type. */
  readonly catalog: ReadonlyMap<string, string>;
}

interface TokenBody {
  readonly token: {
    readonly user: { readonly id: string };
    readonly project: { readonly id: string };
    readonly catalog: readonly {
      readonly type: string;
      readonly endpoints: readonly { readonly interface: string; readonly region_id: string; readonly url: string }[];
    }[];
  };
}

export interface Who {
  readonly user: string;
  readonly password: string;
  readonly project: string;
}

/** @throws Error when the login is refused. */
export async function logIn(keystoneUrl: string, { user, password, project }: Who): Promise<Session> {
  const domain = { id: 'default' };
  const identity = { methods: ['password'], password: { user: { name: user, domain, password } } };
  const response = await fetch(`${keystoneUrl}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: project, domain } } } }),
  });
  if (response.status !== 201) throw new Error(`${keystoneUrl} refuses ${user}: ${response.status}`);
  const { token } = (await response.json()) as TokenBody;
  const publicUrl = (service: TokenBody['token']['catalog'][number]): string =>
    service.endpoints.find(one => one.interface === 'public' && one.region_id === 'RegionOne')?.url ?? '';
  return {
    token: response.headers.get('x-subject-token') ?? '',
    userId: token.user.id,
    projectId: token.project.id,
    catalog: new Map(token.catalog.map(service => [service.type, publicUrl(service)])),
  };
}
