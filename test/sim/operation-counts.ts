/** What a create or an update counts as (operation-kinds.ts). */
import type { Spread } from '../../engine/kernel/limits.ts';
import type { Columns } from '../../engine/store/tables.ts';
import type { ChangeKind } from './changes.ts';
import type { Draft } from './drafts.ts';
import { group } from './nests.ts';
import type { OperationKind } from './operation-kinds.ts';
import type { MadeTemplate } from './templates.ts';

interface CreateAbout {
  readonly taken: boolean;
  readonly cloud: boolean;
  readonly disableRollback: boolean;
}

interface UpdateAbout {
  readonly kinds: readonly ChangeKind[];
  readonly isSame: boolean;
  readonly disableRollback: boolean;
  readonly converge: boolean;
  /** Of the stack as it is. */
  readonly columns: Columns | undefined;
}

export function kindsOfCreate(
  made: MadeTemplate,
  { bucketSize, bigPlanRows }: Spread,
  about: CreateAbout,
): readonly OperationKind[] {
  const kinds: OperationKind[] = ['create'];
  if (about.cloud) kinds.push('create of cloud types');
  if (made.flavour === 'tree') kinds.push('create of a tree');
  if (made.fails) kinds.push('create that fails');
  if (made.hangs) kinds.push('create that hangs');
  if (!about.disableRollback) kinds.push('create with rollback');
  if (about.taken) kinds.push('create of a taken name');
  if (made.resources > bigPlanRows) kinds.push('create of a big plan');
  if (made.resources > bucketSize) kinds.push('create spread over buckets');
  const { drafts } = made;
  if (drafts.some(({ creating }) => creating !== undefined)) kinds.push('create of a group in batches');
  if (drafts.some(({ external }) => external !== undefined)) kinds.push('create that adopts');
  if (drafts.some(({ retained }) => retained === true)) kinds.push('create that retains');
  if (drafts.some(({ hook }) => hook?.isCleared === true)) kinds.push('create with a hook');
  if (drafts.some(({ hook }) => hook?.isCleared === false)) kinds.push('create with a hook that nobody clears');
  return kinds;
}

export function kindsOfUpdate(
  before: MadeTemplate,
  made: MadeTemplate,
  { kinds: changes, isSame, disableRollback, converge, columns }: UpdateAbout,
): readonly OperationKind[] {
  const { action, status } = columns ?? {};
  const kinds: OperationKind[] = ['update'];
  if (isSame) kinds.push('update of what exists');
  else if (changes.length === 0) kinds.push('update of nothing');
  for (const change of changes) kinds.push(`update ${change}`);
  if (!disableRollback) kinds.push('update with rollback');
  if (converge) kinds.push('update that compares with the cloud');
  if (made.flavour === 'cloud') kinds.push('update of cloud types');
  if (action === 'SUSPEND' || action === 'DELETE') kinds.push('update of what is suspended or deleted');
  else if (status === 'FAILED') kinds.push('update of what failed');
  if (status === 'IN_PROGRESS' && (action === 'CREATE' || action === 'UPDATE' || action === 'ROLLBACK'))
    kinds.push(`update during ${action}`);
  const groups = made.drafts.filter(({ type }) => type === group);
  const was = (draft: Draft) => before.drafts.find(({ name }) => name === draft.name);
  const differs = (draft: Draft, property: string) =>
    JSON.stringify(draft.properties[property]) !== JSON.stringify(was(draft)?.properties[property]);
  if (groups.some(draft => draft.rolling !== undefined && was(draft) && differs(draft, 'resource_def')))
    kinds.push('update of a group in batches');
  if (groups.some(draft => differs(draft, 'removal_policies'))) kinds.push('update with removal policies');
  return kinds;
}
