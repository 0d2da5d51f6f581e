/** What a project may have of Neutron's things. */
import { made, ref, thing, to, type TypeEntry } from './form.ts';

export const neutronQuotaEntries: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::Quota',
    as: 'admin',
    around: { project: made('OS::Keystone::Project', {}), other: made('OS::Keystone::Project', {}) },
    properties: { project: ref('project'), network: 10 },
    thing: thing('network', '/v2.0/quotas/{project}', 'quota'),
    updates: {
      subnet: to(11),
      network: to(12),
      floatingip: to(13),
      security_group_rule: to(14),
      security_group: to(15),
      router: to(16),
      port: to(17),
      subnetpool: to(18),
      rbac_policy: to(-1),
    },
    replaces: {
      project: to(ref('other'), { thing: thing('network', '/v2.0/quotas/{other}', 'quota'), at: 'network', is: 12 }),
    },
  },
];
