/**
 * The simulator's own books of the cloud: every thing and every tie as the machine's journal tells of it, and whose it
 * is. They are kept from effects alone, so what they say does not depend on what the engine believes.
 */
import type { Entry } from '../../cloud/journal.ts';
import type { Change } from '../../cloud/table.ts';
import { type Kind, type Lore, type Row, strictLore } from './kinds.ts';
import { type Mark, markIn } from './marks.ts';

export type Owner = 'us' | 'others' | 'cloud';

export interface CloudThing {
  readonly kind: Kind;
  readonly id: string;
  readonly owner: Owner;
  readonly mark: Mark | undefined;
  /** Ties that it was made with: they are its own. */
  readonly born: ReadonlySet<string>;
  /** As it is now. */
  item: Row;
  there: boolean;
}

/** What happened to a thing, or to a tie of one. `by`: in whose request; `due`: of itself, in its time. */
export interface LedgerListener {
  came(thing: CloudThing): void;
  went(thing: CloudThing, by: Owner | 'due'): void;
  changed(thing: CloudThing, by: Owner | 'due'): void;
  tied(thing: CloudThing, tie: string): void;
}

export class Ledger {
  /** All that there ever was, by id; ids of different kinds never meet. */
  readonly things = new Map<string, CloudThing>();
  readonly listeners: LedgerListener[] = [];
  /** How many of each kind came to be, by whose. */
  readonly counts = new Map<string, number>();
  /** Whose request is being served. */
  asking: Owner | 'due' = 'due';
  private readonly lore: Lore;

  constructor(lore: Lore = strictLore) {
    this.lore = lore;
  }

  /** Ties that our things have now, each with the thing that has it. */
  ties(): ReadonlyMap<string, CloudThing> {
    const all = new Map<string, CloudThing>();
    for (const thing of this.things.values()) {
      if (thing.owner === 'us' && thing.there) for (const tie of tiesOf(thing)) all.set(tie, thing);
    }
    return all;
  }

  /** Takes what was there before the run as the cloud's own. */
  furnish(entry: Entry): void {
    for (const { table, id, item } of changesOf(entry)) {
      const kind = this.lore.ofTable(table);
      if (kind === undefined || item === undefined) continue;
      this.things.set(id, {
        kind,
        id,
        owner: 'cloud',
        mark: undefined,
        born: new Set(),
        item: item as Row,
        there: true,
      });
    }
  }

  append(entry: Entry): void {
    const by = entry.kind === 'due' ? 'due' : this.asking;
    const came: CloudThing[] = [];
    const rest: Change[] = [];
    // What came is known before anything that speaks of it is looked at.
    for (const change of changesOf(entry)) {
      const kind = this.lore.ofTable(change.table);
      if (kind === undefined) continue;
      const item = change.item as Row | undefined;
      // What has a name for an id may go and come again.
      if (item === undefined || this.things.get(change.id)?.there) rest.push(change);
      else came.push(fresh(kind, item));
    }
    for (const thing of came) this.things.set(thing.id, thing);
    for (const thing of came) this.enter({ ...thing, owner: this.ownerOf(thing, by) });
    for (const change of rest) this.change(change, by);
  }

  private enter(thing: CloudThing): void {
    this.things.set(thing.id, thing);
    const counted = `${thing.kind.name} of ${thing.owner}`;
    this.counts.set(counted, (this.counts.get(counted) ?? 0) + 1);
    for (const listener of this.listeners) listener.came(thing);
  }

  private ownerOf({ kind, item }: CloudThing, by: Owner | 'due'): Owner {
    const owners = (kind.owners?.(item) ?? []).flatMap(id => this.things.get(String(id)) ?? []);
    const [first] = owners.filter(owner => owner.owner !== 'cloud');
    if (kind.isFurniture?.(item) && first === undefined) return 'cloud';
    if (owners.length > 0 && first === undefined) return 'cloud';
    if (by !== 'due') return by;
    return first?.owner ?? 'cloud';
  }

  private change({ id, item }: Change, by: Owner | 'due'): void {
    const thing = this.things.get(id);
    if (thing === undefined) return;
    const before = new Set(thing.there ? tiesOf(thing) : []);
    const row = item as Row | undefined;
    const there = row !== undefined && (thing.kind.there?.(row) ?? true);
    const went = thing.there && !there;
    if (row !== undefined) thing.item = row;
    thing.there = there;
    for (const listener of this.listeners) {
      if (went) listener.went(thing, by);
      else if (there) listener.changed(thing, by);
    }
    if (!there || thing.owner !== 'us') return;
    for (const tie of tiesOf(thing)) {
      if (!before.has(tie)) for (const listener of this.listeners) listener.tied(thing, tie);
    }
  }
}

function fresh(kind: Kind, item: Row): CloudThing {
  const mark = markIn(kind.marks?.(item) ?? []);
  return { kind, id: item.id, owner: 'us', mark, born: new Set(kind.ties?.(item) ?? []), item, there: true };
}

export function tiesOf({ kind, item }: CloudThing): readonly string[] {
  return kind.ties?.(item) ?? [];
}

function changesOf(entry: Entry): readonly Change[] {
  return 'changes' in entry ? (entry.changes as readonly Change[]) : [];
}
