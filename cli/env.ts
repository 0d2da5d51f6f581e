/** `convect dev env`: what a shell needs so that the `openstack` client talks to the all-in-one and its sandbox. */
import { portsOf } from './ports.ts';

export const sandboxUsers = ['demo', 'admin'] as const;
export type SandboxUser = (typeof sandboxUsers)[number];

/** The OS_* variables for a user of the sandbox, in the project of the same name. */
export function sandboxEnv(portBase: number, user: SandboxUser): Readonly<Record<string, string>> {
  return {
    OS_AUTH_URL: `http://127.0.0.1:${portsOf(portBase).keystone}/v3`,
    OS_IDENTITY_API_VERSION: '3',
    OS_USERNAME: user,
    OS_PASSWORD: 'password',
    OS_PROJECT_NAME: user,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'RegionOne',
    OS_INTERFACE: 'public',
  };
}

/** The same as lines for `eval`. No value needs quotes. */
export function envLines(portBase: number, user: SandboxUser): string[] {
  return Object.entries(sandboxEnv(portBase, user)).map(([name, value]) => `export ${name}=${value}`);
}
