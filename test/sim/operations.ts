/**
 * What users do in a run: create, show and delete, in races with themselves and with each other; and what they were
 * told, to be held against what became true.
 */
import type { Address, Uuid } from '../../engine/kernel/ids.ts';
import type { Create, Remove } from '../../engine/orchestration/messages.ts';
import { request, type Told } from './client.ts';
import type { Cluster } from './cluster.ts';
import { userToken } from './cloud/credentials.ts';
import type { SimDice } from './dice.ts';
import { type MadeTemplate, TemplateMaker } from './templates.ts';

export const operationKinds = [
  'create',
  'create that fails',
  'create that hangs',
  'create with rollback',
  'create of a taken name',
  'create spread over buckets',
  'create of a big stack',
  'create of cloud types',
  'create of a taken slot',
  'create twice with one request id',
  'show',
  'delete',
  'delete during create',
  'delete twice',
  'delete of what is gone',
] as const;

export type OperationKind = (typeof operationKinds)[number];

export interface StackModel {
  readonly id: Uuid;
  readonly name: string;
  readonly template: MadeTemplate;
  readonly disableRollback: boolean;
  /** Somebody else has what one of its resources must be the only one of. */
  readonly blocked: boolean;
  created: 'asked' | 'told' | 'refused';
  refusal: string | undefined;
  /** A delete was asked for; and answered. */
  removeAsked: boolean;
  removeTold: boolean;
}

export const project = 'p1';

/** Of the stacks, so many are of the cloud's own types. */
const cloudShare = 0.15;

/** What users do besides talking to the engine. */
export interface Surroundings {
  show(stack: StackModel): void;
  takeSlot(slot: string): void;
}

export class Operations {
  readonly stacks: StackModel[] = [];
  readonly counts = new Map<OperationKind, number>();
  pending = 0;
  private readonly cluster: Cluster;
  private readonly dice: SimDice;
  private readonly maker: TemplateMaker;
  private readonly world: Surroundings;

  constructor(cluster: Cluster, world: Surroundings) {
    this.cluster = cluster;
    this.dice = cluster.dice.fork('operations');
    this.maker = new TemplateMaker(this.dice.fork('templates'));
    this.world = world;
  }

  /** Spreads the users' doings over so many milliseconds. */
  plan(durationMs: number): void {
    const stacks = this.dice.between(2, 7);
    for (let i = 0; i < stacks; i++) this.later(this.dice.skewed(0, durationMs), 'create', () => this.create());
  }

  /** Secrets that may be nowhere in the clear. */
  secrets(): readonly string[] {
    return [...this.stacks.map(stack => stack.template.secret).filter(secret => secret !== undefined), 's3cret-'];
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
    const big = dice.chance(0.015);
    const cloud = !big && dice.chance(cloudShare);
    const usual = dice.skewed(0, 1) > 0.6 ? dice.between(8, 16) : dice.between(0, 8);
    const size = big ? dice.between(260, 300) : cloud ? dice.between(2, 14) : usual;
    const template = this.maker.make(size, big ? 'local' : cloud ? 'cloud' : 'any');
    const other = this.stacks.length > 0 && dice.chance(0.12) ? dice.pick(this.stacks) : undefined;
    const stack: StackModel = {
      id: dice.uuid(),
      name: other?.name ?? `s${this.stacks.length}`,
      template,
      disableRollback: dice.chance(0.6),
      blocked: this.block(template),
      created: 'asked',
      refusal: undefined,
      removeAsked: false,
      removeTold: false,
    };
    this.stacks.push(stack);
    this.countCreate(stack, other !== undefined, big, cloud);
    const id = dice.uuid();
    this.ask(stack, this.message(stack), id, told => this.toldCreated(stack, told));
    if (dice.chance(0.15)) {
      // The client's own library tries again, with the request id that it has.
      this.count('create twice with one request id');
      this.later(dice.skewed(1, 3_000), 'create again', () => {
        this.ask(stack, this.message(stack), id, told => this.toldCreated(stack, told));
      });
    }
  }

  /** Another user takes a slot first. */
  private block(template: MadeTemplate): boolean {
    const [slot] = template.slots;
    if (slot === undefined || template.fails || template.hangs || !this.dice.chance(0.05)) return false;
    this.count('create of a taken slot');
    this.world.takeSlot(slot);
    return true;
  }

  private countCreate(stack: StackModel, taken: boolean, big: boolean, cloud: boolean): void {
    this.count('create');
    if (cloud) this.count('create of cloud types');
    if (stack.template.fails) this.count('create that fails');
    if (stack.template.hangs) this.count('create that hangs');
    if (!stack.disableRollback) this.count('create with rollback');
    if (taken) this.count('create of a taken name');
    if (big) this.count('create of a big stack');
    if (stack.template.resources > this.cluster.bucketSize) this.count('create spread over buckets');
  }

  private message(stack: StackModel): Create {
    const { secret } = stack.template;
    const parameters = secret === undefined ? {} : { secret };
    return {
      kind: 'create',
      project,
      name: stack.name,
      username: 'demo',
      isAdmin: true, // of projects, users and roles too
      template: stack.template.text,
      environment: this.cluster.seal(JSON.stringify({ environment: {}, environment_files: [], parameters })),
      files: '{}',
      disableRollback: stack.disableRollback,
      ...(stack.template.hangs ? { timeoutMins: 1 } : {}),
      tags: [],
      tagged: false,
      credential: this.cluster.seal(userToken),
    };
  }

  private ask(stack: StackModel, message: Create | Remove, id: Uuid, told: (told: Told) => void): void {
    const to: Address = { kind: 'stack', stack: stack.id, bucket: 0, id: stack.id };
    this.pending++;
    void request(this.cluster, to, message, id).then(answer => {
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
    if (!dice.chance(0.6)) return;
    const wait = dice.skewed(0, 25_000);
    this.later(wait, 'delete', () => this.remove(stack));
    if (dice.chance(0.3)) this.later(wait + dice.skewed(0, 5_000), 'delete again', () => this.remove(stack));
  }

  private remove(stack: StackModel): void {
    const row = this.cluster.books.stacks.get(stack.id);
    const state = `${String(row?.columns.action)}_${String(row?.columns.status)}`;
    this.count('delete');
    if (state === 'CREATE_IN_PROGRESS') this.count('delete during create');
    if (state === 'DELETE_COMPLETE') this.count('delete of what is gone');
    if (stack.removeAsked) this.count('delete twice');
    stack.removeAsked = true;
    this.ask(stack, { kind: 'remove' }, this.dice.uuid(), told => {
      if (told.kind === 'answered') stack.removeTold = true;
      else {
        this.cluster.checks.expect(
          'answered is kept',
          told.error.status === 404 && this.cluster.books.stacks.get(stack.id)?.columns.action === 'DELETE',
          () => `a delete of stack ${stack.name} was refused: ${told.error.type} ${told.error.message}`,
        );
      }
    });
  }
}
