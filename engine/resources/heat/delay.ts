/**
 * OS::Heat::Delay: takes time, so that others come later.
 *
 * It waits `min_wait` and up to `max_jitter` × `jitter_multiplier` seconds more, evenly spread, in the actions it is
 * told. It makes nothing: it has no id, and a reference to it gives its name.
 */
import { errors } from '../../kernel/errors.ts';
import { resource } from '../../kit/declare.ts';
import type { LocalOutcome } from '../../kit/resource.ts';
import { allowedValues, list, number, range } from '../../kit/schema.ts';
import { type Expr, isKnown } from '../../template/expr.ts';
import { pyStr } from '../../values/python.ts';
import { emptyMap, isList, type Value, type ValueMap } from '../../values/value.ts';
import { numberLike, toDouble, toMillis } from './numbers.ts';

const name = 'OS::Heat::Delay';
const operands = ['min_wait', 'max_jitter', 'jitter_multiplier'] as const;

/** Steps of the dice for the jitter: fine enough for a millisecond in days. */
const jitterSteps = 2 ** 32;

function after<T>(
  properties: ValueMap,
  action: 'CREATE' | 'DELETE' | 'SUSPEND' | 'RESUME',
  below: (n: number) => number,
  value: T,
): LocalOutcome<T> {
  const actions = properties.get('actions') ?? null;
  if (!isList(actions) || !actions.includes(action)) return { kind: 'done', waitMs: 0, value };
  const [min = 0, jitter = 0, multiplier = 0] = operands.map(operand => toDouble(properties.get(operand)));
  const waitMs = toMillis(min + (jitter * multiplier * below(jitterSteps)) / jitterSteps);
  if (waitMs !== undefined) return { kind: 'done', waitMs, value };
  return { kind: 'failed', waitMs: 0, error: 'ValueError', message: 'cannot convert float NaN to integer' };
}

/** The longest that it may wait, in seconds, or undefined while that is not known. */
function longest(properties: ReadonlyMap<string, Expr>): Value | undefined {
  const values = operands.map(operand => properties.get(operand) ?? null);
  if (!values.every(isKnown)) return undefined;
  const [min = 0, jitter = 0, multiplier = 0] = values.map(toDouble);
  return numberLike(min + jitter * multiplier, values);
}

export default resource(name, {
  description: 'Waits for a fixed and a random time when its actions run.',
  since: '11.0.0',
  properties: {
    min_wait: number('Seconds to wait at least.', { update: true }).default(0).constraints(range(0)),
    max_jitter: number('How much more at most, in units of jitter_multiplier.', { update: true })
      .default(0)
      .constraints(range(0)),
    jitter_multiplier: number('Seconds that a unit of max_jitter has.', { update: true })
      .default({ float: '1.0' })
      .constraints(range(0)),
    actions: list('The actions that take this time.', { update: true })
      .default(['CREATE'])
      .constraints(allowedValues('CREATE', 'DELETE', 'SUSPEND', 'RESUME')),
  },
  validate(properties, { stackTimeoutMs }) {
    // Inside a nested template there is none to compare with, and nothing is looked at.
    if (stackTimeoutMs === Number.POSITIVE_INFINITY) return;
    const most = longest(properties);
    const seconds = toDouble(most);
    // Not-a-number is longer than any timeout.
    if (most === undefined || seconds === undefined || seconds * 1_000 <= stackTimeoutMs) return;
    throw errors.StackValidationFailed({ message: `${name} maximum delay ${pyStr(most)}s exceeds stack timeout.` });
  },
  life: {
    kind: 'local',
    create: (properties, context) =>
      after(properties, 'CREATE', n => context.below(n), { physicalId: '', data: emptyMap }),
    suspend: (live, context) => after(live.properties, 'SUSPEND', n => context.below(n), null),
    resume: (live, context) => after(live.properties, 'RESUME', n => context.below(n), null),
    delete: (live, context) => after(live.properties, 'DELETE', n => context.below(n), null),
  },
  referenceId: live => live.resourceName,
});
