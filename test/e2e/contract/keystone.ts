/** Keystone: tokens, projects, users, roles, who holds them, what strangers may not. */
import type { Part, Said, Side } from './side.ts';

const none = '0123456789abcdef0123456789abcdef';

export const keystonePart: Part = {
  name: 'keystone',
  async play(side) {
    await tokens(side);
    await strangers(side);
    const project = await projects(side);
    const user = await users(side, project.id);
    const role = await roles(side);
    await grants(side, project.id, user.id, role.id);
    const admin = { as: 'admin' } as const;
    for (const path of [`/v3/roles/${role.id}`, `/v3/users/${user.id}`, `/v3/projects/${project.id}`]) {
      await side.call('identity', 'DELETE', path, admin);
      await side.call('identity', 'DELETE', path, admin);
    }
  },
};

async function tokens(side: Side): Promise<void> {
  const { run } = side;
  const domain = { id: 'default' };
  const identity = { methods: ['password'], password: { user: { name: run, domain, password: 'password' } } };
  const scope = { project: { name: run, domain } };
  const logIn = (auth: object): Promise<Said> =>
    side.call('identity', 'POST', '/v3/auth/tokens?nocatalog', { token: '', body: { auth } });
  await side.call('identity', 'GET', '/v3', { token: '' });
  await side.call('identity', 'GET', '/', { token: '' });
  await logIn({ identity, scope });
  await logIn({ identity });
  await logIn({ identity, scope: { project: { name: 'admin', domain } } });
  await logIn({ identity, scope: { project: { name: `${run}-none`, domain } } });
  const wrong = { methods: ['password'], password: { user: { name: run, domain, password: 'wrong' } } };
  await logIn({ identity: wrong, scope });
  const { token } = side.session('member');
  await logIn({ identity: { methods: ['token'], token: { id: token } }, scope });
  await side.call('identity', 'GET', '/v3/auth/tokens?nocatalog', { headers: { 'x-subject-token': token } });
  await side.call('identity', 'GET', '/v3/auth/tokens', { headers: { 'x-subject-token': 'nonsense' }, as: 'admin' });
  await side.call('identity', 'GET', '/v3/projects', { token: 'nonsense' });
  await side.call('network', 'GET', '/v2.0/networks', { token: 'nonsense' });
  await side.call('network', 'GET', '/v2.0/networks', { token: '' });
  await side.call('identity', 'GET', '/v3/auth/projects');
}

async function strangers(side: Side): Promise<void> {
  const { projectId, userId } = side.session('member');
  await side.call('identity', 'GET', '/v3/projects');
  await side.call('identity', 'GET', '/v3/users');
  await side.call('identity', 'GET', `/v3/projects/${projectId}`);
  await side.call('identity', 'GET', `/v3/users/${userId}`);
  await side.call('identity', 'GET', `/v3/users/${userId}/projects`);
  await side.call('identity', 'POST', '/v3/projects', { body: { project: { name: 'x' } } });
  await side.call('identity', 'DELETE', `/v3/projects/${projectId}`);
  await side.call('identity', 'GET', '/v3/no-such-path');
  await side.call('identity', 'POST', '/v3/users', { as: 'admin', body: 'no json' });
  await side.call('identity', 'PUT', '/v3/users', { as: 'admin', body: {} });
}

async function projects(side: Side): Promise<Said> {
  const { run } = side;
  const post = (project: object): Promise<Said> =>
    side.call('identity', 'POST', '/v3/projects', { as: 'admin', body: { project } });
  const made = await post({ name: `${run}-p`, description: 'd', x_mark: 'mark', tags: ['a-tag'] });
  await post({ name: `${run}-p` });
  await post({});
  await post({ name: `${run}-q`, domain_id: 'nope' });
  await post({ name: `${run}-q`, enabled: 'x' });
  await side.call('identity', 'GET', `/v3/projects?name=${run}-P`, { as: 'admin' });
  await side.call('identity', 'GET', `/v3/projects?tags=a-tag&name=${run}-p`, { as: 'admin' });
  const body = { project: { description: 'e', enabled: false, x_mark: null } };
  await side.call('identity', 'PATCH', `/v3/projects/${made.id}`, { as: 'admin', body });
  await side.call('identity', 'PATCH', `/v3/projects/${none}`, { as: 'admin', body });
  await side.call('identity', 'GET', `/v3/projects/${none}`, { as: 'admin' });
  return made;
}

async function users(side: Side, projectId: string): Promise<Said> {
  const { run } = side;
  const post = (user: object): Promise<Said> =>
    side.call('identity', 'POST', '/v3/users', { as: 'admin', body: { user } });
  const fields = { name: `${run}-u`, password: 'pw', description: 'd', email: 'a@b.example', x_mark: 'q' };
  const made = await post({ ...fields, default_project_id: projectId });
  await post(fields);
  await post({ password: 'pw' });
  await side.call('identity', 'GET', `/v3/users/${made.id}`, { as: 'admin' });
  await side.call('identity', 'GET', `/v3/users/${made.id}`);
  await side.call('identity', 'GET', `/v3/users?name=${run}-u`, { as: 'admin' });
  await side.call('identity', 'GET', `/v3/users/${none}`, { as: 'admin' });
  const body = { user: { name: `${run}-v`, x_mark: null, enabled: false } };
  await side.call('identity', 'PATCH', `/v3/users/${made.id}`, { as: 'admin', body });
  return made;
}

async function roles(side: Side): Promise<Said> {
  const { run } = side;
  const post = (role: object): Promise<Said> =>
    side.call('identity', 'POST', '/v3/roles', { as: 'admin', body: { role } });
  const made = await post({ name: `${run}-r`, x_mark: 'z' });
  await post({ name: `${run}-r` });
  await side.call('identity', 'PATCH', `/v3/roles/${made.id}`, { as: 'admin', body: { role: { description: 'q' } } });
  await side.call('identity', 'GET', `/v3/roles?name=${run}-r`, { as: 'admin' });
  await side.call('identity', 'GET', `/v3/roles/${none}`, { as: 'admin' });
  return made;
}

async function grants(side: Side, project: string, user: string, role: string): Promise<void> {
  const admin = { as: 'admin' } as const;
  const at = `/v3/projects/${project}/users/${user}/roles`;
  await side.call('identity', 'HEAD', `${at}/${role}`, admin);
  await side.call('identity', 'PUT', `${at}/${role}`, admin);
  await side.call('identity', 'PUT', `${at}/${role}`, admin);
  await side.call('identity', 'HEAD', `${at}/${role}`, admin);
  await side.call('identity', 'GET', at, admin);
  await side.call('identity', 'GET', `/v3/role_assignments?user.id=${user}`, admin);
  await side.call('identity', 'GET', `/v3/role_assignments?user.id=${user}&include_names=true`, admin);
  await side.call('identity', 'DELETE', `${at}/${role}`, admin);
  await side.call('identity', 'DELETE', `${at}/${role}`, admin);
  await side.call('identity', 'PUT', `/v3/projects/${project}/users/${none}/roles/${role}`, admin);
  await side.call('identity', 'PUT', `/v3/domains/default/users/${user}/roles/${role}`, admin);
  await side.call('identity', 'GET', `/v3/role_assignments?user.id=${user}`, admin);
}
