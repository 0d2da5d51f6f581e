/** Nova's types. */
import type { ResourceType } from '../../kit/resource.ts';
import keyPair from './key-pair.ts';
import server from './server.ts';

export const novaTypes: readonly ResourceType[] = [keyPair, server];
