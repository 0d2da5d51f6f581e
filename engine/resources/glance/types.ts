/** Glance's types. */
import type { ResourceType } from '../../kit/resource.ts';
import webImage from './web-image.ts';

export const glanceTypes: readonly ResourceType[] = [webImage];
