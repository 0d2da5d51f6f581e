/**
 * Heat's 201 resource types by name: the client each works with, whose service must be in the caller's catalog, and the
 * extension that the service must have for it (contract: resource-index; resource-types §1). Whether a type is built
 * here is for the registry to say (resources/registry.ts).
 */

export interface HeatType {
  /** Heat's name of the client, as messages have it; undefined: it needs no service. */
  readonly client: string | undefined;
  /** The alias of the extension that it requires of that service. */
  readonly extension: string | undefined;
}

/** Namespace, client ('': none), and the names in it. */
const rows: readonly (readonly [namespace: string, client: string, names: string])[] = [
  ['AWS::AutoScaling', '', 'AutoScalingGroup LaunchConfiguration ScalingPolicy'],
  ['AWS::CloudFormation', '', 'Stack WaitCondition WaitConditionHandle'],
  ['AWS::EC2', 'nova', 'EIP EIPAssociation Instance'],
  ['AWS::EC2', '', 'InternetGateway SecurityGroup'],
  ['AWS::EC2', 'neutron', 'NetworkInterface RouteTable Subnet SubnetRouteTableAssociation VPC VPCGatewayAttachment'],
  ['AWS::EC2', 'cinder', 'Volume VolumeAttachment'],
  ['AWS::ElasticLoadBalancing', '', 'LoadBalancer'],
  ['AWS::IAM', '', 'AccessKey User'],
  ['AWS::S3', 'swift', 'Bucket'],
  [
    'OS::Aodh',
    'aodh',
    'Alarm CombinationAlarm CompositeAlarm EventAlarm GnocchiAggregationByMetricsAlarm ' +
      'GnocchiAggregationByResourcesAlarm GnocchiResourcesAlarm LBMemberHealthAlarm PrometheusAlarm',
  ],
  ['OS::Barbican', 'barbican', 'CertificateContainer GenericContainer Order RSAContainer Secret'],
  ['OS::Blazar', 'blazar', 'Host Lease'],
  ['OS::Cinder', 'cinder', 'EncryptedVolumeType QoSAssociation QoSSpecs Quota Volume VolumeAttachment VolumeType'],
  ['OS::Designate', '', 'Domain Record'],
  ['OS::Designate', 'designate', 'RecordSet Zone'],
  ['OS::Glance', '', 'Image'],
  ['OS::Glance', 'glance', 'WebImage'],
  [
    'OS::Heat',
    '',
    'AccessPolicy AutoScalingGroup Delay HARestarter InstanceGroup None RandomString ResourceChain ' +
      'ResourceGroup ScalingPolicy SoftwareDeploymentGroup SoftwareDeployments StructuredDeploymentGroup ' +
      'StructuredDeployments TestResource UpdateWaitConditionHandle Value WaitCondition WaitConditionHandle',
  ],
  [
    'OS::Heat',
    'heat',
    'CloudConfig DeployedServer MultipartMime SoftwareComponent SoftwareConfig SoftwareDeployment Stack ' +
      'StructuredConfig StructuredDeployment',
  ],
  ['OS::Heat', 'swift', 'SwiftSignal SwiftSignalHandle'],
  ['OS::Ironic', 'ironic', 'Port'],
  [
    'OS::Keystone',
    'keystone',
    'Domain Endpoint Group GroupRoleAssignment Project Region Role Service User UserRoleAssignment',
  ],
  ['OS::Magnum', '', 'Bay'],
  ['OS::Magnum', 'magnum', 'BayModel Cluster ClusterTemplate'],
  ['OS::Manila', 'manila', 'SecurityService Share ShareNetwork ShareType'],
  ['OS::Mistral', 'mistral', 'CronTrigger ExternalResource Workflow'],
  ['OS::Monasca', '', 'AlarmDefinition Notification'],
  [
    'OS::Neutron',
    'neutron',
    'AddressScope ExtraRoute ExtraRouteSet Firewall FirewallPolicy FirewallRule FloatingIP ' +
      'FloatingIPAssociation FlowClassifier IKEPolicy IPsecPolicy IPsecSiteConnection L2Gateway ' +
      'L2GatewayConnection MeteringLabel MeteringRule Net NetworkGateway Port PortChain PortPair ' +
      'PortPairGroup ProviderNet QoSBandwidthLimitRule QoSDscpMarkingRule QoSMinimumBandwidthRule ' +
      'QoSMinimumPacketRateRule QoSPolicy Quota RBACPolicy Router RouterGateway RouterInterface ' +
      'SecurityGroup SecurityGroupRule Segment Subnet SubnetPool TaaS::TapFlow TaaS::TapService Trunk ' +
      'VPNService',
  ],
  ['OS::Neutron', 'openstack', 'FloatingIPPortForward'],
  [
    'OS::Neutron',
    '',
    'HealthMonitor LBaaS::HealthMonitor LBaaS::L7Policy LBaaS::L7Rule LBaaS::Listener LBaaS::LoadBalancer ' +
      'LBaaS::Pool LBaaS::PoolMember LoadBalancer Pool PoolMember',
  ],
  ['OS::Nova', 'nova', 'Flavor FloatingIPAssociation HostAggregate KeyPair Quota Server ServerGroup'],
  ['OS::Nova', '', 'FloatingIP'],
  [
    'OS::Octavia',
    'octavia',
    'AvailabilityZone AvailabilityZoneProfile Flavor FlavorProfile HealthMonitor L7Policy L7Rule Listener ' +
      'LoadBalancer Pool PoolMember Quota',
  ],
  ['OS::Sahara', '', 'Cluster ClusterTemplate DataSource ImageRegistry Job JobBinary NodeGroupTemplate'],
  ['OS::Senlin', '', 'Cluster Node Policy Profile Receiver'],
  ['OS::Swift', 'swift', 'Container'],
  ['OS::Trove', 'trove', 'Cluster Instance'],
  ['OS::Vitrage', '', 'Template'],
  ['OS::Zaqar', 'zaqar', 'MistralTrigger Queue SignedQueueURL Subscription'],
  ['OS::Zun', 'zun', 'Container'],
];

const byExtension: Readonly<Record<string, readonly string[]>> = {
  encryption: ['OS::Cinder::EncryptedVolumeType'],
  'qos-specs': ['OS::Cinder::QoSAssociation', 'OS::Cinder::QoSSpecs'],
  'os-quota-sets': ['OS::Cinder::Quota'],
  'os-types-manage': ['OS::Cinder::VolumeType'],
  'address-scope': ['OS::Neutron::AddressScope'],
  extraroute: ['OS::Neutron::ExtraRoute'],
  'extraroute-atomic': ['OS::Neutron::ExtraRouteSet'],
  fwaas: ['OS::Neutron::Firewall', 'OS::Neutron::FirewallPolicy', 'OS::Neutron::FirewallRule'],
  'floating-ip-port-forwarding': ['OS::Neutron::FloatingIPPortForward'],
  vpnaas: [
    'OS::Neutron::IKEPolicy',
    'OS::Neutron::IPsecPolicy',
    'OS::Neutron::IPsecSiteConnection',
    'OS::Neutron::VPNService',
  ],
  'l2-gateway': ['OS::Neutron::L2Gateway'],
  'l2-gateway-connection': ['OS::Neutron::L2GatewayConnection'],
  sfc: ['OS::Neutron::PortChain', 'OS::Neutron::PortPairGroup'],
  provider: ['OS::Neutron::ProviderNet'],
  qos: ['OS::Neutron::QoSBandwidthLimitRule', 'OS::Neutron::QoSDscpMarkingRule', 'OS::Neutron::QoSPolicy'],
  'qos-bw-minimum-ingress': ['OS::Neutron::QoSMinimumBandwidthRule'],
  'qos-pps-minimum': ['OS::Neutron::QoSMinimumPacketRateRule'],
  quotas: ['OS::Neutron::Quota'],
  'rbac-policies': ['OS::Neutron::RBACPolicy'],
  router: ['OS::Neutron::Router', 'OS::Neutron::RouterInterface'],
  'security-group': ['OS::Neutron::SecurityGroup', 'OS::Neutron::SecurityGroupRule'],
  segment: ['OS::Neutron::Segment'],
  subnet_allocation: ['OS::Neutron::SubnetPool'],
  taas: ['OS::Neutron::TaaS::TapFlow', 'OS::Neutron::TaaS::TapService'],
  trunk: ['OS::Neutron::Trunk'],
};

const extensions: ReadonlyMap<string, string> = new Map(
  Object.entries(byExtension).flatMap(([extension, names]) => names.map(name => [name, extension] as const)),
);

export const heatTypes: ReadonlyMap<string, HeatType> = new Map(
  rows.flatMap(([namespace, client, names]) =>
    names.split(' ').map((last): [string, HeatType] => {
      const name = `${namespace}::${last}`;
      return [name, { client: client === '' ? undefined : client, extension: extensions.get(name) }];
    }),
  ),
);

/** A type that is not Heat's works with what the others of its namespace work with. */
const byNamespace: ReadonlyMap<string, string> = new Map(
  rows.flatMap(([namespace, client]) => (client === '' ? [] : [[namespace, client] as const])),
);

/** What is known of a type by its name; of a plug-in's too. */
export function heatTypeOf(name: string): HeatType {
  const client = byNamespace.get(name.slice(0, name.lastIndexOf('::')));
  return heatTypes.get(name) ?? { client: name.startsWith('OS::') ? client : undefined, extension: undefined };
}

/** In the catalog under any of these types; messages name the first. */
export const clientServices: Readonly<Record<string, readonly [string, ...string[]]>> = {
  aodh: ['alarming'],
  barbican: ['key-manager'],
  blazar: ['reservation'],
  cinder: ['volumev3', 'block-storage', 'volume'],
  designate: ['dns'],
  glance: ['image'],
  ironic: ['baremetal'],
  keystone: ['identity'],
  magnum: ['container-infra', 'container-infrastructure-management'],
  manila: ['share', 'sharev2', 'shared-file-system'],
  mistral: ['workflowv2', 'workflow'],
  neutron: ['network'],
  nova: ['compute'],
  octavia: ['load-balancer'],
  openstack: ['network'],
  swift: ['object-store'],
  trove: ['database'],
  zaqar: ['messaging'],
  zun: ['container'],
};

/** What a type of Heat's wants that is not there yet (kit/access.ts tells it). */
const wanting: readonly (readonly [what: string, names: string])[] = [
  [
    'groups that scale',
    'AWS::AutoScaling::AutoScalingGroup AWS::AutoScaling::LaunchConfiguration AWS::AutoScaling::ScalingPolicy ' +
      'OS::Heat::AutoScalingGroup OS::Heat::InstanceGroup OS::Heat::ScalingPolicy',
  ],
  [
    'signals to resources',
    'AWS::CloudFormation::WaitCondition AWS::CloudFormation::WaitConditionHandle OS::Heat::WaitCondition ' +
      'OS::Heat::WaitConditionHandle OS::Heat::UpdateWaitConditionHandle OS::Heat::SwiftSignal ' +
      'OS::Heat::SwiftSignalHandle',
  ],
  [
    'software deployments',
    'OS::Heat::DeployedServer OS::Heat::SoftwareComponent OS::Heat::SoftwareDeployment ' +
      'OS::Heat::SoftwareDeploymentGroup OS::Heat::SoftwareDeployments OS::Heat::StructuredDeployment ' +
      'OS::Heat::StructuredDeploymentGroup OS::Heat::StructuredDeployments',
  ],
  ['users of stacks', 'AWS::IAM::AccessKey AWS::IAM::User OS::Heat::AccessPolicy'],
];

const wants: ReadonlyMap<string, string> = new Map(
  wanting.flatMap(([what, names]) => names.split(' ').map(name => [name, what] as const)),
);

/** Why there is no such type here yet, for messages. */
export function whyMissing(name: string): string {
  const what = wants.get(name);
  if (what !== undefined) return `this type is not there yet, as ${what} are missing.`;
  const client = heatTypes.get(name)?.client;
  if (client === undefined) return 'this type is not there yet.';
  return `this type is not there yet: it is missing among those of ${client}.`;
}
