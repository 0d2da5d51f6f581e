/**
 * What happens to what there is when it shall be something else (contract: lifecycle §7): the same function decides
 * when an update runs and when one is previewed. Pure.
 */
import type { Expr } from '../template/expr.ts';
import type { ValueMap } from '../values/value.ts';
import { differences } from './change.ts';
import { familyOf } from './provider.ts';
import type { ResourceType } from './resource.ts';

/** What there is. */
export interface Base {
  readonly type: string;
  readonly properties: ValueMap;
  /** What else of its definition is compared. */
  readonly frozen: string;
  readonly unsound: '' | 'UPDATE' | 'CHECK';
}

/** What there shall be; in a preview some of it is known only after something is made. */
export interface Wished {
  readonly type: ResourceType;
  readonly properties: ReadonlyMap<string, Expr>;
  readonly frozen: string;
}

export type Decision =
  | { readonly kind: 'same' }
  | { readonly kind: 'update'; readonly changed: ReadonlySet<string> }
  /** `quietly`: it is not even tried to update it, which no event tells. */
  | { readonly kind: 'replace'; readonly quietly: boolean; readonly because: readonly string[] }
  /** These may never change. */
  | { readonly kind: 'refused'; readonly immutable: readonly string[] }
  /** Its cloud has to say first whether it is sound. */
  | { readonly kind: 'look' };

export function decide(base: Base, wished: Wished): Decision {
  const { type } = wished;
  if (familyOf(base.type) !== familyOf(type.name))
    return { kind: 'replace', quietly: true, because: [`type: ${base.type} → ${type.name}`] };
  // What is wrong in a nested stack is for what is in it to mend; one that a user says is unhealthy is replaced.
  if (base.unsound !== '' && !(type.life.kind === 'nested' && base.unsound === 'UPDATE')) return ofUnsound(base, type);
  const { inPlace, replacing, immutable } = differences(type, base.properties, wished.properties);
  if (immutable.size > 0) return { kind: 'refused', immutable: [...immutable] };
  if (replacing.size > 0) return { kind: 'replace', quietly: false, because: [...replacing] };
  // A child is always told: what is in it decides for itself.
  if (type.life.kind === 'nested') return { kind: 'update', changed: inPlace };
  if (inPlace.size > 0 && type.life.update === undefined)
    return { kind: 'replace', quietly: false, because: [...inPlace] };
  if (inPlace.size > 0 || base.frozen !== wished.frozen) return { kind: 'update', changed: inPlace };
  return { kind: 'same' };
}

function ofUnsound({ unsound }: Base, { life }: ResourceType): Decision {
  if (unsound === 'UPDATE' && life.kind === 'cloud' && life.whenFailed === 'look') return { kind: 'look' };
  const because = unsound === 'CHECK' ? 'its check failed' : 'its last update failed';
  return { kind: 'replace', quietly: true, because: [because] };
}
