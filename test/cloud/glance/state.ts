/** What Glance knows of images, and its tables. */
import type { Table, Tables } from '../table.ts';

export type Status = 'queued' | 'importing' | 'active' | 'deactivated';
export type Visibility = 'public' | 'private' | 'shared' | 'community';
export type MemberStatus = 'pending' | 'accepted' | 'rejected';

export interface Member {
  readonly id: string;
  readonly status: MemberStatus;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What is known of an image's bytes. They themselves are not kept: nothing here boots. */
export interface Content {
  readonly size: number;
  readonly checksum: string;
  readonly hash: string;
}

export interface Image {
  readonly id: string;
  readonly name: string | null;
  readonly status: Status;
  readonly visibility: Visibility;
  readonly protected: boolean;
  readonly hidden: boolean;
  readonly owner: string | null;
  readonly content: Content | undefined;
  readonly minDisk: number;
  readonly minRam: number;
  readonly diskFormat: string | null;
  readonly containerFormat: string | null;
  readonly tags: readonly string[];
  /** Custom properties. */
  readonly extra: Readonly<Record<string, string>>;
  readonly members: readonly Member[];
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When its import ends (Unix ms). */
  readonly importedAt?: number;
}

/** An id that was used: it is never given again. */
export interface Grave {
  readonly id: string;
}

export interface GlanceTables {
  readonly images: Table<Image>;
  readonly graves: Table<Grave>;
}

export const tablesOf = (tables: Tables): GlanceTables => ({
  images: tables.table<Image>('image.images'),
  graves: tables.table<Grave>('image.graves'),
});
