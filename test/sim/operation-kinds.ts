/** What users do in a run, by name: each is counted, and must come up often enough (report.ts). */
import { changeKinds } from './changes.ts';
import { nestedKinds } from './nested-work.ts';

const creates = [
  'create',
  'create that fails',
  'create that hangs',
  'create with rollback',
  'create of a taken name',
  'create spread over buckets',
  'create of a big plan',
  'create of cloud types',
  'create of a tree',
  'create of a taken slot',
  'create twice with one request id',
  'create of a group in batches',
  'create that adopts',
  'create that retains',
  'create with a hook',
  'create with a hook that nobody clears',
] as const;

const updates = [
  'update',
  ...changeKinds.map(kind => `update ${kind}` as const),
  'update of nothing',
  'update of what exists',
  'update of cloud types',
  'update with rollback',
  'update of a group in batches',
  'update with removal policies',
  'update that compares with the cloud',
  'update during CREATE',
  'update during UPDATE',
  'update during ROLLBACK',
  'update of what failed',
  'update of what is suspended or deleted',
  'update when all is quiet',
] as const;

const others = [
  'show',
  'cancel',
  'cancel without rollback',
  'reset',
  'wake',
  'suspend',
  'resume',
  'check',
  'mark unhealthy',
  'hook cleared',
  'command to a group between its batches',
  'delete',
  'delete during create',
  'delete during update',
  'delete during rollback',
  'delete twice',
  'delete of what is gone',
] as const;

export const operationKinds = [...creates, ...updates, ...nestedKinds, ...others] as const;

export type OperationKind = (typeof operationKinds)[number];
