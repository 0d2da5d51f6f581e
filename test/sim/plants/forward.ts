/** A store that passes everything on: what a plant changes is all that it says. */
import type { Store } from '../../../engine/store/store.ts';

export function forward(home: Store, changed: Partial<Store>): Store {
  return {
    begin: session => home.begin(session),
    end: session => home.end(session),
    owners: shards => home.owners(shards),
    claim: (me, seen) => home.claim(me, seen),
    release: (me, shards) => home.release(me, shards),
    commit: (lane, n, rows) => home.commit(lane, n, rows),
    burn: (lane, n) => home.burn(lane, n),
    load: actors => home.load(actors),
    read: (table, keys) => home.read(table, keys),
    unfinished: shards => home.unfinished(shards),
    select: (table, select) => home.select(table, select),
    count: (table, where) => home.count(table, where),
    events: (stacks, select) => home.events(stacks, select),
    contents: (root, hashes) => home.contents(root, hashes),
    named: (project, name) => home.named(project, name),
    addConfig: config => home.addConfig(config),
    readConfigs: ids => home.readConfigs(ids),
    listConfigs: page => home.listConfigs(page),
    countConfigs: project => home.countConfigs(project),
    removeConfig: (id, goneAt) => home.removeConfig(id, goneAt),
    strike: (stack, atMs, errorId) => home.strike(stack, atMs, errorId),
    strikes: stack => home.strikes(stack),
    unpark: stack => home.unpark(stack),
    parked: () => home.parked(),
    strikeOut: (me, stack, before) => home.strikeOut(me, stack, before),
    sweep: (me, before, atMost) => home.sweep(me, before, atMost),
    trimEvents: (stack, keep, atMost) => home.trimEvents(stack, keep, atMost),
    nowMs: () => home.nowMs(),
    ...changed,
  };
}
