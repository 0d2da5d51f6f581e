/** Keystone: trusts, ec2 credentials, application credentials. */
import type { Part, Said, Side } from './side.ts';

const none = '0123456789abcdef0123456789abcdef';

export const trustPart: Part = {
  name: 'trusts and credentials',
  async play(side) {
    await trusts(side);
    await ec2(side);
    await applicationCredentials(side);
  },
};

async function trusts(side: Side): Promise<void> {
  const { userId, projectId } = side.session('member');
  const users = await side.quietly('identity', 'GET', '/v3/users?name=heat', { as: 'admin' });
  const heat = String(users['users']?.[0]?.['id']);
  side.names.set(heat, '<user heat>');
  const roles = [{ name: 'heat_stack_owner' }, { name: 'member' }];
  const whole = { trustor_user_id: userId, trustee_user_id: heat, project_id: projectId, impersonation: true, roles };
  const post = (trust: object): Promise<Said> =>
    side.call('identity', 'POST', '/v3/OS-TRUST/trusts', { body: { trust } });
  const { id } = await post({ ...whole, x_mark: 'mark' });
  await post({ ...whole, roles: [{ name: 'no-such-role' }] });
  await post({ ...whole, roles: [] });
  await post({ ...whole, trustor_user_id: heat });
  await post({ ...whole, trustee_user_id: 'nope' });
  await post({ trustor_user_id: userId, project_id: projectId, impersonation: true, roles });
  await side.call('identity', 'GET', '/v3/OS-TRUST/trusts');
  await side.call('identity', 'GET', `/v3/OS-TRUST/trusts?trustor_user_id=${userId}`);
  await side.call('identity', 'GET', `/v3/OS-TRUST/trusts?trustor_user_id=${userId}`, { as: 'admin' });
  await side.call('identity', 'GET', `/v3/OS-TRUST/trusts/${id}`);
  await side.call('identity', 'GET', `/v3/OS-TRUST/trusts/${id}`, { as: 'admin' });
  await side.call('identity', 'GET', `/v3/OS-TRUST/trusts/${id}/roles`);
  await side.call('identity', 'GET', `/v3/OS-TRUST/trusts/${none}`);
  await side.call('identity', 'DELETE', `/v3/OS-TRUST/trusts/${none}`);
  await byTrust(side, id, whole);
}

/** The trust's own token: what it is worth, what it may not, and how it ends. */
async function byTrust(side: Side, id: string, whole: object): Promise<void> {
  const logIn = (user: string, trust: string): Promise<Said> => {
    const identity = {
      methods: ['password'],
      password: { user: { name: user, domain: { id: 'default' }, password: 'password' } },
    };
    const body = { auth: { identity, scope: { 'OS-TRUST:trust': { id: trust } } } };
    return side.call('identity', 'POST', '/v3/auth/tokens?nocatalog', { token: '', body });
  };
  const token = (await logIn('heat', id)).headers.get('x-subject-token') ?? '';
  await logIn(side.run, id);
  await logIn('heat', none);
  await side.call('identity', 'GET', `/v3/OS-TRUST/trusts/${id}`, { token });
  await side.call('identity', 'POST', '/v3/OS-TRUST/trusts', { token, body: { trust: whole } });
  const again = { identity: { methods: ['token'], token: { id: token } } };
  const scope = { project: { id: side.session('member').projectId } };
  await side.call('identity', 'POST', '/v3/auth/tokens', { token, body: { auth: { ...again, scope } } });
  await side.call('network', 'GET', '/v2.0/networks?name=private&fields=name', { token });
  await side.call('identity', 'DELETE', `/v3/OS-TRUST/trusts/${id}`, { token });
  await side.call('identity', 'DELETE', `/v3/OS-TRUST/trusts/${id}`);
  // A service may have the token in its cache, so only Keystone is asked.
  await side.call('identity', 'GET', '/v3/auth/projects', { token });
  await logIn('heat', id);
}

async function ec2(side: Side): Promise<void> {
  const { userId, projectId } = side.session('member');
  const access = `${side.run}-access`;
  const blob = JSON.stringify({ access, secret: 'sec1' });
  const credential = { type: 'ec2', user_id: userId, project_id: projectId, blob };
  const made = await side.call('identity', 'POST', '/v3/credentials', { body: { credential } });
  await side.call('identity', 'POST', '/v3/credentials', { body: { credential } });
  await side.call('identity', 'GET', '/v3/credentials');
  await side.call('identity', 'GET', `/v3/credentials/${made.id}`);
  const path = `/v3/users/${userId}/credentials/OS-EC2`;
  await side.call('identity', 'GET', path);
  await side.call('identity', 'GET', `${path}/${access}`);
  await side.call('identity', 'GET', `${path}/none`);
  await side.call('identity', 'DELETE', `${path}/${access}`);
  await side.call('identity', 'DELETE', `/v3/credentials/${made.id}`);
  await side.call('identity', 'DELETE', `/v3/credentials/${made.id}`, { as: 'admin' });
}

async function applicationCredentials(side: Side): Promise<void> {
  const { userId } = side.session('member');
  const path = `/v3/users/${userId}/application_credentials`;
  const post = (fields: object): Promise<Said> =>
    side.call('identity', 'POST', path, { body: { application_credential: fields } });
  const { id } = await post({ name: 'one', secret: 'the secret', description: 'x' });
  await post({ name: 'one', secret: 'the secret' });
  await post({ name: 'two', bogus: 1 });
  await side.call('identity', 'GET', path);
  await side.call('identity', 'GET', `${path}?name=one`);
  await side.call('identity', 'GET', `${path}/${id}`);
  await side.call('identity', 'GET', `${path}/${none}`);
  const logIn = (fields: object): Promise<Said> => {
    const identity = { methods: ['application_credential'], application_credential: fields };
    return side.call('identity', 'POST', '/v3/auth/tokens?nocatalog', { token: '', body: { auth: { identity } } });
  };
  await logIn({ id, secret: 'the secret' });
  await logIn({ id, secret: 'another' });
  await logIn({ name: 'one', user: { name: side.run, domain: { id: 'default' } }, secret: 'the secret' });
  await side.call('identity', 'PATCH', `${path}/${id}`, { body: { application_credential: { name: 'x' } } });
  await side.call('identity', 'DELETE', `${path}/${id}`);
  await side.call('identity', 'DELETE', `${path}/${id}`);
}
