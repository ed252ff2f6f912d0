import { randomUUID } from 'node:crypto';
import type { GatewayErrorCode } from '../errors/codes.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import { findAgent } from '../governance/principals.ts';
import type { AuthorizedCall, Decision } from '../governance/decide.ts';
import type { CatalogEntry } from '../governance/documents.ts';
import type { Governance } from '../governance/governance.ts';
import type { AnswerFacts, Usage } from './answer.ts';
import type { AuditRecord, OpeningRecord } from './audit-record.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { Call } from './call.ts';
import type { Caller } from './caller.ts';
import type {
  ContentKeeper,
  Digest,
  Digester,
  KeptContent,
  LastClosing,
} from '@vertex-ai-gateway/audit-ledger/recording';
import type { ErrorDialect } from './dialect.ts';
import type { Outcome } from '@vertex-ai-gateway/audit-ledger/record';
import type { Finding } from './finding.ts';
import { FindingCounts } from './finding-counts.ts';
import { estimateCost, priceInTier } from './estimate-cost.ts';
import { writeRetirementHeaders } from './retirement-headers.ts';
import { loopTurns } from '../json/turns.ts';
import type { Prediction } from './prediction.ts';

/** Bytes that are digested in one turn of the event loop: a millisecond of work at most. */
const DIGEST_PIECE_BYTES = 1_048_576;

/** The dependencies of a call's record. */
export interface RecordDependencies {
  readonly audit: AuditTrail;
  /** Returns the milliseconds of a clock that never goes back. */
  readonly monotonicNow: () => number;
  readonly now: () => Date;
  readonly governance: Pick<Governance, 'policyVersion' | 'documents'>;
  /** Hashes requests and responses; records have no digests without it. */
  readonly digester?: Digester;
  /** Keeps prompts and predictions that a rule asks for; none are kept without it. */
  readonly contents?: ContentKeeper;
}

type Draft<Whole> = { -readonly [Field in keyof Whole]: Whole[Field] };

/**
 * The one audit record of a call. The notes (`note…`) say what happens to the call while it happens. `begin` puts a strict
 * call on the ledger before Vertex AI is called. `settle` puts the end of a strict call on the ledger before the caller has
 * all of its answer. `end` puts on the ledger whatever is not there yet.
 */
export class CallRecord {
  /** The call's id: a random one until the caller is verified, then the one that API Management gave. */
  requestId: string = randomUUID();
  readonly #dependencies: RecordDependencies;
  readonly #start: number;
  readonly #opening: Draft<OpeningRecord>;
  readonly #ending: Draft<Omit<AuditRecord, keyof OpeningRecord>> = {
    revision: 0,
    outcome: 'failed',
    status: 500,
    responseBytes: 0,
    durationInMs: 0,
  };
  /** The catalog entry by whose prices the cost is estimated; undefined for a call that has no price. */
  #priced: CatalogEntry | undefined;
  /** The usage that the request orders, which the answer does not report. */
  #ordered: Usage | undefined;
  /** The request's body until it is known whether it is kept, and in which form. */
  #body: Uint8Array | undefined;
  #content: KeptContent | undefined;
  /** Takes values out of what is kept of the answer; undefined where it is kept as it was sent. */
  #hideValues: ((part: Uint8Array | string) => Uint8Array | string) | undefined;
  #findings: FindingCounts | undefined;
  /** The headers that tell of the end of the model; undefined unless it is near. */
  #noticeHeaders: Readonly<Record<string, string>> | undefined;
  #responseDigest: Digest | undefined;
  /** The closing that a correction of the record corrects. */
  readonly #lastClosing: LastClosing = {};
  /** True when a part that was noted as sent was not. */
  #hasWithheld = false;
  /** True when a content rule asks for the answer as the caller gets it. */
  #keepsOriginalResponse = false;
  #identifiedInMs = 0;
  #isAdmitted = false;
  /** True when Vertex AI answered completely, whatever became of the answer. */
  #isAnswered = false;
  /** True when the ledger has the record or is being asked to take it. */
  #isSettled = false;
  /** True when a strict call must not wait for the ledger again: it failed once, or the instance stops. */
  #hasLedgerFailed = false;

  constructor(
    dependencies: RecordDependencies,
    { dialect, method }: Pick<Call<ErrorDialect>, 'dialect' | 'method'>,
  ) {
    const { now, monotonicNow, governance } = dependencies;
    this.#dependencies = dependencies;
    this.#start = monotonicNow();
    const startedAt = now();
    this.#opening = {
      id: recordIdOf(startedAt, this.requestId),
      requestId: this.requestId,
      startedAt,
      dialect: dialect.name,
      method,
      policyVersion: governance.policyVersion,
      durability: 'standard',
      requestBytes: 0,
    };
  }

  /** True once the audit trail has let the call in. */
  get isAdmitted(): boolean {
    return this.#isAdmitted;
  }

  /** True once the caller is verified; only a verified call is put on record. */
  get isVerified(): boolean {
    return this.#opening.caller !== undefined;
  }

  /** True when the call waits for the ledger before Vertex AI is called and before its answer ends. */
  get isStrict(): boolean {
    return this.#opening.durability === 'strict';
  }

  /** The tokens that the answer has reported so far. */
  get totalTokens(): number {
    return this.#ending.facts?.usage.totalTokens ?? 0;
  }

  /** The time at which the call arrived. */
  get startedAt(): Date {
    return this.#opening.startedAt;
  }

  /** The content hash of the governance documents in force. */
  get policyVersion(): string {
    return this.#opening.policyVersion;
  }

  /**
   * Returns the headers of every answer that is on record: the request id under both names that clients look for, and the
   * notice that the model retires where there is one.
   */
  headers(contentType: string): Record<string, string> {
    return {
      'content-type': contentType,
      'x-request-id': this.requestId,
      'request-id': this.requestId,
      'x-policy-version': this.policyVersion,
      ...this.#noticeHeaders,
    };
  }

  /** Asks the audit trail to let the call in. @throws GatewayError AUDIT_LEDGER_UNAVAILABLE. */
  async admit(): Promise<void> {
    await this.#dependencies.audit.admit();
    this.#isAdmitted = true;
  }

  /** Notes the verified caller; the call has its request id from here on. */
  noteCaller(caller: Caller): void {
    this.requestId = caller.requestId;
    this.#opening.requestId = caller.requestId.toLowerCase();
    this.#opening.id = recordIdOf(this.#opening.startedAt, this.#opening.requestId);
    this.#opening.caller = caller;
    if (caller.traceId !== undefined) this.#opening.traceId = caller.traceId;
  }

  /** Counts a call whose caller is not verified; it has no record here. */
  noteUnverified({ code }: GatewayError): void {
    const { audit, now } = this.#dependencies;
    const { dialect, method } = this.#opening;
    audit.countUnverified({ time: now(), dialect, method, code });
  }

  /** Notes the whole body. The digest of a long one takes several turns of the event loop. */
  async noteBody(body: Uint8Array): Promise<void> {
    this.#body = body;
    this.#opening.requestBytes = body.byteLength;
    const digest = this.#dependencies.digester?.start();
    if (!digest) return;
    for (let from = 0; from < body.byteLength; from += DIGEST_PIECE_BYTES) {
      if (from > 0) await loopTurns.next();
      digest.update(body.subarray(from, from + DIGEST_PIECE_BYTES));
    }
    this.#opening.requestDigest = digest.digest();
  }

  noteTarget({ project, location, operation, resource, serviceTier }: Prediction): void {
    const tier = serviceTier === undefined ? {} : { serviceTier };
    this.#opening.requested = { project, location, operation, resource, ...tier };
    this.#opening.target = this.#opening.requested;
  }

  /** @param operation the question that the gateway is asked about itself; such a call reaches no model. */
  noteQuestion(operation: string): void {
    this.#opening.question = operation;
  }

  noteDecision(decision: Decision<Prediction>): void {
    const { allowed, rule, reason } = decision;
    this.#opening.decision = allowed ? 'allow' : 'deny';
    this.#opening.rule = rule;
    this.#opening.reason = reason;
    const { target } = this.#opening;
    if (decision.allowed) this.#noteAuthorized(decision.call);
    else if (target && decision.operation !== undefined)
      this.#opening.target = { ...target, operation: decision.operation };
    this.#identifiedInMs = this.#elapsed();
  }

  /**
   * Notes what leaves of the content of a call that is inspected. It is what is kept, unless a content rule asks for the
   * original.
   * @param body the request's body as it leaves.
   * @param hideValues takes the caller's values out of a part of the answer that were put back into it.
   */
  noteProtected(body: Uint8Array, hideValues: (part: Uint8Array | string) => Uint8Array | string): void {
    if (this.#body) this.#content?.add('request', body);
    this.#body = undefined;
    if (!this.#keepsOriginalResponse) this.#hideValues = hideValues;
  }

  /** Notes findings of the inspection of the content. They are on record however the call ends. */
  noteFindings(findings: readonly Finding[]): void {
    (this.#findings ??= new FindingCounts()).add(findings);
  }

  noteCredentials(): void {
    this.#ending.credentialsDurationInMs = this.#elapsed() - this.#identifiedInMs;
  }

  /** Notes a part of the answer; bytes that fill the silence of a stream are no part of it. */
  noteSent(part: Uint8Array | string): void {
    this.#ending.firstByteDurationInMs ??= this.#elapsed();
    this.#ending.responseBytes += typeof part === 'string' ? Buffer.byteLength(part) : part.byteLength;
    this.#responseDigest ??= this.#dependencies.digester?.start();
    this.#responseDigest?.update(part);
    if (this.#content) this.#content.add('response', this.#hideValues ? this.#hideValues(part) : part);
  }

  /** Notes that a part that was noted as sent was not sent after all. The record has no digest of the answer then. */
  noteWithheld(part: Uint8Array): void {
    this.#ending.responseBytes -= part.byteLength;
    this.#hasWithheld = true;
  }

  noteAnswered(facts: AnswerFacts, status = 200): void {
    this.#isAnswered = true;
    this.#ending.outcome = 'answered';
    this.#ending.status = status;
    this.#ending.facts = facts;
  }

  /** Notes the facts of an answer that does not go out. */
  noteFacts(facts: AnswerFacts): void {
    this.#ending.facts = facts;
  }

  noteFailed({ code, facts: { status } }: GatewayError): void {
    this.#ending.outcome = outcomeOf(code, status);
    this.#ending.status = status;
    this.#ending.code = code;
  }

  /** Notes a failure after the status line has said 200. */
  noteInterrupted({ code }: GatewayError, facts: AnswerFacts): void {
    this.#ending.outcome = code === 'CALLER_GONE' ? 'aborted' : 'interrupted';
    this.#ending.status = 200;
    this.#ending.code = code;
    this.#ending.facts = facts;
  }

  /** Resolves when Vertex AI may be called. @throws GatewayError AUDIT_LEDGER_UNAVAILABLE. */
  async begin(): Promise<void> {
    const opened = this.isStrict ? this.#watch(this.#dependencies.audit.open(this.#open())) : undefined;
    await Promise.all([opened, this.#content?.ready()]);
  }

  /** Resolves when the last part of a strict call's answer may go out. @throws GatewayError AUDIT_LEDGER_UNAVAILABLE. */
  async settle(): Promise<void> {
    this.#isSettled = true;
    await this.#content?.store();
    await this.#watch(this.#dependencies.audit.commit(this.#close(), this.#lastClosing));
  }

  /**
   * Puts the failure of a strict call on the ledger before its caller is told. Never throws, because the caller is told in
   * any case. While the instance stops, the caller is told at once, and `end` records the failure.
   */
  async settleFailure({ code }: GatewayError): Promise<void> {
    if (!this.isStrict || this.#hasLedgerFailed) return;
    if (code === 'INSTANCE_STOPPING') {
      this.#hasLedgerFailed = true;
      return;
    }
    this.#correct();
    await this.settle().catch(() => {
      // The trail keeps this record, which says what the caller is told, so `end` need not record it again.
      this.#hasLedgerFailed = false;
    });
  }

  /** Puts a verified call on the ledger, unless it is on its way there. */
  end(): void {
    if (!this.isVerified || (this.#isSettled && !this.#hasLedgerFailed)) return;
    this.#correct();
    this.#dependencies.audit.record(this.#close(), this.#lastClosing);
  }

  #noteAuthorized(call: AuthorizedCall<Prediction>): void {
    const { operation, project, location, resource } = call;
    const { payload } = call.target;
    const { isPriced = true, ordered } = payload.kind === 'bytes' ? payload : {};
    if (isPriced) this.#priced = call.entry;
    this.#ordered = ordered;
    if (call.notice) {
      this.#noticeHeaders = writeRetirementHeaders(call.notice);
      this.#opening.retiresOn = call.notice.retirement.on;
    }
    this.#opening.durability = call.durability;
    if (this.#opening.target) this.#opening.target = { project, location, operation, resource };
    this.#keepContent(call);
  }

  /** Begins to keep the content that a rule asks for. The record itself lets go of the body in any case. */
  #keepContent({
    keptContent: parts,
    originalContent: originals,
    protection,
  }: Pick<AuthorizedCall, 'keptContent' | 'originalContent' | 'protection'>): void {
    const body = this.#body;
    this.#body = undefined;
    const { id, caller } = this.#opening;
    if (parts.length === 0 || !caller) return;
    this.#content = this.#dependencies.contents?.start(id, caller, parts);
    this.#keepsOriginalResponse = originals.includes('response');
    // An inspected body is kept as it leaves, which is known later. A body that is refused until then is not kept.
    if (protection && !originals.includes('request')) this.#body = body;
    else if (body) this.#content?.add('request', body);
  }

  /** Raises the revision when the ledger has a record of the call, or is being asked to take one. */
  #correct(): void {
    if (this.#isSettled) this.#ending.revision += 1;
  }

  async #watch(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#hasLedgerFailed = true;
      throw error;
    }
  }

  #open(): OpeningRecord {
    const { access } = this.#dependencies.governance.documents;
    const { caller } = this.#opening;
    const agentId = caller && findAgent(access, caller)?.id;
    return { ...this.#opening, ...(agentId !== undefined && { agentId }) };
  }

  #close(): AuditRecord {
    const costInUsd = this.#cost();
    const content = this.#content?.seal();
    const findings = this.#findings?.list();
    const responseDigest = this.#hasWithheld ? undefined : this.#responseDigest?.digest();
    return {
      ...this.#open(),
      ...this.#ending,
      ...(responseDigest !== undefined && { responseDigest }),
      durationInMs: this.#elapsed(),
      ...(costInUsd !== undefined && { costInUsd }),
      ...(findings && { findings }),
      ...(content && { content }),
    };
  }

  #cost(): number | undefined {
    const { facts } = this.#ending;
    if (!this.#priced || !facts) return undefined;
    const price = priceInTier(this.#priced, facts.trafficType, this.#opening.requested?.serviceTier);
    if (!price) return undefined;
    const usage = { ...facts.usage, ...this.#ordered };
    return estimateCost(price, this.#isAnswered, usage, this.#opening.target?.location);
  }

  #elapsed(): number {
    return this.#dependencies.monotonicNow() - this.#start;
  }
}

/** Returns `denied` for a request that the gateway refuses, `aborted` when the caller went away, and else `failed`. */
function outcomeOf(code: GatewayErrorCode, status: number): Outcome {
  if (code === 'CALLER_GONE') return 'aborted';
  if (code.startsWith('VERTEX_')) return 'failed';
  return status < 500 ? 'denied' : 'failed';
}

/**
 * Returns the id of a record: the call's start in UTC without punctuation, a hyphen and the request id.
 * @param requestId a GUID.
 */
function recordIdOf(startedAt: Date, requestId: string): string {
  return `${startedAt.toISOString().replaceAll(/[-:.]/g, '')}-${requestId}`;
}
