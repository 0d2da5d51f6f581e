/**
 * Whether what became of a stack is what it deserved: each of its generations for itself, by what its users asked for
 * and what the cloud did to it.
 */
import { type Chapter, followsTemplate } from '../chronicle.ts';
import type { SimService } from '../cloud/service.ts';
import type { Draft } from '../drafts.ts';
import { hastyMins } from '../operations.ts';
import { isUnhealthy, type StackModel } from '../stack-model.ts';
import type { MadeTemplate } from '../templates.ts';
import type { Checks } from './checks.ts';

/** So many conflicts and refused connections may make the engine give up one resource. */
const patience = 5;

const longChain = 20;

export interface Judged {
  readonly stack: StackModel;
  readonly chapters: readonly Chapter[];
  readonly templates: ReadonlyMap<string, MadeTemplate>;
  readonly service: SimService;
}

interface Case extends Judged {
  readonly chapter: Chapter;
  readonly before: Chapter | undefined;
  /** What it follows; undefined: nothing is left of a create that was rolled back. */
  readonly template: MadeTemplate | undefined;
  /** The cloud was too bad to it, or its time too short. */
  readonly excused: boolean;
}

/** Judges every generation of a stack that its users made. */
export function judge(checks: Checks, judged: Judged): void {
  const { stack, chapters } = judged;
  chapters.forEach((chapter, i) => {
    const before = chapters[i - 1];
    const template = judged.templates.get(chapter.version);
    const previous = before && judged.templates.get(before.version);
    // Nothing is left of a create that was rolled back but its environment.
    const mostly = template ?? judged.templates.get(chapters.slice(0, i).findLast(isKnown(judged))?.version ?? '');
    const uncertain = mostly?.uncertain === true || (chapter.action === 'ROLLBACK' && previous?.uncertain === true);
    const others = chapters.slice(0, i).flatMap(({ version }) => judged.templates.get(version) ?? []);
    const excused = uncertain || isExcused(judged, chapter, template) || watchesAnother(mostly, others);
    const given: Case = { ...judged, chapter, before, template, excused };
    const end = `${chapter.action}_${chapter.status}`;
    const isLast = i === chapters.length - 1;
    checks.expect(
      'every stack ends',
      !isLast || chapter.status !== 'IN_PROGRESS',
      () => `stack ${stack.name} is ${end} for ever`,
    );
    const why = wrongIn(given, isLast);
    checks.expect(
      'ends as it deserves',
      why === undefined,
      () =>
        `stack ${stack.name} of generation ${chapter.generation} (${chapter.version}) ends ${end} (${chapter.reason}): ${why}`,
    );
  });
}

const isKnown =
  ({ templates }: Judged) =>
  ({ version }: Chapter): boolean =>
    templates.has(version);

function isExcused(
  judged: Judged,
  { timeoutMins, reason, generation }: Chapter,
  template: MadeTemplate | undefined,
): boolean {
  const { service, stack, chapters } = judged;
  if (stack.tampered) return true; // its parent may find anything
  // An update came in the middle of a resume, which had not come to every stack below.
  const isCut = ({ action, status, generation: g }: Chapter) =>
    action === 'RESUME' && status !== 'COMPLETE' && g < generation;
  if (reason.includes('Updating a stack when it is suspended is not supported') && chapters.some(isCut)) return true;
  // Neutron takes a port away with the router's interface on it, whose own resource says that it is there; as in Heat.
  const ties = chapters.some(
    ({ version, generation: g }) =>
      g <= generation &&
      judged.templates
        .get(version)
        ?.drafts.some(({ type, properties }) => type === 'OS::Neutron::RouterInterface' && 'port' in properties),
  );
  if (reason.includes('PortNotFoundClient') && ties) return true;
  if (reason.includes('Shrinking volume is not supported')) return true; // nor can what there was be had again
  const grudge = service.grudge(stack.id);
  if (grudge.errors > 0 || [...grudge.conflicts.values()].some(conflicts => conflicts >= patience)) return true;
  // What is hasty may be so for a cloud's lost answers, or a long chain of waits.
  const hasMuchToDo = template === undefined || template.callsCloud || template.resources > longChain;
  return timeoutMins === hastyMins && hasMuchToDo;
}

/** A resource took up what an earlier template named, and what it shall watch now is another one: not supported. */
function watchesAnother(template: MadeTemplate | undefined, earlier: readonly MadeTemplate[]): boolean {
  const named = ({ strays, external }: Draft) => strays ?? external;
  return (template?.drafts ?? []).some(draft => {
    const watched = named(draft);
    if (watched === undefined) return false;
    const same = earlier.flatMap(({ drafts }) => drafts.filter(({ name }) => name === draft.name).map(named));
    return same.some(before => before !== undefined && before !== watched);
  });
}

/** Why this is not how it should have ended. */
function wrongIn(given: Case, isLast: boolean): string | undefined {
  const { chapter, stack, excused } = given;
  if (chapter.status === 'FAILED' && chapter.reason === 'Stack status manually reset')
    return stack.resetAsked ? undefined : 'nobody reset it';
  switch (chapter.action) {
    case 'CREATE':
    case 'UPDATE':
      return wrongInMaking(given, isLast);
    case 'ROLLBACK':
      return wrongInRollback(given);
    case 'SUSPEND':
    case 'RESUME':
    case 'CHECK':
      return chapter.status !== 'FAILED' || excused || stack.marked || stack.removeAsked || !isSound(given)
        ? undefined
        : 'everything of it could';
    case 'DELETE':
      return chapter.status === 'FAILED' && !excused ? 'everything of it could go' : undefined;
    default:
      return chapter.action satisfies never;
  }
}

function wrongInMaking({ chapter, stack, template, excused }: Case, isLast: boolean): string | undefined {
  const { action, status, reason, disableRollback } = chapter;
  // What a rolled-back create left is what exists then.
  const unhealthy = template !== undefined && isUnhealthy(stack, template);
  if (status === 'COMPLETE') return unhealthy ? 'it cannot be made' : undefined;
  if (status !== 'FAILED') return undefined;
  if (reason === `Stack ${action} cancelled`)
    return stack.cancelAsked || stack.removeAsked ? undefined : 'nobody cancelled it';
  if (!unhealthy && !excused) return 'all of it can be made';
  return isLast && !disableRollback ? 'it should have been rolled back' : undefined;
}

function wrongInRollback({ chapter, before, stack, template, templates, excused }: Case): string | undefined {
  const { status, reason } = chapter;
  if (before?.generation === chapter.generation - 1 && (before.action === 'CREATE' || before.action === 'UPDATE')) {
    const failing = templates.get(before.version);
    const failed = failing === undefined || isUnhealthy(stack, failing) || excused;
    if (!failed && !stack.cancelAsked) return 'nothing failed before';
    if (before.disableRollback && !stack.cancelAsked) return 'nobody wanted it to be rolled back';
  }
  const unhealthy = template !== undefined && isUnhealthy(stack, template);
  if (status === 'COMPLETE') return unhealthy ? 'what there was cannot be made' : undefined;
  if (status !== 'FAILED' || reason === 'Stack ROLLBACK cancelled') return undefined;
  return unhealthy || excused ? undefined : 'what there was can be made';
}

/** All that is there was made, and nothing that was done to it since failed. */
function isSound({ chapters, chapter }: Case): boolean {
  const before = chapters.slice(0, chapters.indexOf(chapter));
  const made = before.findLastIndex(followsTemplate);
  const since = before.slice(made + 1);
  if (before[made]?.status !== 'COMPLETE' || since.some(({ status }) => status !== 'COMPLETE')) return false;
  const last = before.at(-1)?.action;
  return chapter.action === 'RESUME' ? last === 'SUSPEND' || last === 'RESUME' : true;
}
