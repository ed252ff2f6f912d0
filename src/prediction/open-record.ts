import { randomUUID } from 'node:crypto';
import type { GatewayErrorCode } from '../errors/codes.ts';
import type { Durability } from '../governance/documents.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import type { AuthorizedCall } from '../governance/authorize.ts';
import type { Decision } from '../governance/decide.ts';
import type { Governance } from '../governance/governance.ts';
import type { CallTarget } from '../governance/call-target.ts';
import type { AuditRecord, Outcome } from './audit-record.ts';
import type { Caller } from './interfaces.ts';
import type { AnswerFacts, Prediction } from './prediction.ts';

interface Clocks {
  readonly monotonicNow: () => number;
  readonly now: () => Date;
  readonly governance: Pick<Governance, 'policyVersion'>;
}

/** An audit record in the making: told what happens to a call while it happens, closed once. */
export class OpenRecord {
  /** Ours until the edge's request id is verified. */
  id: string = randomUUID();
  readonly #dialect: string;
  readonly #clocks: Clocks;
  readonly #startedAt: Date;
  readonly #start: number;
  #caller: Caller | undefined;
  #target: CallTarget | undefined;
  #question: string | undefined;
  #decision: { readonly allowed: boolean; readonly rule: string } | undefined;
  #durability: Durability = 'standard';
  #revision = 0;
  #outcome: Outcome = 'failed';
  #status = 500;
  #code: GatewayErrorCode | undefined;
  #facts: AnswerFacts | undefined;
  #requestBytes = 0;
  #responseBytes = 0;
  #identifiedIn = 0;
  #credentialsInMs: number | undefined;
  #firstByteInMs: number | undefined;

  constructor(dialect: string, clocks: Clocks) {
    this.#dialect = dialect;
    this.#clocks = clocks;
    this.#startedAt = clocks.now();
    this.#start = clocks.monotonicNow();
  }

  identified(caller: Caller): void {
    this.id = caller.requestId;
    this.#caller = caller;
  }

  received(bytes: number): void {
    this.#requestBytes = bytes;
  }

  parsed({ project, location, operation, resource }: Prediction): void {
    this.#target = { project, location, operation, resource };
  }

  /** What the gateway is asked about itself; such a call reaches no model. */
  asked(operation: string): void {
    this.#question = operation;
  }

  decided(decision: Decision<Prediction>): void {
    this.#decision = decision;
    if (decision.allowed) {
      this.#durability = decision.call.durability;
      if (this.#target) this.#target = { ...this.#target, ...placeOf(decision.call) };
    }
    this.#identifiedIn = this.#elapsed();
  }

  /** Whether the call waits for the ledger. */
  get isStrict(): boolean {
    return this.#durability === 'strict';
  }

  /** As far as the answer has told. */
  get totalTokens(): number {
    return this.#facts?.usage.totalTokens ?? 0;
  }

  credentialsObtained(): void {
    this.#credentialsInMs = this.#elapsed() - this.#identifiedIn;
  }

  sent(bytes: number): void {
    this.#firstByteInMs ??= this.#elapsed();
    this.#responseBytes += bytes;
  }

  answered(facts: AnswerFacts): void {
    this.#outcome = 'answered';
    this.#status = 200;
    this.#facts = facts;
  }

  failed({ code, facts }: GatewayError): void {
    this.#code = code;
    this.#status = facts.status;
    this.#outcome = outcomeOf(code, facts.status);
  }

  /** The status line said 200 already; the code tells what happened after it. */
  interrupted({ code }: GatewayError, facts: AnswerFacts): void {
    this.#code = code;
    this.#status = 200;
    this.#outcome = code === 'CALLER_GONE' ? 'aborted' : 'interrupted';
    this.#facts = facts;
  }

  /** Headers of every answer; the request id under both names that clients look for. */
  headers(contentType: string): Record<string, string> {
    return {
      'content-type': contentType,
      'x-request-id': this.id,
      'request-id': this.id,
      'x-policy-version': this.#clocks.governance.policyVersion,
    };
  }

  /** What follows is told by a record of a higher revision. */
  correct(): void {
    this.#revision += 1;
  }

  close(): AuditRecord {
    return {
      id: this.id,
      startedAt: this.#startedAt,
      dialect: this.#dialect,
      policyVersion: this.#clocks.governance.policyVersion,
      ...(this.#caller && { caller: this.#caller }),
      ...(this.#question && { question: this.#question }),
      ...(this.#target && { target: this.#target }),
      ...(this.#decision && {
        decision: this.#decision.allowed ? 'allow' : 'deny',
        rule: this.#decision.rule,
      }),
      revision: this.#revision,
      outcome: this.#outcome,
      status: this.#status,
      ...(this.#code && { code: this.#code }),
      ...(this.#facts && { facts: this.#facts }),
      requestBytes: this.#requestBytes,
      responseBytes: this.#responseBytes,
      durationInMs: this.#elapsed(),
      ...(this.#credentialsInMs !== undefined && { credentialsDurationInMs: this.#credentialsInMs }),
      ...(this.#firstByteInMs !== undefined && { firstByteDurationInMs: this.#firstByteInMs }),
    };
  }

  #elapsed(): number {
    return this.#clocks.monotonicNow() - this.#start;
  }
}

/** Where the call goes once names and short forms are resolved. */
function placeOf({ project, location, resource }: AuthorizedCall<Prediction>) {
  return { project, location, resource };
}

/** Refused by us for what was asked is a denial; everything else that went wrong is a failure. */
function outcomeOf(code: GatewayErrorCode, status: number): Outcome {
  if (code === 'CALLER_GONE') return 'aborted';
  if (code.startsWith('VERTEX_')) return 'failed';
  if (code === 'OPERATION_NOT_SERVED') return 'denied';
  return status < 500 ? 'denied' : 'failed';
}
