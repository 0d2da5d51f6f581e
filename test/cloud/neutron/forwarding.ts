/** How what is forwarded goes: by itself, or with its port. */
import { changed, type Desk } from './desk.ts';
import type { Forwarding } from './links.ts';

/** The last of a floating IP takes its router along. */
export function dropForwarding(desk: Desk, row: Forwarding, now: number): void {
  const { state } = desk;
  state.forwardings.drop(row.id);
  const floating = state.floatingIps.get(row.floatingip_id);
  if (floating === undefined || state.forwardingsOf(floating.id).length > 0) return;
  state.floatingIps.put(changed(floating, { router_id: null }, now));
}
