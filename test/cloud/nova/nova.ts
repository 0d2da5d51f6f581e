/**
 * Nova, the compute service (v2.1, versions 2.1 to 2.93), as a state machine.
 *
 * A server is accepted by create.ts, lives by life.ts, and is seen through views.ts; its ports are Neutron's and its
 * volumes Cinder's, changed by direct calls within the same request. Nothing boots: no user data runs.
 */
import { minorOf, type Versions } from '../microversion.ts';
import { type Params, Router } from '../router.ts';
import { type Ask, Refusal, type Reply, type Service } from '../service.ts';
import type { Tables } from '../table.ts';
import { page } from '../webob.ts';
import * as about from './about.ts';
import { act } from './actions.ts';
import * as aggregates from './aggregates.ts';
import * as attachments from './attachments.ts';
import { createServer } from './create.ts';
import type { Desk, Shop } from './desk.ts';
import { problem } from './errors.ts';
import * as access from './flavor-access.ts';
import * as flavors from './flavors.ts';
import * as groups from './groups.ts';
import { createKeyPair, deleteKeyPair, listKeyPairs, showKeyPair } from './keypairs.ts';
import { advance } from './life.ts';
import { listServers } from './list.ts';
import * as servers from './servers.ts';
import { tablesOf } from './state.ts';

export interface NovaOptions extends Omit<Shop, 'tables'> {
  readonly tables: Tables;
}

type Work = (desk: Desk, params: Params) => Reply;

const versions: Versions = {
  service: 'compute',
  legacyHeader: 'x-openstack-nova-api-version',
  major: 2,
  min: 1,
  max: about.maxMinor,
};

export class Nova implements Service {
  readonly type = 'compute';
  readonly #shop: Shop;
  readonly #routes: Router<Work>;

  constructor({ tables, ...neighbours }: NovaOptions) {
    this.#shop = { ...neighbours, tables: tablesOf(tables) };
    this.#routes = routesForAdmins(routesOfAttachments(routesOfServers(routesOfOthers(new Router<Work>()))));
  }

  isOpen(path: string): boolean {
    return ['/', '/v2.1', '/v2.1/', '/healthcheck'].includes(path);
  }

  problem(status: number, message: string): Reply {
    return problem(status, message);
  }

  handle(ask: Ask): Reply {
    if (ask.path === '/') return about.versions(ask);
    if (ask.path === '/healthcheck') return { status: 200, body: 'OK', headers: { 'content-type': 'text/plain' } };
    if (this.isOpen(ask.path)) return about.version(ask);
    try {
      return this.#answer(ask);
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      throw error;
    }
  }

  advance(now: number): void {
    advance(this.#shop, now);
  }

  /** The flavors that every sandbox has. */
  furnish(): void {
    for (const [i, [name, vcpus, ram, disk]] of flavors.furniture.entries()) {
      this.#shop.tables.flavors.put(flavors.flavor({ id: String(i + 1), name, vcpus, ram, disk }));
    }
  }

  #answer(ask: Ask): Reply {
    const minor = minorOf(versions, ask.headers, problem);
    const match = this.#routes.match(ask.method, ask.path.replace(/^\/v2\.1/, ''));
    if (match.kind !== 'found') return page(404, 'The resource could not be found.', ask);
    const desk: Desk = { ...this.#shop, ask, minor, projectId: ask.asker.projectId ?? '' };
    const headers = {
      'openstack-api-version': `compute 2.${minor}`,
      'x-openstack-nova-api-version': `2.${minor}`,
      vary: 'OpenStack-API-Version',
    };
    try {
      const reply = match.handler(desk, match.params);
      const type = reply.body === undefined ? { 'content-type': 'application/json' } : {};
      return { ...reply, headers: { ...headers, ...type, ...reply.headers } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { ...error.reply, headers: { ...headers, ...error.reply.headers } };
    }
  }
}

function routesOfServers(routes: Router<Work>): Router<Work> {
  return routes
    .on('GET', '/servers', desk => listServers(desk, false))
    .on('GET', '/servers/detail', desk => listServers(desk, true))
    .on('POST', '/servers', createServer)
    .on('GET', '/servers/:id', (desk, { id = '' }) => servers.showServer(desk, id))
    .on('PUT', '/servers/:id', (desk, { id = '' }) => servers.changeServer(desk, id))
    .on('DELETE', '/servers/:id', (desk, { id = '' }) => servers.deleteServer(desk, id))
    .on('POST', '/servers/:id/action', (desk, { id = '' }) => act(desk, id))
    .on('GET', '/servers/:id/ips', (desk, { id = '' }) => servers.showAddresses(desk, id))
    .on('GET', '/servers/:id/ips/:network', (desk, { id = '', network = '' }) => servers.showNetwork(desk, id, network))
    .on('GET', '/servers/:id/metadata', (desk, { id = '' }) => servers.showMetadata(desk, id))
    .on('POST', '/servers/:id/metadata', (desk, { id = '' }) => servers.setMetadata(desk, id, false))
    .on('PUT', '/servers/:id/metadata', (desk, { id = '' }) => servers.setMetadata(desk, id, true))
    .on('GET', '/servers/:id/metadata/:key', (desk, { id = '', key = '' }) => servers.showMeta(desk, id, key))
    .on('PUT', '/servers/:id/metadata/:key', (desk, { id = '', key = '' }) => servers.setMeta(desk, id, key))
    .on('DELETE', '/servers/:id/metadata/:key', (desk, { id = '', key = '' }) => servers.dropMeta(desk, id, key))
    .on('GET', '/servers/:id/tags', (desk, { id = '' }) => servers.showTags(desk, id))
    .on('PUT', '/servers/:id/tags', (desk, { id = '' }) => servers.setTags(desk, id))
    .on('DELETE', '/servers/:id/tags', (desk, { id = '' }) => servers.dropTags(desk, id))
    .on('GET', '/servers/:id/tags/:tag', (desk, { id = '', tag = '' }) => servers.showTag(desk, id, tag))
    .on('PUT', '/servers/:id/tags/:tag', (desk, { id = '', tag = '' }) => servers.addTag(desk, id, tag))
    .on('DELETE', '/servers/:id/tags/:tag', (desk, { id = '', tag = '' }) => servers.dropTag(desk, id, tag));
}

function routesOfAttachments(routes: Router<Work>): Router<Work> {
  const { listVolumes, attachVolume, showVolume, detachVolume } = attachments;
  const { listInterfaces, attachInterface, showInterface, detachInterface } = attachments;
  return routes
    .on('GET', '/servers/:id/os-volume_attachments', (desk, { id = '' }) => listVolumes(desk, id))
    .on('POST', '/servers/:id/os-volume_attachments', (desk, { id = '' }) => attachVolume(desk, id))
    .on('GET', '/servers/:id/os-volume_attachments/:volume', (desk, { id = '', volume = '' }) =>
      showVolume(desk, id, volume),
    )
    .on('DELETE', '/servers/:id/os-volume_attachments/:volume', (desk, { id = '', volume = '' }) =>
      detachVolume(desk, id, volume),
    )
    .on('GET', '/servers/:id/os-interface', (desk, { id = '' }) => listInterfaces(desk, id))
    .on('POST', '/servers/:id/os-interface', (desk, { id = '' }) => attachInterface(desk, id))
    .on('GET', '/servers/:id/os-interface/:port', (desk, { id = '', port = '' }) => showInterface(desk, id, port))
    .on('DELETE', '/servers/:id/os-interface/:port', (desk, { id = '', port = '' }) => detachInterface(desk, id, port));
}

function routesForAdmins(routes: Router<Work>): Router<Work> {
  return routes
    .on('PUT', '/flavors/:id', (desk, { id = '' }) => access.changeFlavor(desk, id))
    .on('POST', '/flavors/:id/action', (desk, { id = '' }) => access.actOnFlavor(desk, id))
    .on('GET', '/flavors/:id/os-flavor-access', (desk, { id = '' }) => access.listAccess(desk, id))
    .on('DELETE', '/flavors/:id/os-extra_specs/:key', (desk, { id = '', key = '' }) => access.dropSpec(desk, id, key))
    .on('GET', '/os-aggregates', aggregates.listAggregates)
    .on('POST', '/os-aggregates', aggregates.createAggregate)
    .on('GET', '/os-aggregates/:id', (desk, { id = '' }) => aggregates.showAggregate(desk, id))
    .on('PUT', '/os-aggregates/:id', (desk, { id = '' }) => aggregates.changeAggregate(desk, id))
    .on('DELETE', '/os-aggregates/:id', (desk, { id = '' }) => aggregates.deleteAggregate(desk, id))
    .on('POST', '/os-aggregates/:id/action', (desk, { id = '' }) => aggregates.actOnAggregate(desk, id))
    .on('GET', '/os-hypervisors', aggregates.listHypervisors)
    .on('GET', '/os-hypervisors/:id', (desk, { id = '' }) => aggregates.showHypervisor(desk, id))
    .on('GET', '/os-hypervisors/:part/search', (desk, { part = '' }) => aggregates.searchHypervisors(desk, part));
}

function routesOfOthers(routes: Router<Work>): Router<Work> {
  return routes
    .on('GET', '/os-keypairs', listKeyPairs)
    .on('POST', '/os-keypairs', createKeyPair)
    .on('GET', '/os-keypairs/:name', (desk, { name = '' }) => showKeyPair(desk, name))
    .on('DELETE', '/os-keypairs/:name', (desk, { name = '' }) => deleteKeyPair(desk, name))
    .on('GET', '/os-server-groups', groups.listGroups)
    .on('POST', '/os-server-groups', groups.createGroup)
    .on('GET', '/os-server-groups/:id', (desk, { id = '' }) => groups.showGroup(desk, id))
    .on('DELETE', '/os-server-groups/:id', (desk, { id = '' }) => groups.deleteGroup(desk, id))
    .on('GET', '/flavors', desk => flavors.listFlavors(desk, false))
    .on('GET', '/flavors/detail', desk => flavors.listFlavors(desk, true))
    .on('POST', '/flavors', flavors.createFlavor)
    .on('GET', '/flavors/:id', (desk, { id = '' }) => flavors.showFlavor(desk, id))
    .on('DELETE', '/flavors/:id', (desk, { id = '' }) => flavors.deleteFlavor(desk, id))
    .on('GET', '/flavors/:id/os-extra_specs', (desk, { id = '' }) => flavors.showSpecs(desk, id))
    .on('POST', '/flavors/:id/os-extra_specs', (desk, { id = '' }) => flavors.setSpecs(desk, id))
    .on('GET', '/limits', about.showLimits)
    .on('GET', '/os-quota-sets/:project', (desk, { project = '' }) => about.showQuota(desk, project))
    .on('PUT', '/os-quota-sets/:project', (desk, { project = '' }) => about.setQuota(desk, project))
    .on('DELETE', '/os-quota-sets/:project', (desk, { project = '' }) => about.deleteQuota(desk, project))
    .on('GET', '/os-availability-zone', about.listZones)
    .on('GET', '/os-availability-zone/detail', about.zonesInDetail)
    .on('GET', '/os-services', about.listServices)
    .on('GET', '/extensions', () => about.extensions);
}
