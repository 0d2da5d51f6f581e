/**
 * What a lane gathers for its next commit, kept apart by stack.
 *
 * Within a stack, turns run ahead of the commit: all of a part goes in, or none of it. Between stacks nothing passes
 * before a commit, so parts do not depend on each other: a refused batch may be split by stack until the culprit
 * stands alone, and its neighbours go in without it.
 */
import { type HybridTime, later } from '../kernel/clock.ts';
import { type Address, shardOfAddress, type Uuid } from '../kernel/ids.ts';
import type { Trace } from '../kernel/tracing.ts';
import type { ContentRow, EventRow, NameRow, Row, RowSet } from '../store/store.ts';
import type { Activation } from './activation.ts';
import type { Behaviour, Durable, Effect } from './actor.ts';

/** An effect that waits for the commit, and whose it is. */
export interface Held {
  readonly activation: Activation;
  readonly effect: Effect;
  /** The turn that it came of. */
  readonly trace: Trace | undefined;
}

interface Birth {
  readonly address: Address;
  readonly behaviour: Behaviour<unknown>;
  readonly durable: Durable;
  readonly plan: Uuid | null;
  /** In memory here, if the bucket is this node's: then the row is as its state is at the cut. */
  readonly activation: Activation | undefined;
}

export class Part {
  readonly stack: Uuid;
  readonly dirty = new Set<Activation>();
  readonly births: Birth[] = [];
  readonly events: EventRow[] = [];
  readonly contents: ContentRow[] = [];
  readonly names: NameRow[] = [];
  readonly held: Held[] = [];
  /** Its turns that are traced. */
  readonly traces: Trace[] = [];

  constructor(stack: Uuid) {
    this.stack = stack;
  }

  /** Rows and events so far, about: an actor counts for what it has changed when it was first touched. */
  weight = 0;
}

/** A part as it was at the cut: rows with their versions. Big plans have their new rows in `ahead`. */
export interface CutPart {
  readonly part: Part;
  readonly rows: RowSet;
  readonly ahead: readonly (readonly Row[])[];
}

function rowOf(
  behaviour: Behaviour<unknown>,
  address: Address,
  durable: Durable,
  version: number,
  plan: Uuid | null,
  now: HybridTime,
): Row {
  const encoded = behaviour.encode(durable);
  return {
    table: durable.table,
    key: durable.key,
    actor: address.id,
    kind: address.kind,
    stack: address.stack,
    bucket: address.bucket,
    shard: shardOfAddress(address),
    version,
    clock: now,
    unfinished: encoded.unfinished,
    goneAt: encoded.gone ? now : null,
    plan,
    columns: encoded.columns,
    state: encoded.state,
  };
}

/**
 * Makes a part's rows; every changed value once, as it is now. Of a big plan, `aheadRows` go ahead in a commit, as of
 * `first`, which is before `clockNow`: the same part may hold what a newborn's first turn wrote.
 */
export function cut(part: Part, first: HybridTime, clockNow: HybridTime, aheadRows: number): CutPart {
  let now = clockNow;
  for (const event of part.events) now = later(now, event.clock);
  const rows: Row[] = [];
  const planned: Row[] = [];
  for (const birth of part.births) {
    if (birth.activation !== undefined && birth.plan === null) continue; // written with its actor's other values
    birth.activation?.take(birth.durable);
    const row = (at: HybridTime) => rowOf(birth.behaviour, birth.address, birth.durable, 1, birth.plan, at);
    if (birth.plan === null) rows.push(row(now));
    else planned.push(row(first));
  }
  for (const activation of part.dirty) {
    for (const durable of activation.changed()) {
      rows.push(rowOf(activation.behaviour, activation.address, durable, activation.take(durable), null, now));
    }
  }
  const ahead: Row[][] = [];
  for (let i = 0; i < planned.length; i += aheadRows) ahead.push(planned.slice(i, i + aheadRows));
  return { part, rows: { rows, events: part.events, contents: part.contents, names: part.names }, ahead };
}

/** Several parts' rows as one commit's. */
export function joined(parts: readonly CutPart[]): RowSet {
  const only = parts[0];
  if (parts.length === 1 && only !== undefined) return only.rows;
  return {
    rows: parts.flatMap(cutPart => cutPart.rows.rows),
    events: parts.flatMap(cutPart => cutPart.rows.events),
    contents: parts.flatMap(cutPart => cutPart.rows.contents),
    names: parts.flatMap(cutPart => cutPart.rows.names),
  };
}

export function isEmpty(set: RowSet): boolean {
  return set.rows.length + set.events.length + set.contents.length + set.names.length === 0;
}
