/** `convect stack cancel|suspend|resume|check|why`. */
import type { Command } from 'commander';
import type { Value, ValueMap } from '../engine/values/value.ts';
import type { Session } from './client.ts';
import { EndedBadly, type Out } from './out.ts';
import { pollOption, tellEnd } from './stack-create.ts';
import { actOn, listIn, nameAndId, showStack, stackPath, whyOf } from './stacks.ts';
import { fieldLines, prettyJson, textIn, textsIn } from './table.ts';
import { watch } from './watch.ts';

interface Flags {
  readonly wait?: boolean;
  readonly poll: number;
}

/** An action of the API, and the status that it ends in where all goes well. */
interface Action {
  readonly name: string;
  readonly end: (status: string) => boolean;
}

const acts = [
  ['suspend', 'suspends all resources of stacks', 'SUSPEND_COMPLETE'],
  ['resume', 'resumes stacks that were suspended', 'RESUME_COMPLETE'],
  ['check', 'compares the resources of stacks with what there is in the cloud', 'CHECK_COMPLETE'],
] as const;

export function addStackActions(stack: Command, connected: () => Promise<Session>, out: Out): void {
  for (const [name, about, end] of acts) {
    stack
      .command(name)
      .description(about)
      .argument('<STACK...>', 'names or ids')
      .option('--wait', 'wait until they are done; status 3 if one fails')
      .addOption(pollOption())
      .action((names: readonly string[], flags: Flags) =>
        act(names, { name, end: status => status === end }, flags, connected, out),
      );
  }
  stack
    .command('cancel')
    .description('ends the update that is under way, and goes back to what was before')
    .argument('<STACK...>', 'names or ids')
    .option('--no-rollback', 'stay where it is, as FAILED; this ends a create too')
    .option('--wait', 'wait until that is done; status 3 if going back fails')
    .addOption(pollOption())
    .action((names: readonly string[], flags: Flags & { readonly rollback: boolean }) => {
      const back = { name: 'cancel_update', end: (status: string) => status === 'ROLLBACK_COMPLETE' };
      const stay = { name: 'cancel_without_rollback', end: (status: string) => status.endsWith('_FAILED') };
      return act(names, flags.rollback ? back : stay, flags, connected, out);
    });
  stack
    .command('why')
    .description('says what holds a stack up, or why it failed: the root cause first')
    .argument('<STACK>', 'name or id')
    .option('--json', 'print JSON')
    .action(async (name: string, { json }: { readonly json?: boolean }) => {
      const session = await connected();
      const found = await showStack(session, name, false);
      const why = await whyOf(session, stackPath(found));
      if (json === true) out.line(prettyJson(why));
      else tellWhy(textIn(found, 'stack_name'), why, out);
    });
}

async function act(
  names: readonly string[],
  { name: action, end }: Action,
  flags: Flags,
  connected: () => Promise<Session>,
  out: Out,
): Promise<void> {
  const session = await connected();
  const stacks: ValueMap[] = [];
  for (const name of names) {
    const stack = await showStack(session, name, false);
    await actOn(session, stackPath(stack), action);
    const now = await showStack(session, nameAndId(stack), false);
    if (flags.wait !== true) out.line(`stack ${textIn(now, 'stack_name')} ${textIn(now, 'stack_status')}`);
    stacks.push(now);
  }
  if (flags.wait !== true) return;
  const failed: string[] = [];
  for (const stack of stacks) {
    const name = textIn(stack, 'stack_name');
    const rollsBack = action === 'cancel_update';
    const { poll } = flags;
    const ended = await watch({
      session,
      stack: nameAndId(stack),
      screen: out.screen,
      pollMs: poll * 1_000,
      rollsBack,
    });
    const complete = end(ended.status);
    try {
      tellEnd(name, { ...ended, complete, reasons: complete ? [] : ended.reasons }, out);
    } catch (error) {
      if (!(error instanceof EndedBadly)) throw error;
      failed.push(name);
    }
  }
  if (failed.length > 0) throw new EndedBadly(failed.join(', '));
}

function tellWhy(name: string, why: ValueMap, out: Out): void {
  out.line(`stack ${name} ${textIn(why, 'stack_status')}: ${textIn(why, 'stack_status_reason')}`);
  for (const obstacle of listIn(why, 'obstacles')) {
    const place = textsIn(obstacle, 'path').join('.');
    const head = [place, textIn(obstacle, 'resource_type'), textIn(obstacle, 'resource_status')];
    out.line(`  ${head.filter(part => part !== '').join('  ')}`);
    const waits = textsIn(obstacle, 'waits_for');
    const fields: [string, Value | undefined][] = [
      ['waits for', waits.length === 0 ? undefined : waits.join(', ')],
      ['since', obstacle.get('since')],
      ['last error', obstacle.get('last_error') ?? undefined],
      ['next try', obstacle.get('next_retry') ?? undefined],
    ];
    for (const line of fieldLines(fields)) out.line(`    ${line}`);
  }
  for (const debt of listIn(why, 'debts')) {
    const until = textIn(debt, 'until');
    out.line(`  a lost create may still land: ${textIn(debt, 'resource_type')} ${textIn(debt, 'mark')} until ${until}`);
  }
  const parked = textIn(why, 'parked');
  if (parked !== '') out.line(`  parked: ${parked}`);
  const strikes = textIn(why, 'strikes');
  if (strikes !== '' && strikes !== '0') out.line(`  strikes: ${strikes}`);
}
