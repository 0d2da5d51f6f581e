/**
 * What a template calls its sections and keys, and so what places in messages are made of: `resources.r.properties.x`
 * in HOT, `Resources.r.Properties.x` in CloudFormation's dialects (contract: templates §1.2, §5).
 */
export interface Words {
  readonly description: string;
  readonly parameters: string;
  readonly conditions: string;
  readonly resources: string;
  readonly outputs: string;
  /** Of a resource. */
  readonly type: string;
  readonly properties: string;
  readonly metadata: string;
  readonly dependsOn: string;
  readonly deletionPolicy: string;
  readonly updatePolicy: string;
  readonly externalId: string;
  /** Of a resource or an output. */
  readonly condition: string;
  /** Of an output. */
  readonly value: string;
}

export const hotWords: Words = {
  description: 'description',
  parameters: 'parameters',
  conditions: 'conditions',
  resources: 'resources',
  outputs: 'outputs',
  type: 'type',
  properties: 'properties',
  metadata: 'metadata',
  dependsOn: 'depends_on',
  deletionPolicy: 'deletion_policy',
  updatePolicy: 'update_policy',
  externalId: 'external_id',
  condition: 'condition',
  value: 'value',
};

export const cfnWords: Words = {
  description: 'Description',
  parameters: 'Parameters',
  conditions: 'Conditions',
  resources: 'Resources',
  outputs: 'Outputs',
  type: 'Type',
  properties: 'Properties',
  metadata: 'Metadata',
  dependsOn: 'DependsOn',
  deletionPolicy: 'DeletionPolicy',
  updatePolicy: 'UpdatePolicy',
  externalId: 'ExternalId', // no key of these dialects: nothing reads it
  condition: 'Condition',
  value: 'Value',
};
