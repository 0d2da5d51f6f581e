/** Deletes from every state, in the middle of everything, again and again. */
import {
  action,
  create,
  hot,
  reached,
  ref,
  remove,
  type Scenario,
  test,
  update,
  until,
  untilAtOnce,
} from '../scenario.ts';

const chain = hot({ a: test(), b: test({ value: ref('a') }), c: test({}, { depends_on: 'b' }), d: test() });

export const deleting: readonly Scenario[] = [
  {
    name: 'delete',
    row: '§2.6 a delete is a traversal with an empty template: dependents first',
    steps: [create(chain), until('CREATE_COMPLETE'), remove, until('DELETE_COMPLETE')],
  },
  {
    name: 'delete-failed-create',
    row: '§6 DELETE: nothing for INIT; what FAILED is deleted',
    steps: [
      create(hot({ a: test(), b: test({ fail: true }, { depends_on: 'a' }), c: test({}, { depends_on: 'b' }) })),
      until('CREATE_FAILED'),
      remove,
      until('DELETE_COMPLETE'),
    ],
  },
  {
    name: 'delete-while-creating',
    row: '§4 Delete while IN_PROGRESS: Stack CREATE cancelled, then the delete; workers are aborted',
    steps: [
      create(hot({ a: test(), b: test({ wait_secs: 30, action_wait_secs: { delete: 0 } }, { depends_on: 'a' }) })),
      reached('b', 'CREATE_IN_PROGRESS'),
      remove,
      until('DELETE_COMPLETE'),
    ],
  },
  {
    name: 'delete-while-updating',
    row: '§4 Delete while IN_PROGRESS: in the middle of an update',
    steps: [
      create(hot({ a: test({ value: 'x' }), b: test({}, { depends_on: 'a' }) })),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ value: 'y', action_wait_secs: { update: 30 } }), b: test({}, { depends_on: 'a' }) })),
      reached('a', 'UPDATE_IN_PROGRESS'),
      remove,
      until('DELETE_COMPLETE'),
    ],
  },
  {
    name: 'delete-while-replacing',
    row: '§4 Delete while IN_PROGRESS: in the middle of a replacement, both go',
    steps: [
      create(hot({ a: test({ update_replace_value: '1' }), b: test({ value: ref('a') }) })),
      until('CREATE_COMPLETE'),
      update(
        hot({
          a: test({ update_replace_value: '2', action_wait_secs: { create: 30 } }),
          b: test({ value: ref('a') }),
        }),
      ),
      reached('a', 'CREATE_IN_PROGRESS'),
      remove,
      until('DELETE_COMPLETE'),
    ],
  },
  {
    name: 'delete-while-rolling-back',
    row: '§4 Delete while IN_PROGRESS: in the middle of a rollback',
    steps: [
      create(hot({ a: test({ action_wait_secs: { delete: 8 } }), b: test({ fail: true }, { depends_on: 'a' }) }), {
        disable_rollback: false,
      }),
      untilAtOnce('ROLLBACK_IN_PROGRESS'),
      reached('a', 'DELETE_IN_PROGRESS'),
      remove,
      until('DELETE_COMPLETE'),
    ],
  },
  {
    name: 'delete-again-while-deleting',
    row: '§4 Delete again on DELETE_IN_PROGRESS: allowed; and what else is asked of it then',
    steps: [
      create(hot({ a: test({ action_wait_secs: { delete: 6 } }), b: test({}, { depends_on: 'a' }) })),
      until('CREATE_COMPLETE'),
      remove,
      reached('a', 'DELETE_IN_PROGRESS'),
      update(hot({ a: test({ value: 'y' }) })),
      action('cancel_update'),
      remove,
      until('DELETE_COMPLETE'),
      remove,
      update(hot({})),
      action('suspend'),
    ],
  },
  {
    name: 'delete-failed-update',
    row: '§6 DELETE of a stack whose replacement FAILED: the old one and the new one go',
    steps: [
      create(hot({ a: test({ update_replace_value: '1' }), b: test({ value: ref('a') }) })),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ update_replace_value: '2', fail: true }), b: test({ value: ref('a') }) })),
      until('UPDATE_FAILED'),
      remove,
      until('DELETE_COMPLETE'),
    ],
  },
  {
    name: 'delete-suspended',
    row: '§6 DELETE from SUSPEND_COMPLETE',
    steps: [
      create(chain),
      until('CREATE_COMPLETE'),
      action('suspend'),
      until('SUSPEND_COMPLETE'),
      remove,
      until('DELETE_COMPLETE'),
    ],
  },
  {
    name: 'delete-retained',
    row: '§6 policy Retain: no call, the state is DELETE_COMPLETE all the same',
    steps: [
      create(hot({ a: test({}, { deletion_policy: 'Retain' }), b: test({ value: ref('a') }) })),
      until('CREATE_COMPLETE'),
      remove,
      until('DELETE_COMPLETE'),
    ],
  },
  {
    name: 'remove-retained-by-update',
    row: '§7 the deletion policy that counts is the one in the row’s template',
    steps: [
      create(
        hot({ a: test({}, { deletion_policy: 'Retain' }), b: test({}, { deletion_policy: 'delete' }), c: test() }),
      ),
      until('CREATE_COMPLETE'),
      update(hot({ c: test() })),
      until('UPDATE_COMPLETE'),
    ],
  },
];
