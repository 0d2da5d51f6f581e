/**
 * The way out of a cloud that does not say which: AWS's templates name no external network, so there must be one only,
 * as in Heat.
 */
import { textIn } from '../../kit/given.ts';
import type { Readiness, Step, StepInput } from '../../kit/resource.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingsIn } from '../../kit/steps.ts';
import { mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { service } from '../neutron/network.ts';

const name = 'external';

/** Those of a list that are external: a filter is never the proof. */
function externalIn(body: Value): readonly ValueMap[] {
  return thingsIn(body, 'networks').filter(network => network.get('router:external') === true);
}

function theOnly(body: Value): Readiness {
  const found = externalIn(body).length;
  if (found === 1) return { kind: 'ready' };
  return { kind: 'failed', error: 'Error', message: `Expected 1 external network, found ${found}` };
}

/** Looks for it; fails in Heat's words where there is none, or several. */
export const externalStep: Step = readingStep({
  name,
  call: () => ({ service, method: 'GET', path: '/v2.0/networks?router%3Aexternal=True' }),
  made(body, { physicalName }) {
    const [network] = externalIn(body);
    return { physicalId: physicalName, data: mapOf([['network_id', network?.get('id') ?? null]]) };
  },
  ready: theOnly,
});

/** Its id, once `externalStep` is done. */
export function externalNetwork(input: StepInput): string {
  return textIn(thingOf(input, name).data, 'network_id') ?? '{external network}';
}
