import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CloudRig, get, startCloudRig } from '../../test/support/cloud-rig.ts';
import { json } from '../../test/support/fake-services.ts';
import { tokenCredential } from './credential.ts';

let rig: CloudRig;
beforeEach(async () => {
  rig = await startCloudRig(() => json(200, {}));
});
afterEach(() => rig.stop());

const own = (): string => tokenCredential(rig.keystone.issue('demo', 'demo'));
const trusts = (): unknown[] => [...rig.keystone.trusts.values()];
const posts = (): number =>
  rig.keystone.got.filter(({ method, path }) => method === 'POST' && path.endsWith('trusts')).length;

async function delegated(credential = own(), mark = 'stack-1', isFirst = false): Promise<string> {
  const result = await rig.cloud.delegate(credential, mark, isFirst);
  if (result.kind !== 'delegated') throw new Error(`not delegated: ${JSON.stringify(result)}`);
  return result.credential;
}

describe('a trust', () => {
  it('acts for the user after the token is gone', async () => {
    const credential = await delegated();
    expect(trusts()).toMatchObject([
      {
        trustor_user_id: 'demo',
        trustee_user_id: 'heat',
        project_id: 'demo',
        impersonation: true,
        roles: [{ id: 'r-member' }],
        x_mark: 'stack-1',
      },
    ]);
    expect(trusts()[0]).not.toHaveProperty('expires_at');
    for (const [token, { user }] of rig.keystone.tokens) if (user === 'demo') rig.keystone.tokens.delete(token);
    expect(await rig.cloud.call(credential, get('/servers'), 5_000)).toMatchObject({ answer: { status: 200 } });
    const used = rig.keystone.tokens.get(String(rig.calls()[0]?.headers['x-auth-token']));
    expect(used).toMatchObject({ user: 'demo', project: 'demo' });
  });

  it('is one for a mark, however often it is asked for, and whatever else is there', async () => {
    await delegated(own(), 'stack-2');
    await delegated(own(), 'STACK-1');
    const first = await delegated();
    expect(await delegated()).toBe(first);
    expect(trusts()).toHaveLength(3);
  });

  it('is found again when the answer to its making was lost', async () => {
    let lost = 0;
    rig.keystone.fault = got => {
      if (got.method !== 'POST' || !got.path.endsWith('trusts') || lost++ > 0) return undefined;
      const { trust } = JSON.parse(got.body) as { trust: { trustor_user_id: string } };
      rig.keystone.trusts.set('landed', { ...trust, id: 'landed', trustee_user_id: 'heat', project_id: 'demo' });
      return 'cut';
    };
    const credential = own();
    expect(await rig.cloud.delegate(credential, 'stack-1')).toMatchObject({ kind: 'again' });
    expect(await rig.cloud.delegate(credential, 'stack-1')).toEqual({
      kind: 'delegated',
      credential: 'trust:landed stack-1',
    });
    expect(posts()).toBe(1);
  });

  it('is found by whom it was made for once the token is over; without one, that is a refusal', async () => {
    const made = await delegated();
    expect(await rig.cloud.delegate(tokenCredential('over'), 'stack-1')).toEqual({
      kind: 'delegated',
      credential: made,
    });
    expect(await rig.cloud.delegate(tokenCredential('over'), 'stack-2')).toMatchObject({
      kind: 'refused',
      error: 'AuthorizationFailure',
    });
  });

  it('is found so too when the token ended unnoticed', async () => {
    const credential = own();
    const made = await delegated(credential);
    rig.keystone.tokens.delete(credential.slice('token:'.length));
    expect(await rig.cloud.delegate(credential, 'stack-1')).toEqual({ kind: 'delegated', credential: made });
    const other = own();
    await rig.cloud.call(other, get('/servers'), 5_000);
    rig.keystone.tokens.delete(other.slice('token:'.length));
    expect(await rig.cloud.delegate(other, 'stack-2')).toMatchObject({ kind: 'refused' });
  });

  it('is not looked for by the first who asks', async () => {
    expect(await delegated(own(), 'stack-1', true)).toMatch(/^trust:[-0-9a-f]+$/);
    expect(rig.keystone.got.some(({ method, path }) => method === 'GET' && path.includes('OS-TRUST'))).toBe(false);
  });

  it('is refused to who may not make one, and asked for again when Keystone cannot say', async () => {
    const credential = own();
    rig.keystone.fault = ({ method, path }) =>
      method === 'POST' && path.endsWith('trusts') ? json(403, { error: { message: 'No.' } }) : undefined;
    expect(await rig.cloud.delegate(credential, 'm')).toEqual({ kind: 'refused', error: 'Forbidden', message: 'No.' });
    rig.keystone.fault = ({ method, path }) =>
      method === 'POST' && path.endsWith('trusts') ? json(500, {}) : undefined;
    expect(await rig.cloud.delegate(credential, 'm')).toMatchObject({ kind: 'again' });
  });

  it('delegates the roles that are configured, or says which are missing', async () => {
    await rig.stop();
    rig = await startCloudRig(() => json(200, {}), { trustRoles: ['heat_stack_owner'] });
    expect(await rig.cloud.delegate(own(), 'm')).toEqual({
      kind: 'refused',
      error: 'MissingCredentialError',
      message: "Missing required credential: roles ['heat_stack_owner']",
    });
    expect(posts()).toBe(0);
  });
});

describe('the end of a trust', () => {
  it('takes it away, and is no error the second time', async () => {
    const credential = await delegated();
    expect(await rig.cloud.revoke(credential)).toBe('gone');
    expect(trusts()).toHaveLength(0);
    expect(await rig.cloud.revoke(credential)).toBe('gone');
    expect(await rig.cloud.call(credential, get('/servers'), 5_000)).toMatchObject({ answer: { status: 401 } });
  });

  it('takes twins with the same mark along, and no other', async () => {
    const credential = await delegated();
    const other = await delegated(own(), 'stack-2');
    const [trust] = [...rig.keystone.trusts.values()];
    rig.keystone.trusts.set('twin', { ...trust!, id: 'twin' });
    rig.keystone.trusts.set('a-foreign', { ...trust!, id: 'a-foreign', trustor_user_id: 'bob' });
    expect(await rig.cloud.revoke(credential)).toBe('gone');
    expect([...rig.keystone.trusts.keys()]).toEqual([other.slice('trust:'.length).split(' ')[0], 'a-foreign']);
  });

  it('is to be tried again while Keystone is away, or while the trust stands and opens nothing', async () => {
    const credential = await delegated();
    rig.keystone.fault = ({ method }) => (method === 'DELETE' ? json(503, {}) : undefined);
    expect(await rig.cloud.revoke(credential)).toBe('again');
    rig.keystone.fault = ({ method, path, body }) => {
      if (method === 'POST' && body.includes('OS-TRUST')) return json(401, {});
      return method === 'GET' && path.includes('trusts?') ? json(401, {}) : undefined;
    };
    expect(await rig.cloud.revoke(credential)).toBe('again');
    expect(trusts()).toHaveLength(1);
  });

  it("leaves a user's own credential alone", async () => {
    const credential = own();
    expect(await rig.cloud.revoke(credential)).toBe('gone');
    expect(rig.keystone.got).toHaveLength(0);
  });
});
