import type { CallTarget } from '../governance/call-target.ts';
import type { GatewayErrorCode } from '../errors/codes.ts';
import type { Caller } from './interfaces.ts';
import type { AnswerFacts } from './prediction.ts';

/** How a call ended. `interrupted`: the stream broke after it had begun; `aborted`: the caller went away. */
export type Outcome = 'answered' | 'denied' | 'failed' | 'interrupted' | 'aborted';

/**
 * What is on record of one call: who, what, where, decided how, ended how. Never a token, a prompt or a prediction.
 * Absent parts were not known when the call ended: a call without a verified caller has none.
 */
export interface AuditRecord {
  /** The request id that API Management gave, or one of our own for a call that didn't come through it. */
  readonly id: string;
  readonly startedAt: Date;
  readonly dialect: string;
  readonly policyVersion: string;
  readonly caller?: Caller;
  /** What the gateway was asked about itself, such as `whoami`; only such a call has it, and then no target. */
  readonly question?: string;
  readonly target?: CallTarget;
  readonly decision?: 'allow' | 'deny';
  readonly rule?: string;
  /** Above 0 where it corrects what was put on record before, because the answer could not be given after all. */
  readonly revision: number;
  readonly outcome: Outcome;
  readonly status: number;
  readonly code?: GatewayErrorCode;
  readonly facts?: AnswerFacts;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationInMs: number;
  readonly credentialsDurationInMs?: number;
  readonly firstByteDurationInMs?: number;
}
