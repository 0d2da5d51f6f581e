/** Once a second: does a node die, stop for a while, hand off, or lose its cables? */
import type { Cluster, NodeSlot } from './cluster.ts';
import type { SimDice } from './dice.ts';
import type { Place } from './links.ts';

const tickMs = 1_000;

export function startChaos(cluster: Cluster): void {
  const dice = cluster.dice.fork('chaos');
  const tick = () => {
    if (cluster.faults.healed) return;
    for (const slot of cluster.slots) maybe(cluster, slot, dice);
    cluster.scheduler.after(dice.span(0.5, 1.5) * tickMs, 'chaos', -1, tick);
  };
  cluster.scheduler.after(tickMs, 'chaos', -1, tick);
}

function maybe(cluster: Cluster, slot: NodeSlot, dice: SimDice): void {
  const { faults } = cluster;
  if (!slot.process.alive || slot.process.paused || slot.engine === undefined) return;
  if (faults.roll('node-killed')) cluster.kill(slot, dice.skewed(200, 20_000));
  else if (faults.roll('node-paused')) cluster.pause(slot, dice.skewed(20, 3_000));
  else if (faults.roll('node-paused-long')) cluster.pause(slot, dice.span(4_000, 12_000));
  else if (faults.roll('node-handed-off')) cluster.handOff(slot, dice.skewed(500, 10_000));
  else if (faults.roll('partition')) cluster.cut(slot, places(cluster, slot, dice), dice.skewed(500, 15_000));
}

function places(cluster: Cluster, slot: NodeSlot, dice: SimDice): readonly Place[] {
  const others: readonly Place[] = cluster.slots.filter(other => other !== slot).map(other => other.index);
  const all: readonly Place[] = [...others, 'directory', 'database', 'cloud'];
  const some = all.filter(() => dice.chance(0.5));
  return some.length > 0 ? some : [dice.pick(all)];
}

/** Nothing new goes wrong from here on; who is down comes back by itself. */
export function heal(cluster: Cluster): void {
  cluster.faults.heal();
  cluster.links.mendAll();
  cluster.scheduler.note(() => '---- healed');
}
