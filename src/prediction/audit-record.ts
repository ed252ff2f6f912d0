import type { CallTarget } from '../governance/call-target.ts';
import type { Durability } from '../governance/documents.ts';
import type { GatewayErrorCode } from '../errors/codes.ts';
import type { Caller } from './caller.ts';
import type { ContentReference } from '@vertex-ai-gateway/audit-ledger/record/record-schema';
import type { DialectName } from './dialect.ts';
import type { AnswerFacts } from './answer.ts';

/** How a call ended. `interrupted`: the stream broke after it had begun; `aborted`: the caller went away. */
export type Outcome = 'answered' | 'denied' | 'failed' | 'interrupted' | 'aborted';

/**
 * What is on record of a call when it is let through: who, what, where, decided how. Never a token, a prompt or a
 * prediction. Absent parts are not known: a call without a verified caller has none.
 */
export interface OpeningRecord {
  /** Of the call's time and its request id, so that ids sort by time. */
  readonly id: string;
  /** The request id that API Management gave, or one of our own for a call that didn't come through it. */
  readonly requestId: string;
  /** The W3C trace that API Management put the call into. */
  readonly traceId?: string;
  readonly startedAt: Date;
  readonly dialect: DialectName;
  readonly method: string;
  readonly policyVersion: string;
  readonly durability: Durability;
  readonly caller?: Caller;
  /** The caller's application in the access document's list of agents. */
  readonly agentId?: string;
  /** What the gateway was asked about itself, such as `whoami`; only such a call has it, and then no target. */
  readonly question?: string;
  /** As the caller named it. */
  readonly requested?: CallTarget;
  /** As the decision resolved it; of a call that is not let through, as the caller named it. */
  readonly target?: CallTarget;
  readonly decision?: 'allow' | 'deny';
  readonly rule?: string;
  /** The sentence of the rule. */
  readonly reason?: string;
  readonly requestBytes: number;
  readonly requestDigest?: string;
}

/** What is on record of a call that has ended. */
export interface AuditRecord extends OpeningRecord {
  /** Above 0 where it corrects what was put on record before, because the answer could not be given after all. */
  readonly revision: number;
  readonly outcome: Outcome;
  readonly status: number;
  readonly code?: GatewayErrorCode;
  readonly facts?: AnswerFacts;
  /** Of what was sent, without the signs of life within a stream. */
  readonly responseBytes: number;
  readonly responseDigest?: string;
  readonly durationInMs: number;
  readonly credentialsDurationInMs?: number;
  readonly firstByteDurationInMs?: number;
  /** By the catalog's price; an estimate. */
  readonly costInUsd?: number;
  /** Where a rule asks for content. */
  readonly content?: ContentReference;
}

/** @param requestId a GUID. */
export function recordIdOf(startedAt: Date, requestId: string): string {
  return `${startedAt.toISOString().replaceAll(/[-:.]/g, '')}-${requestId}`;
}
