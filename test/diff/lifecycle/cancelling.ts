/** cancel_update and cancel_without_rollback, at every moment. */
import { action, create, hot, pause, reached, ref, type Scenario, test, update, until } from '../scenario.ts';

const slow = { value: 'y', action_wait_secs: { update: 6 } };
const before = hot({ a: test({ value: 'x' }), b: test({ value: 'x' }, { depends_on: 'a' }) });
const during = hot({ a: test(slow), b: test({ value: 'y' }, { depends_on: 'a' }) });

export const cancelling: readonly Scenario[] = [
  {
    name: 'cancel-update',
    row: '§4 cancel_update: rollback immediately, even with disable_rollback',
    steps: [
      create(before),
      until('CREATE_COMPLETE'),
      update(during),
      reached('a', 'UPDATE_IN_PROGRESS'),
      action('cancel_update'),
      until('ROLLBACK_COMPLETE'),
    ],
  },
  {
    name: 'cancel-update-late',
    row: '§4 cancel_update while the second resource works: the first goes back',
    steps: [
      create(before),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ value: 'y' }), b: test(slow, { depends_on: 'a' }) })),
      reached('b', 'UPDATE_IN_PROGRESS'),
      action('cancel_update'),
      until('ROLLBACK_COMPLETE'),
    ],
  },
  {
    name: 'cancel-update-of-a-replacement',
    row: '§4 cancel_update while a replacement is made',
    steps: [
      create(hot({ a: test({ update_replace_value: '1' }), b: test({ value: ref('a') }) })),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ update_replace_value: '2', wait_secs: 6 }), b: test({ value: ref('a') }) })),
      reached('a', 'CREATE_IN_PROGRESS'),
      action('cancel_update'),
      until('ROLLBACK_COMPLETE'),
    ],
  },
  {
    name: 'cancel-without-rollback',
    row: '§4 cancel_without_rollback: Stack UPDATE cancelled; running resources finish on their own',
    steps: [
      create(before),
      until('CREATE_COMPLETE'),
      update(during),
      reached('a', 'UPDATE_IN_PROGRESS'),
      action('cancel_without_rollback'),
      until('UPDATE_FAILED'),
      pause(3),
    ],
  },
  {
    name: 'cancel-without-rollback-then-update',
    row: '§4 cancel_without_rollback, then an update',
    steps: [
      create(before),
      until('CREATE_COMPLETE'),
      update(during),
      reached('a', 'UPDATE_IN_PROGRESS'),
      action('cancel_without_rollback'),
      until('UPDATE_FAILED'),
      update(hot({ a: test({ value: 'z' }), b: test({ value: 'z' }, { depends_on: 'a' }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'cancel-create-without-rollback',
    row: '§4 cancel_without_rollback of a create: Stack CREATE cancelled',
    steps: [
      create(hot({ a: test({ wait_secs: 6 }), b: test({}, { depends_on: 'a' }) }), { disable_rollback: false }),
      reached('a', 'CREATE_IN_PROGRESS'),
      action('cancel_without_rollback'),
      until('CREATE_FAILED'),
      pause(3),
    ],
  },
  {
    name: 'cancel-refused',
    row: 'rest-api §4.3 cancelling when nothing is updated: 400',
    steps: [
      create(hot({ a: test({ wait_secs: 3 }) })),
      reached('a', 'CREATE_IN_PROGRESS'),
      action('cancel_update'),
      until('CREATE_COMPLETE'),
      action('cancel_update'),
      action('cancel_without_rollback'),
    ],
  },
];
