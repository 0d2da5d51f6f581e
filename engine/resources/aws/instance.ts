/**
 * AWS::EC2::Instance: Nova's server in AWS's words, by the same steps (nova/server.ts, which says how it is marked).
 *
 *   [port for SubnetId] ─▶ server ─▶ for each of Volumes: [volume_i_before ─▶ volume_i]
 *
 * The view below is all that differs: what is said of an instance, as a server has it. Its user data are made for
 * heat-cfntools, with the account ec2-user.
 */
import { errors } from '../../kernel/errors.ts';
import { resource } from '../../kit/declare.ts';
import { listIn, mapIn, mapsIn, textIn, textsIn, withoutNulls } from '../../kit/given.ts';
import type { ChangeSteps, CloudLife, Live, ResourceType, Step, StepInput } from '../../kit/resource.ts';
import { stepsOf } from '../../kit/resource.ts';
import { attribute, boolean, custom, list, map, number, allowedValues, string } from '../../kit/schema.ts';
import { thingOf } from '../../kit/settle.ts';
import { lifeThrough } from '../../kit/through.ts';
import { type Expr, type ExprMap, isCall } from '../../template/expr.ts';
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { attachingSteps } from '../cinder/volume-attachment.ts';
import { firstAddress } from '../nova/server-attributes.ts';
import { serverLife } from '../nova/server.ts';
import { instanceUser, serverStepName } from '../nova/server-step.ts';
import type { GuestAccess } from '../nova/user-data.ts';
import { tagMap, tags } from './tags.ts';

/** As a server has them; what was chosen for it stays as it is. */
function asServer(properties: ValueMap): ValueMap {
  const groups = [...textsIn(properties, 'SecurityGroups'), ...textsIn(properties, 'SecurityGroupIds')];
  const said = withoutNulls([
    ['image', properties.get('ImageId')],
    ['flavor', properties.get('InstanceType')],
    ['key_name', properties.get('KeyName')],
    ['availability_zone', properties.get('AvailabilityZone')],
    ['security_groups', groups],
    ['networks', networksOf(properties)],
    ['metadata', tagMap(properties)],
    ['scheduler_hints', hintsOf(properties)],
    ['block_device_mapping', devicesOf(properties)],
    ['user_data', textIn(properties, 'UserData') ?? ''],
    ['user_data_format', 'HEAT_CFNTOOLS'],
    [instanceUser, 'ec2-user'],
  ]);
  return mapOf([...said, ...[...properties].filter(([name]) => name.startsWith('@'))]);
}

/** Ports that are there, in the order of their devices; else one is made in the subnet; else Nova chooses. */
function networksOf(properties: ValueMap): readonly ValueMap[] {
  const ports = listIn(properties, 'NetworkInterfaces').map((entry, i): readonly [number, Value] =>
    isMap(entry) ? [Number(entry.get('DeviceIndex') ?? i), entry.get('NetworkInterfaceId') ?? null] : [i, entry],
  );
  if (ports.length > 0) return ports.sort(([a], [b]) => a - b).map(([, port]) => mapOf([['port', port]]));
  const subnet = textIn(properties, 'SubnetId');
  return subnet === undefined ? [] : [mapOf([['subnet', subnet]])];
}

/** A hint that is given several times has all of its values. */
function hintsOf(properties: ValueMap): ValueMap {
  const hints = new Map<string, Value>();
  for (const pair of mapsIn(properties, 'NovaSchedulerHints')) {
    const [key, value] = [textIn(pair, 'Key') ?? '', pair.get('Value') ?? ''];
    const had = hints.get(key);
    if (had === undefined) hints.set(key, value);
    else hints.set(key, [...(isList(had) ? had : [had]), value]);
  }
  return hints;
}

function devicesOf(properties: ValueMap): readonly ValueMap[] {
  return mapsIn(properties, 'BlockDeviceMappings').map(mapping => {
    const ebs = mapIn(mapping, 'Ebs') ?? emptyMap;
    return withoutNulls([
      ['device_name', mapping.get('DeviceName')],
      ['snapshot_id', ebs.get('SnapshotId')],
      ['volume_size', textIn(ebs, 'VolumeSize')],
      ['delete_on_termination', ebs.get('DeleteOnTermination')],
    ]);
  });
}

/** Volumes are put on it once it runs, and taken off before it goes. */
function volumeSteps(properties: ValueMap): readonly Step[] {
  return mapsIn(properties, 'Volumes').flatMap((volume, i) =>
    attachingSteps({
      before: `volume_${i}_before`,
      attachment: `volume_${i}`,
      isMain: false,
      server: (input: StepInput) => thingOf(input, serverStepName).physicalId,
      volume: () => textIn(volume, 'VolumeId') ?? '',
      device: () => textIn(volume, 'Device'),
    }),
  );
}

function instanceLife(access: GuestAccess | undefined): CloudLife {
  const life = lifeThrough(serverLife(access), asServer);
  return {
    ...life,
    steps: properties => [...stepsOf(life, properties), ...volumeSteps(properties)],
    // A volume that it has cannot be on another.
    prepareReplace: (change): ChangeSteps | 'first' | undefined =>
      mapsIn(change.before.properties, 'Volumes').length > 0 ? 'first' : life.prepareReplace?.(change),
  };
}

function addressOf({ data }: Live): string {
  const address = firstAddress(mapIn(data, 'addresses') ?? emptyMap);
  return address === '' ? '0.0.0.0' : address;
}

/** As it was asked for, else where Nova put it. */
function zoneOf({ properties, data }: Live): Value {
  return textIn(properties, 'AvailabilityZone') ?? textIn(data, 'OS-EXT-AZ:availability_zone') ?? null;
}

/** Throws ResourcePropertyConflict and StackValidationFailed in Heat's words. */
function validate(properties: ReadonlyMap<string, Expr>): void {
  const isSaid = (name: string) => {
    const value = properties.get(name) ?? [];
    return isCall(value) || !isList(value as Value) || (value as readonly Expr[]).length > 0;
  };
  if ((isSaid('SecurityGroups') || isSaid('SecurityGroupIds')) && isSaid('NetworkInterfaces')) {
    throw errors.ResourcePropertyConflict({ properties: ['SecurityGroups/SecurityGroupIds', 'NetworkInterfaces'] });
  }
  const devices = properties.get('BlockDeviceMappings') ?? [];
  if (isCall(devices) || !isList(devices as Value)) return;
  for (const device of (devices as readonly Expr[]).filter(each => isMap(each as Value)) as readonly ExprMap[]) {
    const ebs = device.get('Ebs') ?? null;
    if (isCall(ebs)) continue;
    const missing = !isMap(ebs as Value) ? 'Ebs' : isNothing((ebs as ExprMap).get('SnapshotId')) ? 'SnapshotId' : '';
    if (missing === '') continue;
    throw errors.StackValidationFailed({
      message: `${missing} is missing, this is required when specifying BlockDeviceMappings.`,
    });
  }
}

function isNothing(value: Expr | undefined): boolean {
  return value === undefined || value === null || value === '';
}

const absent = { implemented: false } as const;

/** The type; `access` is how its guests reach the CloudFormation API, where this cloud has one. */
export function instanceType(access?: GuestAccess): ResourceType {
  return resource('AWS::EC2::Instance', {
    description: 'A virtual machine.',
    maxNameLength: 53,
    properties: {
      ImageId: string('The image to boot from, by name or id.').required().finds('glance.image'),
      InstanceType: string('The flavor, by name or id.', { update: true }).required().finds('nova.flavor'),
      KeyName: string('The key pair that goes on it.').constraints(custom('nova.keypair')),
      AvailabilityZone: string('Where it is placed.'),
      DisableApiTermination: string('Not here.', absent),
      KernelId: string('Not here.', absent),
      Monitoring: boolean('Not here.', absent),
      PlacementGroupName: string('Not here.', absent),
      PrivateIpAddress: string('Not here.', absent),
      RamDiskId: string('Not here.', absent),
      SecurityGroups: list('Security groups, by name or id.').resolves('neutron.security_group'),
      SecurityGroupIds: list('Security groups, by id.').resolves('neutron.security_group'),
      NetworkInterfaces: list('Ports that it gets, by id or with a DeviceIndex.', { update: true }),
      SourceDestCheck: boolean('Not here.', absent),
      SubnetId: string('The subnet that its address is from.', { update: true }),
      Tags: tags('Tags; they are its metadata.', { update: true }),
      NovaSchedulerHints: tags('Hints for its placement.'),
      Tenancy: string('Not here.', absent).constraints(allowedValues('dedicated', 'default')),
      UserData: string('What the guest runs when it first boots.'),
      Volumes: list('Volumes that it gets once it runs.')
        .default([])
        .of(
          map().with({
            Device: string('The device that the guest shall see it as.').required(),
            VolumeId: string('The volume.').required().finds('cinder.volume'),
          }),
        ),
      BlockDeviceMappings: list('Devices made of snapshots.').of(
        map().with({
          DeviceName: string('The device’s name.').required(),
          Ebs: map('What it is made of.').with({
            DeleteOnTermination: boolean('Whether it goes with the instance.').default(true),
            Iops: number('Not here.', absent),
            SnapshotId: string('The snapshot.').finds('cinder.snapshot'),
            VolumeSize: string('How big it is, in GB.'),
            VolumeType: string('Not here.', absent),
          }),
          NoDevice: map('Not here.', absent),
          VirtualName: string('Not here.', absent),
        }),
      ),
    },
    attributes: {
      AvailabilityZone: attribute('Where it is placed.', { type: 'string' }),
      PrivateDnsName: attribute('Its address.', { type: 'string' }),
      PublicDnsName: attribute('Its address.', { type: 'string' }),
      PrivateIp: attribute('Its address.', { type: 'string' }),
      PublicIp: attribute('Its address.', { type: 'string' }),
    },
    validate,
    life: instanceLife(access),
    attribute: (live, name) => (name === 'AvailabilityZone' ? zoneOf(live) : addressOf(live)),
  });
}

export default instanceType();
