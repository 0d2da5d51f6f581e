/** Values as JavaScript's own, for tests that compare whole documents; numbers lose what JavaScript cannot hold. */
import { writeJson } from '../../engine/values/json.ts';
import type { Value } from '../../engine/values/value.ts';

export function plainOf(value: Value): unknown {
  return JSON.parse(writeJson(value)) as unknown;
}
