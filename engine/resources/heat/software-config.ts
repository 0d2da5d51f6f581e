/**
 * OS::Heat::SoftwareConfig: a text for a server's agents, or for whoever reads it by its id.
 *
 * Mark: none is needed, its id is in the call that makes it (software-configs.ts).
 */
import { string } from '../../kit/schema.ts';
import { configType, deployable, deployableContent } from '../software-configs.ts';

export default configType('OS::Heat::SoftwareConfig', {
  description: 'A text that servers are configured with.',
  properties: { ...deployable, config: string('The text: a script, a manifest, whatever its group takes.') },
  contentOf: deployableContent,
});
