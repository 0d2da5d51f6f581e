/**
 * What Nova does with volumes: holds one for a server, attaches it, lets it go.
 *
 * available → (reserve) reserved → (attach) in-use → (begin to detach) detaching → (detach) available. A volume is held
 * by at most one server; deleting it while it is held is refused by volumes.ts.
 */
import type { Ask } from '../service.ts';
import type { Desk, Shop } from './desk.ts';
import type { Attachment, Volume } from './state.ts';
import { addVolume, type NewVolume, typeIn } from './volumes.ts';

export class VolumesForNova {
  readonly #shop: Shop;

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  /** A volume of this project. */
  volume(id: string, projectId: string): Volume | undefined {
    const volume = this.#shop.tables.volumes.get(id);
    return volume?.projectId === projectId ? volume : undefined;
  }

  /** As `volume`, but for a snapshot: its size in GB. */
  snapshotSize(id: string, projectId: string): number | undefined {
    const snapshot = this.#shop.tables.snapshots.get(id);
    return snapshot?.projectId === projectId ? snapshot.size : undefined;
  }

  /** Holds a volume that is available; its attachment's id. */
  reserve(volume: Volume, serverId: string, ask: Pick<Ask, 'now' | 'newId'>): string {
    const attachment: Attachment = { id: ask.newId(), serverId, device: '', status: 'reserved', attachedAt: undefined };
    const status = volume.status === 'available' ? 'reserved' : volume.status;
    this.#put(volume, { status, attachments: [...volume.attachments, attachment] }, ask.now);
    return attachment.id;
  }

  /** The volume is the server's now. */
  attach(volumeId: string, serverId: string, device: string, now: number): void {
    this.#each(volumeId, serverId, now, 'in-use', one => ({ ...one, device, status: 'attached', attachedAt: now }));
  }

  beginDetaching(volumeId: string, serverId: string, now: number): void {
    this.#each(volumeId, serverId, now, 'detaching', one => ({ ...one, status: 'detaching' }));
  }

  /** The server has let go of it: available again, unless another server holds it. */
  detach(volumeId: string, serverId: string, now: number): void {
    const volume = this.#shop.tables.volumes.get(volumeId);
    if (volume === undefined) return;
    const attachments = volume.attachments.filter(one => one.serverId !== serverId);
    const free = attachments.length === 0 && ['reserved', 'attaching', 'in-use', 'detaching'].includes(volume.status);
    this.#put(volume, { attachments, status: free ? 'available' : volume.status }, now);
  }

  /** `delete_on_termination`. */
  remove(volumeId: string, now: number): void {
    const volume = this.#shop.tables.volumes.get(volumeId);
    if (volume === undefined) return;
    const due = { at: now + this.#shop.delays.deleteMs, status: 'gone' };
    this.#put(volume, { status: 'deleting', due }, now);
  }

  /** A volume that Nova makes for a server, of an image, a snapshot or blank; it is available at once. */
  create(given: Omit<NewVolume, 'type'>, volumeType: string | undefined, ask: Ask): Volume {
    const desk: Desk = { ...this.#shop, ask, minor: 0, projectId: ask.asker.projectId ?? '', root: '' };
    const { due: _now, ...volume } = addVolume(desk, { ...given, type: typeIn(desk, volumeType) });
    return this.#shop.tables.volumes.put({ ...volume, status: 'available', updatedAt: ask.now });
  }

  #each(id: string, serverId: string, now: number, status: string, change: (one: Attachment) => Attachment): void {
    const volume = this.#shop.tables.volumes.get(id);
    if (volume === undefined) return;
    const attachments = volume.attachments.map(one => (one.serverId === serverId ? change(one) : one));
    this.#put(volume, { status, attachments }, now);
  }

  #put(volume: Volume, change: Partial<Volume>, now: number): void {
    this.#shop.tables.volumes.put({ ...volume, ...change, updatedAt: now });
  }
}
