/** A CloudFormation template through the `openstack` client: validated, created, shown, updated, deleted. */
import { isDeepStrictEqual } from 'node:util';
import { transcript } from '../../support/command.ts';
import { type Client, type Fields, withClient } from '../client.ts';
import type { Scenario } from '../scenario.ts';
import { expect, type Steps } from '../steps.ts';

const inner = {
  HeatTemplateFormatVersion: '2012-12-12',
  Parameters: { Names: { Type: 'CommaDelimitedList' } },
  Resources: {
    first: { Type: 'OS::Heat::Value', Properties: { value: { 'Fn::Select': ['0', { Ref: 'Names' }] } } },
    role: { Type: 'OS::Heat::Value', Properties: { value: { 'Fn::ResourceFacade': 'Metadata' } } },
  },
  Outputs: {
    First: { Value: { 'Fn::GetAtt': ['first', 'value'] } },
    Role: { Value: { 'Fn::GetAtt': ['role', 'value'] } },
  },
};

const template = {
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'A network, a server on it where there is to be one',
  Mappings: { sizes: { small: { flavor: 'm1.tiny' }, big: { flavor: 'm1.small' } } },
  Parameters: {
    Size: { Type: 'String', Default: 'small', AllowedValues: ['small', 'big'], ConstraintDescription: 'small or big' },
    WithServer: { Type: 'String', Default: 'yes' },
    Secret: { Type: 'String', NoEcho: 'true', Default: 'pssst' },
  },
  Conditions: { HasServer: { 'Fn::Equals': [{ Ref: 'WithServer' }, 'yes'] } },
  Resources: {
    net: {
      Type: 'OS::Neutron::Net',
      Properties: { name: { 'Fn::Join': ['-', [{ Ref: 'AWS::StackName' }, 'net']] } },
    },
    subnet: {
      Type: 'OS::Neutron::Subnet',
      Properties: { network: { Ref: 'net' }, cidr: '192.0.2.0/24', ip_version: 4 },
    },
    server: {
      Type: 'OS::Nova::Server',
      Condition: 'HasServer',
      DependsOn: ['subnet'],
      Properties: {
        image: 'cirros',
        flavor: { 'Fn::FindInMap': ['sizes', { Ref: 'Size' }, 'flavor'] },
        networks: [{ network: { Ref: 'net' } }],
        availability_zone: { 'Fn::Select': ['0', { 'Fn::GetAZs': '' }] },
        user_data: { 'Fn::Base64': '#!/bin/sh' },
        user_data_format: 'RAW',
      },
    },
    nested: {
      Type: 'My::Names',
      Metadata: { role: { Ref: 'net' } },
      Properties: { Names: ['one', 'two'] },
    },
  },
  Outputs: {
    Zone: { Value: { 'Fn::Select': ['0', { 'Fn::GetAZs': '' }] } },
    Server: { Value: { 'Fn::If': ['HasServer', { 'Fn::GetAtt': ['server', 'name'] }, 'none'] } },
    First: { Value: { 'Fn::GetAtt': ['nested', 'First'] } },
    Role: { Value: { 'Fn::GetAtt': ['nested', 'Role'] } },
    Id: { Value: { Ref: 'AWS::StackId' } },
  },
};

export const cloudformation: Scenario = {
  name: 'cloudformation',
  about: 'a CloudFormation template, with a nested one, validated, created, shown, updated and deleted',
  kind: 'with-all-in-one',
  onLab: true,
  async play(steps, allInOne) {
    await withClient(steps, allInOne, client => play(steps, client));
  },
};

async function play(steps: Steps, client: Client): Promise<void> {
  const path = client.file('stack.template', JSON.stringify(template, null, 1));
  client.file('inner.template', JSON.stringify(inner));
  const environment = client.file('env.yaml', 'resource_registry: {"My::Names": inner.template}\n');
  const given = ['-t', path, '-e', environment];
  await steps.step('template version list has both dialects', () =>
    client.ok(
      [/AWSTemplateFormatVersion\.2010-09-09\s*\| cfn/, /HeatTemplateFormatVersion\.2012-12-12\s*\| cfn/],
      ...['orchestration', 'template', 'version', 'list'],
    ),
  );
  await steps.step('template function list', () =>
    client.ok(
      [/\| Fn::FindInMap /, /\| Ref /],
      ...['orchestration', 'template', 'function', 'list', 'AWSTemplateFormatVersion.2010-09-09'],
    ),
  );
  await steps.step('template validate', async () => {
    const words = ['orchestration', 'template', 'validate', ...given];
    const { value, ran } = await client.json<Fields>(...words);
    const { Size, Secret } = value['Parameters'] as Record<string, Fields>;
    expect(Size?.['ConstraintDescription'] === 'small or big', 'the description', transcript(ran));
    expect(Secret?.['NoEcho'] === 'true', 'NoEcho', transcript(ran));
  });
  await steps.step('a wrong one is told in its own words', () =>
    client.fails(
      ['Property error: : Resources.net.Properties: : Unknown Property nope'],
      ...['stack', 'create', '-e', environment, '-t'],
      client.file('wrong.template', JSON.stringify(template).replace('"name":', '"nope":')),
      'cfn-wrong',
    ),
  );
  await steps.step('stack create', () => client.ok(['CREATE_COMPLETE'], 'stack', 'create', '--wait', ...given, 'cfn'));
  await steps.step('outputs and parameters', async () => {
    const { value, ran } = await client.json<Fields>('stack', 'show', 'cfn');
    const outputs = outputsOf(value);
    expect(outputs['Zone'] === 'nova', 'the zone nova', transcript(ran));
    expect(/^cfn-server-/.test(String(outputs['Server'])), "the server's name", transcript(ran));
    expect(outputs['First'] === 'one', "the nested stack's first name", transcript(ran));
    expect(/[0-9a-f-]{36}/.test(String((outputs['Role'] as Fields)['role'])), 'metadata, resolved', transcript(ran));
    const parameters = value['parameters'] as Fields;
    expect(parameters['AWS::StackId'] === outputs['Id'], 'the ARN, as a parameter too', transcript(ran));
    expect(parameters['Secret'] === '******', 'NoEcho is masked', transcript(ran));
  });
  await steps.step('template show gives back what was given', async () => {
    const { value, ran } = await client.json<Fields>('stack', 'template', 'show', 'cfn');
    expect(isDeepStrictEqual(value, template), 'the template', transcript(ran));
  });
  await steps.step('stack update: the server goes by its condition', async () => {
    const words = ['--existing', '--parameter', 'WithServer=no', '--wait', 'cfn'];
    await client.ok(['UPDATE_COMPLETE'], 'stack', 'update', ...words);
    const { value, ran } = await client.json<Fields>('stack', 'show', 'cfn');
    expect(outputsOf(value)['Server'] === 'none', 'no server', transcript(ran));
    const listed = await client.json<Fields[]>('stack', 'resource', 'list', 'cfn');
    const names = listed.value.map(row => String(row['resource_name'])).sort();
    expect(names.join() === 'nested,net,subnet', 'no server among the resources', transcript(listed.ran));
  });
  await steps.step('a value that is not allowed is refused', () =>
    client.fails(["Parameter 'Size' is invalid: small or big"], ...sized('huge')),
  );
  await steps.step('stack delete', () => client.ok(undefined, 'stack', 'delete', '--yes', '--wait', 'cfn'));
}

const sized = (size: string) => ['stack', 'update', '--existing', '--parameter', `Size=${size}`, 'cfn'];

function outputsOf(stack: Fields): Fields {
  const outputs = stack['outputs'] as readonly Fields[];
  return Object.fromEntries(outputs.map(each => [String(each['output_key']), each['output_value']]));
}
