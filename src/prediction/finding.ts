import type { ProtectionAction } from '../governance/protection-plan.ts';

/** The findings of one kind in one call, as the audit record has them: how many, and never a value or a position. */
export interface Finding {
  readonly kind: string;
  /** `request`: in what the caller sent. `response`: in what the model answered. */
  readonly direction: 'request' | 'response';
  /** The action that was taken; `unavailable` for a service that could not be asked and whose rule lets the call pass. */
  readonly action: ProtectionAction | 'unavailable';
  /** The detector, or the service, that found it. */
  readonly detector: string;
  readonly count: number;
}
