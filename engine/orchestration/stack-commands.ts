/**
 * What a stack is asked to do, from outside: create, update, delete, cancel, suspend, resume, check; wake and reset, by
 * operators.
 *
 * Each command is looked at twice where it needs a plan: when it comes, and when the plan is made (a task), since
 * another may have been quicker. Request ids are kept in the stack's row, so that a repeated one is only answered.
 */
import { errors, isHeatError } from '../kernel/errors.ts';
import type { Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import type { Answer } from '../kernel/world.ts';
import { birth, credentialOf } from './birth.ts';
import { hasMoved } from './child.ts';
import { lookingForExternals } from './externals.ts';
import type { PlanMade } from './jobs.ts';
import { isPlan, layOut, type Replanned, updateTask } from './laying.ts';
import type { Act, Cancel, Create, Remove, Reset, Update, Wake } from './messages.ts';
import { type Planned, planTask, versionNow, versionOf } from './plan.ts';
import type { StackRecord } from './records.ts';
import { giveUpAll, rouse } from './rousing.ts';
import type { StackTurn } from './stack-turn.ts';
import { complete, goOn, halt, rollBack, survey } from './stack-progress.ts';

export type Command = Create | Planned | Remove | Update | Replanned | Cancel | Act | Wake | Reset;
type Handlers = {
  readonly [K in Command['kind']]: (turn: StackTurn, message: Extract<Command, { kind: K }>) => void;
};

/** Each is answered after the commit of what it did; told again, it is answered again and not done again. */
export const commandHandlers: Handlers = {
  create: (turn, message) => {
    const request = requestOf(turn);
    if (turn.memory.record !== undefined) {
      answerRepeated(turn, request);
      return;
    }
    if (turn.memory.planning !== undefined) {
      turn.effect({ do: 'reply', request, answer: errors.ActionInProgress({ stack: message.name, action: 'CREATE' }) });
      return;
    }
    turn.setMemory({ planning: request });
    turn.effect({
      do: 'task',
      cloud: false,
      run: lookingForExternals(turn.registry, message, planTask(turn.context.self.id, request, message)),
    });
  },
  planned: (turn, message) => {
    if (turn.memory.planning !== message.request) return;
    turn.setMemory({ planning: undefined });
    if (isHeatError(message.plan)) {
      turn.effect({ do: 'reply', request: message.request, answer: message.plan });
      return;
    }
    birth(turn, message.request, message.command, message.plan);
    if (turn.memory.pending?.size === 0) complete(turn);
  },
  remove: turn => {
    const request = requestOf(turn);
    if (!isThere(turn, request, { kind: 'removing' }) || !accepts(turn, request)) return;
    const { record } = turn;
    if (!(record.action === 'DELETE' && record.status === 'IN_PROGRESS')) {
      if (record.status === 'IN_PROGRESS') turn.status(record.action, 'FAILED', `Stack ${record.action} cancelled`);
      turn.begin('DELETE');
      survey(turn);
    }
    turn.reply(request, { kind: 'removing' });
  },
  update: (turn, message) => {
    const request = requestOf(turn);
    if (turn.memory.updating.has(request) || !mayUpdate(turn, request)) return;
    turn.setMemory({ updating: new Set(turn.memory.updating).add(request) });
    planForUpdate(turn, turn.record, request, message);
  },
  replanned: (turn, message) => {
    const { request } = message;
    const updating = new Set(turn.memory.updating);
    if (!updating.delete(request)) return;
    const { record } = turn.memory;
    if (record !== undefined && hasMoved(record, message)) {
      // Another update came in between, or a rollback was laid out: what this one changes is found out again.
      planForUpdate(turn, record, request, message.command);
      return;
    }
    turn.setMemory({ updating });
    if (!mayUpdate(turn, request)) return;
    if (isPlan(message.plan)) updated(turn, message.plan, message);
    else turn.effect({ do: 'reply', request, answer: message.plan });
  },
  cancel: (turn, { rollback }) => {
    const request = requestOf(turn);
    if (!isThere(turn, request, { kind: 'cancelling' })) return;
    const { action, status } = turn.record;
    if (status !== 'IN_PROGRESS' || !(action === 'UPDATE' || (action === 'CREATE' && !rollback))) {
      const feature = `Cancelling update when stack is ${action}_${status}`;
      turn.effect({ do: 'reply', request, answer: errors.NotSupported({ feature }) });
      return;
    }
    if (!accepts(turn, request)) return;
    if (rollback) rollBack(turn);
    else halt(turn, `Stack ${action} cancelled`);
    turn.reply(request, { kind: 'cancelling' });
  },
  act: (turn, { action }) => {
    const request = requestOf(turn);
    if (!isThere(turn, request, { kind: 'acting' })) return;
    const { record } = turn;
    if (record.status === 'IN_PROGRESS') {
      const answer = errors.ActionInProgress({ stack: record.name, action: record.action });
      turn.effect({ do: 'reply', request, answer });
      return;
    }
    if (!accepts(turn, request)) return;
    if (record.action === action && record.status === 'COMPLETE' && action !== 'CHECK') {
      turn.status(action, 'COMPLETE'); // once more, as Heat does
    } else {
      turn.begin(action);
      survey(turn);
    }
    turn.reply(request, { kind: 'acting' });
  },
  wake: turn => {
    const request = requestOf(turn);
    // Also one that is deleted and tidies up.
    if (turn.memory.record === undefined && !isThere(turn, request, { kind: 'woken' })) return;
    rouse(turn);
    turn.reply(request, { kind: 'woken' });
  },
  reset: turn => {
    const request = requestOf(turn);
    if (!isThere(turn, request, { kind: 'reset' }) || !accepts(turn, request)) return;
    giveUpAll(turn);
    turn.reply(request, { kind: 'reset' });
  },
};

function planForUpdate(turn: StackTurn, record: StackRecord, request: Uuid, command: Update): void {
  const planning = updateTask(record, request, command);
  const { project } = record;
  const run = lookingForExternals(turn.registry, { project, credential: command.credential }, planning);
  turn.effect({ do: 'task', cloud: false, run });
}

function requestOf(turn: StackTurn): Uuid {
  const { request } = turn.context;
  invariant(request !== undefined, 'a command has a request id');
  return request;
}

/** The same create again (its answer was lost): as true as the first time. Another one for this id cannot be. */
function answerRepeated(turn: StackTurn, request: Uuid): void {
  if (turn.record.answers.some(answer => answer.request === request)) turn.reply(request, { kind: 'created' });
  else turn.effect({ do: 'reply', request, answer: errors.StackExists({ name: turn.record.name }) });
}

/** The stack is there, and has not answered this request yet; else answers it. */
function isThere(turn: StackTurn, request: Uuid, again: Answer): boolean {
  const { record } = turn.memory;
  if (record?.answers.some(answer => answer.request === request)) {
    turn.reply(request, again);
    return false;
  }
  if (record === undefined || record.deletedAt !== null) {
    const answer = errors.EntityNotFound({ entity: 'Stack', name: record?.name ?? turn.context.self.id });
    turn.effect({ do: 'reply', request, answer });
    return false;
  }
  return true;
}

/** Remembers that the request is answered; where there are too many to remember, it is refused. */
function accepts(turn: StackTurn, request: Uuid): boolean {
  if (turn.keepAnswer(request)) return true;
  const message = 'Too many requests for this stack in the last minutes.';
  turn.effect({ do: 'reply', request, answer: errors.TooManyRequests({ message }) });
  return false;
}

/** An update may begin (contract: rest-api §3.7, Guards); else it is answered. */
function mayUpdate(turn: StackTurn, request: Uuid): boolean {
  if (!isThere(turn, request, { kind: 'updating' })) return false;
  const { action } = turn.record;
  if (action !== 'SUSPEND' && action !== 'DELETE') return true;
  const what = action === 'SUSPEND' ? 'it is suspended' : 'it is deleting';
  turn.effect({ do: 'reply', request, answer: errors.NotSupported({ feature: `Updating a stack when ${what}` }) });
  return false;
}

/** The stack shall be what the plan says: one commit makes that true, then it is answered. */
function updated(turn: StackTurn, plan: PlanMade, { request, command, known, before }: Replanned): void {
  if (!accepts(turn, request)) return;
  const { timeoutMins, credential, tags } = turn.record;
  const given = command.timeoutMins ?? 0;
  turn.set({
    previous: versionNow(turn.record),
    disableRollback: command.disableRollback ?? turn.record.disableRollback,
    timeoutMins: given === 0 ? timeoutMins : given,
    tags: command.tagged ? command.tags : command.existing ? tags : null,
    credential: credential.kind === 'none' ? credentialOf(command, plan) : credential,
    observe: command.converge,
    isAdmin: command.isAdmin,
  });
  turn.set(versionOf(turn, plan));
  turn.begin('UPDATE');
  layOut(turn, plan, known, before);
  turn.reply(request, { kind: 'updating' });
  goOn(turn);
}
