/** A resource as the preview of an update shows it (contract: rest-api §3.6): as it will be, or as it is. */
import type { Uuid } from '../kernel/ids.ts';
import type { Registry } from '../kit/resource.ts';
import type { PlannedResource } from '../orchestration/jobs.ts';
import { attributeNames } from '../orchestration/making.ts';
import { emptyMap, mapOf, type Value } from '../values/value.ts';
import type { ChangePreviewed } from '../../proto/engine.ts';
import { restingOutlook } from './outlook.ts';
import type { Outlook, Sources, There } from './outlook-parts.ts';
import { attributesOf } from './resources.ts';

/** As it will be: nothing of it is there yet, or it is told as if, as Heat does (its entries come from the new stack). */
export function coming(
  registry: Registry,
  planned: PlannedResource,
  requiredBy: readonly string[],
  outlook: Outlook,
): ChangePreviewed {
  const type = registry.get(planned.implementation);
  const names = type === undefined || type.anyProperties ? [] : attributeNames(type);
  return {
    name: planned.name,
    type: planned.type,
    description: planned.description,
    requiredBy,
    metadata: outlook.metadata,
    properties: emptyMap,
    attributes: mapOf(names.map((name): [string, Value] => [name, null])),
    action: 'INIT',
    status: 'COMPLETE',
    reason: '',
    physicalId: undefined,
    createdAt: undefined,
    updatedAt: undefined,
    because: outlook.because,
    calls: outlook.calls,
  };
}

/** As it is. */
export function existing(
  registry: Registry,
  { record, incarnations }: There,
  names: ReadonlyMap<Uuid, string>,
  { because, calls }: Pick<Outlook, 'because' | 'calls'>,
  sources: Sources,
): ChangePreviewed {
  const type = registry.get(record.order.type);
  const current = incarnations.find(({ id }) => id === record.current);
  const resting = current && restingOutlook({ record, incarnations: [current] }, type, sources).after;
  return {
    name: record.name,
    type: record.type,
    description: record.order.description,
    requiredBy: record.requiredBy.map(({ id }) => names.get(id)).filter(name => name !== undefined),
    metadata: emptyMap,
    properties: emptyMap,
    attributes: type === undefined || type.anyProperties ? emptyMap : attributesOf(type, resting?.live),
    action: record.action,
    status: record.status,
    reason: record.reason,
    physicalId: record.physicalId ?? undefined,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    because,
    calls,
  };
}
