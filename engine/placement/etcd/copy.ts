/**
 * What this process knows of the directory's keys: who is a member, and who holds which shard.
 *
 *   <prefix>members/<node>   {"address": "host:port", "speaks": [min, max], "since": ms, "leaving": true,
 *                             "plugins": {"<type>": "<digest>"}}
 *   <prefix>shards/<0…1023>  <node>
 *
 * It is written from two sides, by the watch and by this node's own transactions, whose effect it knows before the
 * watch tells; the revision of each key decides which is newer. It may be late, never out of order.
 */
import { type NodeId, type Shard, shardCount } from '../../kernel/ids.ts';
import type { Cancel } from '../../kernel/world.ts';
import type { Change } from './watch.ts';

/** How others reach a member, and which versions of the messages it speaks. */
export interface Member {
  readonly address: string;
  readonly speaks: readonly [min: number, max: number];
  /** It gives its shards away, and takes none. */
  readonly isLeaving: boolean;
  /** When its process joined, unix milliseconds; undefined: an earlier release did not say. */
  readonly since?: number | undefined;
  /** The types of its operator's that it has, each with a digest; undefined: none. */
  readonly plugins?: Readonly<Record<string, string>> | undefined;
}

export const memberKey = (node: NodeId): string => `members/${node}`;
export const shardKey = (shard: Shard): string => `shards/${shard}`;

export function memberValue({ address, speaks, isLeaving, since, plugins = {} }: Member): string {
  const has = Object.keys(plugins).length === 0 ? {} : { plugins };
  return JSON.stringify({ address, speaks, since, ...(isLeaving ? { leaving: true } : {}), ...has });
}

/** Undefined for what is no member's record: a later release may write more, never less. */
export function readMember(value: string): Member | undefined {
  try {
    const record: unknown = JSON.parse(value);
    if (typeof record !== 'object' || record === null) return undefined;
    const { address, speaks, leaving, since, plugins } = record as Readonly<Record<string, unknown>>;
    if (typeof address !== 'string' || !Array.isArray(speaks)) return undefined;
    const [min, max]: unknown[] = speaks;
    if (typeof min !== 'number' || typeof max !== 'number') return undefined;
    const joined = typeof since === 'number' ? { since } : {};
    return { address, speaks: [min, max], isLeaving: leaving === true, ...joined, ...pluginsIn(plugins) };
  } catch {
    return undefined;
  }
}

function pluginsIn(given: unknown): Pick<Member, 'plugins'> {
  if (typeof given !== 'object' || given === null) return {};
  const digests = Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return digests.length === 0 ? {} : { plugins: Object.fromEntries(digests) };
}

interface Known {
  readonly value: string | undefined;
  readonly revision: bigint;
}

export class DirectoryCopy {
  private readonly keys = new Map<string, Known>();
  private readonly known = new Map<NodeId, Member>();
  private readonly owners: (NodeId | undefined)[] = Array.from({ length: shardCount }, () => undefined);
  private readonly listeners = new Set<() => void>();
  private takers: readonly NodeId[] = [];
  private notifying = false;

  /** Those that take shards, sorted. */
  members(): readonly NodeId[] {
    return this.takers;
  }

  /** Also of one that is leaving: until its last shard is gone, it is to be reached. */
  member(node: NodeId): Member | undefined {
    return this.known.get(node);
  }

  ownerOf(shard: Shard): NodeId | undefined {
    return this.owners[shard];
  }

  shardsOf(node: NodeId): Shard[] {
    return this.owners.flatMap((owner, shard) => (owner === node ? [shard as Shard] : []));
  }

  onChange(fn: () => void): Cancel {
    this.listeners.add(fn);
    return () => {
      this.listeners.delete(fn);
    };
  }

  /** All keys there were at a revision. What is known to be newer stays. */
  snapshot(keys: readonly Change[], revision: bigint): void {
    const there = new Set(keys.map(({ key }) => key));
    const gone = [...this.keys.keys()].filter(key => !there.has(key));
    this.apply([...gone.map(key => ({ key, value: undefined, revision })), ...keys]);
    for (const key of gone) if (this.keys.get(key)?.revision === revision) this.keys.delete(key);
  }

  apply(changes: readonly Change[]): void {
    let isNew = false;
    for (const { key, value, revision } of changes) {
      const known = this.keys.get(key);
      if (known !== undefined && known.revision >= revision) continue;
      this.keys.set(key, { value, revision });
      if (known?.value === value) continue;
      this.show(key, value);
      isNew = true;
    }
    if (isNew) this.notify();
  }

  private show(key: string, value: string | undefined): void {
    const [room, name = ''] = key.split('/', 2);
    if (room === 'shards' && /^\d+$/.test(name) && Number(name) < shardCount) {
      this.owners[Number(name)] = value as NodeId | undefined;
    } else if (room === 'members') {
      const member = value === undefined ? undefined : readMember(value);
      if (member === undefined) this.known.delete(name as NodeId);
      else this.known.set(name as NodeId, member);
      this.takers = [...this.known].flatMap(([node, { isLeaving }]) => (isLeaving ? [] : [node])).sort();
    }
  }

  /** Once for all that comes in one turn of the event loop. */
  private notify(): void {
    if (this.notifying) return;
    this.notifying = true;
    setImmediate(() => {
      this.notifying = false;
      for (const listener of [...this.listeners]) listener();
    });
  }
}
