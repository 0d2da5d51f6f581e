/** OS::Heat::CloudConfig: a config (software-config.ts) that cloud-init reads: YAML under its heading. */
import { map } from '../../kit/schema.ts';
import { mapOf } from '../../values/value.ts';
import { writeYaml } from '../../values/yaml-writer.ts';
import { configType } from '../software-configs.ts';

export default configType('OS::Heat::CloudConfig', {
  description: 'What cloud-init is to do at the first boot.',
  properties: { cloud_config: map('The map of it.') },
  contentOf: ({ properties }) =>
    mapOf([
      ['group', 'Heat::Ungrouped'],
      ['config', `#cloud-config\n${writeYaml(properties.get('cloud_config') ?? null)}`],
    ]),
});
