/**
 * Roles that a user or a group has in projects and domains: of OS::Keystone::User and Group, and of the types that are
 * nothing but such assignments.
 *
 *   PUT    /<place>s/<id>/<holder>s/<id>/roles/<role>   204, the same however often it comes
 *   DELETE                                              204, a second one 404: then it is looked whether it holds
 *
 * An assignment has no mark: it is known by what it ties (marks.md, Keystone).
 */
import { errors } from '../../kernel/errors.ts';
import { mapsIn, textIn } from '../../kit/given.ts';
import type { Change, ChangeSteps, Step } from '../../kit/resource.ts';
import { list, map, string } from '../../kit/schema.ts';
import { readingStep, settingStep } from '../../kit/settle.ts';
import { thingsIn } from '../../kit/steps.ts';
import { type Expr, type ExprMap, isCall } from '../../template/expr.ts';
import { emptyMap, isList, isMap, type Value, type ValueMap } from '../../values/value.ts';
import { endStep, identity, oneOf } from './identity.ts';

export type Holder = 'user' | 'group';

export const rolesProperty = list('Roles, and where each is held.', { update: true }).of(
  map().with({
    role: string('The role.').required().finds('keystone.role'),
    project: string('The project in which it is held.').finds('keystone.project'),
    domain: string('The domain in which it is held.').finds('keystone.domain'),
  }),
);

interface Assignment {
  readonly role: string;
  readonly kind: 'project' | 'domain';
  readonly place: string;
}

/** Each once. */
function assignmentsIn(properties: ValueMap): readonly Assignment[] {
  const found = new Map<string, Assignment>();
  for (const each of mapsIn(properties, 'roles')) {
    const project = textIn(each, 'project');
    const assignment: Assignment = {
      role: textIn(each, 'role') ?? '',
      kind: project === undefined ? 'domain' : 'project',
      place: project ?? textIn(each, 'domain') ?? '',
    };
    found.set(keyOf(assignment), assignment);
  }
  return [...found.values()];
}

function keyOf({ role, kind, place }: Assignment): string {
  return `role ${role} in ${kind} ${place}`;
}

function pathOf(holder: Holder, id: string, { role, kind, place }: Assignment): string {
  const parts = [`${kind}s`, place, `${holder}s`, id, 'roles', role];
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

function grant(holder: Holder, assignment: Assignment, name: string): Step {
  return settingStep({
    name,
    on: holder,
    call: ({ physicalId }) => identity('PUT', pathOf(holder, physicalId, assignment)),
  });
}

function revoke(holder: Holder, assignment: Assignment, name: string): Step {
  const { role, kind, place } = assignment;
  return endStep(name, holder, {
    call: id => identity('DELETE', pathOf(holder, id, assignment)),
    look: id => {
      const query = new URLSearchParams({ [`${holder}.id`]: id, 'role.id': role, [`scope.${kind}.id`]: place });
      return identity('GET', `/role_assignments?${query.toString()}`);
    },
    holds: body => thingsIn(body, 'role_assignments').length === 0,
  });
}

/** Gives the roles to what the step named like the holder has made; they go with it. */
export function roleSteps(holder: Holder, properties: ValueMap): readonly Step[] {
  return assignmentsIn(properties).map((assignment, i) => grant(holder, assignment, `role_${i}`));
}

/** Those of the second that are not among the first. */
function added(before: ValueMap, after: ValueMap): readonly Assignment[] {
  const known = new Set(assignmentsIn(before).map(keyOf));
  return assignmentsIn(after).filter(each => !known.has(keyOf(each)));
}

/** Gives the new roles and takes those that went. */
export function roleChanges(holder: Holder, { before, after }: Change): readonly Step[] {
  return [
    ...added(before.properties, after).map((each, i) => grant(holder, each, `grant_${i}`)),
    ...added(after, before.properties).map((each, i) => revoke(holder, each, `revoke_${i}`)),
  ];
}

/**
 * The steps of a resource that is nothing but assignments: whoever shall have them is looked at, then each role is
 * given; a step a role, under a name of its own, so that in a change only what differs is taken and given.
 */
export function assignmentSteps(holder: Holder, properties: ValueMap): readonly Step[] {
  const id = textIn(properties, holder) ?? '';
  const look = readingStep({
    name: holder,
    call: () => identity('GET', oneOf(holder, id)),
    made: (_body, { physicalName }) => ({ physicalId: physicalName, data: emptyMap }),
  });
  const give = (assignment: Assignment): Step => {
    const path = pathOf(holder, id, assignment);
    const name = `${keyOf(assignment)} of ${id}`;
    return {
      ...settingStep({ name, on: holder, call: () => identity('PUT', path) }),
      remove: () => identity('DELETE', path),
    };
  };
  return [{ ...look, main: true }, ...assignmentsIn(properties).map(give)];
}

/** What went is taken first, then what is new is given. */
export function changedAssignments(holder: Holder, { before, after }: Change): ChangeSteps {
  const [old, now] = [assignmentSteps(holder, before.properties), assignmentSteps(holder, after)];
  const isIn = (steps: readonly Step[], { name }: Step) => steps.some(each => each.name === name);
  return {
    undo: old.filter(step => !isIn(now, step)).map(({ name }) => name),
    steps: now.filter(step => step.name === holder || !isIn(old, step)),
  };
}

/** Throws ResourcePropertyConflict and StackValidationFailed in Heat's words. */
export function validateRoles(properties: ReadonlyMap<string, Expr>): void {
  const roles = properties.get('roles') ?? [];
  if (isCall(roles) || !isList(roles as Value)) return;
  for (const assignment of roles as readonly Expr[]) {
    if (!isMap(assignment as Value)) continue;
    const said = (name: string) => ((assignment as ExprMap).get(name) ?? null) !== null;
    if (said('project') && said('domain')) {
      throw errors.ResourcePropertyConflict({ properties: ['project', 'domain'] });
    }
    if (said('project') || said('domain')) continue;
    const role = (assignment as ExprMap).get('role');
    throw errors.StackValidationFailed({
      message: `Either project or domain must be specified for role ${typeof role === 'string' ? role : 'None'}`,
    });
  }
}
