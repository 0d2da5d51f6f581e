/**
 * Who may do what, as data (contract: rest-api §2.1).
 *
 * Each policy has its rule of today and the one it replaced; Heat ORs the two, so that operators' old roles go on
 * working: in effect everybody but stack users may do almost everything in their own project.
 */
import { errors } from '../engine/kernel/errors.ts';
import type { Caller } from '../proto/engine.ts';

type Rule = 'member' | 'reader' | 'readerOrStackUser' | 'admin' | 'nobody';
type OldRule = 'notStackUser' | 'everybody' | 'contextIsAdmin' | 'none';

export const stackUserRole = 'heat_stack_user';

const policies = {
  'actions:action': ['member', 'notStackUser'],
  'build_info:build_info': ['reader', 'notStackUser'],
  'events:index': ['reader', 'notStackUser'],
  'events:show': ['reader', 'notStackUser'],
  'resource:index': ['reader', 'notStackUser'],
  'resource:mark_unhealthy': ['member', 'notStackUser'],
  'resource:metadata': ['readerOrStackUser', 'everybody'],
  'resource:show': ['reader', 'notStackUser'],
  'resource:signal': ['readerOrStackUser', 'everybody'],
  'service:index': ['admin', 'contextIsAdmin'],
  'software_configs:create': ['member', 'notStackUser'],
  'software_configs:delete': ['member', 'notStackUser'],
  'software_configs:global_index': ['nobody', 'none'],
  'software_configs:index': ['reader', 'notStackUser'],
  'software_configs:show': ['reader', 'notStackUser'],
  'software_deployments:create': ['member', 'notStackUser'],
  'software_deployments:delete': ['member', 'notStackUser'],
  'software_deployments:index': ['reader', 'notStackUser'],
  'software_deployments:metadata': ['readerOrStackUser', 'everybody'],
  'software_deployments:show': ['reader', 'notStackUser'],
  'software_deployments:update': ['member', 'notStackUser'],
  'stacks:abandon': ['member', 'notStackUser'],
  'stacks:create': ['member', 'notStackUser'],
  'stacks:delete': ['member', 'notStackUser'],
  'stacks:delete_snapshot': ['member', 'notStackUser'],
  'stacks:detail': ['reader', 'notStackUser'],
  'stacks:environment': ['reader', 'notStackUser'],
  'stacks:export': ['member', 'notStackUser'],
  'stacks:files': ['reader', 'notStackUser'],
  'stacks:generate_template': ['member', 'notStackUser'],
  'stacks:global_index': ['nobody', 'none'],
  'stacks:index': ['reader', 'notStackUser'],
  'stacks:list_outputs': ['reader', 'notStackUser'],
  'stacks:list_resource_types': ['reader', 'notStackUser'],
  'stacks:list_snapshots': ['reader', 'notStackUser'],
  'stacks:list_template_functions': ['reader', 'notStackUser'],
  'stacks:list_template_versions': ['reader', 'notStackUser'],
  'stacks:lookup': ['readerOrStackUser', 'everybody'],
  'stacks:preview': ['reader', 'notStackUser'],
  'stacks:preview_update': ['member', 'notStackUser'],
  'stacks:preview_update_patch': ['member', 'notStackUser'],
  'stacks:resource_schema': ['reader', 'notStackUser'],
  'stacks:restore_snapshot': ['member', 'notStackUser'],
  'stacks:show': ['reader', 'notStackUser'],
  'stacks:show_output': ['reader', 'notStackUser'],
  'stacks:show_snapshot': ['reader', 'notStackUser'],
  'stacks:snapshot': ['member', 'notStackUser'],
  'stacks:template': ['reader', 'notStackUser'],
  'stacks:update': ['member', 'notStackUser'],
  'stacks:update_no_change': ['member', 'notStackUser'],
  'stacks:update_patch': ['member', 'notStackUser'],
  'stacks:validate_template': ['member', 'notStackUser'],
} as const satisfies Readonly<Record<string, readonly [Rule, OldRule]>>;

export type PolicyName = keyof typeof policies;

/** Roles compare without case, as oslo.policy compares them. */
export function hasRole(caller: Caller, role: string): boolean {
  return caller.roles.some(each => each.toLowerCase() === role);
}

/** True when the caller may do this in that project. */
export function isAllowed(policy: PolicyName, caller: Caller, project: string): boolean {
  const [rule, old] = policies[policy];
  return (passes(rule, caller) && caller.project === project) || passesOld(old, caller);
}

/** Throws Forbidden, with the policy's name, unless the caller may. */
export function enforce(policy: PolicyName, caller: Caller, project: string): void {
  if (!isAllowed(policy, caller, project)) throw errors.Forbidden({ rule: policy });
}

function passes(rule: Rule, caller: Caller): boolean {
  switch (rule) {
    case 'member':
    case 'reader':
    case 'admin':
      return hasRole(caller, rule);
    case 'readerOrStackUser':
      return hasRole(caller, 'reader') || hasRole(caller, stackUserRole);
    case 'nobody':
      return false;
  }
}

function passesOld(rule: OldRule, caller: Caller): boolean {
  switch (rule) {
    case 'notStackUser':
      return !hasRole(caller, stackUserRole);
    case 'everybody':
      return true;
    case 'contextIsAdmin':
      return caller.isAdmin;
    case 'none':
      return false;
  }
}
