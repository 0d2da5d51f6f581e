/** Rollback of a create and of an update, also when it fails itself. */
import { attr, create, hot, ref, type Scenario, test, update, until } from '../scenario.ts';

const back = { disable_rollback: false };

const two = (a: Parameters<typeof test>[0], b: Parameters<typeof test>[0]) =>
  hot({ a: test(a), b: test(b, { depends_on: 'a' }) }, { outputs: { a: { value: attr('a', 'output') } } });

export const rollback: readonly Scenario[] = [
  {
    name: 'rollback-create',
    row: '§4 Rollback of a failed create: ROLLBACK_COMPLETE, no resources, the stack stays',
    steps: [create(two({ value: 'x' }, { fail: true }), back), until('ROLLBACK_COMPLETE')],
  },
  {
    name: 'rollback-create-then-update',
    row: '§4 Rollback of a failed create, then a template that works',
    steps: [
      create(two({ value: 'x' }, { fail: true }), back),
      until('ROLLBACK_COMPLETE'),
      update(two({ value: 'x' }, { value: 'y' })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'rollback-update-in-place',
    row: '§4 Rollback of an update: the previous template again',
    steps: [
      create(two({ value: 'x' }, { value: 'x' }), back),
      until('CREATE_COMPLETE'),
      update(two({ value: 'y' }, { value: 'y', fail: true })),
      until('ROLLBACK_COMPLETE'),
    ],
  },
  {
    name: 'rollback-update-asked-for',
    row: 'rest-api §3.7 disable_rollback given with the update',
    steps: [
      create(two({ value: 'x' }, { value: 'x' })),
      until('CREATE_COMPLETE'),
      update(two({ value: 'y' }, { value: 'y', fail: true }), back),
      until('ROLLBACK_COMPLETE'),
    ],
  },
  {
    name: 'rollback-adds-and-removes',
    row: '§4 Rollback of an update: what was added goes, what was removed comes again',
    steps: [
      create(hot({ a: test(), gone: test() }), back),
      until('CREATE_COMPLETE'),
      update(hot({ a: test(), added: test(), bad: test({ fail: true, wait_secs: 3 }, { depends_on: 'added' }) })),
      until('ROLLBACK_COMPLETE'),
    ],
  },
  {
    name: 'rollback-of-a-replacement',
    row: '§7 On stack rollback after a replacement the old row is taken back and the new one deleted',
    steps: [
      create(hot({ a: test({ update_replace_value: '1' }), b: test({ value: ref('a') }) }), back),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ update_replace_value: '2' }), b: test({ value: ref('a'), fail: true }) })),
      until('ROLLBACK_COMPLETE'),
    ],
  },
  {
    name: 'rollback-of-a-failed-replacement',
    row: '§7 On stack rollback the old row is the best candidate when its replacement FAILED',
    steps: [
      create(hot({ a: test({ update_replace_value: '1' }), b: test({ value: ref('a') }) }), back),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ update_replace_value: '2', fail: true }), b: test({ value: ref('a') }) })),
      until('ROLLBACK_COMPLETE'),
    ],
  },
  {
    name: 'rollback-fails',
    row: '§4 A rollback is never itself rolled back: ROLLBACK_FAILED',
    // The template of before never worked either.
    steps: [
      create(two({ value: 'x', fail: true }, {})),
      until('CREATE_FAILED'),
      update(two({ value: 'y' }, { fail: true }), back),
      until('ROLLBACK_FAILED'),
    ],
  },
  {
    name: 'rollback-fails-then-update',
    row: '§4 An update from ROLLBACK_FAILED',
    steps: [
      create(two({ value: 'x', fail: true }, {})),
      until('CREATE_FAILED'),
      update(two({ value: 'y' }, { fail: true }), back),
      until('ROLLBACK_FAILED'),
      update(two({ value: 'z' }, {}), { disable_rollback: true }),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-during-rollback',
    row: '§4 Update concurrency: an update in the middle of a rollback',
    steps: [
      create(hot({ a: test({ value: 'x', action_wait_secs: { update: 5 } }), b: test({}, { depends_on: 'a' }) }), back),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ value: 'y' }), b: test({ value: 'y', fail: true }, { depends_on: 'a' }) })),
      { do: 'until', status: 'ROLLBACK_IN_PROGRESS', atOnce: true },
      { do: 'reached', resource: 'a', status: 'UPDATE_IN_PROGRESS' },
      update(hot({ a: test({ value: 'z' }), b: test({}, { depends_on: 'a' }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
];
