/**
 * What users do in a run: create, show, change, cancel, suspend and delete, in races with themselves and with each
 * other; and what they were told, to be held against what became true.
 */
import type { Address, Uuid } from '../../engine/kernel/ids.ts';
import type { Create, Update, WireMessage } from '../../engine/orchestration/messages.ts';
import type { Row } from '../../engine/store/store.ts';
import { type Changed, changed, mended } from './changes.ts';
import { request, type Told } from './client.ts';
import type { Cluster } from './cluster.ts';
import { userToken } from './cloud/credentials.ts';
import type { SimDice } from './dice.ts';
import type { HookKind } from './drafts.ts';
import { above, betweenBatches, nestedIn, type NestedWork, nestedWork } from './nested-work.ts';
import { kindsOfCreate, kindsOfUpdate } from './operation-counts.ts';
import type { OperationKind } from './operation-kinds.ts';
import { isHooked, newestOf, type StackModel, type Version } from './stack-model.ts';
import { type MadeTemplate, TemplateMaker } from './templates.ts';

export const project = 'p1';

/** Of what is done to stacks, so much is an operator's. */
const operatorShare = 0.08;
/** Of the stacks, so many are of the cloud's own types. */
const cloudShare = 0.15;
/** And so many are trees of stacks. */
const treeShare = 0.25;
/** And so many are there for a group's sake. */
const groupShare = 0.25;
/** Minutes that an action may take; where something never ends, it shall not take long. */
const patientMins = 20;
export const hastyMins = 2;

/** What goes with a template that is not given. */
const nothing = { secret: undefined, environment: {} };

/** How another template is asked for. */
interface Revision {
  /** The template is not given: whatever it is. */
  readonly isSame: boolean;
  readonly existing: boolean;
  readonly disableRollback: boolean;
  readonly converge: boolean;
}

/** What users do besides talking to the engine. */
export interface Surroundings {
  show(stack: StackModel): void;
  takeSlot(slot: string): void;
  /** The id of somebody else's new thing. */
  stranger(type: string): string;
}

export class Operations {
  readonly stacks: StackModel[] = [];
  readonly counts = new Map<OperationKind, number>();
  readonly maker: TemplateMaker;
  pending = 0;
  private readonly cluster: Cluster;
  private readonly dice: SimDice;
  private readonly world: Surroundings;

  constructor(cluster: Cluster, world: Surroundings) {
    this.cluster = cluster;
    this.dice = cluster.dice.fork('operations');
    this.maker = new TemplateMaker(this.dice.fork('templates'), type => world.stranger(type));
    this.world = world;
  }

  /** Spreads the users' doings over so many milliseconds. */
  plan(durationMs: number): void {
    const stacks = this.dice.between(1, 5);
    for (let i = 0; i < stacks; i++) this.later(this.dice.skewed(0, durationMs), 'create', () => this.create());
  }

  /**
   * When all is quiet: whatever became of a stack, it can be what it was asked to be last, without what was wrong with
   * that; and it can go. True if anything was asked.
   */
  lastWords(): boolean {
    const { dice } = this;
    const some = this.stacks.filter(
      stack => stack.created === 'told' && !stack.removeAsked && this.row(stack)?.columns.action !== 'SUSPEND',
    );
    for (const stack of some.filter(() => dice.chance(0.4))) {
      this.count('update when all is quiet');
      const template = mended(this.maker, newestOf(stack));
      this.revise(stack, template, { isSame: false, existing: false, disableRollback: true, converge: false });
      if (dice.chance(0.4)) this.later(dice.span(5_000, 60_000), 'delete', () => this.remove(stack));
    }
    return some.length > 0;
  }

  /** Secrets that may be nowhere in the clear. */
  secrets(): readonly string[] {
    return [...this.maker.secrets, 's3cret-'];
  }

  private count(kind: OperationKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  private later(ms: number, label: string, run: () => void): void {
    this.pending++;
    this.cluster.scheduler.after(ms, label, -1, () => {
      this.pending--;
      run();
    });
  }

  private create(): void {
    const { dice } = this;
    const large = dice.chance(0.03);
    const cloud = !large && dice.chance(cloudShare);
    const usual = dice.chance(0.25) ? dice.between(6, 14) : dice.between(0, 7);
    const size = large ? dice.between(30, 60) : cloud ? dice.between(2, 14) : usual;
    const tree = !large && !cloud && dice.chance(treeShare);
    const grouped = !large && !cloud && !tree && dice.chance(groupShare);
    const template = grouped
      ? this.maker.grouped(dice.between(0, 3))
      : this.maker.make(size, cloud ? 'cloud' : tree ? 'tree' : 'any');
    const other = this.stacks.length > 0 && dice.chance(0.12) ? dice.pick(this.stacks) : undefined;
    const stack: StackModel = {
      id: dice.uuid(),
      name: other?.name ?? `s${this.stacks.length}`,
      disableRollback: dice.chance(0.45),
      versions: [{ template, askedAt: this.cluster.scheduler.now, toldAt: undefined }],
      taken: new Set(),
      created: 'asked',
      refusal: undefined,
      removeAsked: false,
      removeTold: false,
      updatesTold: 0,
      keptAt: 0,
      cancelAsked: false,
      resetAsked: false,
      tampered: false,
      emptied: new Set(),
      hooked: isHooked(template),
      marked: false,
    };
    this.stacks.push(stack);
    this.block(stack, template);
    const about = { taken: other !== undefined, cloud, disableRollback: stack.disableRollback };
    for (const kind of kindsOfCreate(template, this.cluster.spread, about)) this.count(kind);
    const id = dice.uuid();
    this.ask(stack, this.creation(stack, template), id, told => this.toldCreated(stack, told));
    if (dice.chance(0.15)) {
      // The client's own library tries again, with the request id that it has.
      this.count('create twice with one request id');
      this.later(dice.skewed(1, 3_000), 'create again', () => {
        this.ask(stack, this.creation(stack, template), id, told => this.toldCreated(stack, told));
      });
    }
  }

  /** Another user takes a slot first. */
  private block(stack: StackModel, { slots: [slot], fails, hangs }: MadeTemplate): void {
    if (slot === undefined || fails || hangs || !this.dice.chance(0.25)) return;
    this.count('create of a taken slot');
    stack.taken.add(slot);
    this.world.takeSlot(slot);
  }

  /** Sealed text of what goes with a template. */
  private environment({ secret, environment }: Pick<MadeTemplate, 'secret' | 'environment'>): string {
    const parameters = secret === undefined ? {} : { secret };
    return this.cluster.seal(JSON.stringify({ environment, environment_files: [], parameters }));
  }

  private creation(stack: StackModel, template: MadeTemplate): Create {
    return {
      kind: 'create',
      project,
      name: stack.name,
      username: 'demo',
      isAdmin: true, // of projects, users and roles too
      template: template.text,
      environment: this.environment(template),
      files: template.files,
      disableRollback: stack.disableRollback,
      timeoutMins: template.hangs || template.uncertain ? hastyMins : patientMins,
      tags: [],
      tagged: false,
      credential: this.cluster.seal(userToken),
    };
  }

  private ask(stack: StackModel, message: WireMessage, id: Uuid, told: (told: Told) => void, to?: Address): void {
    this.pending++;
    const own: Address = { kind: 'stack', stack: stack.id, bucket: 0, id: stack.id };
    void request(this.cluster, to ?? own, message, id).then(answer => {
      this.pending--;
      told(answer);
    });
  }

  private toldCreated(stack: StackModel, told: Told): void {
    const { checks, books } = this.cluster;
    if (told.kind === 'refused') {
      checks.expect(
        'answered is kept',
        stack.created !== 'told',
        () => `stack ${stack.name} was said to be created, then refused: ${told.error.message}`,
      );
      stack.created = 'refused';
      stack.refusal = told.error.type === 'StackExists' ? told.error.type : `${told.error.type}: ${told.error.message}`;
      return;
    }
    const again = stack.created === 'told';
    stack.created = 'told';
    checks.expect(
      'answered is kept',
      books.stacks.get(stack.id)?.columns.name === stack.name,
      () => `stack ${stack.name} was said to be created, and has no row`,
    );
    if (!again) this.next(stack);
  }

  /** What its user does with a stack that is there. */
  private next(stack: StackModel): void {
    const { dice } = this;
    for (let i = dice.below(4); i > 0; i--) {
      this.count('show');
      this.later(dice.skewed(0, 20_000), 'show', () => this.world.show(stack));
    }
    let at = 0;
    for (let left = dice.chance(0.3) ? 0 : dice.between(1, 5); left > 0; left--) {
      at += dice.chance(0.5) ? dice.skewed(0, 3_000) : dice.skewed(500, 15_000);
      this.later(at, 'change', () => this.change(stack));
    }
    if (!dice.chance(0.5)) return;
    const wait = at * dice.span(0.3, 1) + dice.skewed(0, 20_000);
    this.later(wait, 'delete', () => this.remove(stack));
    if (dice.chance(0.3)) this.later(wait + dice.skewed(0, 5_000), 'delete again', () => this.remove(stack));
  }

  private change(stack: StackModel): void {
    const { dice } = this;
    const row = this.row(stack);
    const action = String(row?.columns.action);
    const isUpdating = action === 'UPDATE' && row?.columns.status === 'IN_PROGRESS';
    const nested = dice.chance(0.5) ? nestedIn(this.cluster.books, stack.id) : [];
    if (nested.length > 0) {
      this.tamper(stack, nestedWork(this.dice, nested, this.environment(nothing)));
      return;
    }
    if (dice.chance(operatorShare)) {
      this.operate(stack, dice.chance(0.6) ? 'reset' : 'wake');
      return;
    }
    const drawn = dice.unit();
    const isRollingBack = action === 'ROLLBACK' && row?.columns.status === 'IN_PROGRESS';
    if (isRollingBack && drawn < 0.32) this.remove(stack);
    else if (isRollingBack && drawn < 0.98) this.update(stack);
    else if (action === 'SUSPEND' && drawn < 0.5) this.act(stack, 'RESUME');
    else if (isUpdating && drawn < 0.34) this.cancel(stack, dice.chance(0.6));
    else if (drawn < 0.7) this.update(stack);
    else if (drawn < 0.76) this.cancel(stack, dice.chance(0.5));
    else if (drawn < 0.82) this.act(stack, 'SUSPEND');
    else if (drawn < 0.86) this.act(stack, 'RESUME');
    else if (drawn < 0.91) this.act(stack, 'CHECK');
    else this.mark(stack);
  }

  private row({ id }: StackModel): Row | undefined {
    return this.cluster.books.stacks.get(id);
  }

  private update(stack: StackModel): void {
    const { dice } = this;
    const isSame = dice.chance(0.06);
    const made: Changed = isSame ? { template: newestOf(stack), kinds: [] } : changed(this.maker, newestOf(stack));
    const { template } = made;
    const disableRollback = dice.chance(0.38);
    const converge = dice.chance(0.15);
    const about = { kinds: made.kinds, isSame, disableRollback, converge, columns: this.row(stack)?.columns };
    for (const kind of kindsOfUpdate(newestOf(stack), template, about)) this.count(kind);
    this.revise(stack, template, { isSame, existing: isSame || dice.chance(0.2), disableRollback, converge });
  }

  private revise(stack: StackModel, template: MadeTemplate, how: Revision): void {
    const { isSame, existing, disableRollback, converge } = how;
    const version: Version = { template, askedAt: this.cluster.scheduler.now, toldAt: undefined };
    if (!isSame) stack.versions.push(version);
    if (isHooked(template)) stack.hooked = true;
    const message: Update = {
      kind: 'update',
      // What an environment does not say any more stays, where it is only added to.
      existing: isSame || (existing && !stack.hooked),
      isAdmin: true,
      ...(isSame ? {} : { template: template.text }),
      environment: this.environment(isSame ? nothing : template),
      files: isSame ? '{}' : template.files,
      clearParameters: [],
      disableRollback,
      timeoutMins: template.hangs || template.uncertain ? hastyMins : patientMins,
      tagged: false,
      tags: [],
      converge,
      credential: this.cluster.seal(userToken),
    };
    this.ask(stack, message, this.dice.uuid(), told => {
      if (told.kind === 'refused') {
        this.mayRefuse(stack, told, ['NotSupported', 'EntityNotFound'], 'an update');
        return;
      }
      stack.updatesTold++;
      if (isSame) stack.keptAt = this.cluster.scheduler.now;
      version.toldAt = this.cluster.scheduler.now;
    });
  }

  /** Some commands are refused in some states; no other refusal is right. */
  private mayRefuse(stack: StackModel, told: Told, types: readonly string[], what: string): void {
    if (told.kind !== 'refused') return;
    const { type, message } = told.error;
    const what_ = () => `${what} of stack ${stack.name} was refused: ${type} ${message}`;
    this.cluster.checks.expect('answered is kept', types.includes(type), what_);
  }

  /** Something is done to a nested stack as if it were a root. */
  private tamper(stack: StackModel, { kind, child, message }: NestedWork): void {
    this.count(kind);
    stack.tampered = true;
    if (message.kind === 'remove') for (const id of above(this.cluster.books, child)) stack.emptied.add(id);
    const to: Address = { kind: 'stack', stack: child, bucket: 0, id: child };
    const refusals = ['ActionInProgress', 'EntityNotFound', 'NotSupported'];
    this.ask(stack, message, this.dice.uuid(), told => this.mayRefuse(stack, told, refusals, kind), to);
  }

  /** Something is done to one that is nested in it, after a while, if it is there by then. */
  disturb(stack: StackModel, child: Uuid, afterMs: number): void {
    this.later(afterMs, 'between batches', () => {
      const row = this.cluster.books.stacks.get(child);
      if (row === undefined || row.columns.deleted_at !== null) return;
      this.count('command to a group between its batches');
      this.tamper(stack, betweenBatches(this.dice, row, this.environment(nothing)));
    });
  }

  /** A resource that waits at a hook is let go on, after a while. */
  unhook(stack: StackModel, to: Address, hook: HookKind, afterMs: number, sent: () => void): void {
    this.later(afterMs, 'unhook', () => {
      this.count('hook cleared');
      sent();
      const refusals = ['InvalidBreakPointHook', 'EntityNotFound'];
      const told = (answer: Told) => this.mayRefuse(stack, answer, refusals, `clearing ${hook}`);
      this.ask(stack, { kind: 'unhook', hook }, this.dice.uuid(), told, to);
    });
  }

  private cancel(stack: StackModel, rollback: boolean): void {
    this.count(rollback ? 'cancel' : 'cancel without rollback');
    stack.cancelAsked = true;
    this.ask(stack, { kind: 'cancel', rollback }, this.dice.uuid(), told =>
      this.mayRefuse(stack, told, ['NotSupported', 'EntityNotFound'], 'a cancel'),
    );
  }

  /** What an operator does: ends it where it hangs, or wakes it although nothing keeps it from going on. */
  private operate(stack: StackModel, kind: 'reset' | 'wake'): void {
    this.count(kind);
    if (kind === 'reset') stack.resetAsked = true;
    this.ask(stack, { kind }, this.dice.uuid(), told => this.mayRefuse(stack, told, ['EntityNotFound'], `a ${kind}`));
  }

  private act(stack: StackModel, action: 'SUSPEND' | 'RESUME' | 'CHECK'): void {
    this.count(action === 'SUSPEND' ? 'suspend' : action === 'RESUME' ? 'resume' : 'check');
    this.ask(stack, { kind: 'act', action }, this.dice.uuid(), told =>
      this.mayRefuse(stack, told, ['ActionInProgress', 'EntityNotFound'], `a ${action}`),
    );
  }

  private mark(stack: StackModel): void {
    const rows = this.cluster.books.rowsOf(stack.id);
    const some = rows.filter(({ table, goneAt }) => table === 'resources' && goneAt === null);
    if (some.length === 0) return;
    const { kind, stack: of, bucket, actor } = this.dice.pick(some);
    this.count('mark unhealthy');
    stack.marked = true;
    const message: WireMessage = { kind: 'mark', unhealthy: this.dice.chance(0.9), reason: 'it looks ill' };
    const to: Address = { kind, stack: of, bucket, id: actor };
    const refusals = ['ActionInProgress', 'EntityNotFound', 'ResourceNotFound'];
    this.ask(stack, message, this.dice.uuid(), told => this.mayRefuse(stack, told, refusals, 'a mark'), to);
  }

  private remove(stack: StackModel): void {
    const row = this.row(stack);
    const state = `${String(row?.columns.action)}_${String(row?.columns.status)}`;
    this.count('delete');
    if (state === 'CREATE_IN_PROGRESS') this.count('delete during create');
    if (state === 'UPDATE_IN_PROGRESS') this.count('delete during update');
    if (state === 'ROLLBACK_IN_PROGRESS') this.count('delete during rollback');
    if (state === 'DELETE_COMPLETE') this.count('delete of what is gone');
    if (stack.removeAsked) this.count('delete twice');
    stack.removeAsked = true;
    this.ask(stack, { kind: 'remove' }, this.dice.uuid(), told => {
      if (told.kind === 'answered') stack.removeTold = true;
      else {
        this.cluster.checks.expect(
          'answered is kept',
          told.error.status === 404 && this.row(stack)?.columns.action === 'DELETE',
          () => `a delete of stack ${stack.name} was refused: ${told.error.type} ${told.error.message}`,
        );
      }
    });
  }
}
