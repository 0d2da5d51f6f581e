/** What a volume type has besides its name: extra specs, who may use it, how its volumes are encrypted. */
import { isFields, type Reply } from '../service.ts';
import { changedEncryption, changedType, isTrue, metadata, newEncryption } from './bodies.ts';
import { adminOnly, bodyOf, type Desk, metadataIn, text } from './desk.ts';
import { refuse } from './errors.ts';
import type { Encryption, VolumeType } from './state.ts';
import { time, typeView } from './views.ts';

function typeOf({ tables }: Desk, id: string): VolumeType {
  const type = tables.types.get(id);
  if (type === undefined) throw refuse.type(id);
  return type;
}

const put = ({ tables }: Desk, type: VolumeType, change: Partial<VolumeType>): VolumeType =>
  tables.types.put({ ...type, ...change });

export function changeType(desk: Desk, id: string): Reply {
  adminOnly(desk, 'volume_extension:type_update');
  const given = bodyOf(desk, 'volume_type', changedType);
  const type = typeOf(desk, id);
  const [name, description] = [text(given['name'], 'name'), text(given['description'], 'description')];
  if (name === null && description === null && given['is_public'] === undefined) {
    throw refuse.badRequest('Specify volume type name, description, is_public or a combination thereof.');
  }
  if (name === '') throw refuse.badRequest('Volume type name can not be empty.');
  const others = desk.tables.types.filter(other => other.id !== id);
  if (name !== null && others.some(other => other.name.toLowerCase() === name.toLowerCase())) {
    throw refuse.typeExists(name);
  }
  const changed = put(desk, type, {
    name: name ?? type.name,
    description: description ?? type.description,
    isPublic: given['is_public'] === undefined ? type.isPublic : isTrue(given['is_public']),
  });
  return { status: 200, body: { volume_type: typeView(changed, true) } };
}

export function showSpecs(desk: Desk, id: string): Reply {
  adminOnly(desk, 'volume_extension:types_extra_specs:index');
  return { status: 200, body: { extra_specs: typeOf(desk, id).extraSpecs } };
}

export function setSpecs(desk: Desk, id: string): Reply {
  adminOnly(desk, 'volume_extension:types_extra_specs:create');
  const given = metadataIn(bodyOf(desk, 'extra_specs', { ...metadata, type: 'object' }));
  const type = typeOf(desk, id);
  put(desk, type, { extraSpecs: { ...type.extraSpecs, ...given } });
  return { status: 200, body: { extra_specs: given } };
}

export function dropSpec(desk: Desk, id: string, key: string): Reply {
  adminOnly(desk, 'volume_extension:types_extra_specs:delete');
  const type = typeOf(desk, id);
  if (!Object.hasOwn(type.extraSpecs, key)) throw refuse.typeSpec(id, key);
  put(desk, type, { extraSpecs: Object.fromEntries(Object.entries(type.extraSpecs).filter(([name]) => name !== key)) });
  return { status: 202 };
}

export function listAccess(desk: Desk, id: string): Reply {
  adminOnly(desk, 'volume_extension:volume_type_access');
  const { isPublic, projects = [] } = typeOf(desk, id);
  if (isPublic) throw refuse.notFound('Access list not available for public volume types.');
  const access = projects.map(project_id => ({ volume_type_id: id, project_id }));
  return { status: 200, body: { volume_type_access: access } };
}

/** Lets a project use a private type, or not any more. */
export function actOnType(desk: Desk, id: string): Reply {
  const body = isFields(desk.ask.body) ? desk.ask.body : {};
  const [action = ''] = Object.keys(body);
  if (action !== 'addProjectAccess' && action !== 'removeProjectAccess') throw refuse.malformed();
  adminOnly(desk, `volume_extension:volume_type_access:${action}`);
  const given = bodyOf(desk, action, { type: 'object', properties: { project: { type: 'string', minLength: 1 } } });
  const project = String(given['project']);
  const type = typeOf(desk, id);
  const projects = type.projects ?? [];
  if (type.isPublic) {
    throw refuse.badRequest('Invalid volume type: Type access modification is not applicable to public volume type.');
  }
  const there = projects.includes(project);
  const which = `${id} / ${project} combination`;
  if (action === 'addProjectAccess') {
    if (there) throw refuse.conflict(`Volume type access for ${which} already exists.`);
    put(desk, type, { projects: [...projects, project] });
  } else {
    if (!there) throw refuse.notFound(`Volume type access not found for ${which}.`);
    put(desk, type, { projects: projects.filter(each => each !== project) });
  }
  return { status: 202 };
}

const brief = (type: string, encryption: Encryption): object => ({
  volume_type_id: type,
  control_location: encryption.controlLocation,
  encryption_id: encryption.id,
  key_size: encryption.keySize,
  provider: encryption.provider,
  cipher: encryption.cipher,
});

/** Bare, and empty where there is none. */
export function showEncryption(desk: Desk, id: string): Reply {
  adminOnly(desk, 'volume_extension:volume_type_encryption:get');
  const { encryption } = typeOf(desk, id);
  if (encryption === undefined) return { status: 200, body: {} };
  const { createdAt, updatedAt } = encryption;
  const times = { created_at: time(createdAt), updated_at: time(updatedAt), deleted: false, deleted_at: null };
  return { status: 200, body: { ...brief(id, encryption), ...times } };
}

/** A type's volumes keep what they were made with. */
function mustBeUnused(desk: Desk, id: string, verb: string): void {
  if (desk.tables.volumes.all().some(volume => volume.typeId === id)) {
    throw refuse.badRequest(`Cannot ${verb} encryption specs. Volume type in use.`);
  }
}

const keySize = (value: unknown): number | null => (value === undefined || value === null ? null : Number(value));
const cipher = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export function createEncryption(desk: Desk, id: string): Reply {
  adminOnly(desk, 'volume_extension:volume_type_encryption:create');
  const type = typeOf(desk, id);
  mustBeUnused(desk, id, 'create');
  const given = bodyOf(desk, 'encryption', newEncryption);
  if (type.encryption !== undefined) {
    throw refuse.badRequest(`Volume type encryption for type ${id} already exists.`);
  }
  const encryption: Encryption = {
    id: desk.ask.newId(),
    provider: String(given['provider']),
    controlLocation: String(given['control_location']),
    cipher: cipher(given['cipher']),
    keySize: keySize(given['key_size']),
    createdAt: desk.ask.now,
    updatedAt: undefined,
  };
  put(desk, type, { encryption });
  return { status: 200, body: { encryption: brief(id, encryption) } };
}

export function changeEncryption(desk: Desk, id: string): Reply {
  adminOnly(desk, 'volume_extension:volume_type_encryption:update');
  const given = bodyOf(desk, 'encryption', changedEncryption);
  const type = typeOf(desk, id);
  mustBeUnused(desk, id, 'update');
  if (type.encryption === undefined) throw refuse.encryption(id);
  const { encryption } = type;
  put(desk, type, {
    encryption: {
      ...encryption,
      updatedAt: desk.ask.now,
      ...('provider' in given && { provider: String(given['provider']) }),
      ...('control_location' in given && { controlLocation: String(given['control_location']) }),
      ...('cipher' in given && { cipher: cipher(given['cipher']) }),
      ...('key_size' in given && { keySize: keySize(given['key_size']) }),
    },
  });
  return { status: 200, body: { encryption: given } };
}

export function deleteEncryption(desk: Desk, id: string): Reply {
  adminOnly(desk, 'volume_extension:volume_type_encryption:delete');
  const type = typeOf(desk, id);
  mustBeUnused(desk, id, 'delete');
  if (type.encryption === undefined) throw refuse.encryption(id);
  put(desk, type, { encryption: undefined });
  return { status: 202 };
}
