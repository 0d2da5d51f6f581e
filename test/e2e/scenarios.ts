/** Every scenario, in the order in which they are played. */
import type { Scenario } from './scenario.ts';
import { admin } from './scenarios/admin.ts';
import { badInput } from './scenarios/bad-input.ts';
import { cli } from './scenarios/cli.ts';
import { cloudformation } from './scenarios/cloudformation.ts';
import { cluster } from './scenarios/cluster.ts';
import { contract } from './scenarios/contract.ts';
import { deployment } from './scenarios/deploy.ts';
import { demo } from './scenarios/demo.ts';
import { field } from './scenarios/field.ts';
import { foresight } from './scenarios/foresight.ts';
import { image } from './scenarios/image.ts';
import { noDependsOn } from './scenarios/no-depends-on.ts';
import { openstackclient } from './scenarios/openstackclient.ts';
import { plugins } from './scenarios/plugins.ts';
import { pluginsCluster } from './scenarios/plugins-cluster.ts';
import { remote } from './scenarios/remote.ts';
import { templates } from './scenarios/templates.ts';
import { trust } from './scenarios/trust.ts';
import { types } from './scenarios/types.ts';
import { update } from './scenarios/update.ts';

export const scenarios: readonly Scenario[] = [
  openstackclient,
  templates,
  remote,
  cloudformation,
  cli,
  badInput,
  noDependsOn,
  trust,
  update,
  image,
  field,
  foresight,
  types,
  plugins,
  pluginsCluster,
  admin,
  cluster,
  deployment,
  demo,
  contract,
];
