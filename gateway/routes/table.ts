/** All routes, in the order in which they are looked through: literal segments before those that take anything. */
import type { Route } from '../route.ts';
import { absentRoutes } from './absent.ts';
import { adminRoutes } from './admin.ts';
import { buildInfoRoutes } from './build-info.ts';
import { changeRoutes } from './changes.ts';
import { configRoutes } from './configs.ts';
import { eventRoutes } from './events.ts';
import { lookupRoutes } from './lookup.ts';
import { resourceRoutes } from './resources.ts';
import { stackRoutes } from './stack.ts';
import { stacksRoutes } from './stacks.ts';
import { templateRoutes } from './templates.ts';
import { typeRoutes } from './types.ts';

/** Literal paths of `/stacks` stand before look-ups by name; absentRoutes may have such ones too. */
export const routes: readonly Route[] = [
  ...stacksRoutes,
  ...absentRoutes.filter(route => !route.path.includes('{')),
  ...lookupRoutes,
  ...stackRoutes,
  ...changeRoutes,
  ...resourceRoutes,
  ...eventRoutes,
  ...typeRoutes,
  ...templateRoutes,
  ...configRoutes,
  ...absentRoutes.filter(route => route.path.includes('{')),
  ...buildInfoRoutes,
  ...adminRoutes,
];
