/** Updates that replace a resource: the new one first, then what requires it, then the old one goes. */
import { attr, create, hot, ref, type Scenario, test, update, until, value } from '../scenario.ts';

const replaced = (to: string, rest = {}) =>
  hot(
    {
      a: test({ value: 'x', update_replace_value: to, ...rest }),
      b: test({ value: ref('a') }),
      c: test({}, { depends_on: 'b' }),
    },
    { outputs: { b: { value: attr('b', 'output') } } },
  );

export const replacing: readonly Scenario[] = [
  {
    name: 'replace',
    row: '§3.7 UpdateReplace: a replacement in the same traversal, the old one deleted when all have moved',
    steps: [create(replaced('1')), until('CREATE_COMPLETE'), update(replaced('2')), until('UPDATE_COMPLETE')],
  },
  {
    name: 'replace-twice',
    row: '§3.7 UpdateReplace, again',
    steps: [
      create(replaced('1')),
      until('CREATE_COMPLETE'),
      update(replaced('2')),
      until('UPDATE_COMPLETE'),
      update(replaced('3')),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'replace-by-type',
    row: '§7.1 another type: replace',
    steps: [
      create(hot({ a: test({ value: 'x' }), b: test({ value: ref('a') }) })),
      until('CREATE_COMPLETE'),
      update(hot({ a: value('x'), b: test({ value: ref('a') }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'replace-by-property',
    row: '§7.8 a changed property that may not be updated: replace',
    steps: [
      create(hot({ a: { type: 'OS::Heat::RandomString', properties: { length: 8 } }, b: test({ value: ref('a') }) })),
      until('CREATE_COMPLETE'),
      update(hot({ a: { type: 'OS::Heat::RandomString', properties: { length: 9 } }, b: test({ value: ref('a') }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'replace-by-the-resource',
    row: '§5 a type that asks for its replacement itself: UPDATE_IN_PROGRESS first, the whole resource in the reason',
    steps: [
      create(hot({ a: test({ value: 'x', update_replace: true }), b: test({ value: ref('a') }) })),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ value: 'y', update_replace: true }), b: test({ value: ref('a') }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'replace-and-remove-dependent',
    row: '§2.6 cleanup edges: dependents are cleaned first',
    steps: [
      create(replaced('1')),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ value: 'x', update_replace_value: '2' }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'replace-fails',
    row: '§3.6 the replacement cannot be created: the old one stays',
    steps: [
      create(replaced('1')),
      until('CREATE_COMPLETE'),
      update(replaced('2', { fail: true })),
      until('UPDATE_FAILED'),
    ],
  },
  {
    name: 'replace-fails-then-update',
    row: '§2.5 best row: after a failed replacement the next update goes on from a FAILED replacement',
    steps: [
      create(replaced('1')),
      until('CREATE_COMPLETE'),
      update(replaced('2', { fail: true })),
      until('UPDATE_FAILED'),
      update(replaced('3')),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'replace-fails-then-old-template',
    row: '§2.5 best row: after a failed replacement the template of before',
    steps: [
      create(replaced('1')),
      until('CREATE_COMPLETE'),
      update(replaced('2', { fail: true })),
      until('UPDATE_FAILED'),
      update(replaced('1')),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'replace-while-replacing',
    row: '§3.1 stale messages: a newer update in the middle of a replacement',
    steps: [
      create(replaced('1')),
      until('CREATE_COMPLETE'),
      update(replaced('2', { action_wait_secs: { create: 6 } })),
      { do: 'reached', resource: 'a', status: 'CREATE_IN_PROGRESS' },
      update(replaced('3')),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'replace-random',
    row: '§7.5 a replaced resource has new values',
    random: ['a', 'kept'],
    steps: [
      create(
        hot(
          {
            a: { type: 'OS::Heat::RandomString', properties: { length: 12, salt: 'one' } },
            b: { type: 'OS::Heat::RandomString', properties: { length: 12 } },
          },
          { outputs: { a: { value: attr('a', 'value') }, kept: { value: attr('b', 'value') } } },
        ),
      ),
      until('CREATE_COMPLETE'),
      update(
        hot(
          {
            a: { type: 'OS::Heat::RandomString', properties: { length: 12, salt: 'two' } },
            b: { type: 'OS::Heat::RandomString', properties: { length: 12 } },
          },
          { outputs: { a: { value: attr('a', 'value') }, kept: { value: attr('b', 'value') } } },
        ),
      ),
      until('UPDATE_COMPLETE'),
    ],
  },
];
