/** Types that are Heat's own: they ask no service, so their attributes show what they are. */
import { cannot, to, type TypeEntry } from './form.ts';

const all = 'each of its properties may be changed';

const child = (value: string): string =>
  JSON.stringify({
    heat_template_version: '2018-08-31',
    parameters: { colour: { type: 'string', default: 'red' } },
    resources: { inner: { type: 'OS::Heat::Value', properties: { value } } },
    outputs: { said: { value: { get_attr: ['inner', 'value'] } }, colour: { value: { get_param: 'colour' } } },
  });

export const heatEntries: readonly TypeEntry[] = [
  {
    type: 'OS::Heat::RandomString',
    properties: { length: 8 },
    replaces: {
      length: to(9),
      salt: to('pepper'),
      character_classes: to([{ class: 'digits', min: 2 }]),
      character_sequences: to([{ sequence: '_-', min: 1 }], { with: { character_classes: null } }),
    },
    varying: ['value'],
  },
  {
    type: 'OS::Heat::Value',
    properties: { value: 'one', type: 'string' },
    updates: { value: to('two'), type: to('number', { with: { value: 5 }, at: 'value', is: 5, wave: 2 }) },
    replaces: cannot(all),
  },
  { type: 'OS::Heat::None', properties: { anything: 'goes' }, replaces: cannot('it has no property of its own') },
  {
    type: 'OS::Heat::TestResource',
    properties: { value: 'one', update_replace_value: 'first' },
    updates: {
      value: to('two', { at: 'output' }),
      wait_secs: to(0.1, { unseen: 'it is a time to wait' }),
      action_wait_secs: to({ update: 0.1 }, { unseen: 'it is a time to wait' }),
      client_name: to('nova', { unseen: 'nothing of it can be seen', with: { entity_name: 'servers' } }),
      entity_name: to('flavors', { unseen: 'nothing of it can be seen', wave: 2 }),
      attr_wait_secs: to(0.1, { unseen: 'it is a time to wait' }),
      constraint_prop_secs: to(0.1, { unseen: 'it is a time to wait' }),
      fail: cannot('it makes the update fail'),
      update_replace: to(true, { unseen: 'a change of the value shows it, by a replacement', wave: 3 }),
    },
    replaces: { update_replace_value: to('second') },
  },
  {
    type: 'OS::Heat::Delay',
    properties: { min_wait: 0.1 },
    updates: {
      min_wait: to(0.2, { unseen: 'it is a time to wait' }),
      max_jitter: to(0.1, { unseen: 'it is a time to wait' }),
      jitter_multiplier: to(2, { unseen: 'it is a time to wait' }),
      actions: to(['CREATE', 'DELETE'], { unseen: 'it says when there is a wait' }),
    },
    replaces: cannot(all),
  },
  {
    type: 'OS::Heat::ResourceGroup',
    properties: { count: 2, resource_def: { type: 'OS::Heat::Value', properties: { value: 'of %index%' } } },
    updates: {
      count: to(3, { at: 'refs_map', is: { 0: {}, 1: {}, 2: {} } }),
      resource_def: to(
        { type: 'OS::Heat::Value', properties: { value: 'now %index%' } },
        { unseen: 'the members show it, which are of the child stack', wave: 2 },
      ),
      removal_policies: to([{ resource_list: ['0'] }], { at: 'refs_map', is: { 1: {}, 2: {}, 3: {} }, wave: 3 }),
      removal_policies_mode: to('update', { unseen: 'the next removal follows it', wave: 4 }),
    },
    replaces: { index_var: to('%n%') },
    unread: { attributes: 'it is read with the name of an attribute of the members' },
    varying: ['refs', 'refs_map'],
  },
  {
    type: 'OS::Heat::Stack',
    properties: { template: child('one'), timeout: 10, parameters: { colour: 'green' } },
    updates: {
      template: to(child('two'), { at: 'outputs.said', is: 'two' }),
      parameters: to({ colour: 'blue' }, { at: 'outputs.colour', is: 'blue' }),
      timeout: to(20, { unseen: "it is the child stack's" }),
      context: cannot('another region or cloud needs one that is there'),
    },
    replaces: cannot(all),
  },
];
