import type { HybridTime } from '../kernel/clock.ts';
import type { Uuid } from '../kernel/ids.ts';

/** A create that may still land: found by its mark it is deleted; once it can land no more, the debt is over. */
export interface DebtRecord {
  readonly id: Uuid;
  readonly type: string;
  readonly step: string;
  readonly service: string;
  readonly mark: string;
  readonly physicalName: string;
  /** Text of the properties that the call was made with; sealed where secret. */
  readonly properties: string;
  /** Earlier steps' results, by step name: [physical id, data text]. */
  readonly made: Readonly<Record<string, readonly [string, string]>>;
  readonly credential: string;
  readonly notAfter: HybridTime;
  readonly looks: number;
  /** The look that was begun last began after `notAfter`. */
  readonly lastLook: boolean;
  readonly over: boolean;
}
