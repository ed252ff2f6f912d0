import { randomUUID } from 'node:crypto';
import type { GatewayErrorCode } from '../errors/codes.ts';
import type { Durability } from '../governance/documents.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import { findAgent } from '../governance/agents.ts';
import type { AuthorizedCall } from '../governance/authorize.ts';
import type { Decision } from '../governance/decide.ts';
import type { Governance } from '../governance/governance.ts';
import type { CallTarget } from '../governance/call-target.ts';
import { type AuditRecord, type OpeningRecord, type Outcome, recordIdOf } from './audit-record.ts';
import { estimateCost } from './estimate-cost.ts';
import type { Call } from './call.ts';
import type { Caller } from './caller.ts';
import type { ContentKeeper, KeptContent } from '../audit/contents/content.ts';
import type { Digest, Digester } from '../audit/ledger/digests.ts';
import type { ErrorDialect } from './dialect.ts';
import type { AnswerFacts } from './answer.ts';
import type { Prediction } from './prediction.ts';

export interface RecordingRooms {
  readonly monotonicNow: () => number;
  readonly now: () => Date;
  readonly governance: Pick<Governance, 'policyVersion' | 'documents' | 'findEntry' | 'contentToKeep'>;
  /** Left out, records have no digests. */
  readonly digester?: Digester;
  /** Left out, no content is kept. */
  readonly contents?: ContentKeeper;
}

type RecordedCall = Pick<Call<ErrorDialect>, 'dialect' | 'method'>;

/** An audit record in the making: told what happens to a call while it happens, closed once. */
export class OpenRecord {
  /** Ours until the edge's request id is verified. */
  requestId: string = randomUUID();
  readonly #call: RecordedCall;
  readonly #rooms: RecordingRooms;
  readonly #startedAt: Date;
  readonly #start: number;
  #traceId: string | undefined;
  #caller: Caller | undefined;
  #requested: CallTarget | undefined;
  #target: CallTarget | undefined;
  #question: string | undefined;
  #decision: Pick<Decision<Prediction>, 'allowed' | 'rule' | 'reason'> | undefined;
  #served: CallTarget['resource'] | undefined;
  #durability: Durability = 'standard';
  #revision = 0;
  #outcome: Outcome = 'failed';
  /** Whether Vertex AI answered completely, whatever became of that. */
  #isAnswered = false;
  #status = 500;
  #code: GatewayErrorCode | undefined;
  #facts: AnswerFacts | undefined;
  #body: Uint8Array | undefined;
  #content: KeptContent | undefined;
  #requestBytes = 0;
  #requestDigest: string | undefined;
  #responseBytes = 0;
  #responseDigest: Digest | undefined;
  #hasWithheld = false;
  #identifiedIn = 0;
  #credentialsInMs: number | undefined;
  #firstByteInMs: number | undefined;

  constructor(call: RecordedCall, rooms: RecordingRooms) {
    this.#call = call;
    this.#rooms = rooms;
    this.#startedAt = rooms.now();
    this.#start = rooms.monotonicNow();
  }

  /** @param traceId of the trace that API Management put the call into; others' word for it is not taken. */
  identified(caller: Caller, traceId: string | undefined): void {
    this.requestId = caller.requestId;
    this.#caller = caller;
    this.#traceId = traceId;
  }

  received(body: Uint8Array): void {
    this.#body = body;
    this.#requestBytes = body.byteLength;
    const digest = this.#rooms.digester?.start();
    digest?.update(body);
    this.#requestDigest = digest?.digest();
  }

  parsed({ project, location, operation, resource }: Prediction): void {
    this.#requested = { project, location, operation, resource };
    this.#target = this.#requested;
  }

  /** What the gateway is asked about itself; such a call reaches no model. */
  asked(operation: string): void {
    this.#question = operation;
  }

  decided(decision: Decision<Prediction>): void {
    // Not the call, which has the body in it.
    const { allowed, rule, reason } = decision;
    this.#decision = { allowed, rule, reason };
    if (decision.allowed) {
      this.#served = decision.call.resource;
      this.#durability = decision.call.durability;
      if (this.#target) this.#target = { ...this.#target, ...placeOf(decision.call) };
      this.#keepContent(decision.call);
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

  /** Not for the signs of life within a stream, which are no part of the answer. */
  sent(part: Uint8Array | string): void {
    this.#firstByteInMs ??= this.#elapsed();
    this.#responseBytes += typeof part === 'string' ? Buffer.byteLength(part) : part.byteLength;
    this.#responseDigest ??= this.#rooms.digester?.start();
    this.#responseDigest?.update(part);
    this.#content?.add('response', part);
  }

  /** Resolves when what a rule asks to be kept can be encrypted; at once where none does. Never rejects. */
  async contentReady(): Promise<void> {
    await this.#content?.ready();
  }

  /** Resolves when the content is stored, or can't be; at once where no rule asks for it. Never rejects. */
  async storeContent(): Promise<void> {
    await this.#content?.store();
  }

  /** The last part was not sent after all; what the caller got has no digest then. */
  withheld(part: Uint8Array): void {
    this.#responseBytes -= part.byteLength;
    this.#hasWithheld = true;
  }

  answered(facts: AnswerFacts): void {
    this.#outcome = 'answered';
    this.#isAnswered = true;
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
      'x-request-id': this.requestId,
      'request-id': this.requestId,
      'x-policy-version': this.#rooms.governance.policyVersion,
    };
  }

  /** What follows is told by a record of a higher revision. */
  correct(): void {
    this.#revision += 1;
  }

  /** What is known before Google is called. */
  open(): OpeningRecord {
    const requestId = this.requestId.toLowerCase();
    const agentId = this.#agentId();
    return {
      id: recordIdOf(this.#startedAt, requestId),
      requestId,
      ...(this.#traceId !== undefined && { traceId: this.#traceId }),
      startedAt: this.#startedAt,
      dialect: this.#call.dialect.name,
      method: this.#call.method,
      policyVersion: this.#rooms.governance.policyVersion,
      durability: this.#durability,
      ...(this.#caller && { caller: this.#caller }),
      ...(agentId !== undefined && { agentId }),
      ...(this.#question && { question: this.#question }),
      ...(this.#requested && { requested: this.#requested }),
      ...(this.#target && { target: this.#target }),
      ...(this.#decision && {
        decision: this.#decision.allowed ? 'allow' : 'deny',
        rule: this.#decision.rule,
        reason: this.#decision.reason,
      }),
      requestBytes: this.#requestBytes,
      ...(this.#requestDigest !== undefined && { requestDigest: this.#requestDigest }),
    };
  }

  /** May be asked again, after a correction. */
  close(): AuditRecord {
    const costInUsd = this.#cost();
    const content = this.#content?.seal();
    return {
      ...this.open(),
      revision: this.#revision,
      outcome: this.#outcome,
      status: this.#status,
      ...(this.#code && { code: this.#code }),
      ...(this.#facts && { facts: this.#facts }),
      responseBytes: this.#responseBytes,
      ...(this.#responseDigest && !this.#hasWithheld && { responseDigest: this.#responseDigest.digest() }),
      durationInMs: this.#elapsed(),
      ...(this.#credentialsInMs !== undefined && { credentialsDurationInMs: this.#credentialsInMs }),
      ...(this.#firstByteInMs !== undefined && { firstByteDurationInMs: this.#firstByteInMs }),
      ...(costInUsd !== undefined && { costInUsd }),
      ...(content && { content }),
    };
  }

  /** What no rule asks for is not held any longer than the decision takes. */
  #keepContent({ resource }: AuthorizedCall<Prediction>): void {
    const body = this.#body;
    this.#body = undefined;
    const parts = this.#rooms.governance.contentToKeep(resource);
    if (parts.length === 0 || !this.#caller) return;
    const recordId = recordIdOf(this.#startedAt, this.requestId.toLowerCase());
    this.#content = this.#rooms.contents?.start(recordId, this.#caller, parts);
    if (body) this.#content?.add('request', body);
  }

  #agentId(): string | undefined {
    const { access } = this.#rooms.governance.documents;
    return this.#caller && findAgent(access, this.#caller)?.id;
  }

  #cost(): number | undefined {
    if (!this.#served || !this.#facts) return undefined;
    const price = this.#rooms.governance.findEntry(this.#served)?.price;
    return price && estimateCost(price, this.#isAnswered, this.#facts.usage);
  }

  #elapsed(): number {
    return this.#rooms.monotonicNow() - this.#start;
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
