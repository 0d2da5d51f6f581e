/** Nova's types. */
import type { ResourceType } from '../../kit/resource.ts';
import flavor from './flavor.ts';
import floatingIpAssociation from './floating-ip-association.ts';
import floatingIp from './floating-ip.ts';
import hostAggregate from './host-aggregate.ts';
import keyPair from './key-pair.ts';
import quota from './quota.ts';
import serverGroup from './server-group.ts';
import server from './server.ts';

export const novaTypes: readonly ResourceType[] = [
  flavor,
  floatingIpAssociation,
  floatingIp,
  hostAggregate,
  keyPair,
  quota,
  server,
  serverGroup,
];
