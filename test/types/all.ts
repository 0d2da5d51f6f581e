/** The whole table: a file per service, and per part of a big one. */
import { awsMachineEntries } from './aws-machines.ts';
import { cinderAdminEntries } from './cinder-admin.ts';
import { awsNetworkEntries } from './aws-network.ts';
import { cinderEntries } from './cinder.ts';
import type { TypeEntry } from './form.ts';
import { glanceEntries } from './glance.ts';
import { heatEntries } from './heat.ts';
import { heatConfigEntries } from './heat-configs.ts';
import { hiddenEntries } from './hidden.ts';
import { keystoneEntries } from './keystone.ts';
import { keystoneMoreEntries } from './keystone-more.ts';
import { neutronEntries } from './neutron.ts';
import { neutronLinksEntries } from './neutron-links.ts';
import { neutronPolicyEntries } from './neutron-policies.ts';
import { neutronTiesEntries } from './neutron-ties.ts';
import { neutronQuotaEntries } from './neutron-quota.ts';
import { novaAdminEntries } from './nova-admin.ts';
import { novaEntries } from './nova.ts';

export const typeEntries: readonly TypeEntry[] = [
  ...heatEntries,
  ...heatConfigEntries,
  ...novaEntries,
  ...neutronEntries,
  ...neutronTiesEntries,
  ...neutronLinksEntries,
  ...neutronPolicyEntries,
  ...cinderEntries,
  ...glanceEntries,
  ...keystoneEntries,
  ...novaAdminEntries,
  ...cinderAdminEntries,
  ...neutronQuotaEntries,
  ...awsMachineEntries,
  ...keystoneMoreEntries,
  ...awsNetworkEntries,
  ...hiddenEntries,
];
