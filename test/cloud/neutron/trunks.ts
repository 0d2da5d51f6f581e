/** Trunks: a parent port that carries the traffic of subports. */
import { str } from '../python.ts';
import type { Router as PathRouter } from '../router.ts';
import { type Ask, type Fields, isFields } from '../service.ts';
import {
  type Attributes,
  boolean,
  listOf,
  object,
  ownerOf,
  readCreate,
  readUpdate,
  standard,
  text,
  uuid,
} from './attributes.ts';
import { changed, type Desk, standardView } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import type { SubPort, Trunk } from './links.ts';
import { type Listing, listed, onlyFields } from './lists.ts';

const attributes: Attributes = {
  ...standard,
  name: { post: true, put: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  admin_state_up: { post: true, put: true, otherwise: true, check: boolean, filter: 'boolean', sort: true },
  status: { filter: 'text', sort: true },
  port_id: { post: true, required: true, check: uuid, filter: 'text', sort: true },
  sub_ports: { post: true, otherwise: [], check: listOf(object) },
};

export const trunkListing: Listing = { collection: 'trunks', kind: 'trunk', attributes };

const view = (trunk: Trunk): Fields => standardView(trunk);

export function trunkRoutes(paths: PathRouter, desk: Desk): void {
  const { trunks } = desk.state;
  const find = (ask: Ask, id: string): Trunk => desk.find(ask, 'trunk', trunks, id);
  paths
    .on('POST', '/v2.0/trunks', ask => {
      const trunk = createTrunk(desk, ask, readCreate(ask, 'trunk', attributes));
      return { status: 201, body: { trunk: view(trunk) } };
    })
    .on('GET', '/v2.0/trunks', ask => {
      const seen = trunks.filter(trunk => desk.sees(ask, trunk));
      return listed(ask, trunkListing, seen, view);
    })
    .on('GET', '/v2.0/trunks/:id', (ask, { id = '' }) => {
      return { status: 200, body: { trunk: onlyFields(view(find(ask, id)), ask.query) } };
    })
    .on('PUT', '/v2.0/trunks/:id', (ask, { id = '' }) => {
      const trunk = find(ask, id);
      const next = trunks.put(changed(trunk, readUpdate(ask, 'trunk', attributes), ask.now));
      return { status: 200, body: { trunk: view(next) } };
    })
    .on('DELETE', '/v2.0/trunks/:id', (ask, { id = '' }) => {
      trunks.drop(mustBeUp(find(ask, id)).id);
      return { status: 204 };
    })
    .on('GET', '/v2.0/trunks/:id/get_subports', (ask, { id = '' }) => {
      return { status: 200, body: { sub_ports: find(ask, id).sub_ports } };
    })
    .on('PUT', '/v2.0/trunks/:id/add_subports', (ask, { id = '' }) => {
      const trunk = mustBeUp(find(ask, id));
      const added = checkedSubPorts(desk, ask, trunk.port_id, givenIn(ask), trunk);
      const next = trunks.put(changed(trunk, { sub_ports: [...trunk.sub_ports, ...added] }, ask.now));
      return { status: 200, body: view(next) };
    })
    .on('PUT', '/v2.0/trunks/:id/remove_subports', (ask, { id = '' }) => {
      const trunk = mustBeUp(find(ask, id));
      const next = trunks.put(changed(trunk, { sub_ports: subPortsWithout(trunk, givenIn(ask)) }, ask.now));
      return { status: 200, body: view(next) };
    });
}

function createTrunk(desk: Desk, ask: Ask, fields: Fields): Trunk {
  const { state } = desk;
  const projectId = ownerOf(ask, fields);
  desk.within(projectId, 'trunk', state.trunks);
  const parent = desk.port(ask, String(fields['port_id']));
  if (state.trunkOf(parent.id) !== undefined || parent['binding:host_id'] !== '') {
    const message = `Port ${parent.id} is currently in use and is not eligible for use as a parent port.`;
    throw refuse.conflict('ParentPortInUse', message);
  }
  return state.trunks.put({
    ...desk.stamp(ask, projectId, fields['description']),
    name: String(fields['name']),
    admin_state_up: fields['admin_state_up'] === true,
    status: 'DOWN',
    port_id: parent.id,
    sub_ports: checkedSubPorts(desk, ask, parent.id, fields['sub_ports'] as readonly Fields[]),
  });
}

/** A trunk that is down can be brought up, and no more. */
function mustBeUp(trunk: Trunk): Trunk {
  if (trunk.admin_state_up) return trunk;
  throw refuse.conflict('TrunkDisabled', `Trunk ${trunk.id} is currently disabled.`);
}

function givenIn({ body }: Ask): readonly Fields[] {
  const given = isFields(body) ? body['sub_ports'] : undefined;
  if (!Array.isArray(given)) throw refuse.badRequest(`Invalid input for sub_ports. Reason: '${str(body)}'.`);
  return given.map(each => object(each, 'sub_ports') as Fields);
}

/** @throws NeutronError 404 for a port that is not there, 409 for one that is taken, or a number that is. */
function checkedSubPorts(desk: Desk, ask: Ask, parentId: string, given: readonly Fields[], trunk?: Trunk): SubPort[] {
  const added: SubPort[] = [];
  for (const fields of given) {
    const sub = subPortOf(fields);
    const port = desk.port(ask, sub.port_id);
    const isTwice = added.some(other => other.port_id === port.id);
    if (port.id === parentId || isTwice || desk.state.trunkOf(port.id) !== undefined) {
      throw refuse.conflict('TrunkPortInUse', `Port ${port.id} is in use by another trunk.`);
    }
    const isSame = (other: SubPort): boolean => other.segmentation_id === sub.segmentation_id;
    if (added.some(isSame)) {
      throw refuse.invalidInput(`Segmentation ID '${sub.segmentation_id}' for '${port.id}' is not unique`);
    }
    if (trunk?.sub_ports.some(isSame) === true) {
      throw refuse.conflict(
        'DuplicateSubPort',
        `segmentation_type vlan and segmentation_id ${sub.segmentation_id} already in use on trunk ${trunk.id}.`,
      );
    }
    added.push(sub);
  }
  return added;
}

function subPortOf(fields: Fields): SubPort {
  const { port_id: port, segmentation_type: type, segmentation_id: id } = fields;
  if (typeof port !== 'string') throw refuse.invalidInput('port_id is not specified for a subport');
  if (type !== 'vlan' || typeof id !== 'number' || id < 1 || id > 4094) {
    throw refuse.invalidInput(`Invalid segmentation details of the subport ${port}: ${str(fields)}`);
  }
  return { port_id: port, segmentation_type: type, segmentation_id: id };
}

function subPortsWithout(trunk: Trunk, given: readonly Fields[]): readonly SubPort[] {
  for (const { port_id: id } of given) {
    if (trunk.sub_ports.some(sub => sub.port_id === id)) continue;
    throw new NeutronError(404, 'SubPortNotFound', `SubPort ${String(id)} on trunk ${trunk.id} could not be found.`);
  }
  return trunk.sub_ports.filter(sub => !given.some(({ port_id: id }) => id === sub.port_id));
}

/** A port goes only when no trunk has it. @throws NeutronError 409. */
export function mustBeInNoTrunk(desk: Desk, portId: string): void {
  const trunk = desk.state.trunkOf(portId);
  if (trunk === undefined) return;
  if (trunk.port_id !== portId) {
    throw refuse.conflict('PortInUseAsSubPort', `Port ${portId} is currently a subport for trunk ${trunk.id}.`);
  }
  throw refuse.conflict('PortInUseAsTrunkParent', `Port ${portId} is currently a parent port for trunk ${trunk.id}.`);
}
