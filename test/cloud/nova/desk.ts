/** What Nova's routes work with: one request at one API version, its tables, its neighbours, and what they refuse. */
import { createHash } from 'node:crypto';
import type { VolumesForNova } from '../cinder/for-nova.ts';
import type { Image } from '../glance/state.ts';
import type { NetworkForNova } from '../neutron/for-nova.ts';
import { check, explained, type Schema } from '../schema.ts';
import { type Ask, type Fields, isAdmin, isFields } from '../service.ts';
import { refuse } from './errors.ts';
import { defaultLimits, type NovaDelays, type NovaTables, type Server } from './state.ts';

export interface ImagesForNova {
  image(id: string): Image | undefined;
  add(image: Image): void;
}

export interface Shop {
  readonly tables: NovaTables;
  readonly network: NetworkForNova;
  readonly volumes: VolumesForNova;
  readonly images: ImagesForNova;
  readonly delays: NovaDelays;
}

export interface Desk extends Shop {
  readonly ask: Ask;
  /** Of the API version 2.x. */
  readonly minor: number;
  readonly projectId: string;
}

/** @throws Refusal 400 in Nova's words. */
export function bodyOf(desk: Desk, key: string, schema: Schema, beside: Readonly<Record<string, Schema>> = {}): Fields {
  const { body } = desk.ask;
  const properties = { [key]: schema, ...beside };
  const wrong = check({ type: 'object', properties, required: [key], additionalProperties: false }, body);
  if (wrong !== undefined) throw refuse.badRequest(explained(wrong));
  const found = isFields(body) ? body[key] : undefined;
  return isFields(found) ? found : {};
}

/** @throws Refusal 404 for a server that is not there, is gone, or belongs to another project. */
export function serverOf({ tables, ask, projectId }: Desk, id: string): Server {
  const server = tables.servers.get(id);
  const visible = server !== undefined && (server.projectId === projectId || isAdmin(ask.asker));
  if (!visible || server.state === 'deleted') throw refuse.server(id);
  return server;
}

export function changed({ tables }: Shop, server: Server, change: Partial<Server>, now: number): Server {
  return tables.servers.put({ ...server, ...change, updatedAt: now });
}

export function adminOnly({ ask }: Desk, action: string): void {
  if (!isAdmin(ask.asker)) throw refuse.forbidden(action);
}

export function limitsOf({ tables }: Shop, projectId: string): Readonly<Record<string, number>> {
  return { ...defaultLimits, ...tables.quotas.get(projectId)?.limits };
}

export interface Usage {
  readonly instances: number;
  readonly cores: number;
  readonly ram: number;
}

export function usageOf({ tables }: Shop, projectId: string): Usage {
  const ours = tables.living.all(projectId);
  return {
    instances: ours.length,
    cores: ours.reduce((sum, { flavor }) => sum + flavor.vcpus, 0),
    ram: ours.reduce((sum, { flavor }) => sum + flavor.ram, 0),
  };
}

/** Dice that always roll the same for a seed: what was asked for in a request may be made later. */
export function diceOf(seed: string, now: number): Pick<Ask, 'now' | 'newId' | 'bytes'> {
  let rolls = 0;
  const bytes = (n: number): Uint8Array => {
    const digest = createHash('sha512').update(`${seed} ${rolls++}`).digest();
    return new Uint8Array(digest.subarray(0, n));
  };
  const newId = (): string => {
    const hex = Buffer.from(bytes(16)).toString('hex');
    const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20)}`;
  };
  return { now, newId, bytes };
}
