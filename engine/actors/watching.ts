/**
 * What a runtime shows of its work: spans of turns, commits and tasks, and how many and how long.
 *
 *   HTTP request ─▶ turn ─▶ task ─▶ call ─▶ …        each is the child of what it came of
 *                    ├─▶ turn of whom it told ─▶ …
 *                    └─▶ commit (a link to every other turn whose rows went with it)
 *
 * A message that leads to nothing yet (the first of two that an actor waits for) is remembered by its actor; the turn
 * that at last leads to something is the child of the message that set it off, and has a link to all those before it.
 * Work that nobody's message set off (a pull, a wake after a crash) belongs to the actor's newest trace, else to a new
 * one. Nothing here is asked for by what is decided, and without tracer and meters nobody makes a Watching.
 */
import { type Millis, msOf } from '../kernel/clock.ts';
import { type Counter, type Histogram, secondsBounds } from '../kernel/meters.ts';
import type { Span, SpanFacts, Trace, Tracer } from '../kernel/tracing.ts';
import type { Activation } from './activation.ts';
import type { Effect } from './actor.ts';
import type { Part } from './batch.ts';
import type { Mail } from './mailbox.ts';
import { tracedWorld } from './traced-world.ts';
import type { World } from './world.ts';

/** As many as a span of OpenTelemetry's SDK holds; more would be dropped there. */
const linksMost = 128;

const sizeBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] as const;

/** Long ones: stacks. */
const stackBounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600] as const;

interface Measures {
  readonly turns: Counter;
  readonly refused: Counter;
  readonly commitRows: Histogram;
  readonly commitSeconds: Histogram;
  readonly actions: Histogram;
}

/** A task under way. */
export interface WatchedTask {
  /** The world whose calls are spans of this task. */
  readonly world: World;
  /** For what comes of it. */
  readonly trace: Trace;
  ended(result: string | undefined): void;
}

export class Watching {
  private readonly world: World;
  private readonly tracer: Tracer | undefined;
  private readonly measures: Measures | undefined;
  private readonly turnCounts = new Map<string, Map<string, () => void>>();

  private constructor(world: World) {
    this.world = world;
    this.tracer = world.tracer;
    const { meters } = world;
    this.measures = meters && {
      turns: meters.counter('convect_turns_total', 'Messages handled by actors, by kinds of both.'),
      refused: meters.counter('convect_commits_refused_total', 'Commits that the database refused.'),
      commitRows: meters.histogram('convect_commit_rows', 'Rows, events and contents of a commit.', sizeBounds),
      commitSeconds: meters.histogram('convect_commit_seconds', 'From sending a commit to its outcome.', secondsBounds),
      actions: meters.histogram('convect_stack_seconds', 'How long actions of stacks took, and how they ended.', [
        ...stackBounds,
      ]),
    };
  }

  /** undefined: nobody watches. */
  static of(world: World): Watching | undefined {
    return world.tracer === undefined && world.meters === undefined ? undefined : new Watching(world);
  }

  now(): Millis {
    return this.world.clock.monotonic();
  }

  /** A turn has run; its effects have not been taken yet. Returns what they come of. */
  turn(
    activation: Activation,
    mail: Mail,
    before: unknown,
    effects: readonly Effect[],
    began: Millis,
  ): Trace | undefined {
    const { behaviour, state } = activation;
    if (this.measures !== undefined) {
      this.countTurn(this.measures.turns, behaviour.kind, mail.message.kind);
      const ended = state === undefined ? undefined : behaviour.watch?.ended?.(before, state);
      if (ended !== undefined) {
        const seconds = Math.max(0, msOf(this.world.clock.now()) - ended.beganAt) / 1_000;
        this.measures.actions.seen(seconds, { action: ended.action, status: ended.status });
      }
    }
    return this.tracer && this.turnSpan(this.tracer, activation, mail, effects, began);
  }

  /** Ten thousands a second: the texts of its labels are made once. */
  private countTurn(turns: Counter, actor: string, message: string): void {
    let ofActor = this.turnCounts.get(actor);
    if (ofActor === undefined) {
      ofActor = new Map();
      this.turnCounts.set(actor, ofActor);
    }
    let count = ofActor.get(message);
    if (count === undefined) {
      count = turns.one({ actor, message });
      ofActor.set(message, count);
    }
    count();
  }

  private turnSpan(
    tracer: Tracer,
    activation: Activation,
    mail: Mail,
    effects: readonly Effect[],
    began: Millis,
  ): Trace | undefined {
    if (mail.trace === undefined && effects.length === 0) return undefined;
    const leads = effects.some(leadsOn);
    const links = leads ? activation.unled.splice(0) : [];
    const { kind, watch } = activation.behaviour;
    const span = tracer.begin(`${kind} ${mail.message.kind}`, {
      parent: mail.trace ?? activation.trace,
      links,
      at: began,
      facts: {
        'convect.actor': activation.address.id,
        'convect.stack': activation.address.stack,
        ...(activation.state === undefined ? {} : watch?.describe(activation.state)),
      },
    });
    span.end();
    activation.trace = span.trace;
    if (!leads && activation.unled.length < linksMost) activation.unled.push(span.trace);
    return span.trace;
  }

  /** A commit of these parts is about to be written; what is returned is told its outcome. */
  commit(parts: readonly Part[]): (outcome: 'in' | 'refused') => void {
    const spans = this.tracer === undefined ? [] : parts.flatMap(part => commitSpan(this.tracer as Tracer, part));
    return outcome => {
      if (outcome === 'refused') this.measures?.refused.add();
      for (const span of spans) span.end(outcome === 'in' ? undefined : outcome);
    };
  }

  /** One statement was sent at `began`, and its outcome is known. */
  written(rows: number, began: Millis): void {
    this.measures?.commitRows.seen(rows);
    this.measures?.commitSeconds.seen((this.now() - began) / 1_000);
  }

  /** A task begins, which came of `trace`. undefined: nobody traces it. */
  task(activation: Activation, trace: Trace | undefined): WatchedTask | undefined {
    const { tracer, world } = this;
    if (tracer === undefined || trace === undefined) return undefined;
    const { behaviour, address, state } = activation;
    const described: SpanFacts = state === undefined ? {} : (behaviour.watch?.describe(state) ?? {});
    const facts = { 'convect.actor': address.id, 'convect.stack': address.stack, ...described };
    const span = tracer.begin(`${behaviour.kind} task`, { parent: trace, facts });
    return {
      world: tracedWorld(world, tracer, span.trace, facts),
      trace: span.trace,
      ended: result => {
        if (result !== undefined) span.rename(`${behaviour.kind} task: ${result}`);
        span.end(result === undefined ? 'broken' : undefined);
      },
    };
  }
}

/** Somebody hears of the turn, or work begins. */
const leading: ReadonlySet<Effect['do']> = new Set(['tell', 'task', 'reply', 'birth', 'event']);

function leadsOn(effect: Effect): boolean {
  return leading.has(effect.do);
}

/** A commit is the child of the part's first turn that is traced, and has links to the others. */
function commitSpan(tracer: Tracer, part: Part): readonly Span[] {
  const [parent, ...links] = part.traces;
  if (parent === undefined) return [];
  const facts = { 'convect.stack': part.stack, 'convect.turns': part.traces.length };
  return [tracer.begin('commit', { parent, links: links.slice(0, linksMost), facts })];
}
