/**
 * What an operator does once so that a cloud has an orchestration service, as Heat's installation guide has it: the
 * service's user, the roles of those who own stacks and of users that stacks make, service and endpoints, and the
 * domain in which stacks may make users.
 *
 * Each thing is looked for by its name and made only where it is missing, so it can be done again at any time, and
 * after it broke off. What is somebody else's is not taken over: an endpoint that leads elsewhere is changed only when
 * that is asked for, and this is looked at before anything is written.
 */
import { Unusable } from '../../cli/unusable.ts';
import type { Admin, Thing } from './keystone.ts';

export interface Wanted {
  readonly region: string;
  /** By interface. */
  readonly urls: Readonly<Record<Face, string>>;
  readonly service: string;
  readonly user: string;
  /** Undefined: the user is there already. */
  readonly password: string | undefined;
  readonly project: string;
  readonly domain: string;
  readonly domainAdmin: string;
  /** Undefined: no stack domain. */
  readonly domainAdminPassword: string | undefined;
  /** Users who may own stacks with resources that need a trust, each in a project. */
  readonly owners: readonly { readonly user: string; readonly project: string }[];
  /** Endpoints that lead elsewhere become ours. */
  readonly replace: boolean;
  /** Users that are there get these passwords. */
  readonly setPasswords: boolean;
  readonly dryRun: boolean;
}

export const faces = ['public', 'internal', 'admin'] as const;
export type Face = (typeof faces)[number];

export interface Done {
  made: number;
  changed: number;
  kept: number;
}

/** Names are those that Heat's guide and heat.conf's defaults have. */
const type = 'orchestration';
const ownerRole = 'heat_stack_owner';
const userRole = 'heat_stack_user';
/** Of what a dry run would make. */
const later: Thing = { id: '' };

/** Does it, and says each step. Throws Unusable with what is in the way, before anything is written. */
export async function register(admin: Admin, wanted: Wanted, say: (line: string) => void): Promise<Done> {
  return new Registration(admin, wanted, say).run();
}

class Registration {
  readonly #admin: Admin;
  readonly #wanted: Wanted;
  readonly #say: (line: string) => void;
  readonly #done: Done = { made: 0, changed: 0, kept: 0 };

  constructor(admin: Admin, wanted: Wanted, say: (line: string) => void) {
    this.#admin = admin;
    this.#wanted = wanted;
    this.#say = say;
  }

  async run(): Promise<Done> {
    const { user, project, password, owners, domainAdminPassword } = this.#wanted;
    const home = await this.#one('domain', { name: 'Default' });
    const service = await this.#service();
    const places = await this.#endpoints(service);
    const known = await this.#known(home, [project, ...owners.map(owner => owner.project)]);

    const its = await this.#user(user, home, password);
    for (const role of ['admin', 'service']) {
      const found = await this.#named('role', role, { name: role });
      await this.#grant(`user ${user}`, its, role, found, `project ${project}`, `projects/${known.get(project)}`);
    }
    const owner = await this.#named('role', ownerRole, { name: ownerRole });
    await this.#named('role', userRole, { name: userRole });
    for (const { user: name, project: where } of owners) {
      const who = await this.#one('user', { name, domain_id: home.id });
      await this.#grant(`user ${name}`, who, ownerRole, owner, `project ${where}`, `projects/${known.get(where)}`);
    }
    await this.#serve(service, places);
    if (domainAdminPassword === undefined) this.#say('left out  the stack domain: no --domain-admin-password-file');
    else await this.#domain(domainAdminPassword);
    return this.#done;
  }

  /** All that is needed and nobody but the cloud's operator can make; looked for before anything is written. */
  async #known(home: Thing, projects: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const name of projects) found.set(name, (await this.#one('project', { name, domain_id: home.id })).id);
    for (const { user } of this.#wanted.owners) await this.#one('user', { name: user, domain_id: home.id });
    await this.#one('role', { name: 'admin' });
    return found;
  }

  async #service(): Promise<Thing | undefined> {
    const all = await this.#admin.list('service', { type });
    const { service } = this.#wanted;
    const [found, more] = all.length > 1 ? all.filter(({ name }) => name === service) : all;
    if (all.length > 1 && (found === undefined || more !== undefined)) {
      const names = all.map(({ name }) => name).join(', ');
      throw new Unusable(`there are several services of type ${type} (${names}): name one with --service`);
    }
    return found;
  }

  /** What is there for each interface in our region. Throws where one leads elsewhere. */
  async #endpoints(service: Thing | undefined): Promise<ReadonlyMap<Face, Thing>> {
    const found = new Map<Face, Thing>();
    if (service === undefined) return found;
    const { region, urls, replace } = this.#wanted;
    for (const face of faces) {
      const query = { service_id: service.id, region_id: region, interface: face };
      const [first] = await this.#admin.list('endpoint', query);
      if (first === undefined) continue;
      if (first.url !== urls[face] && !replace) {
        throw new Unusable(
          `the ${face} endpoint of ${type} in ${region} is ${first.url}: that may be a Heat. Say --replace to put ` +
            'ours in its place, or --region NAME for a region of its own beside it',
        );
      }
      found.set(face, first);
    }
    return found;
  }

  async #serve(service: Thing | undefined, places: ReadonlyMap<Face, Thing>): Promise<void> {
    const { region, urls, service: name } = this.#wanted;
    const fields = { type, name, description: 'Orchestration', enabled: true };
    const its = service ?? (await this.#make('service', `service ${name} (${type})`, fields));
    if (service !== undefined) this.#kept(`service ${service.name ?? name} (${type})`);
    const isThere = await this.#admin.has('region', region);
    if (isThere) this.#kept(`region ${region}`);
    else await this.#make('region', `region ${region}`, { id: region });
    for (const face of faces) {
      const what = `${face} endpoint ${urls[face]}`;
      const there = places.get(face);
      if (there === undefined) {
        const endpoint = { service_id: its.id, region_id: region, interface: face, url: urls[face], enabled: true };
        await this.#make('endpoint', what, endpoint);
      } else if (there.url === urls[face]) this.#kept(what);
      else await this.#change('endpoint', `${what} (it was ${there.url})`, there.id, { url: urls[face] });
    }
  }

  async #domain(password: string): Promise<void> {
    const { domain, domainAdmin } = this.#wanted;
    const description = 'Owns the users and projects that stacks make';
    const its = await this.#named('domain', domain, { name: domain }, { description });
    const user = await this.#user(domainAdmin, its, password, domain);
    const role = await this.#one('role', { name: 'admin' });
    await this.#grant(`user ${domainAdmin}`, user, 'admin', role, `domain ${domain}`, `domains/${its.id}`);
  }

  async #user(name: string, domain: Thing, password: string | undefined, where = 'Default'): Promise<Thing> {
    const what = `user ${name} in the domain ${where}`;
    const [found] = domain.id === '' ? [] : await this.#admin.list('user', { name, domain_id: domain.id });
    if (found === undefined) {
      if (password === undefined) throw new Unusable(`there is no ${what}: give --password-file, so that it is made`);
      return this.#make('user', what, { name, domain_id: domain.id, password, enabled: true });
    }
    const isRight = password === undefined || (await this.#admin.isPassword(found.id, password));
    if (isRight) this.#kept(what);
    else if (this.#wanted.setPasswords) await this.#change('user', `${what}: its password`, found.id, { password });
    else {
      throw new Unusable(`the ${what} has another password than the file says: give the right one, or --set-passwords`);
    }
    return found;
  }

  /** Where `subject` has no id yet, a dry run made it up: it holds nothing. */
  async #grant(subject: string, user: Thing, role: string, held: Thing, where: string, path: string): Promise<void> {
    const what = `role ${role} of ${subject} in the ${where}`;
    const place = `/${path}/users/${user.id}/roles/${held.id}`;
    const isNew = user.id === '' || held.id === '' || path.endsWith('/');
    if (!isNew && (await this.#admin.holds(place))) return this.#kept(what);
    if (!this.#wanted.dryRun) await this.#admin.grant(place);
    this.#done.made += 1;
    this.#say(`${this.#verb('made')}  ${what}`);
  }

  async #named(kind: 'role' | 'domain', name: string, query: { readonly name: string }, more = {}): Promise<Thing> {
    const [found] = await this.#admin.list(kind, query);
    if (found === undefined) return this.#make(kind, `${kind} ${name}`, { ...query, ...more });
    this.#kept(`${kind} ${name}`);
    return found;
  }

  /** What must be there. */
  async #one(kind: 'domain' | 'project' | 'user' | 'role', query: Readonly<Record<string, string>>): Promise<Thing> {
    const [found] = await this.#admin.list(kind, query);
    if (found !== undefined) return found;
    throw new Unusable(`there is no ${kind} "${query['name']}": the cloud's own installation makes it`);
  }

  async #make(kind: Parameters<Admin['make']>[0], what: string, fields: Parameters<Admin['make']>[1]): Promise<Thing> {
    const made = this.#wanted.dryRun ? later : await this.#admin.make(kind, fields);
    this.#done.made += 1;
    this.#say(`${this.#verb('made')}  ${what}`);
    return made;
  }

  async #change(
    kind: Parameters<Admin['change']>[0],
    what: string,
    id: string,
    fields: Parameters<Admin['change']>[2],
  ): Promise<void> {
    if (!this.#wanted.dryRun) await this.#admin.change(kind, id, fields);
    this.#done.changed += 1;
    this.#say(`${this.#verb('changed')}  ${what}`);
  }

  #kept(what: string): void {
    this.#done.kept += 1;
    this.#say(`${'kept'.padEnd(8)}  ${what}`);
  }

  #verb(verb: 'made' | 'changed'): string {
    return (this.#wanted.dryRun ? `(${verb})` : verb).padEnd(8);
  }
}
