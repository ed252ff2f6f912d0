import type { CallTarget } from '../governance/call-target.ts';
import type { Durability } from '../governance/documents.ts';
import type { GatewayErrorCode } from '../errors/codes.ts';
import type { Caller } from './caller.ts';
import type { ContentReference, Outcome } from '@vertex-ai-gateway/audit-ledger/record';
import type { DialectName } from './dialect.ts';
import type { AnswerFacts } from './answer.ts';
import type { Finding } from './finding.ts';

/**
 * The record of a call at its beginning: who asked for what, where, and how it was decided. It never has a token, a prompt
 * or a prediction. A field that is absent is not known.
 */
export interface OpeningRecord {
  /** The call's start and its request id , so that ids sort by time. */
  readonly id: string;
  /** The id that API Management gave the call, in lower case. */
  readonly requestId: string;
  /** The id of the W3C trace that API Management put the call into. */
  readonly traceId?: string;
  readonly startedAt: Date;
  readonly dialect: DialectName;
  readonly method: string;
  readonly policyVersion: string;
  readonly durability: Durability;
  readonly caller?: Caller;
  /** The id of the caller's application in the access document's list of agents. */
  readonly agentId?: string;
  /** The question that the gateway was asked about itself, such as `whoami`; a call with a question has no target. */
  readonly question?: string;
  /** The target as the caller named it. */
  readonly requested?: CallTarget;
  /** The target as the decision resolved it, or as the caller named it when the call is not let through. */
  readonly target?: CallTarget;
  readonly decision?: 'allow' | 'deny';
  readonly rule?: string;
  /** The decision's reason, in words. */
  readonly reason?: string;
  /** The last day of the model, in UTC, where it is near. */
  readonly retiresOn?: string;
  readonly requestBytes: number;
  readonly requestDigest?: string;
}

/** The record of a call that has ended. */
export interface AuditRecord extends OpeningRecord {
  /** 0 for the first record of a call; above 0 for one that corrects it, because the answer could not be given after all. */
  readonly revision: number;
  readonly outcome: Outcome;
  readonly status: number;
  readonly code?: GatewayErrorCode;
  readonly facts?: AnswerFacts;
  /** The bytes of the answer that were sent, without those that filled the silence of a stream. */
  readonly responseBytes: number;
  readonly responseDigest?: string;
  readonly durationInMs: number;
  readonly credentialsDurationInMs?: number;
  readonly firstByteDurationInMs?: number;
  /** An estimate by the catalog's price. */
  readonly costInUsd?: number;
  /** The findings of the inspection of the content; absent without any. */
  readonly findings?: readonly Finding[];
  /** The reference to the content that is kept because a rule asks for it. */
  readonly content?: ContentReference;
}
