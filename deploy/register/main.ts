/**
 * `deploy/keystone-register --url URL …`: registers Convect at a Keystone (register.ts says what that is). Who does it,
 * and where, is said as to any OpenStack client: OS_* variables or clouds.yaml, of an admin.
 *
 * Last line: `keystone-register: made=N changed=N kept=N`. Passwords come from files and are never printed.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readCloudConfig } from '../../cli/cloud-config.ts';
import { Unusable } from '../../cli/unusable.ts';
import { Admin } from './keystone.ts';
import { register, type Wanted } from './register.ts';

const help = `deploy/keystone-register --url URL [--internal-url URL] [--admin-url URL] [--region NAME]
    [--service heat] [--user heat] [--password-file FILE] [--project service]
    [--domain heat] [--domain-admin heat_domain_admin] [--domain-admin-password-file FILE]
    [--owner USER:PROJECT]… [--replace] [--set-passwords] [--dry-run]

  --url          where clients reach the gateways, such as https://controller:8004; /v1/%(tenant_id)s is added
  --password-file, --domain-admin-password-file
                 the users' passwords; the same files are given to engines and gateways
  --owner        a user who shall have the role heat_stack_owner there; may be repeated
  --replace      endpoints that lead elsewhere (a Heat's) become ours
  --set-passwords  users that are there get the passwords of the files
  --dry-run      says what would be done, and does nothing`;

function wantedOf(args: readonly string[], regionOfCloud: string | undefined): Wanted {
  const text = (otherwise?: string) =>
    ({ type: 'string', ...(otherwise !== undefined && { default: otherwise }) }) as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: text(),
      'internal-url': text(),
      'admin-url': text(),
      region: text(),
      service: text('heat'),
      user: text('heat'),
      'password-file': text(),
      project: text('service'),
      domain: text('heat'),
      'domain-admin': text('heat_domain_admin'),
      'domain-admin-password-file': text(),
      owner: { type: 'string', multiple: true, default: [] },
      replace: flag,
      'set-passwords': flag,
      'dry-run': flag,
    },
  });
  if (values.url === undefined) throw new Unusable(`--url is missing\n${help}`);
  const url = endpoint(values.url);
  const { 'internal-url': internal, 'admin-url': admin } = values;
  return {
    region: values.region ?? regionOfCloud ?? 'RegionOne',
    urls: {
      public: url,
      internal: internal === undefined ? url : endpoint(internal),
      admin: admin === undefined ? url : endpoint(admin),
    },
    service: values.service as string,
    user: values.user as string,
    password: secret(values['password-file']),
    project: values.project as string,
    domain: values.domain as string,
    domainAdmin: values['domain-admin'] as string,
    domainAdminPassword: secret(values['domain-admin-password-file']),
    owners: values.owner.map(owner),
    replace: values.replace,
    setPasswords: values['set-passwords'],
    dryRun: values['dry-run'],
  };
}

/** Keystone puts the project in where this says so. */
function endpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Unusable(`"${text}" is no URL such as https://controller:8004`);
  }
  return `${text.replace(/\/+$/, '')}/v1/%(tenant_id)s`;
}

function owner(text: string): Wanted['owners'][number] {
  const [user, project, more] = text.split(':');
  if (user === undefined || user === '' || project === undefined || project === '' || more !== undefined) {
    throw new Unusable(`--owner ${text}: it is USER:PROJECT, such as demo:demo`);
  }
  return { user, project };
}

function secret(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (text === '') throw new Unusable(`${file} is empty: it holds a password`);
    return text;
  } catch (error) {
    if (error instanceof Unusable) throw error;
    throw new Unusable(`${file} cannot be read`);
  }
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help);
    return 0;
  }
  const config = readCloudConfig();
  const wanted = wantedOf(args, config.region);
  const done = await register(await Admin.open(config), wanted, line => console.log(line));
  console.log(`keystone-register: made=${done.made} changed=${done.changed} kept=${done.kept}`);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`keystone-register: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
