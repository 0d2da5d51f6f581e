/**
 * Heat's routes that this version does not have, as data: a client learns from a 501 that it asked for the right
 * thing in the wrong place. A row leaves this table on the day its route is built.
 */
import { errors, type HeatError } from '../../engine/kernel/errors.ts';
import type { PolicyName } from '../policy.ts';
import type { Method, Route } from '../route.ts';
import { stackPath } from './stack.ts';

type Row = readonly [method: Method, path: string, policy: PolicyName, feature: string];

const snapshot = `${stackPath}/snapshots/{snapshot_id}`;
const deployment = '/software_deployments/{deployment_id}';

const rows: readonly Row[] = [
  ['POST', `${stackPath}/snapshots`, 'stacks:snapshot', 'Stack snapshot'],
  ['GET', `${stackPath}/snapshots`, 'stacks:list_snapshots', 'Stack snapshot'],
  ['GET', snapshot, 'stacks:show_snapshot', 'Stack snapshot'],
  ['DELETE', snapshot, 'stacks:delete_snapshot', 'Stack snapshot'],
  ['POST', `${snapshot}/restore`, 'stacks:restore_snapshot', 'Stack restore'],
  ['GET', '/software_deployments', 'software_deployments:index', 'Software deployment'],
  ['GET', '/software_deployments/metadata/{server_id}', 'software_deployments:metadata', 'Software deployment'],
  ['POST', '/software_deployments', 'software_deployments:create', 'Software deployment'],
  ['GET', deployment, 'software_deployments:show', 'Software deployment'],
  ['PUT', deployment, 'software_deployments:update', 'Software deployment'],
  ['DELETE', deployment, 'software_deployments:delete', 'Software deployment'],
];

function refusing(method: Method, path: string, policy: PolicyName, error: () => HeatError): Route {
  return { methods: [method], path, policy, handle: () => Promise.reject(error()) };
}

const abandon = (): HeatError => errors.NotSupported({ feature: 'Stack Abandon' });

export const absentRoutes: readonly Route[] = [
  ...rows.map(([method, path, policy, feature]) =>
    refusing(method, path, policy, () => errors.NotAvailable({ feature })),
  ),
  // Switched off in Heat as it is shipped (enable_stack_abandon), so these are whole.
  refusing('DELETE', `${stackPath}/abandon`, 'stacks:abandon', abandon),
  refusing('GET', `${stackPath}/export`, 'stacks:export', abandon),
];
