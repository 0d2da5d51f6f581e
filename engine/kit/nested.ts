/** What types whose thing is a stack have in common. */
import type { Value } from '../values/value.ts';
import type { Live } from './resource.ts';

/** Attributes stand in the data under their keys (template/references.ts attributeKey): whoever reads fills them in. */
export function nestedAttribute(live: Live, key: string): Value | undefined {
  return live.data.get(key) ?? null;
}
