/** The engine's answers in Heat's JSON: its keys in its order, its links, its times (contract: rest-api §3.3 to §4.2). */
import type {
  ChangePreviewed,
  EventShown,
  Obstacle,
  OutputShown,
  PreviewedResource,
  ResourcePreviewed,
  ResourceShown,
  StackIdentity,
  StackListed,
  StackPreview,
  StackShown,
  UpdatePreview,
  Why,
} from '../proto/engine.ts';
import { mapOf, type Value, type ValueMap } from '../engine/values/value.ts';
import type { Links } from './links.ts';

/** `YYYY-MM-DDTHH:MM:SSZ` of unix milliseconds; null when unset. */
export function timeText(ms: number | undefined): string | null {
  return ms === undefined ? null : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function link(rel: string, href: string): ValueMap {
  return mapOf([
    ['href', href],
    ['rel', rel],
  ]);
}

/** What POST /stacks answers. */
export function stackCreated(stack: StackIdentity, links: Links): ValueMap {
  return mapOf([
    ['id', stack.id],
    ['links', [link('self', links.stack(stack))]],
  ]);
}

/** An entry of GET /stacks; `withProject` for admins. */
export function stackEntry(stack: StackListed, links: Links, withProject: boolean): ValueMap {
  return mapOf([
    ['id', stack.identity.id],
    ['links', [link('self', links.stack(stack.identity))]],
    ...(withProject ? [['project', stack.identity.project] as const] : []),
    ['stack_name', stack.identity.name],
    ['description', ''],
    ['stack_status', `${stack.action}_${stack.status}`],
    ['stack_status_reason', stack.reason],
    ['creation_time', timeText(stack.createdAt)],
    ['updated_time', timeText(stack.updatedAt)],
    ['deletion_time', timeText(stack.deletedAt)],
    ['stack_owner', stack.owner],
    ['parent', stack.parent ?? null],
    ['stack_user_project_id', stack.userProject ?? null],
    ['tags', stack.tags ?? null],
  ]);
}

type Described = Omit<StackShown, 'action' | 'status' | 'reason'>;

function stackBody(stack: Described, links: Links, statuses: readonly (readonly [string, Value])[]): ValueMap {
  const description = stack.description === null || stack.description === '' ? 'No description' : stack.description;
  return mapOf([
    ['id', stack.identity.id],
    ['links', [link('self', links.stack(stack.identity))]],
    ['stack_name', stack.identity.name],
    ['creation_time', timeText(stack.createdAt)],
    ['updated_time', timeText(stack.updatedAt)],
    ['deletion_time', timeText(stack.deletedAt)],
    ['notification_topics', []],
    ['parameters', stack.parameters],
    ['description', description],
    ['template_description', description],
    ['capabilities', []],
    ['disable_rollback', stack.disableRollback],
    ['timeout_mins', stack.timeoutMins === undefined ? null : BigInt(stack.timeoutMins)],
    ['stack_owner', stack.owner],
    ['parent', stack.parent ?? null],
    ['stack_user_project_id', stack.userProject ?? null],
    ['tags', stack.tags ?? []],
    ...statuses,
    ...(stack.outputs ? [['outputs', stack.outputs.map(outputDetails)] as const] : []),
  ]);
}

/** GET of one stack. */
export function stackDetails(stack: StackShown, links: Links): ValueMap {
  return stackBody(stack, links, [
    ['stack_status', `${stack.action}_${stack.status}`],
    ['stack_status_reason', stack.reason],
  ]);
}

/** What POST /stacks/preview answers: a stack without a status, and its resources in the engine's own form. */
export function stackPreviewed(stack: StackPreview, links: Links): ValueMap {
  const nothing = { updatedAt: undefined, deletedAt: undefined, parent: undefined, userProject: undefined };
  return mapOf([
    ...stackBody({ ...stack, ...nothing }, links, []),
    ['resources', stack.resources.map(resource => resourcePreviewed(stack.identity, resource))],
  ]);
}

function engineIdentity({ project, name, id }: StackIdentity, path: string): ValueMap {
  return mapOf([
    ['tenant', project],
    ['stack_name', name],
    ['stack_id', id],
    ['path', path],
  ]);
}

type Presence = Pick<ChangePreviewed, 'action' | 'status' | 'reason' | 'physicalId' | 'createdAt' | 'updatedAt'>;

const nothingYet: Presence = {
  action: 'INIT',
  status: 'COMPLETE',
  reason: '',
  physicalId: undefined,
  createdAt: undefined,
  updatedAt: undefined,
};

/** The engine's own form, without the properties. */
function engineForm(stack: StackIdentity, resource: ResourcePreviewed & Presence): readonly [string, Value][] {
  const { name } = resource;
  return [
    ['updated_time', timeText(resource.updatedAt)],
    ['creation_time', timeText(resource.createdAt)],
    ['resource_name', name],
    ['physical_resource_id', resource.physicalId ?? ''],
    ['resource_action', resource.action],
    ['resource_status', resource.status],
    ['resource_status_reason', resource.reason],
    ['resource_type', resource.type],
    ['resource_identity', engineIdentity(stack, `/resources/${name}`)],
    ['stack_identity', engineIdentity(stack, '')],
    ['stack_name', stack.name],
    ['required_by', resource.requiredBy],
    ['description', resource.description],
    ['metadata', resource.metadata],
    ['attributes', resource.attributes],
  ];
}

/** What is in a nested stack stands in its resource's place, as a list. */
function resourcePreviewed(stack: StackIdentity, resource: PreviewedResource, parent?: string): Value {
  if ('nested' in resource)
    return resource.nested.map(each => resourcePreviewed(resource.stack, each, resource.parentResource));
  const above = parent === undefined ? [] : parentOf({ parentResource: parent });
  return mapOf([...engineForm(stack, { ...resource, ...nothingYet }), ['properties', resource.properties], ...above]);
}

function parentOf({ parentResource }: { readonly parentResource?: string }): readonly [string, Value][] {
  return parentResource === undefined ? [] : [['parent_resource', parentResource]];
}

/** What PUT and PATCH of …/preview answer; `because` and `calls` are ours: why each is changed as it is, and how. */
export function updatePreviewed(stack: StackIdentity, preview: UpdatePreview): ValueMap {
  const each = (changes: readonly ChangePreviewed[]): readonly ValueMap[] =>
    changes.map(change =>
      mapOf([
        ...engineForm(change.stack ?? stack, change),
        ['because', change.because],
        ['calls', change.calls],
        ...parentOf(change),
      ]),
    );
  return mapOf([
    ['unchanged', each(preview.unchanged)],
    ['updated', each(preview.updated)],
    ['replaced', each(preview.replaced)],
    ['added', each(preview.added)],
    ['deleted', each(preview.deleted)],
  ]);
}

function obstacleShown(obstacle: Obstacle): ValueMap {
  return mapOf([
    ['path', obstacle.path],
    ['resource_type', obstacle.type],
    ['resource_status', obstacle.state],
    ['waits_for', obstacle.waitsFor],
    ['since', timeText(obstacle.since)],
    ['last_error', obstacle.lastError ?? null],
    ['next_retry', timeText(obstacle.nextTry)],
  ]);
}

/** What GET …/why answers. */
export function whyShown(why: Why): ValueMap {
  return mapOf([
    ['stack_status', why.state],
    ['stack_status_reason', why.reason],
    ['obstacles', why.obstacles.map(obstacleShown)],
    [
      'debts',
      why.debts.map(debt =>
        mapOf([
          ['resource_type', debt.type],
          ['mark', debt.mark],
          ['until', timeText(debt.until)],
        ]),
      ),
    ],
    ['parked', why.parked ?? null],
    ['strikes', BigInt(why.strikes)],
  ]);
}

const describedAs = (description: Value): Value => description ?? 'No description given';

export function outputEntry(output: Pick<OutputShown, 'key' | 'description'>): ValueMap {
  return mapOf([
    ['output_key', output.key],
    ['description', describedAs(output.description)],
  ]);
}

export function outputDetails(output: OutputShown): ValueMap {
  return mapOf([
    ['output_key', output.key],
    ['description', describedAs(output.description)],
    ['output_value', output.value],
    ...(output.error === undefined ? [] : [['output_error', output.error] as const]),
  ]);
}

/** An entry of a resource list; `detail` adds what only `with_detail` and the single resource show. */
export function resourceEntry(resource: ResourceShown, links: Links, detail: boolean): ValueMap {
  const { stack, name, nested, parentResource } = resource;
  const own = [link('self', links.resource(stack, name)), link('stack', links.stack(stack))];
  return mapOf([
    ['resource_name', name],
    ['logical_resource_id', name],
    ['physical_resource_id', resource.physicalId ?? ''],
    ['resource_status', `${resource.action}_${resource.status}`],
    ['resource_status_reason', resource.reason],
    ['resource_type', resource.type],
    ['creation_time', timeText(resource.createdAt)],
    ['updated_time', timeText(resource.updatedAt)],
    ['required_by', resource.requiredBy],
    ['links', nested === undefined ? own : [...own, link('nested', links.stack(nested))]],
    ...(parentResource === undefined ? [] : [['parent_resource', parentResource] as const]),
    ...(detail
      ? [['description', resource.description] as const, ['attributes', resource.attributes ?? mapOf([])] as const]
      : []),
  ]);
}

/** An entry of an event list; `root` is the asked stack where nested ones are listed too. */
export function eventEntry(event: EventShown, links: Links, root?: StackIdentity): ValueMap {
  const { stack, resourceName: name } = event;
  return mapOf([
    ['id', event.id],
    [
      'links',
      [
        link('self', links.event(stack, name, event.id)),
        link('resource', links.resource(stack, name)),
        link('stack', links.stack(stack)),
        ...(root ? [link('root_stack', links.stack(root))] : []),
      ],
    ],
    ['event_time', timeText(event.at)],
    ['resource_name', name],
    ['logical_resource_id', name],
    ['resource_status', `${event.action}_${event.status}`],
    ['resource_status_reason', event.reason],
    ['physical_resource_id', event.physicalId ?? null],
  ]);
}

/** GET of one event: the entry, and what lists leave out. */
export function eventDetails(event: EventShown, links: Links): ValueMap {
  return mapOf([
    ...eventEntry(event, links),
    ['resource_type', event.resourceType],
    ['resource_properties', event.properties],
  ]);
}
