/** Creates that work, fail, or take too long. */
import { attr, create, hot, pause, ref, type Scenario, signal, test, until, untilAtOnce, value } from '../scenario.ts';

const hooked = (hooks: string) => ({ environment: { resource_registry: { resources: { a: { hooks } } } } });

export const creating: readonly Scenario[] = [
  {
    name: 'create',
    row: '§5 start and done; §5 Events: each state change of the stack and of each resource',
    random: ['secret'],
    steps: [
      create(
        hot(
          {
            a: test({ value: 'x' }),
            b: test({ value: ref('a') }),
            c: value({ m: attr('b', 'output') }, { depends_on: ['a', 'b'] }),
            secret: { type: 'OS::Heat::RandomString' },
            none: { type: 'OS::Heat::None' },
          },
          { outputs: { c: { value: attr('c', 'value') }, secret: { value: attr('secret', 'value') } } },
        ),
      ),
      until('CREATE_COMPLETE'),
    ],
  },
  { name: 'create-empty', row: '§2.8 no leaves: complete at once', steps: [create(hot({})), until('CREATE_COMPLETE')] },
  {
    name: 'create-fails',
    row: '§3.6 and §5 resource failed: Resource CREATE failed: <ErrType>: resources.<name>: <msg>',
    steps: [
      create(
        hot(
          {
            a: test(),
            b: test({ fail: true, wait_secs: 3 }),
            c: test({}, { depends_on: 'b' }),
            w: test({ wait_secs: 6 }),
          },
          { outputs: { a: { value: attr('a', 'output') }, b: { value: attr('b', 'output') }, c: { value: ref('c') } } },
        ),
      ),
      until('CREATE_FAILED'),
    ],
  },
  {
    name: 'create-times-out',
    row: '§5 timeout: Timed out; the resource in work: CREATE aborted',
    steps: [
      create(hot({ a: test({ action_wait_secs: { create: 200 } }), b: test({}, { depends_on: 'a' }) }), {
        timeout_mins: 1,
      }),
      untilAtOnce('CREATE_FAILED'),
      pause(5),
    ],
  },
  {
    name: 'create-times-out-and-rolls-back',
    row: '§5 timeout with rollback',
    steps: [
      create(hot({ a: test({ wait_secs: 200, action_wait_secs: { delete: 0 } }), b: test() }), {
        timeout_mins: 1,
        disable_rollback: false,
      }),
      until('ROLLBACK_COMPLETE'),
    ],
  },
  {
    name: 'create-with-condition',
    row: '§2.5 a resource whose condition is false has no row',
    steps: [
      create(
        hot(
          { a: test({}, { condition: 'no' }), b: test({ value: 'x' }, { condition: 'yes' }), c: test() },
          { conditions: { no: false, yes: true }, outputs: { a: { condition: 'no', value: attr('a', 'output') } } },
        ),
      ),
      until('CREATE_COMPLETE'),
    ],
  },
  {
    name: 'create-with-hook',
    row: '§8 hook pre-create: paused until it is cleared',
    steps: [
      create(hot({ a: test(), b: test({}, { depends_on: 'a' }) }), hooked('pre-create')),
      pause(5),
      signal('a', { unset_hook: 'pre-create' }),
      until('CREATE_COMPLETE'),
    ],
  },
];
