/** One scenario at least for each row of the contract's tables of actions, updates and failures (lifecycle.md). */
import { actions } from './lifecycle/actions.ts';
import { cancelling } from './lifecycle/cancelling.ts';
import { creating } from './lifecycle/creating.ts';
import { deleting } from './lifecycle/deleting.ts';
import { nested } from './lifecycle/nested.ts';
import { network } from './lifecycle/network.ts';
import { replacing } from './lifecycle/replacing.ts';
import { rollback } from './lifecycle/rollback.ts';
import { updating } from './lifecycle/updating.ts';
import { unhealthiness } from './lifecycle/unhealthiness.ts';
import type { Scenario } from './scenario.ts';

export const lifecycle: readonly Scenario[] = [
  ...creating,
  ...updating,
  ...replacing,
  ...rollback,
  ...cancelling,
  ...deleting,
  ...actions,
  ...unhealthiness,
  ...nested,
  ...network,
];
