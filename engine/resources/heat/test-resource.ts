/**
 * OS::Heat::TestResource: keeps a string, and waits or fails as it is told.
 *
 * An action ends strictly after its wait; below zero it never ends by itself. `fail` fails creating, after the wait
 * and with nothing kept; deleting never fails. `client_name` and `entity_name` make Heat poll a service and ignore
 * what it says; nothing of it can be seen, so here they do nothing, as do the waits when an attribute is read.
 */
import { limits } from '../../kernel/limits.ts';
import { resource } from '../../kit/declare.ts';
import { textIn } from '../../kit/given.ts';
import { attribute, boolean, custom, map, number, string } from '../../kit/schema.ts';
import type { Change, LifeContext, LocalOutcome, Made } from '../../kit/resource.ts';
import { isMap, mapOf, type ValueMap } from '../../values/value.ts';
import { toDouble, toMillis } from './numbers.ts';

type Action = 'create' | 'update' | 'delete';

/** How long an action takes: its own wait, else the common one. */
function waitMs(properties: ValueMap, action: Action): number {
  const perAction = properties.get('action_wait_secs') ?? null;
  const own = isMap(perAction) ? toDouble(perAction.get(action)) : undefined;
  const seconds = own ?? toDouble(properties.get('wait_secs')) ?? 0;
  // Python compares waited > seconds: never true for not-a-number, always for zero as soon as anything was waited.
  if (seconds === 0) return 0;
  const ms = seconds < 0 ? undefined : toMillis(seconds);
  return ms === undefined ? limits.longestWaitMs : Math.min(ms + 1, limits.longestWaitMs);
}

/** After the action's time: what is kept, or the failure that it was told to have. */
function outcome(properties: ValueMap, action: Action, context: LifeContext, made: Made): LocalOutcome<Made> {
  const wait = waitMs(properties, action);
  if (properties.get('fail') !== true) return { kind: 'done', waitMs: wait, value: made };
  return {
    kind: 'failed',
    waitMs: wait,
    error: 'ValueError',
    message: `Test Resource failed ${context.resourceName}`,
  };
}

/** Another value is kept, unless it is empty: as Heat, which does not tell an empty value from none. */
function update({ before, after, changed }: Change, context: LifeContext): LocalOutcome<Made> | 'replace' {
  if (changed.has('value') && after.get('update_replace') === true) return 'replace';
  const value = changed.has('value') ? textIn(after, 'value') : undefined;
  const data = value === undefined ? before.data : mapOf([['value', value]]);
  return outcome(after, 'update', context, { physicalId: before.physicalId, data });
}

const waits = (what: string) => number(`Seconds that ${what} takes; default wait_secs.`, { update: true });

export default resource('OS::Heat::TestResource', {
  description: 'Keeps a string, and waits or fails as it is told.',
  since: '5.0.0',
  properties: {
    value: string('The string to keep.', { update: true }).default('test_string'),
    fail: boolean('Whether the action fails.', { update: true }).default(false),
    update_replace: boolean('Whether a change of the value replaces the resource.', { update: true }).default(false),
    update_replace_value: string('A change of it replaces the resource.').supportedSince('7.0.0'),
    wait_secs: number('Seconds that each action takes; -1: it never ends.', { update: true }).default(0),
    action_wait_secs: map('Seconds that single actions take.', { update: true }).with({
      create: waits('creating'),
      update: waits('updating'),
      delete: waits('deleting'),
    }),
    client_name: string('The client to poll while waiting.', { update: true }).default(''),
    entity_name: string('What the client polls.', { update: true }).default(''),
    attr_wait_secs: number('Seconds that reading an attribute takes.', { update: true })
      .default(0)
      .supportedSince('6.0.0'),
    constraint_prop_secs: number('Seconds that checking this property takes.', { update: true })
      .default(0)
      .constraints(custom('test_constr'))
      .supportedSince('6.0.0'),
  },
  attributes: { output: attribute('The string that is kept.', { cache: 'none' }) },
  life: {
    kind: 'local',
    create(properties, context) {
      const data = mapOf([['value', properties.get('value') ?? null]]);
      return outcome(properties, 'create', context, { physicalId: context.physicalName, data });
    },
    update,
    delete: live => ({ kind: 'done', waitMs: waitMs(live.properties, 'delete'), value: null }),
  },
  attribute: live => live.data.get('value') ?? null,
});
