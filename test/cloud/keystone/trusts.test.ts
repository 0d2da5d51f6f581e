import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, InProcessCloud } from '../inprocess.ts';
import { tokenLifeMs } from './tokens.ts';

let cloud: InProcessCloud;
let demo = '';
let admin = '';

const domain = { id: 'default' };

const logIn = (user: string, scope: object, password = 'password'): Answer =>
  cloud.ask('identity', 'POST /v3/auth/tokens?nocatalog', {
    auth: { identity: { methods: ['password'], password: { user: { name: user, domain, password } } }, scope },
  });

const tokenOf = (answer: Answer): string => answer.headers['x-subject-token'] ?? '';
const onProject = (name: string) => ({ project: { name, domain } });

const ask = (token: string, request: string, body?: object): Answer =>
  cloud.ask('identity', request, body, { headers: { 'x-auth-token': token } });

const idOf = (table: 'users' | 'roles' | 'projects', name: string): string => {
  const { [table]: rows } = cloud.composed.keystoneState;
  const found = rows.all().find(row => row.name === name);
  if (found === undefined) throw new Error(`there is no ${name} in ${table}`);
  return found.id;
};

beforeEach(() => {
  cloud = new InProcessCloud();
  demo = tokenOf(logIn('demo', onProject('demo')));
  admin = tokenOf(logIn('admin', onProject('admin')));
});

function trust(roles: readonly string[] = ['member'], more: object = {}): string {
  const answer = ask(demo, 'POST /v3/OS-TRUST/trusts', {
    trust: {
      trustor_user_id: idOf('users', 'demo'),
      trustee_user_id: idOf('users', 'heat'),
      project_id: idOf('projects', 'demo'),
      impersonation: true,
      roles: roles.map(name => ({ name })),
      ...more,
    },
  });
  expect(answer.status).toBe(201);
  return String(answer.body['trust']?.['id']);
}

const byTrust = (id: string, user = 'heat'): Answer => logIn(user, { 'OS-TRUST:trust': { id } });

describe('a trust', () => {
  it('makes its trustee the trustor, in the project, with the roles that were given and what they imply', () => {
    const { status, body } = byTrust(trust());
    expect(status).toBe(201);
    const token = body['token'];
    expect(token?.['user']).toMatchObject({ name: 'demo' });
    expect(token?.['project']).toMatchObject({ name: 'demo' });
    expect(((token?.['roles'] ?? []) as unknown as { name: string }[]).map(role => role.name)).toEqual([
      'member',
      'reader',
    ]);
  });

  it('does not mind that the token by which it was made is revoked or over', () => {
    const id = trust();
    expect(
      cloud.ask('identity', 'DELETE /v3/auth/tokens', undefined, {
        headers: { 'x-auth-token': demo, 'x-subject-token': demo },
      }).status,
    ).toBe(204);
    expect(ask(demo, 'GET /v3/auth/projects').status).toBe(401);
    cloud.now += 2 * tokenLifeMs;
    expect(byTrust(id).status).toBe(201);
  });

  it('ends with its tokens when it is deleted, by the token of its own too', () => {
    const id = trust();
    const token = tokenOf(byTrust(id));
    const authenticate = () => cloud.composed.keystone.authenticate(token, cloud.now);
    expect(authenticate()?.projectId).toBe(idOf('projects', 'demo'));
    expect(ask(token, `DELETE /v3/OS-TRUST/trusts/${id}`).status).toBe(204);
    expect(authenticate()).toBeUndefined();
    expect(ask(token, 'GET /v3/auth/projects').status).toBe(404);
    expect(byTrust(id).status).toBe(401);
  });

  it('gives nothing that the trustor has no longer', () => {
    const id = trust(['heat_stack_owner']);
    const token = tokenOf(byTrust(id));
    const path = `/v3/projects/${idOf('projects', 'demo')}/users/${idOf('users', 'demo')}/roles`;
    expect(ask(admin, `DELETE ${path}/${idOf('roles', 'heat_stack_owner')}`).status).toBe(204);
    expect(cloud.composed.keystone.authenticate(token, cloud.now)).toBeUndefined();
    expect(byTrust(id).status).toBe(403);
  });

  it('is nobody else’s to use, to see or to delete', () => {
    const id = trust();
    expect(byTrust(id, 'admin').status).toBe(403);
    const heat = tokenOf(logIn('heat', onProject('service')));
    expect(ask(heat, `GET /v3/OS-TRUST/trusts/${id}`).status).toBe(200);
    ask(admin, 'POST /v3/users', { user: { name: 'stranger', password: 'p' } });
    const granted = `/v3/projects/${idOf('projects', 'demo')}/users/${idOf('users', 'stranger')}/roles/${idOf('roles', 'member')}`;
    ask(admin, `PUT ${granted}`);
    const stranger = tokenOf(logIn('stranger', onProject('demo'), 'p'));
    expect(ask(stranger, `GET /v3/OS-TRUST/trusts/${id}`).status).toBe(403);
    expect(ask(stranger, `DELETE /v3/OS-TRUST/trusts/${id}`).status).toBe(403);
    expect(ask(stranger, `GET /v3/OS-TRUST/trusts?trustor_user_id=${idOf('users', 'demo')}`).status).toBe(403);
  });

  it('is over at its time, and there is no second one of the same time', () => {
    const expires = { expires_at: new Date(cloud.now + 60_000).toISOString() };
    const id = trust(['member'], expires);
    const again = ask(demo, 'POST /v3/OS-TRUST/trusts', {
      trust: {
        trustor_user_id: idOf('users', 'demo'),
        trustee_user_id: idOf('users', 'heat'),
        project_id: idOf('projects', 'demo'),
        impersonation: true,
        roles: [{ name: 'member' }],
        ...expires,
      },
    });
    expect(again.status).toBe(409);
    cloud.now += 60_000;
    expect(byTrust(id).status).toBe(401);
    expect(ask(demo, `GET /v3/OS-TRUST/trusts/${id}`).status).toBe(404);
  });

  it('goes with its project and with its people', () => {
    const first = trust();
    expect(ask(admin, `DELETE /v3/projects/${idOf('projects', 'demo')}`).status).toBe(204);
    expect(cloud.composed.keystoneState.trusts.get(first)).toBeUndefined();
    expect(ask(demo, 'GET /v3/auth/projects').status).toBe(401);
  });
});

describe('a user', () => {
  it('is shut out when it is disabled, whatever token it has', () => {
    expect(ask(admin, `PATCH /v3/users/${idOf('users', 'demo')}`, { user: { enabled: false } }).status).toBe(200);
    expect(ask(demo, 'GET /v3/auth/projects').status).toBe(401);
    expect(logIn('demo', onProject('demo')).status).toBe(401);
  });

  it('logs in with a new password and no longer with the old one', () => {
    ask(admin, `PATCH /v3/users/${idOf('users', 'demo')}`, { user: { password: 'new' } });
    expect(logIn('demo', onProject('demo')).status).toBe(401);
    expect(logIn('demo', onProject('demo'), 'new').status).toBe(201);
  });

  it('may have an application credential with fewer roles than it has, which ends with it', () => {
    const user = idOf('users', 'demo');
    const made = ask(demo, `POST /v3/users/${user}/application_credentials`, {
      application_credential: { name: 'a', secret: 's', roles: [{ name: 'reader' }] },
    });
    const id = String(made.body['application_credential']?.['id']);
    const identity = { methods: ['application_credential'], application_credential: { id, secret: 's' } };
    const logged = cloud.ask('identity', 'POST /v3/auth/tokens', { auth: { identity } });
    expect(logged.body['token']?.['roles']).toEqual([{ id: idOf('roles', 'reader'), name: 'reader' }]);
    const token = tokenOf(logged);
    expect(ask(demo, `DELETE /v3/users/${user}/application_credentials/${id}`).status).toBe(204);
    expect(ask(token, 'GET /v3/auth/projects').status).toBe(401);
  });
});
