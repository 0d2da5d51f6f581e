/** Updates in place, resources that come and go, PATCH, and what an update of its own changes in the stack. */
import {
  attr,
  create,
  hot,
  param,
  patch,
  preview,
  previewPatch,
  type Scenario,
  test,
  update,
  until,
  untilAtOnce,
  value,
} from '../scenario.ts';

const one = (text: string, rest = {}) =>
  hot({ a: test({ value: text }, rest) }, { outputs: { a: { value: attr('a', 'output') } } });

const chain = (first: string) =>
  hot(
    {
      a: test({ value: first }),
      b: test({ value: attr('a', 'output') }),
      c: test({ value: 'same' }, { depends_on: 'b' }),
      d: test({ value: 'apart' }),
    },
    { outputs: { b: { value: attr('b', 'output') } } },
  );

const fed = (rest = {}) =>
  hot(
    { a: test({ value: param('text') }), v: value(param('more')) },
    {
      parameters: {
        text: { type: 'string', default: 'first' },
        more: { type: 'string', default: 'one more' },
        ...rest,
      },
      outputs: { a: { value: attr('a', 'output') }, v: { value: attr('v', 'value') } },
    },
  );

export const updating: readonly Scenario[] = [
  {
    name: 'update-in-place',
    row: '§7.8 a changed property that may be updated: UPDATE_IN_PROGRESS, handle_update, UPDATE_COMPLETE',
    steps: [create(one('x')), until('CREATE_COMPLETE'), update(one('y')), until('UPDATE_COMPLETE')],
  },
  {
    name: 'update-nothing',
    row: '§7.6 definitions and resolved properties equal: state untouched, no event',
    steps: [create(chain('x')), until('CREATE_COMPLETE'), update(chain('x')), until('UPDATE_COMPLETE')],
  },
  {
    name: 'update-through-a-chain',
    row: '§2.6 update nodes: requirers after required; §7.6 what is untouched has no event',
    steps: [create(chain('x')), until('CREATE_COMPLETE'), update(chain('y')), until('UPDATE_COMPLETE')],
  },
  {
    name: 'update-of-a-value',
    row: '§7.9 the default handler replaces when a property changed: OS::Heat::Value',
    steps: [
      create(hot({ v: value('x'), a: test({ value: attr('v', 'value') }) })),
      until('CREATE_COMPLETE'),
      update(hot({ v: value('y'), a: test({ value: attr('v', 'value') }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-adds-and-removes',
    row: '§3.3 update node of an INIT row: create; cleanup node of a row with an older template: delete',
    steps: [
      create(hot({ a: test(), b: test({}, { depends_on: 'a' }), c: test({}, { depends_on: 'b' }) })),
      until('CREATE_COMPLETE'),
      update(hot({ a: test(), d: test({}, { depends_on: 'a' }) })),
      until('UPDATE_COMPLETE'),
      update(hot({})),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-metadata-only',
    row: '§7.10 only metadata or depends_on changed: UPDATE runs with an empty difference',
    steps: [
      create(hot({ a: test({ value: 'x' }, { metadata: { k: 'v' } }), b: test() })),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ value: 'x' }, { metadata: { k: 'w' } }), b: test() })),
      until('UPDATE_COMPLETE'),
      update(hot({ a: test({ value: 'x' }, { metadata: { k: 'w' } }), b: test({}, { depends_on: 'a' }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-patch',
    row: 'rest-api §3.7 PATCH: the current template, stored parameters with the given ones on top',
    steps: [
      create(fed(), { parameters: { text: 'second', more: 'two' } }),
      until('CREATE_COMPLETE'),
      patch({ parameters: { text: 'third' } }),
      until('UPDATE_COMPLETE'),
      patch({}),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-patch-clear',
    row: 'rest-api §3.7 clear_parameters removes stored parameters, so the default counts',
    steps: [
      create(fed(), { parameters: { text: 'second', more: 'two' } }),
      until('CREATE_COMPLETE'),
      patch({ clear_parameters: ['text'] }),
      until('UPDATE_COMPLETE'),
      patch({ clear_parameters: ['nobody'], parameters: { more: 'three' } }),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-patch-template',
    row: 'rest-api §3.7 PATCH with a template: parameters it does not have any more are dropped',
    steps: [
      create(fed({ spare: { type: 'string', default: 's' } }), { parameters: { text: 'second', spare: 'kept' } }),
      until('CREATE_COMPLETE'),
      patch({}, fed()),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-put-forgets-parameters',
    row: 'rest-api §3.7 PUT: environment and parameters replace the stored ones, tags are removed',
    steps: [
      create(fed(), { parameters: { text: 'second', more: 'two' }, tags: 'red,blue', timeout_mins: 7 }),
      until('CREATE_COMPLETE'),
      update(fed(), { parameters: { more: 'three' } }),
      until('UPDATE_COMPLETE'),
      update(fed(), { tags: 'green', timeout_mins: 8, disable_rollback: false }),
      until('UPDATE_COMPLETE'),
      patch({ timeout_mins: 9 }),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-refused',
    row: 'rest-api §3.7 guards: unknown parameter, immutable parameter, wrong template, no template',
    steps: [
      create(fed({ fixed: { type: 'string', default: 'f', immutable: true } })),
      until('CREATE_COMPLETE'),
      update(fed(), { parameters: { nobody: 'x' } }),
      update(fed({ fixed: { type: 'string', default: 'f', immutable: true } }), { parameters: { fixed: 'g' } }),
      patch({ parameters: { fixed: 'g' } }),
      patch({ parameters: { fixed: 'f' } }),
      until('UPDATE_COMPLETE'),
      update(hot({ a: test({ value: attr('missing', 'output') }) })),
      update(hot({ a: { type: 'OS::Heat::NoSuchType' } })),
      update({}),
    ],
  },
  {
    name: 'update-while-updating',
    row: '§4 Update concurrency: an update of a stack IN_PROGRESS starts a new traversal, locked resources follow',
    steps: [
      create(hot({ a: test({ value: 'x' }), b: test({ value: attr('a', 'output') }) })),
      until('CREATE_COMPLETE'),
      update(
        hot({ a: test({ value: 'y', action_wait_secs: { update: 6 } }), b: test({ value: attr('a', 'output') }) }),
      ),
      { do: 'reached', resource: 'a', status: 'UPDATE_IN_PROGRESS' },
      update(hot({ a: test({ value: 'z' }), b: test({ value: attr('a', 'output') }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-while-creating',
    row: '§4 Update concurrency: an update in the middle of the create',
    steps: [
      create(hot({ a: test({ value: 'x', wait_secs: 6 }), b: test({}, { depends_on: 'a' }) })),
      { do: 'reached', resource: 'a', status: 'CREATE_IN_PROGRESS' },
      update(hot({ a: test({ value: 'z' }), c: test({}, { depends_on: 'a' }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-twice-while-updating',
    row: '§4 Update concurrency: any number of times; only the newest counts',
    steps: [
      create(hot({ a: test({ value: 'x' }) })),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ value: 'y', action_wait_secs: { update: 7 } }) })),
      { do: 'reached', resource: 'a', status: 'UPDATE_IN_PROGRESS' },
      update(hot({ a: test({ value: 'z' }), b: test() })),
      { do: 'reached', resource: 'b', status: 'CREATE_COMPLETE' },
      update(hot({ a: test({ value: 'last' }), c: test() })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-fails',
    row: '§3.6 failure: Resource UPDATE failed, nothing new starts, what is in flight goes on',
    steps: [
      create(hot({ a: test({ value: 'x' }), b: test({}, { depends_on: 'a' }), w: test({ value: 'x' }) })),
      until('CREATE_COMPLETE'),
      update(
        hot({
          a: test({ value: 'y', fail: true, action_wait_secs: { update: 4 } }),
          b: test({ value: 'y' }, { depends_on: 'a' }),
          w: test({ value: 'y', action_wait_secs: { update: 7 } }),
        }),
      ),
      until('UPDATE_FAILED'),
    ],
  },
  {
    name: 'update-after-failed-update',
    row: '§7.5 status FAILED: replaced by needs_replace_failed; the stack recovers',
    steps: [
      create(hot({ a: test({ value: 'x' }), b: test({}, { depends_on: 'a' }) })),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ value: 'y', fail: true }), b: test({}, { depends_on: 'a' }) })),
      until('UPDATE_FAILED'),
      update(hot({ a: test({ value: 'z' }), b: test({}, { depends_on: 'a' }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-same-after-failed-update',
    row: '§7.5 status FAILED and nothing changed since',
    steps: [
      create(hot({ a: test({ value: 'x' }) })),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ value: 'y', fail: true }) })),
      until('UPDATE_FAILED'),
      update(hot({ a: test({ value: 'x' }) })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-after-failed-create',
    row: '§7.5 a CREATE_FAILED resource is replaced; one never begun is created',
    steps: [
      create(hot({ a: test({ value: 'x', fail: true, wait_secs: 4 }), b: test({}, { depends_on: 'a' }), c: test() })),
      until('CREATE_FAILED'),
      update(hot({ a: test({ value: 'x' }), b: test({}, { depends_on: 'a' }), c: test() })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-converge',
    row: '§7.3 converge: live state read and merged into before',
    steps: [
      create(chain('x')),
      until('CREATE_COMPLETE'),
      update(chain('x'), { converge: true }),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'update-timeout',
    row: '§6 Timeouts: per stack action; the resource in work is aborted',
    steps: [
      create(hot({ a: test({ value: 'x' }) })),
      until('CREATE_COMPLETE'),
      update(hot({ a: test({ value: 'y', action_wait_secs: { update: 200 } }) }), { timeout_mins: 1 }),
      untilAtOnce('UPDATE_FAILED'),
      { do: 'pause', seconds: 5 },
    ],
  },
  {
    name: 'update-preview',
    row: 'rest-api §3.6 update preview: unchanged, updated, replaced, added, deleted',
    steps: [
      create(
        hot({
          same: test(),
          changed: test({ value: 'x' }),
          other: value('x'),
          typed: test(),
          gone: test(),
          after: test({}, { depends_on: 'changed' }),
          user: test({ value: attr('other', 'value') }),
        }),
      ),
      until('CREATE_COMPLETE'),
      preview(
        hot({
          same: test(),
          changed: test({ value: 'y' }),
          other: value('y'),
          typed: value('y'),
          new: test(),
          after: test({}, { depends_on: 'changed' }),
          user: test({ value: attr('other', 'value') }),
        }),
      ),
      preview(hot({ same: test({ update_replace_value: 'r' }) })),
      previewPatch({}),
    ],
  },
];
