/** Heat's own types. */
import type { ResourceType } from '../../kit/resource.ts';
import cloudConfig from './cloud-config.ts';
import delay from './delay.ts';
import multipartMime from './multipart-mime.ts';
import none from './none.ts';
import randomString from './random-string.ts';
import resourceChain from './resource-chain.ts';
import resourceGroup from './resource-group.ts';
import softwareConfig from './software-config.ts';
import stack from './stack.ts';
import structuredConfig from './structured-config.ts';
import testResource from './test-resource.ts';
import value from './value.ts';

export const heatTypes: readonly ResourceType[] = [
  cloudConfig,
  delay,
  multipartMime,
  none,
  randomString,
  resourceChain,
  resourceGroup,
  softwareConfig,
  stack,
  structuredConfig,
  testResource,
  value,
];
