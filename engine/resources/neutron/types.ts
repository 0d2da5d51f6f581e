/** Neutron's types. */
import type { ResourceType } from '../../kit/resource.ts';
import floatingIp from './floating-ip.ts';
import floatingIpAssociation from './floating-ip-association.ts';
import net from './net.ts';
import port from './port.ts';
import router from './router.ts';
import routerInterface from './router-interface.ts';
import securityGroup from './security-group.ts';
import securityGroupRule from './security-group-rule.ts';
import subnet from './subnet.ts';

export const neutronTypes: readonly ResourceType[] = [
  floatingIp,
  floatingIpAssociation,
  net,
  port,
  router,
  routerInterface,
  securityGroup,
  securityGroupRule,
  subnet,
];
