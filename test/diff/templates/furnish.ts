/** What templates of the field want to find in a cloud beyond its first furniture. */
import { logIn, type Who } from '../../e2e/contract/login.ts';

export const keyName = 'diff-key';

/** A key pair of that name; it may be there already. */
export async function furnish(keystoneUrl: string, who: Who): Promise<void> {
  const { catalog, token } = await logIn(keystoneUrl, who);
  const response = await fetch(`${catalog.get('compute') ?? ''}/os-keypairs`, {
    method: 'POST',
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    body: JSON.stringify({ keypair: { name: keyName } }),
  });
  if (!response.ok && response.status !== 409)
    throw new Error(`no key pair: ${response.status} ${await response.text()}`);
}
