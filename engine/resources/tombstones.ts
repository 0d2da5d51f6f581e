/**
 * Types whose services are gone, as data. Heat keeps their names, hidden, so that templates and stacks that have them can
 * still be read and deleted (contract: resource-types §1, tombstones): any property is taken and none is looked at, a
 * create makes an id and nothing else, every attribute is null, a delete has nothing to do.
 */
import { resource } from '../kit/declare.ts';
import type { ResourceType } from '../kit/resource.ts';
import { supportHistory } from '../kit/support-history.ts';
import { mapOf } from '../values/value.ts';

/** Name, Heat's class, and what became of it, the newest first. */
const graves: readonly (readonly [name: string, className: string, history: string])[] = [
  ['OS::Aodh::CombinationAlarm', 'CombinationAlarm', 'HIDDEN 9.0.0 < DEPRECATED 7.0.0 < SUPPORTED 2014.1'],
  ['OS::Designate::Domain', 'DesignateDomain', 'HIDDEN 10.0.0 < DEPRECATED 8.0.0 < SUPPORTED 5.0.0'],
  ['OS::Designate::Record', 'DesignateRecord', 'HIDDEN 10.0.0 < DEPRECATED 8.0.0 < SUPPORTED 5.0.0'],
  ['OS::Glance::Image', 'GlanceImage', 'HIDDEN 22.0.0 < DEPRECATED 8.0.0 < SUPPORTED 2014.2'],
  ['OS::Heat::HARestarter', 'Restarter', 'HIDDEN 10.0.0 < DEPRECATED 2015.1'],
  ['OS::Magnum::Bay', 'Bay', 'HIDDEN 11.0.0 < DEPRECATED 9.0.0 < SUPPORTED 6.0.0'],
  [
    'OS::Monasca::AlarmDefinition',
    'MonascaAlarmDefinition',
    'HIDDEN 25.0.0 < DEPRECATED 22.0.0 < SUPPORTED 7.0.0 < UNSUPPORTED 5.0.0',
  ],
  [
    'OS::Monasca::Notification',
    'MonascaNotification',
    'HIDDEN 25.0.0 < DEPRECATED 22.0.0 < SUPPORTED 7.0.0 < SUPPORTED 5.0.0',
  ],
  ['OS::Neutron::HealthMonitor', 'HealthMonitor', 'HIDDEN 9.0.0 < DEPRECATED 7.0.0'],
  ['OS::Neutron::LBaaS::HealthMonitor', 'HealthMonitor', 'HIDDEN 21.0.0 < SUPPORTED 6.0.0'],
  ['OS::Neutron::LBaaS::L7Policy', 'L7Policy', 'HIDDEN 21.0.0 < SUPPORTED 7.0.0'],
  ['OS::Neutron::LBaaS::L7Rule', 'L7Rule', 'HIDDEN 21.0.0 < SUPPORTED 7.0.0'],
  ['OS::Neutron::LBaaS::Listener', 'Listener', 'HIDDEN 21.0.0 < SUPPORTED 6.0.0'],
  ['OS::Neutron::LBaaS::LoadBalancer', 'LoadBalancer', 'HIDDEN 21.0.0 < SUPPORTED 6.0.0'],
  ['OS::Neutron::LBaaS::Pool', 'Pool', 'HIDDEN 21.0.0 < SUPPORTED 6.0.0'],
  ['OS::Neutron::LBaaS::PoolMember', 'PoolMember', 'HIDDEN 21.0.0 < SUPPORTED 6.0.0'],
  ['OS::Neutron::LoadBalancer', 'LoadBalancer', 'HIDDEN 9.0.0 < DEPRECATED 7.0.0 < SUPPORTED 2014.1'],
  ['OS::Neutron::Pool', 'Pool', 'HIDDEN 9.0.0 < DEPRECATED 7.0.0'],
  ['OS::Neutron::PoolMember', 'PoolMember', 'HIDDEN 9.0.0 < DEPRECATED 7.0.0 < SUPPORTED 2014.1'],
  ['OS::Sahara::Cluster', 'SaharaCluster', 'HIDDEN 23.0.0 < DEPRECATED 22.0.0 < SUPPORTED 5.0.0'],
  ['OS::Sahara::ClusterTemplate', 'SaharaClusterTemplate', 'HIDDEN 23.0.0 < DEPRECATED 22.0.0 < SUPPORTED 2014.2'],
  ['OS::Sahara::DataSource', 'DataSource', 'HIDDEN 23.0.0 < DEPRECATED 22.0.0 < SUPPORTED 5.0.0'],
  ['OS::Sahara::ImageRegistry', 'SaharaImageRegistry', 'HIDDEN 23.0.0 < DEPRECATED 22.0.0 < SUPPORTED 5.0.0'],
  ['OS::Sahara::Job', 'SaharaJob', 'HIDDEN 23.0.0 < DEPRECATED 22.0.0 < SUPPORTED 8.0.0'],
  ['OS::Sahara::JobBinary', 'JobBinary', 'HIDDEN 23.0.0 < DEPRECATED 22.0.0 < SUPPORTED 5.0.0'],
  ['OS::Sahara::NodeGroupTemplate', 'SaharaNodeGroupTemplate', 'HIDDEN 23.0.0 < DEPRECATED 22.0.0 < SUPPORTED 2014.2'],
  ['OS::Senlin::Cluster', 'Cluster', 'HIDDEN 23.0.0 < DEPRECATED 22.0.0 < SUPPORTED 6.0.0'],
  ['OS::Senlin::Node', 'Node', 'HIDDEN 23.0.0 < DEPRECATED 22.0.0 < SUPPORTED 6.0.0'],
  ['OS::Senlin::Policy', 'Policy', 'HIDDEN 23.0.0 < DEPRECATED 22.0.0 < SUPPORTED 6.0.0'],
  ['OS::Senlin::Profile', 'Profile', 'HIDDEN 23.0.0 < DEPRECATED 22.0.0 < SUPPORTED 6.0.0'],
  ['OS::Senlin::Receiver', 'Receiver', 'HIDDEN 23.0.0 < DEPRECATED 22.0.0 < SUPPORTED 6.0.0'],
  ['OS::Vitrage::Template', 'VitrageTemplate', 'HIDDEN 27.0.0 < DEPRECATED 26.0.0 < SUPPORTED 16.0.0'],
];

/** What a create leaves in Heat, too: it tells a placeholder from what was real once. */
const placeholder = mapOf([['is_placeholder', 'True']]);

export const tombstones: readonly ResourceType[] = graves.map(([name, className, history]) =>
  resource(name, {
    className,
    support: supportHistory(history),
    anyProperties: true,
    life: {
      kind: 'local',
      create: (_, context) => ({
        kind: 'done',
        waitMs: 0,
        value: { physicalId: context.uuid(), data: placeholder },
      }),
    },
  }),
);
