/**
 * Cinder, the block storage service (v3, versions 3.0 to 3.70), as a state machine.
 *
 * Volumes, snapshots and backups are records without bytes, as in the lab. Nova reserves, attaches and detaches through
 * for-nova.ts; what takes time has its time in the record (`due`) and happens when the cloud is asked again.
 */
import { minorOf, type Versions } from '../microversion.ts';
import { type Params, Router } from '../router.ts';
import { type Ask, Refusal, type Reply, type Service } from '../service.ts';
import type { Table, Tables } from '../table.ts';
import { page } from '../webob.ts';
import { act } from './actions.ts';
import { changeBackup, createBackup, deleteBackup, listBackups, restoreBackup, showBackup } from './backups.ts';
import type { Desk, Shop } from './desk.ts';
import { problem, refuse } from './errors.ts';
import { VolumesForNova } from './for-nova.ts';
import { dropKey, setKey, setMetadata, showKey, showMetadata } from './metadata.ts';
import { changeSnapshot, createSnapshot, deleteSnapshot, listSnapshots, showSnapshot } from './snapshots.ts';
import {
  type Backup,
  type CinderDelays,
  defaultType,
  type ImagesForCinder,
  type Snapshot,
  tablesOf,
  type Volume,
  soon,
} from './state.ts';
import * as qos from './qos.ts';
import * as details from './type-details.ts';
import * as types from './types.ts';
import { changeVolume, createVolume, deleteVolume, listVolumes, showVolume } from './volumes.ts';

export interface CinderOptions {
  readonly tables: Tables;
  readonly images: ImagesForCinder;
  readonly delays: CinderDelays;
}

type Work = (desk: Desk, params: Params) => Reply;

const versions: Versions = { service: 'volume', major: 3, min: 0, max: 70 };

export class Cinder implements Service {
  readonly type = 'volumev3';
  readonly forNova: VolumesForNova;
  readonly #shop: Shop;
  readonly #routes: Router<Work>;

  constructor({ tables, images, delays }: CinderOptions) {
    this.#shop = { tables: tablesOf(tables), images, delays };
    this.forNova = new VolumesForNova(this.#shop);
    this.#routes = routesOfDetails(routesOfTypes(routesOfSnapshots(routesOfVolumes(new Router<Work>()))));
  }

  isOpen(path: string): boolean {
    return path === '/' || path === '/healthcheck';
  }

  problem(status: number, message: string): Reply {
    return problem(status, message);
  }

  handle(ask: Ask): Reply {
    if (this.isOpen(ask.path)) return ask.path === '/healthcheck' ? healthy : about(ask);
    try {
      return this.#answer(ask);
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      throw error;
    }
  }

  advance(now: number): void {
    const { waiting, volumes, snapshots, backups } = this.#shop.tables;
    ripen(volumes, waiting.volumes.all(soon), now);
    ripen(snapshots, waiting.snapshots.all(soon), now);
    ripen(backups, waiting.backups.all(soon), now);
  }

  /** The volume types that every sandbox has: Cinder's own, and the lab's, which is the default. */
  furnish({ newId }: Pick<Ask, 'newId'>): void {
    const { types } = this.#shop.tables;
    const description = 'Default Volume Type';
    types.put({ id: newId(), name: '__DEFAULT__', description, isPublic: true, extraSpecs: {} });
    const extraSpecs = { volume_backend_name: 'lab' };
    types.put({ id: newId(), name: defaultType, description: null, isPublic: true, extraSpecs });
  }

  #answer(ask: Ask): Reply {
    const minor = minorOf(versions, ask.headers, problem);
    const headers = { 'openstack-api-version': `volume 3.${minor}`, vary: 'OpenStack-API-Version' };
    const [, project, rest = ''] = /^\/v3(?:\/([0-9a-f-]{32,36}))?(\/.*)$/.exec(ask.path) ?? [];
    if (project !== undefined && project !== ask.asker.projectId) throw refuse.badRequest('Malformed request url');
    const match = this.#routes.match(ask.method, rest);
    if (match.kind !== 'found') return page(404, 'The resource could not be found.', ask);
    const root = `${ask.base}/v3${project === undefined ? '' : `/${project}`}`;
    const desk: Desk = { ...this.#shop, ask, minor, projectId: ask.asker.projectId ?? '', root };
    const reply = match.handler(desk, match.params);
    const type = reply.body === undefined ? { 'content-type': 'application/json' } : {};
    return { ...reply, headers: { ...headers, ...type, ...reply.headers } };
  }
}

function ripen<T extends Volume | Snapshot | Backup>(table: Table<T>, waiting: readonly T[], now: number): void {
  for (const thing of waiting) {
    const { due } = thing;
    if (due === undefined || due.at > now) continue;
    if (due.status === 'gone') table.drop(thing.id);
    else table.put({ ...thing, due: undefined, status: due.status, updatedAt: due.at });
  }
}

function routesOfVolumes(routes: Router<Work>): Router<Work> {
  return routes
    .on('GET', '/volumes', desk => listVolumes(desk, false))
    .on('GET', '/volumes/detail', desk => listVolumes(desk, true))
    .on('POST', '/volumes', desk => createVolume(desk))
    .on('GET', '/volumes/:id', (desk, { id = '' }) => showVolume(desk, id))
    .on('PUT', '/volumes/:id', (desk, { id = '' }) => changeVolume(desk, id))
    .on('DELETE', '/volumes/:id', (desk, { id = '' }) => deleteVolume(desk, id))
    .on('POST', '/volumes/:id/action', (desk, { id = '' }) => act(desk, id))
    .on('GET', '/volumes/:id/metadata', (desk, { id = '' }) => showMetadata(desk, id))
    .on('POST', '/volumes/:id/metadata', (desk, { id = '' }) => setMetadata(desk, id, false))
    .on('PUT', '/volumes/:id/metadata', (desk, { id = '' }) => setMetadata(desk, id, true))
    .on('GET', '/volumes/:id/metadata/:key', (desk, { id = '', key = '' }) => showKey(desk, id, key))
    .on('PUT', '/volumes/:id/metadata/:key', (desk, { id = '', key = '' }) => setKey(desk, id, key))
    .on('DELETE', '/volumes/:id/metadata/:key', (desk, { id = '', key = '' }) => dropKey(desk, id, key));
}

function routesOfSnapshots(routes: Router<Work>): Router<Work> {
  return routes
    .on('GET', '/snapshots', desk => listSnapshots(desk, false))
    .on('GET', '/snapshots/detail', desk => listSnapshots(desk, true))
    .on('POST', '/snapshots', desk => createSnapshot(desk))
    .on('GET', '/snapshots/:id', (desk, { id = '' }) => showSnapshot(desk, id))
    .on('PUT', '/snapshots/:id', (desk, { id = '' }) => changeSnapshot(desk, id))
    .on('DELETE', '/snapshots/:id', (desk, { id = '' }) => deleteSnapshot(desk, id))
    .on('GET', '/backups', desk => listBackups(desk, false))
    .on('GET', '/backups/detail', desk => listBackups(desk, true))
    .on('POST', '/backups', desk => createBackup(desk))
    .on('GET', '/backups/:id', (desk, { id = '' }) => showBackup(desk, id))
    .on('PUT', '/backups/:id', (desk, { id = '' }) => changeBackup(desk, id))
    .on('DELETE', '/backups/:id', (desk, { id = '' }) => deleteBackup(desk, id))
    .on('POST', '/backups/:id/restore', (desk, { id = '' }) => restoreBackup(desk, id));
}

function routesOfTypes(routes: Router<Work>): Router<Work> {
  return routes
    .on('GET', '/types', types.listTypes)
    .on('POST', '/types', types.createType)
    .on('GET', '/types/:id', (desk, { id = '' }) => types.showType(desk, id))
    .on('DELETE', '/types/:id', (desk, { id = '' }) => types.deleteType(desk, id))
    .on('GET', '/os-quota-sets/:project', (desk, { project = '' }) => types.showQuota(desk, project))
    .on('PUT', '/os-quota-sets/:project', (desk, { project = '' }) => types.setQuota(desk, project))
    .on('DELETE', '/os-quota-sets/:project', (desk, { project = '' }) => types.deleteQuota(desk, project))
    .on('GET', '/limits', types.showLimits)
    .on('GET', '/os-availability-zone', () => types.zones)
    .on('GET', '/os-services', types.listServices)
    .on('GET', '/extensions', () => types.extensions);
}

function routesOfDetails(routes: Router<Work>): Router<Work> {
  return routes
    .on('PUT', '/types/:id', (desk, { id = '' }) => details.changeType(desk, id))
    .on('GET', '/types/:id/extra_specs', (desk, { id = '' }) => details.showSpecs(desk, id))
    .on('POST', '/types/:id/extra_specs', (desk, { id = '' }) => details.setSpecs(desk, id))
    .on('DELETE', '/types/:id/extra_specs/:key', (desk, { id = '', key = '' }) => details.dropSpec(desk, id, key))
    .on('GET', '/types/:id/os-volume-type-access', (desk, { id = '' }) => details.listAccess(desk, id))
    .on('POST', '/types/:id/action', (desk, { id = '' }) => details.actOnType(desk, id))
    .on('GET', '/types/:id/encryption', (desk, { id = '' }) => details.showEncryption(desk, id))
    .on('POST', '/types/:id/encryption', (desk, { id = '' }) => details.createEncryption(desk, id))
    .on('PUT', '/types/:id/encryption/:any', (desk, { id = '' }) => details.changeEncryption(desk, id))
    .on('DELETE', '/types/:id/encryption/:any', (desk, { id = '' }) => details.deleteEncryption(desk, id))
    .on('GET', '/qos-specs', qos.listQos)
    .on('POST', '/qos-specs', qos.createQos)
    .on('GET', '/qos-specs/:id', (desk, { id = '' }) => qos.showQos(desk, id))
    .on('PUT', '/qos-specs/:id', (desk, { id = '' }) => qos.changeQos(desk, id))
    .on('DELETE', '/qos-specs/:id', (desk, { id = '' }) => qos.deleteQos(desk, id))
    .on('PUT', '/qos-specs/:id/delete_keys', (desk, { id = '' }) => qos.dropKeys(desk, id))
    .on('GET', '/qos-specs/:id/associations', (desk, { id = '' }) => qos.listAssociations(desk, id))
    .on('GET', '/qos-specs/:id/associate', (desk, { id = '' }) => qos.associateQos(desk, id))
    .on('GET', '/qos-specs/:id/disassociate', (desk, { id = '' }) => qos.disassociateQos(desk, id))
    .on('GET', '/qos-specs/:id/disassociate_all', (desk, { id = '' }) => qos.disassociateAll(desk, id));
}

const healthy: Reply = { status: 200, body: 'OK', headers: { 'content-type': 'text/plain' } };

/** The versions; at the root with the status by which a client is asked to choose. */
function about({ base, path }: Ask): Reply {
  const version = {
    id: 'v3.0',
    status: 'CURRENT',
    version: `3.${versions.max}`,
    min_version: `3.${versions.min}`,
    updated: '2022-08-31T00:00:00Z',
    links: [
      { rel: 'describedby', type: 'text/html', href: 'https://docs.openstack.org/' },
      { rel: 'self', href: `${base}/v3/` },
    ],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.volume+json;version=3' }],
  };
  return { status: path === '/' ? 300 : 200, body: { versions: [version] } };
}
