/**
 * The lab (../shared/lab): a real OpenStack on this machine. The all-in-one becomes the orchestration of a region of its
 * own in the lab's catalog, and its engine calls the services of the lab's first region.
 *
 * A run works in a project and as a user of its own: whatever else goes on in the lab does not show in its counts.
 */
import { resolve } from 'node:path';
import type { OtherCloud } from '../support/allinone.ts';
import { run } from '../support/command.ts';
import { logIn, type Session } from './contract/login.ts';
import { expect, expectRun, type Steps } from './steps.ts';

const keystoneUrl = 'http://127.0.0.1:5000/v3';
const password = 'password';
const region = 'Convect';
const servicesRegion = 'RegionOne';
const portBase = 9000;
const roles = ['member', 'heat_stack_owner'];
const needed = ['compute', 'image', 'network', 'volumev3'];
const answerMs = 20_000;

/** The lab's folder, beside the repository; commands run in the repository's root. */
export const labFolder = resolve('../shared/lab');

type Listed = Readonly<Record<string, readonly { readonly id: string; readonly name: string }[] | undefined>>;

export class Lab {
  readonly cloud: OtherCloud;
  readonly projectId: string;
  readonly #admin: Session;
  readonly #userId: string;

  private constructor(admin: Session, name: string, userId: string, projectId: string) {
    this.cloud = { keystoneUrl, portBase, region, servicesRegion, user: name, password };
    this.#admin = admin;
    this.#userId = userId;
    this.projectId = projectId;
  }

  /** Undefined when the lab is not up, which the failed step says. */
  static async open(steps: Steps): Promise<Lab | undefined> {
    const admin = await steps.step('the lab answers (else: ../shared/lab/up.sh)', answering);
    if (admin === undefined) return undefined;
    const registered = await steps.step(`the lab's catalog has a region ${region}`, async () => {
      const urls = [`http://127.0.0.1:${portBase + 4}/v1/%(tenant_id)s`, `http://127.0.0.1:${portBase}/v1`];
      const script = resolve(labFolder, 'lib/register.py');
      return expectRun(await run('python3', [script, 'region', region, ...urls]), { status: 'success' });
    });
    if (registered === undefined) return undefined;
    return steps.step('a project and a user for this run', async () => {
      const name = `e2e-${process.pid}-${Date.now().toString(36)}`;
      const projectId = await made(admin, 'project', { name });
      const userId = await made(admin, 'user', { name, password });
      const { roles: known = [] } = await listed(admin, `${keystoneUrl}/roles`);
      for (const role of known.filter(each => roles.includes(each.name))) {
        await asked(admin, 'PUT', `${keystoneUrl}/projects/${projectId}/users/${userId}/roles/${role.id}`);
      }
      return new Lab(admin, name, userId, projectId);
    });
  }

  /** The project's default security group came by itself; Keystone would leave it behind. */
  async close(): Promise<void> {
    const groups = `${this.#admin.catalog.get('network')}/v2.0/security-groups`;
    const { security_groups: left = [] } = await listed(this.#admin, `${groups}?project_id=${this.projectId}`);
    await asked(this.#admin, 'DELETE', `${keystoneUrl}/users/${this.#userId}`);
    for (const { id } of left) await asked(this.#admin, 'DELETE', `${groups}/${id}`);
    await asked(this.#admin, 'DELETE', `${keystoneUrl}/projects/${this.projectId}`);
  }
}

async function answering(): Promise<Session> {
  const admin = await logIn(keystoneUrl, { user: 'admin', password, project: 'admin' });
  for (const service of needed) {
    const url = admin.catalog.get(service) ?? '';
    expect(url !== '', `an endpoint for ${service}; ../shared/lab/up.sh starts all of the lab`, '  there is none');
    // Its root names its versions, whoever asks.
    await fetch(new URL('/', url), { signal: AbortSignal.timeout(answerMs) });
  }
  return admin;
}

async function asked({ token }: Session, method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(answerMs),
  });
  const text = await response.text();
  expect(response.ok, `${method} ${url} succeeds`, `  it answered ${response.status}: ${text}`);
  return text === '' ? {} : (JSON.parse(text) as unknown);
}

const listed = async (who: Session, url: string): Promise<Listed> => (await asked(who, 'GET', url)) as Listed;

async function made(admin: Session, kind: 'project' | 'user', fields: object): Promise<string> {
  const body = await asked(admin, 'POST', `${keystoneUrl}/${kind}s`, { [kind]: fields });
  const id = (body as Readonly<Record<string, { readonly id: string } | undefined>>)[kind]?.id;
  expect(id !== undefined, `a ${kind} with an id`, JSON.stringify(body));
  return id;
}
