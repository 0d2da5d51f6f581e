/**
 * Watches one process: nothing may leave it before the rows that it speaks of are in the database.
 *
 * Every durable value gets a number when a turn makes it; a commit that lands says up to which number each row is in.
 * A tell, an answer and a task remember what their turn had made; when they leave, all of that must be in.
 */
import type { Behaviour, Durable, Effect, Turn } from '../../engine/actors/actor.ts';
import type { World } from '../../engine/actors/world.ts';
import type { Address, Uuid } from '../../engine/kernel/ids.ts';
import type { Message } from '../../engine/kernel/world.ts';
import type { Columns } from '../../engine/store/tables.ts';
import type { RowSet } from '../../engine/store/store.ts';
import type { Checks } from './invariants/checks.ts';

interface Need {
  readonly key: Uuid;
  readonly number: number;
}

interface Leaving {
  readonly stack: Uuid;
  readonly what: string;
  readonly needs: readonly Need[];
}

export class Tracker {
  private readonly checks: Checks;
  private count = 0;
  private readonly numbers = new WeakMap<object, number>();
  private readonly written = new WeakMap<Columns, Need>();
  private readonly landedUpTo = new Map<Uuid, number>();
  /** The same thing may be told again by a later turn: its departures come in the order of the turns. */
  private readonly leaving = new WeakMap<object, Leaving[]>();

  constructor(checks: Checks) {
    this.checks = checks;
  }

  landed(rows: RowSet): void {
    for (const row of rows.rows) {
      const need = this.written.get(row.columns);
      if (need !== undefined && (this.landedUpTo.get(need.key) ?? 0) < need.number)
        this.landedUpTo.set(need.key, need.number);
    }
  }

  /** Something leaves the process, or one stack for another. */
  left(thing: object, forStack?: Uuid): void {
    const turns = this.leaving.get(thing);
    const [found] = turns ?? [];
    if (turns === undefined || found === undefined || found.stack === forStack) return;
    if (turns.length > 1) turns.shift();
    this.check(found);
  }

  private check({ needs, what }: Leaving): void {
    if (needs.length === 0) return;
    const missing = needs.find(need => (this.landedUpTo.get(need.key) ?? 0) < need.number);
    this.checks.expect(
      'effects after commit',
      missing === undefined,
      () => `${what} left before row ${missing?.key} was in`,
    );
  }

  private number(value: object): number {
    const known = this.numbers.get(value);
    if (known !== undefined) return known;
    const fresh = ++this.count;
    this.numbers.set(value, fresh);
    return fresh;
  }

  private needsOf(durables: readonly Durable[]): readonly Need[] {
    return durables.map(({ key, value }) => ({ key, number: this.number(value) }));
  }

  /** The same behaviour, watched. */
  watch<S>(behaviour: Behaviour<S>): Behaviour<S> {
    return {
      ...behaviour,
      kind: behaviour.kind,
      table: behaviour.table,
      decode: rows => {
        const state = behaviour.decode(rows);
        for (const { key, number } of this.needsOf(behaviour.durable(state))) this.landedUpTo.set(key, number);
        return state;
      },
      born: durable => behaviour.born(durable),
      durable: state => behaviour.durable(state),
      encode: durable => {
        const encoded = behaviour.encode(durable);
        this.written.set(encoded.columns, { key: durable.key, number: this.number(durable.value) });
        return encoded;
      },
      handle: (state, message, context) => {
        this.left(message, context.self.stack);
        return this.marked(behaviour, behaviour.handle(state, message, context), context.self);
      },
      idle: state => behaviour.idle(state),
      pulls: state => behaviour.pulls(state),
    };
  }

  private marked<S>(behaviour: Behaviour<S>, turn: Turn<S | undefined>, self: Address): Turn<S | undefined> {
    const durables = turn.state === undefined ? [] : [...behaviour.durable(turn.state)];
    for (const effect of turn.effects) if (effect.do === 'birth') durables.push(effect.durable);
    const needs = this.needsOf(durables);
    return { state: turn.state, effects: turn.effects.map(effect => this.mark(effect, self, needs)) };
  }

  private mark(effect: Effect, self: Address, needs: readonly Need[]): Effect {
    const note = (thing: object, what: string) => {
      const leaving = { stack: self.stack, what: `${self.kind}'s ${what}`, needs };
      const turns = this.leaving.get(thing);
      if (turns === undefined) this.leaving.set(thing, [leaving]);
      else turns.push(leaving);
    };
    if (effect.do === 'tell') note(effect.message, `message ${effect.message.kind}`);
    if (effect.do === 'reply' && !(effect.answer instanceof Error)) note(effect.answer, `answer ${effect.answer.kind}`);
    if (effect.do !== 'task') return effect;
    const mark = { stack: self.stack, what: `${self.kind}'s task`, needs };
    return {
      ...effect,
      run: (world: World): Promise<Message> => {
        this.check(mark);
        return effect.run(world);
      },
    };
  }
}
