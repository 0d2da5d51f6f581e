/** Keystone's types. */
import type { ResourceType } from '../../kit/resource.ts';
import project from './project.ts';
import role from './role.ts';
import user from './user.ts';

export const keystoneTypes: readonly ResourceType[] = [project, role, user];
