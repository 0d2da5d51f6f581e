/** AWS's types, mapped to OpenStack's services. */
import type { ResourceType } from '../../kit/resource.ts';
import eip from './eip.ts';
import eipAssociation from './eip-association.ts';
import instance from './instance.ts';
import internetGateway from './internet-gateway.ts';
import networkInterface from './network-interface.ts';
import routeTable from './route-table.ts';
import securityGroup from './security-group.ts';
import subnet from './subnet.ts';
import subnetRouteTableAssociation from './subnet-route-table-association.ts';
import volume from './volume.ts';
import volumeAttachment from './volume-attachment.ts';
import vpc from './vpc.ts';
import vpcGatewayAttachment from './vpc-gateway-attachment.ts';

export const awsTypes: readonly ResourceType[] = [
  eip,
  eipAssociation,
  instance,
  internetGateway,
  networkInterface,
  routeTable,
  securityGroup,
  subnet,
  subnetRouteTableAssociation,
  volume,
  volumeAttachment,
  vpc,
  vpcGatewayAttachment,
];
