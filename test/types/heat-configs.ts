/** Software configs, and chains. Whatever changes of a config, another one takes its place. */
import { attr, made, ref, to, type TypeEntry } from './form.ts';

const inputs = [{ name: 'size', type: 'Number', default: 3 }, { name: 'colour' }];
const outputs = [{ name: 'result', error_output: true }];

const deployable = {
  group: to('ansible'),
  inputs: to([{ name: 'size', type: 'Number', default: 4 }]),
  outputs: to([{ name: 'result' }, { name: 'more', type: 'Json' }]),
  options: to({ interpreter: 'bash' }),
};

export const heatConfigEntries: readonly TypeEntry[] = [
  {
    type: 'OS::Heat::SoftwareConfig',
    properties: { group: 'script', config: '#!/bin/sh\necho one', inputs, outputs, options: { interpreter: 'sh' } },
    replaces: { config: to('#!/bin/sh\necho two'), ...deployable },
  },
  {
    type: 'OS::Heat::StructuredConfig',
    properties: {
      group: 'os-apply-config',
      config: { key: { sub: ['one', 2] } },
      inputs,
      outputs,
      options: { one: 1 },
    },
    replaces: { config: to({ key: { sub: ['two'] } }), ...deployable },
  },
  {
    type: 'OS::Heat::CloudConfig',
    properties: {
      cloud_config: { packages: ['git'], runcmd: [['echo', 'one'], 'ls -l'], power_state: { delay: '+1' } },
    },
    replaces: { cloud_config: to({ packages: ['git', 'vim'] }) },
  },
  {
    type: 'OS::Heat::MultipartMime',
    around: {
      script: made('OS::Heat::SoftwareConfig', { group: 'script', config: '#!/bin/sh\necho part' }),
      init: made('OS::Heat::CloudConfig', { cloud_config: { packages: ['git'] } }),
      inner: made('OS::Heat::MultipartMime', { parts: [{ config: ref('script'), subtype: 'x-shellscript' }] }),
    },
    properties: {
      parts: [
        { config: ref('script'), filename: 'part.sh' },
        { config: attr('init', 'config'), subtype: 'cloud-config', type: 'text' },
        { config: ref('inner'), type: 'multipart' },
        { config: 'of its own' },
      ],
    },
    replaces: {
      parts: to([{ config: ref('init'), subtype: 'cloud-config' }]),
      group: to('ansible', { not: { lab: 'the property came with a later release' } }),
    },
    varying: ['config'],
  },
  {
    type: 'OS::Heat::ResourceChain',
    properties: {
      resources: ['OS::Heat::Value', 'OS::Heat::TestResource'],
      resource_properties: { value: 'one' },
    },
    updates: {
      resources: to(['OS::Heat::Value', 'OS::Heat::TestResource', 'OS::Heat::Value'], {
        unseen: 'the members show it, which are of the child stack',
      }),
    },
    replaces: { resource_properties: to({ value: 'two' }), concurrent: to(true) },
    unread: { attributes: 'it is read with the name of an attribute of the members' },
    varying: ['refs'],
  },
];
