/** OS::Heat::StructuredConfig: as a software config (software-config.ts), but a map. */
import { map } from '../../kit/schema.ts';
import { configType, deployable, deployableContent } from '../software-configs.ts';

export default configType('OS::Heat::StructuredConfig', {
  description: 'A map that servers are configured with.',
  properties: { ...deployable, config: map('The map.') },
  contentOf: deployableContent,
});
