/** As whom a stack's resources call clouds. */
import type { HybridTime } from '../kernel/clock.ts';

/** Lazy by the plan: the user's token is kept until it is traded for what lasts, right after the birth. */
export type StackCredential =
  | { readonly kind: 'none' }
  | { readonly kind: 'own'; readonly sealed: string }
  /** `earlier`: attempts without an answer may make another until then; the user's own credential finds it. */
  | {
      readonly kind: 'delegated';
      readonly sealed: string;
      readonly earlier?: { readonly own: string; readonly until: HybridTime };
    }
  /** A nested stack's: its root's. */
  | { readonly kind: 'shared'; readonly sealed: string };
