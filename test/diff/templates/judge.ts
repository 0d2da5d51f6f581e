/** Where two orchestrations' answers to a case differ: an answer as a whole where one refused, else field by field. */
import { compare, type Difference, samePlace } from '../compare.ts';
import type { Asked, CaseRecording } from './ask.ts';

export function judge(heat: CaseRecording, convect: CaseRecording): Difference[] {
  const asks = [...new Set([...Object.keys(heat), ...Object.keys(convect)])] as (keyof CaseRecording)[];
  return asks.flatMap(ask => {
    const [one, other] = [heat[ask], convect[ask]];
    if (one === undefined || other === undefined) return compare({ [ask]: one }, { [ask]: other });
    if (isRefusal(one) || isRefusal(other)) return refusals(ask, one, other);
    return compare({ [ask]: one }, { [ask]: other });
  });
}

const isRefusal = (asked: Asked): asked is Asked & { readonly error: string } => 'error' in asked;

/** `400 Type: message`, `200 taken`. */
const whole = (asked: Asked): string => `${asked.status} ${isRefusal(asked) ? asked.error : 'taken'}`;

function refusals(path: string, one: Asked, other: Asked): Difference[] {
  const [heat, convect] = [whole(one), whole(other)];
  if (heat === convect) return [];
  const text = isRefusal(one) && isRefusal(other) && one.status === other.status && samePlace(one.error, other.error);
  return [{ path, heat, convect, text }];
}
