/**
 * Who may use what is not his own: shares (RBAC policies) of networks, address scopes, pools, groups and QoS policies.
 *
 * A network's flags `shared` and `router:external` are shares with everybody, made and taken away with them, and the
 * other way round. Of other things the flag alone counts, beside their shares.
 */
import type { Beginning } from '../service.ts';
import { refuse } from './errors.ts';
import type { Network, NeutronState } from './state.ts';

export const everybody = '*';
export const sharedAction = 'access_as_shared';
export const externalAction = 'access_as_external';

/** True where a share lets the project use the thing. */
export function isSharedWith(state: NeutronState, objectId: string, projectId: string): boolean {
  return state
    .sharesOf(objectId)
    .some(
      ({ action, target_tenant: target }) =>
        action === sharedAction && (target === everybody || (projectId !== '' && target === projectId)),
    );
}

/** Makes the shares with everybody those that the network's flags say. */
export function followFlags(state: NeutronState, dice: Beginning, network: Network): void {
  const said = [
    [sharedAction, network.shared],
    [externalAction, network['router:external']],
  ] as const;
  for (const [action, wanted] of said) {
    const share = state.sharesOf(network.id).find(one => one.action === action && one.target_tenant === everybody);
    if (share !== undefined && !wanted) state.shares.drop(share.id);
    if (share === undefined && wanted) {
      const { id, project_id } = network;
      state.shares.put({
        id: dice.newId(),
        project_id,
        object_type: 'network',
        object_id: id,
        action,
        target_tenant: everybody,
      });
    }
  }
}

/** Sets the flags that a network's shares with everybody mean. */
export function followShares(state: NeutronState, objectId: string): void {
  const network = state.networks.get(objectId);
  if (network === undefined) return;
  const has = (action: string) =>
    state.sharesOf(objectId).some(one => one.action === action && one.target_tenant === everybody);
  state.networks.put({ ...network, shared: has(sharedAction), 'router:external': has(externalAction) });
}

/** Ports on the network of projects that may use it no longer. Networks' own devices count for nobody. */
export function strandedPorts(state: NeutronState, network: Network): readonly string[] {
  return state
    .portsOn(network.id)
    .filter(port => !port.device_owner.startsWith('network:') && port.project_id !== network.project_id)
    .filter(port => !isSharedWith(state, network.id, port.project_id))
    .map(port => port.id);
}

/** @throws NeutronError 409 where a share that went is in use. */
export function mustStrandNobody(state: NeutronState, network: Network): void {
  if (strandedPorts(state, network).length === 0) return;
  throw refuse.conflict('InvalidSharedSetting', sharingInUse(network.id));
}

export const sharingInUse = (networkId: string): string =>
  `Unable to reconfigure sharing settings for network ${networkId}. Multiple tenants are using it.`;

/** A thing that goes takes its shares along. */
export function dropShares(state: NeutronState, objectId: string): void {
  for (const share of state.sharesOf(objectId)) state.shares.drop(share.id);
}
