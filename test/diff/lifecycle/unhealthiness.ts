/** Resources marked unhealthy, and the updates that mend them. */
import { create, hot, ref, type Scenario, test, unhealthy, update, until } from '../scenario.ts';

const chain = hot({ a: test({ value: 'x' }), b: test({ value: ref('a') }) });

export const unhealthiness: readonly Scenario[] = [
  {
    name: 'unhealthy-then-update',
    row: '§7.5 CHECK_FAILED: replaced by the next update, though nothing changed',
    steps: [
      create(chain),
      until('CREATE_COMPLETE'),
      unhealthy('a', 'broken by hand'),
      update(chain),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'unhealthy-and-healthy-again',
    row: 'rest-api §4.1 mark unhealthy: CHECK_FAILED with the reason; false: CHECK_COMPLETE',
    steps: [
      create(chain),
      until('CREATE_COMPLETE'),
      unhealthy('a'),
      unhealthy('a', 'well again', false),
      unhealthy('b', undefined, false),
      unhealthy('nobody'),
      update(chain),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'unhealthy-and-changed',
    row: '§7.5 CHECK_FAILED and another value at the same time: replaced',
    steps: [
      create(chain),
      until('CREATE_COMPLETE'),
      unhealthy('b'),
      update(hot({ a: test({ value: 'y' }), b: test({ value: ref('a') }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'unhealthy-and-rolled-back',
    row: '§7 an unhealthy resource’s replacement fails, and the rollback',
    steps: [
      create(chain, { disable_rollback: false }),
      until('CREATE_COMPLETE'),
      unhealthy('a'),
      update(hot({ a: test({ value: 'x' }), b: test({ value: ref('a'), fail: true }) })),
      until('ROLLBACK_COMPLETE'),
    ],
  },
];
