/**
 * The sandbox against the real thing: the same calls on it and on the lab (../shared/lab), each answer compared.
 *
 * It works in a project and as a user of its own, made on both sides and taken away again, so that whatever else goes
 * on in the lab does not show. Prints `calls=N equal=N`, above it what differs: what the sandbox says | what the lab says.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePortBase } from '../../../cli/ports.ts';
import { startSandbox } from '../../cloud/sandbox.ts';
import { differences } from '../contract/compare.ts';
import { changesPart } from '../contract/changes.ts';
import { cinderPart } from '../contract/cinder.ts';
import { glancePart } from '../contract/glance.ts';
import { keystonePart } from '../contract/keystone.ts';
import { logIn } from '../contract/login.ts';
import { neutronPart } from '../contract/neutron.ts';
import { novaPart } from '../contract/nova.ts';
import { securityPart } from '../contract/security.ts';
import { type Part, Side } from '../contract/side.ts';
import { togetherPart } from '../contract/together.ts';
import { trustPart } from '../contract/trusts.ts';
import type { Scenario } from '../scenario.ts';
import { expect, StepFailed, type Steps } from '../steps.ts';

const labKeystone = 'http://127.0.0.1:5000/v3';

const parts: readonly Part[] = [
  keystonePart,
  trustPart,
  neutronPart,
  securityPart,
  glancePart,
  cinderPart,
  novaPart,
  togetherPart,
  changesPart,
];

export const contract: Scenario = {
  name: 'contract',
  about: 'the same calls on the sandbox and on the lab',
  kind: 'alone',
  onlyWhenAsked: true,
  async play(steps) {
    const lab = await steps.step('the lab answers (../shared/lab/up.sh)', () => open('lab', labKeystone));
    if (lab === undefined) return;
    const folder = mkdtempSync(join(tmpdir(), 'convect-contract-'));
    const cloud = await startSandbox({ portBase: await freePortBase(), dataDir: folder });
    try {
      const sandbox = await steps.step('the sandbox answers', () => open('sandbox', cloud.keystoneUrl));
      if (sandbox !== undefined) await compare(steps, sandbox, lab);
    } finally {
      await close(lab);
      await cloud.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function compare(steps: Steps, sandbox: Side, lab: Side): Promise<void> {
  let unequal = 0;
  for (const part of parts) {
    const from = lab.heard.length;
    await steps.step(`${part.name} is the same`, async () => {
      await Promise.all([part.play(sandbox), part.play(lab)]);
      const found = differences(sandbox, lab, from);
      unequal += found.length;
      const lines = found.flatMap(({ what, lines: places }) => [`  ${what}`, ...places.map(line => `    ${line}`)]);
      if (found.length > 0) throw new StepFailed(lines.join('\n'));
      expect(lab.heard.length > from, 'calls to compare', '  there were none');
    });
  }
  console.log(`calls=${lab.heard.length} equal=${lab.heard.length - unequal}`);
}

/** A project and a user of our own, on either side. */
async function open(name: string, keystoneUrl: string): Promise<Side> {
  const admin = await logIn(keystoneUrl, { user: 'admin', password: 'password', project: 'admin' });
  const run = `contract-${process.pid}-${Date.now().toString(36)}`;
  const post = async (path: string, kind: string, fields: object): Promise<string> => {
    const response = await fetch(`${keystoneUrl}${path}`, {
      method: 'POST',
      headers: { 'x-auth-token': admin.token, 'content-type': 'application/json' },
      body: JSON.stringify({ [kind]: fields }),
    });
    const body = (await response.json()) as Record<string, { readonly id: string } | undefined>;
    const id = body[kind]?.id;
    if (id === undefined) throw new Error(`${name} refused to make a ${kind}: ${JSON.stringify(body)}`);
    return id;
  };
  const projectId = await post('/projects', 'project', { name: run });
  const userId = await post('/users', 'user', { name: run, password: 'password' });
  const side = new Side(name, run, { admin, member: { ...admin, userId, projectId } });
  const { roles } = (await side.quietly('identity', 'GET', '/v3/roles', { as: 'admin' })) as unknown as {
    readonly roles: readonly { readonly id: string; readonly name: string }[];
  };
  for (const role of roles.filter(one => ['member', 'heat_stack_owner'].includes(one.name))) {
    const path = `/v3/projects/${projectId}/users/${userId}/roles/${role.id}`;
    await side.quietly('identity', 'PUT', path, { as: 'admin' });
  }
  const member = await logIn(keystoneUrl, { user: run, password: 'password', project: run });
  return new Side(name, run, { admin, member });
}

async function close(side: Side): Promise<void> {
  const { userId, projectId } = side.session('member');
  await side.quietly('identity', 'DELETE', `/v3/users/${userId}`, { as: 'admin' });
  for (const group of await groupsOf(side, projectId)) {
    await side.quietly('network', 'DELETE', `/v2.0/security-groups/${group}`, { as: 'admin' });
  }
  await side.quietly('identity', 'DELETE', `/v3/projects/${projectId}`, { as: 'admin' });
}

/** Its default security group came by itself. */
async function groupsOf(side: Side, projectId: string): Promise<string[]> {
  const body = await side.quietly('network', 'GET', `/v2.0/security-groups?project_id=${projectId}`, { as: 'admin' });
  const groups = body['security_groups'] as unknown as readonly { readonly id: string }[] | undefined;
  return (groups ?? []).map(({ id }) => id);
}
