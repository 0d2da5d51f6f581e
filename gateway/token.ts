/** Keystone's token document, read with care: it decides who somebody is. */
import type { User } from './auth.ts';

export interface Token {
  readonly user: User;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

type Document = Readonly<Record<string, unknown>>;

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(value: unknown, key: string): unknown {
  return isDocument(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * The body of GET or POST /v3/auth/tokens; undefined when a part that matters is missing or of another kind.
 * A token that is scoped to no project has project '' and may do nothing.
 */
export function parseToken(body: unknown): Token | undefined {
  const token = member(body, 'token');
  const userId = textOf(member(member(token, 'user'), 'id'));
  const userName = textOf(member(member(token, 'user'), 'name'));
  const expiresAt = Date.parse(textOf(member(token, 'expires_at')) ?? '');
  const project = member(token, 'project');
  const projectId = project === undefined ? '' : textOf(member(project, 'id'));
  if (userId === undefined || userName === undefined || projectId === undefined || Number.isNaN(expiresAt)) {
    return undefined;
  }
  const list = member(token, 'roles') ?? [];
  if (!Array.isArray(list)) return undefined;
  const roles = list.flatMap((role: unknown) => textOf(member(role, 'name')) ?? []);
  // Keystone says is_admin_project only where such a project is configured (oslo.context: else it is true).
  const isAdminProject = member(token, 'is_admin_project') !== false;
  const isAdmin = isAdminProject && roles.some(role => role.toLowerCase() === 'admin');
  const services = servicesOf(member(token, 'catalog'));
  return { user: { project: projectId, userId, userName, roles, isAdmin, services }, expiresAt };
}

/** Services with an endpoint; an unscoped token's catalog is missing or empty, which says nothing of the cloud. */
function servicesOf(catalog: unknown): readonly string[] | undefined {
  if (!Array.isArray(catalog) || catalog.length === 0) return undefined;
  const types = catalog.flatMap((entry: unknown) => {
    const endpoints = member(entry, 'endpoints');
    return Array.isArray(endpoints) && endpoints.length > 0 ? (textOf(member(entry, 'type')) ?? []) : [];
  });
  return [...new Set(types)];
}
