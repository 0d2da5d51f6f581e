/** OS::Nova::Quota: how many servers and the like a project may have. No mark: quota.ts. */
import { resource } from '../../kit/declare.ts';
import type { SupportStatus } from '../../kit/schema.ts';
import { limit, quotaLife, quotaProperties, saysSome } from '../quota.ts';
import { compute } from './compute.ts';

/** Files are not put into servers any more. */
const injected: SupportStatus = {
  status: 'DEPRECATED',
  version: '14.0.0',
  message: 'File injection is deprecated from compute API microversion 2.57.',
};

const properties = quotaProperties({
  cores: limit('virtual processors'),
  fixed_ips: limit('fixed IP addresses'),
  floating_ips: limit('floating IP addresses'),
  instances: limit('servers'),
  injected_files: limit('files put into a server').status(injected),
  injected_file_content_bytes: limit('bytes of a file put into a server').status(injected),
  injected_file_path_bytes: limit('bytes of the path of a file put into a server').status(injected),
  key_pairs: limit('key pairs of a user'),
  metadata_items: limit('metadata of a server'),
  ram: limit('MB of memory'),
  security_groups: limit('security groups'),
  security_group_rules: limit('rules of a security group'),
  server_groups: limit('server groups'),
  server_group_members: limit('members of a server group'),
});

export default resource('OS::Nova::Quota', {
  description: 'How many servers and the like a project may have.',
  className: 'NovaQuota',
  since: '8.0.0',
  properties,
  validate: saysSome(properties),
  life: quotaLife({
    key: 'quota_set',
    call: (method, project, body) =>
      compute(method, `/os-quota-sets/${encodeURIComponent(project)}`, body === undefined ? {} : { body }),
  }),
  show: live => live.data,
});
