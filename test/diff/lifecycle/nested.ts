/** Stacks inside stacks: files as types, groups, OS::Heat::Stack. */
import {
  action,
  attr,
  create,
  hot,
  param,
  preview,
  reached,
  remove,
  type Scenario,
  type Template,
  test,
  unhealthy,
  update,
  until,
} from '../scenario.ts';

const child = hot(
  { t: test({ value: param('text') }), u: test({}, { depends_on: 't' }) },
  { parameters: { text: { type: 'string', default: 'x' } }, outputs: { t: { value: attr('t', 'output') } } },
);
const file = (template: Template) => ({ files: { 'child.yaml': JSON.stringify(template) } });
const files = file(child);
const nest = (text: string) => ({ type: 'child.yaml', properties: { text } });
const parent = (text: string) =>
  hot({ n: nest(text), after: test({ value: attr('n', 't') }) }, { outputs: { n: { value: attr('n', 't') } } });

const failing = hot(
  { t: test({ value: param('text'), fail: true }) },
  { parameters: { text: { type: 'string', default: 'x' } }, outputs: { t: { value: 'fixed' } } },
);

const group = (count: number, more = {}, text = 'n') =>
  hot(
    {
      g: {
        type: 'OS::Heat::ResourceGroup',
        properties: { count, resource_def: test({ value: `${text}%index%` }), ...more },
      },
    },
    { outputs: { values: { value: attr('g', 'output') } } },
  );

export const nested: readonly Scenario[] = [
  {
    name: 'nested-create-and-delete',
    row: '§9 a file as a type: its own stack with its own events',
    steps: [create(parent('x'), files), until('CREATE_COMPLETE'), remove, until('DELETE_COMPLETE')],
  },
  {
    name: 'nested-update',
    row: '§9 a child’s update is always issued: in place, nothing, a child’s template changed',
    steps: [
      create(parent('x'), files),
      until('CREATE_COMPLETE'),
      update(parent('y'), files),
      until('UPDATE_COMPLETE'),
      update(parent('y'), files),
      until('UPDATE_COMPLETE'),
      update(parent('y'), file({ ...child, resources: { t: test({ value: param('text') }) } })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'nested-create-fails',
    row: '§5 nested failure: the path grows: resources.parent.resources.child',
    steps: [create(parent('x'), file(failing)), until('CREATE_FAILED')],
  },
  {
    name: 'nested-create-fails-then-update',
    row: '§9 a failed child is updated by the next update',
    steps: [
      create(parent('x'), file(failing)),
      until('CREATE_FAILED'),
      update(parent('x'), files),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'nested-update-rolls-back',
    row: '§9 the parent’s ROLLBACK: an ordinary update of the child with the old template',
    steps: [
      create(parent('x'), { ...files, disable_rollback: false }),
      until('CREATE_COMPLETE'),
      update(hot({ n: nest('y'), after: test({ value: attr('n', 't'), fail: true }) }), files),
      until('ROLLBACK_COMPLETE'),
    ],
  },
  {
    name: 'nested-update-fails-and-rolls-back',
    row: '§9 a child’s update fails; its disable_rollback is always true; the parent rolls back',
    steps: [
      create(parent('x'), { ...files, disable_rollback: false }),
      until('CREATE_COMPLETE'),
      update(parent('y'), file(failing)),
      until('ROLLBACK_COMPLETE'),
    ],
  },
  {
    name: 'nested-cancel',
    row: '§9 the parent’s cancel with rollback: the child is asked to cancel its update',
    steps: [
      create(parent('x'), files),
      until('CREATE_COMPLETE'),
      update(
        parent('y'),
        file({ ...child, resources: { t: test({ value: param('text'), action_wait_secs: { update: 8 } }) } }),
      ),
      reached('n/t', 'UPDATE_IN_PROGRESS'),
      action('cancel_update'),
      until('ROLLBACK_COMPLETE'),
    ],
  },
  {
    name: 'nested-actions',
    row: '§9 suspend, resume and check go into the child',
    steps: [
      create(parent('x'), files),
      until('CREATE_COMPLETE'),
      action('suspend'),
      until('SUSPEND_COMPLETE'),
      action('resume'),
      until('RESUME_COMPLETE'),
      action('check'),
      until('CHECK_COMPLETE'),
    ],
  },
  {
    name: 'nested-unhealthy',
    row: '§9 marked unhealthy at the parent: the whole child is replaced',
    steps: [
      create(parent('x'), files),
      until('CREATE_COMPLETE'),
      unhealthy('n'),
      update(parent('x'), files),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'group-up-and-down',
    row: '§9 OS::Heat::ResourceGroup: 2, 4, 1',
    steps: [
      create(group(2)),
      until('CREATE_COMPLETE'),
      update(group(4)),
      until('UPDATE_COMPLETE'),
      update(group(1)),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'group-removal-policies',
    row: '§9 OS::Heat::ResourceGroup: removal_policies take one out and never use its index again',
    steps: [
      create(group(3)),
      until('CREATE_COMPLETE'),
      update(group(3, { removal_policies: [{ resource_list: ['1'] }] })),
      until('UPDATE_COMPLETE'),
      update(group(4)),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'group-members-change',
    row: '§9 OS::Heat::ResourceGroup: another definition changes every member',
    steps: [create(group(2)), until('CREATE_COMPLETE'), update(group(2, {}, 'm')), until('UPDATE_COMPLETE')],
  },
  {
    name: 'group-fails',
    row: '§5 a member’s failure up to the stack',
    steps: [
      create(
        hot({
          g: { type: 'OS::Heat::ResourceGroup', properties: { count: 1, resource_def: test({ fail: true }) } },
          after: test({}, { depends_on: 'g' }),
        }),
      ),
      until('CREATE_FAILED'),
    ],
  },
  {
    name: 'group-batches',
    row: '§9 OS::Heat::ResourceGroup: update_policy batch_create, rolling_update',
    steps: [
      create(
        hot({
          g: {
            type: 'OS::Heat::ResourceGroup',
            properties: { count: 3, resource_def: test({ value: 'x' }) },
            update_policy: { batch_create: { max_batch_size: 2 }, rolling_update: { max_batch_size: 1 } },
          },
        }),
      ),
      until('CREATE_COMPLETE'),
      update(
        hot({
          g: {
            type: 'OS::Heat::ResourceGroup',
            properties: { count: 3, resource_def: test({ value: 'y' }) },
            update_policy: { batch_create: { max_batch_size: 2 }, rolling_update: { max_batch_size: 1 } },
          },
        }),
      ),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'nested-update-preview',
    row: 'rest-api §3.6 update preview of nested stacks',
    steps: [
      create(parent('x'), files),
      until('CREATE_COMPLETE'),
      preview(parent('y'), files),
      preview(parent('x'), files),
    ],
  },
  {
    name: 'stack-resource',
    row: '§9 OS::Heat::Stack in the same region',
    steps: [
      create(
        hot(
          {
            s: {
              type: 'OS::Heat::Stack',
              properties: { template: JSON.stringify(child), parameters: { text: 'x' } },
            },
          },
          { outputs: { t: { value: attr('s', 'outputs', 't') } } },
        ),
      ),
      until('CREATE_COMPLETE'),
      update(
        hot(
          {
            s: {
              type: 'OS::Heat::Stack',
              properties: { template: JSON.stringify(child), parameters: { text: 'y' } },
            },
          },
          { outputs: { t: { value: attr('s', 'outputs', 't') } } },
        ),
      ),
      until('UPDATE_COMPLETE'),
    ],
  },
];
