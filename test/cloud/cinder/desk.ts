/** What Cinder's routes work with: one request at one API version, its tables and neighbours, and what they refuse. */
import { explained, check, type Schema, uuidPattern } from '../schema.ts';
import { type Ask, type Fields, isAdmin, isFields } from '../service.ts';
import { refuse } from './errors.ts';
import { type CinderDelays, type CinderTables, defaultLimits, type ImagesForCinder } from './state.ts';

export interface Shop {
  readonly tables: CinderTables;
  readonly images: ImagesForCinder;
  readonly delays: CinderDelays;
}

/** A request as the routes see it. */
export interface Desk extends Shop {
  readonly ask: Ask;
  /** Of the API version 3.x. */
  readonly minor: number;
  readonly projectId: string;
  /** `http://127.0.0.1:8776/v3/<project>`: for links. */
  readonly root: string;
}

/**
 * The object that a body has under this key, after it was checked.
 *
 * @throws Refusal 400 in Cinder's words.
 */
export function bodyOf(desk: Desk, key: string, schema: Schema, beside: Readonly<Record<string, Schema>> = {}): Fields {
  const { body } = desk.ask;
  const whole: Schema = {
    type: 'object',
    properties: { [key]: schema, ...beside },
    required: [key],
    additionalProperties: false,
  };
  const wrong = check(whole, body);
  if (wrong !== undefined) throw refuse.badRequest(explained(wrong));
  const found = isFields(body) ? body[key] : undefined;
  return isFields(found) ? found : {};
}

/** One of the asker's own, or anybody's for an admin; else what `missing` makes of the id. */
export function own<T extends { readonly projectId: string }>(
  desk: Desk,
  thing: T | undefined,
  missing: () => Error,
): T {
  if (thing === undefined || !(isAdmin(desk.ask.asker) || thing.projectId === desk.projectId)) throw missing();
  return thing;
}

export const volumeOf = (desk: Desk, id: string) => own(desk, desk.tables.volumes.get(id), () => refuse.volume(id));

export function adminOnly({ ask }: Desk, action: string): void {
  if (!isAdmin(ask.asker)) throw refuse.forbidden(action);
}

/** What a project may have; -1 is no limit. */
export function limitsOf({ tables }: Shop, projectId: string): Readonly<Record<string, number>> {
  const ofTypes = tables.types
    .all()
    .flatMap(({ name }) => ['volumes', 'gigabytes', 'snapshots'].map(kind => [`${kind}_${name}`, -1]));
  return { ...defaultLimits, ...Object.fromEntries(ofTypes), ...tables.quotas.get(projectId)?.limits };
}

export function usageOf({ tables }: Shop, projectId: string): Readonly<Record<string, number>> {
  const ours = <T extends { readonly projectId: string }>(all: readonly T[]): readonly T[] =>
    all.filter(one => one.projectId === projectId);
  const [volumes, snapshots, backups] = [
    ours(tables.volumes.all()),
    ours(tables.snapshots.all()),
    ours(tables.backups.all()),
  ];
  const sum = (sized: readonly { readonly size: number }[]): number =>
    sized.reduce((total, one) => total + one.size, 0);
  return {
    volumes: volumes.length,
    snapshots: snapshots.length,
    gigabytes: sum(volumes) + sum(snapshots),
    backups: backups.length,
    backup_gigabytes: sum(backups),
    groups: 0,
    per_volume_gigabytes: 0,
  };
}

/** @throws Refusal 413 where a project may have no more of `kind`, or no `size` GB more. */
export function withinQuota(shop: Shop, projectId: string, kind: string, gigabytes: string, size: number): void {
  const [limits, usage] = [limitsOf(shop, projectId), usageOf(shop, projectId)];
  const [most, used] = [limits[kind] ?? -1, usage[kind] ?? 0];
  const [room, filled] = [limits[gigabytes] ?? -1, usage[gigabytes] ?? 0];
  if (room >= 0 && filled + size > room) throw refuse.tooLarge(gigabytes, size, room, filled);
  if (most >= 0 && used + 1 > most) throw refuse.tooMany(most, kind);
}

export const isUuid = (text: string): boolean => uuidPattern.test(text);

/** A text without the blanks around it. @throws Refusal 400 when it is longer than its column. */
export function text(value: unknown, field: string): string | null {
  if (typeof value !== 'string') return null;
  const length = [...value].length;
  if (length > 255) throw refuse.invalidInput(`${field} has ${length} characters, more than 255.`);
  return value.trim();
}

export function metadataIn(value: unknown): Readonly<Record<string, string>> {
  return isFields(value) ? (value as Readonly<Record<string, string>>) : {};
}
