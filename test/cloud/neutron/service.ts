/**
 * Neutron v2.0 as a service of the sandbox: networks, subnets, ports, routers, floating IPs, security groups; address
 * scopes, subnet pools, QoS, segments, shares (RBAC), metering.
 *
 * Everything is done when it is answered, as in the real one but for what agents do; a port becomes ACTIVE when it is
 * bound to a host. Shapes, words and codes were taken from Neutron 21 (Zed).
 */
import type { Projects } from '../keystone/seed.ts';
import { Router } from '../router.ts';
import type { Ask, Beginning, Reply, Service } from '../service.ts';
import type { Tables } from '../table.ts';
import { addressScopeRoutes } from './address-scopes.ts';
import { Desk } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import { extraRouteRoutes } from './extra-routes.ts';
import { floatingRoutes } from './floatingips.ts';
import type { NetworkForNova } from './for-nova.ts';
import { furnish } from './furnish.ts';
import { groupRoutes } from './groups.ts';
import { meteringRoutes } from './metering.ts';
import { networkRoutes } from './networks.ts';
import { NovaDoor } from './nova-door.ts';
import { portRoutes } from './ports.ts';
import { qosRoutes } from './qos.ts';
import { rbacRoutes } from './rbac.ts';
import { portForwardingRoutes } from './port-forwardings.ts';
import { emptyRoutes, quotaRoutes, tagRoutes } from './rest.ts';
import { routerRoutes } from './routers.ts';
import { segmentRoutes } from './segments.ts';
import { NeutronState } from './state.ts';
import { subnetPoolRoutes } from './subnet-pools.ts';
import { subnetRoutes } from './subnets.ts';
import { trunkRoutes } from './trunks.ts';

const internal = 'Request Failed: internal server error while processing your request.';

/** Neutron's names of its errors that have no type of their own. */
const plainTypes: Readonly<Record<number, string>> = {
  400: 'HTTPBadRequest',
  403: 'HTTPForbidden',
  404: 'HTTPNotFound',
  405: 'HTTPMethodNotAllowed',
  409: 'HTTPConflict',
  500: 'HTTPInternalServerError',
  503: 'HTTPServiceUnavailable',
};

const everyday = [networkRoutes, subnetRoutes, portRoutes, routerRoutes, floatingRoutes, groupRoutes];
const ofAdmins = [addressScopeRoutes, subnetPoolRoutes, qosRoutes, segmentRoutes, rbacRoutes, meteringRoutes];
const links = [extraRouteRoutes, trunkRoutes, portForwardingRoutes];

export class Neutron implements Service {
  readonly type = 'network';
  readonly #router = new Router();
  readonly #desk: Desk;

  constructor(tables: Tables) {
    this.#desk = new Desk(new NeutronState(tables));
    versions(this.#router);
    for (const routes of [...everyday, ...links, ...ofAdmins]) routes(this.#router, this.#desk);
    tagRoutes(this.#router, this.#desk);
    quotaRoutes(this.#router, this.#desk);
    emptyRoutes(this.#router);
  }

  isOpen(path: string): boolean {
    return path === '/' || path === '';
  }

  handle(ask: Ask): Reply {
    try {
      const found = this.#router.match(ask.method, ask.path);
      if (found.kind === 'found') return found.handler(ask, found.params);
      if (found.kind === 'no path') throw refuse.noSuchPath();
      // A rule cannot be changed; Neutron falls over when asked to.
      if (ask.method === 'PUT' && ask.path.startsWith('/v2.0/security-group-rules/'))
        return this.problem(500, internal);
      return this.problem(
        405,
        'The server could not comply with the request since it is either malformed or otherwise incorrect.',
      );
    } catch (error) {
      if (error instanceof NeutronError) return error.reply;
      throw error;
    }
  }

  problem(status: number, message: string): Reply {
    const type = plainTypes[status] ?? 'HTTPError';
    const text = message.startsWith('Malformed request body') ? 'Body contains invalid data' : message;
    return new NeutronError(status, type, text).reply;
  }

  advance(): void {
    // Nothing becomes due: what Neutron does is done when it answers.
  }

  /** Makes the networks `public` and `private`, with `router1` between them. */
  furnish(dice: Beginning, projects: Projects): void {
    furnish(this.#desk, dice, projects);
  }

  /** What Nova asks for. */
  get forNova(): NetworkForNova {
    return new NovaDoor(this.#desk);
  }
}

function versions(router: Router): void {
  router
    .on('GET', '/', ({ base }) => {
      const links = [{ rel: 'self', href: `${base}/v2.0/` }];
      return { status: 200, body: { versions: [{ id: 'v2.0', status: 'CURRENT', links }] } };
    })
    .on('GET', '/v2.0', ({ base }) => {
      const resources = ['network', 'subnet', 'subnetpool', 'port'].map(name => ({
        name,
        collection: `${name}s`,
        links: [{ rel: 'self', href: `${base}/v2.0/${name}s` }],
      }));
      return { status: 200, body: { resources } };
    });
}
