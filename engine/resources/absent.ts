/**
 * Heat's types that are not built here, by name alone: whoever uses one is told that it is not there yet, and what is
 * missing, and not that there were no such type (kit/access.ts). Nothing lists them, nothing makes them.
 */
import { resource } from '../kit/declare.ts';
import { heatTypes, whyMissing } from '../kit/heat-types.ts';
import type { ResourceType } from '../kit/resource.ts';

/** Hidden in Heat, though not tombs. */
const hidden: ReadonlySet<string> = new Set([
  'OS::Heat::SoftwareDeployments',
  'OS::Heat::StructuredDeployments',
  'OS::Magnum::BayModel',
]);

/** The types of Heat's that `built` does not have. */
export function absentTypes(built: ReadonlySet<string>): readonly ResourceType[] {
  return [...heatTypes.keys()].filter(name => !built.has(name)).map(absentType);
}

function absentType(name: string): ResourceType {
  const why = whyMissing(name);
  const type = resource(name, {
    anyProperties: true,
    ...(hidden.has(name) && { support: { status: 'HIDDEN' } }),
    life: {
      kind: 'local',
      create: () => ({ kind: 'failed', waitMs: 0, error: 'ResourceTypeUnavailable', message: why }),
    },
  });
  return Object.freeze({ ...type, absent: why });
}
