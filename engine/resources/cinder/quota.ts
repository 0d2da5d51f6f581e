/** OS::Cinder::Quota: how many volumes and the like a project may have. No mark: quota.ts. */
import { resource } from '../../kit/declare.ts';
import { limit, quotaLife, quotaProperties, saysSome } from '../quota.ts';
import { block } from './block.ts';

const properties = quotaProperties({
  gigabytes: limit('GB of volumes and snapshots'),
  volumes: limit('volumes'),
  backups: limit('backups').supportedSince('16.0.0'),
  backup_gigabytes: limit('GB of backups').supportedSince('16.0.0'),
  snapshots: limit('snapshots'),
});

const path = (project: string) => `/os-quota-sets/${encodeURIComponent(project)}`;

export default resource('OS::Cinder::Quota', {
  description: 'How many volumes and the like a project may have.',
  className: 'CinderQuota',
  since: '7.0.0',
  properties,
  validate: saysSome(properties),
  life: quotaLife({
    key: 'quota_set',
    call: (method, project, body) => block(method, path(project), body === undefined ? {} : { body }),
    usage: project => block('GET', `${path(project)}?usage=True`),
  }),
  show: live => live.data,
});
