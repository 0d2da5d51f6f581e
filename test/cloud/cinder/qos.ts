/** QoS specs: how fast volumes of a type are. For admins alone. */
import type { Reply } from '../service.ts';
import { changedQos, isTrue, newQos } from './bodies.ts';
import { adminOnly, bodyOf, type Desk } from './desk.ts';
import { refuse } from './errors.ts';
import type { QosSpecs, VolumeType } from './state.ts';
import { links } from './views.ts';

function specsOf(desk: Desk, id: string, action: string): QosSpecs {
  adminOnly(desk, `volume_extension:qos_specs_manage:${action}`);
  const found = desk.tables.qos.get(id);
  if (found === undefined) throw refuse.qos(id);
  return found;
}

const view = ({ id, name, consumer, specs }: QosSpecs): object => ({ id, name, consumer, specs });

const whole = (desk: Desk, qos: QosSpecs): Reply => ({
  status: 200,
  body: { qos_specs: view(qos), links: links(desk, 'qos-specs', qos.id) },
});

const texts = (given: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given)
      .filter(([key]) => key !== 'name' && key !== 'consumer')
      .map(([key, value]) => [key, String(value)]),
  );

export function listQos(desk: Desk): Reply {
  adminOnly(desk, 'volume_extension:qos_specs_manage:get_all');
  return { status: 200, body: { qos_specs: desk.tables.qos.all().map(view) } };
}

export function createQos(desk: Desk): Reply {
  adminOnly(desk, 'volume_extension:qos_specs_manage:create');
  const given = bodyOf(desk, 'qos_specs', newQos);
  const name = String(given['name']).trim();
  if (desk.tables.qos.all().some(each => each.name.toLowerCase() === name.toLowerCase())) {
    throw refuse.conflict(`QoS Specs ${name} already exists.`);
  }
  const consumer = String(given['consumer'] ?? 'back-end');
  return whole(desk, desk.tables.qos.put({ id: desk.ask.newId(), name, consumer, specs: texts(given) }));
}

export const showQos = (desk: Desk, id: string): Reply => whole(desk, specsOf(desk, id, 'get'));

export function changeQos(desk: Desk, id: string): Reply {
  const qos = specsOf(desk, id, 'update');
  const given = bodyOf(desk, 'qos_specs', changedQos);
  const consumer = String(given['consumer'] ?? qos.consumer);
  desk.tables.qos.put({ ...qos, consumer, specs: { ...qos.specs, ...texts(given) } });
  return { status: 200, body: { qos_specs: given } };
}

export function dropKeys(desk: Desk, id: string): Reply {
  const qos = specsOf(desk, id, 'delete');
  const { body } = desk.ask;
  const listed = typeof body === 'object' && body !== null && 'keys' in body ? body.keys : undefined;
  const keys = Array.isArray(listed) ? listed.map(String) : [];
  const missing = keys.find(key => !Object.hasOwn(qos.specs, key));
  if (missing !== undefined) throw refuse.badRequest(`QoS Specs ${id} has no spec with key ${missing}.`);
  const specs = Object.fromEntries(Object.entries(qos.specs).filter(([key]) => !keys.includes(key)));
  desk.tables.qos.put({ ...qos, specs });
  return { status: 202 };
}

const typesOf = ({ tables }: Desk, id: string): readonly VolumeType[] => tables.types.filter(type => type.qosId === id);

function disassociate({ tables }: Desk, types: readonly VolumeType[]): void {
  for (const type of types) tables.types.put({ ...type, qosId: undefined });
}

export function deleteQos(desk: Desk, id: string): Reply {
  specsOf(desk, id, 'delete');
  const types = typesOf(desk, id);
  if (types.length > 0 && !isTrue(desk.ask.query.get('force'))) {
    throw refuse.badRequest(`QoS Specs ${id} is still associated with entities.`);
  }
  disassociate(desk, types);
  desk.tables.qos.drop(id);
  return { status: 202 };
}

export function listAssociations(desk: Desk, id: string): Reply {
  specsOf(desk, id, 'get');
  const types = typesOf(desk, id).map(type => ({ association_type: 'volume_type', name: type.name, id: type.id }));
  return { status: 200, body: { qos_associations: types } };
}

/** With `vol_type_id` in the query; a GET that changes something. */
function typeIn(desk: Desk): VolumeType {
  const id = desk.ask.query.get('vol_type_id');
  if (id === null) throw refuse.badRequest('Volume Type id must not be None.');
  const type = desk.tables.types.get(id);
  if (type === undefined) throw refuse.type(id);
  return type;
}

export function associateQos(desk: Desk, id: string): Reply {
  specsOf(desk, id, 'update');
  const type = typeIn(desk);
  if (type.qosId !== undefined && type.qosId !== id) {
    throw refuse.badRequest(
      `Invalid volume type: Type ${type.id} is already associated with another qos specs: ${type.qosId}`,
    );
  }
  desk.tables.types.put({ ...type, qosId: id });
  return { status: 202 };
}

export function disassociateQos(desk: Desk, id: string): Reply {
  specsOf(desk, id, 'update');
  const type = typeIn(desk);
  if (type.qosId === id) disassociate(desk, [type]);
  return { status: 202 };
}

export function disassociateAll(desk: Desk, id: string): Reply {
  specsOf(desk, id, 'update');
  disassociate(desk, typesOf(desk, id));
  return { status: 202 };
}
