/** OS::Neutron::Quota: how many networks and the like a project may have. No mark: quota.ts. */
import { resource } from '../../kit/declare.ts';
import { limit, quotaLife, quotaProperties, saysSome } from '../quota.ts';
import { service } from './network.ts';

const properties = quotaProperties({
  subnet: limit('subnets'),
  network: limit('networks'),
  floatingip: limit('floating IPs'),
  security_group_rule: limit('security group rules'),
  security_group: limit('security groups'),
  router: limit('routers'),
  port: limit('ports'),
  subnetpool: limit('subnet pools').supportedSince('12.0.0'),
  rbac_policy: limit('RBAC policies').supportedSince('12.0.0'),
});

export default resource('OS::Neutron::Quota', {
  description: 'How many networks and the like a project may have.',
  className: 'NeutronQuota',
  since: '8.0.0',
  properties,
  validate: saysSome(properties),
  life: quotaLife({
    key: 'quota',
    isCalledByProject: true,
    call: (method, project, body) => {
      const path = `/v2.0/quotas/${encodeURIComponent(project)}`;
      return { service, method, path, ...(body !== undefined && { body }) };
    },
  }),
  show: live => live.data,
});
