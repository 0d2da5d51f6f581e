/** Neutron's types. */
import type { ResourceType } from '../../kit/resource.ts';
import addressScope from './address-scope.ts';
import floatingIpAssociation from './floating-ip-association.ts';
import floatingIp from './floating-ip.ts';
import meteringLabel from './metering-label.ts';
import meteringRule from './metering-rule.ts';
import extraRoute from './extra-route.ts';
import extraRouteSet from './extra-route-set.ts';
import floatingIpPortForward from './floating-ip-port-forward.ts';
import net from './net.ts';
import port from './port.ts';
import providerNet from './provider-net.ts';
import qosBandwidthLimitRule from './qos-bandwidth-limit-rule.ts';
import qosDscpMarkingRule from './qos-dscp-marking-rule.ts';
import qosMinimumBandwidthRule from './qos-minimum-bandwidth-rule.ts';
import qosMinimumPacketRateRule from './qos-minimum-packet-rate-rule.ts';
import qosPolicy from './qos-policy.ts';
import rbacPolicy from './rbac-policy.ts';
import quota from './quota.ts';
import routerGateway from './router-gateway.ts';
import routerInterface from './router-interface.ts';
import router from './router.ts';
import securityGroupRule from './security-group-rule.ts';
import securityGroup from './security-group.ts';
import segment from './segment.ts';
import subnetPool from './subnet-pool.ts';
import subnet from './subnet.ts';
import trunk from './trunk.ts';

export const neutronTypes: readonly ResourceType[] = [
  addressScope,
  floatingIpAssociation,
  floatingIp,
  meteringLabel,
  meteringRule,
  extraRoute,
  extraRouteSet,
  floatingIpPortForward,
  net,
  port,
  providerNet,
  qosBandwidthLimitRule,
  qosDscpMarkingRule,
  qosMinimumBandwidthRule,
  qosMinimumPacketRateRule,
  qosPolicy,
  rbacPolicy,
  quota,
  routerGateway,
  routerInterface,
  router,
  securityGroupRule,
  securityGroup,
  segment,
  subnetPool,
  subnet,
  trunk,
];
