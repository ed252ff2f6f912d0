import type { AuthorizedCall } from '../governance/authorize.ts';
import type { ContentPart } from '../governance/documents.ts';
import type { GatewayErrorCode } from '../errors/codes.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import type { AuditRecord, OpeningRecord } from './audit-record.ts';
import type { Answer, AnswerFormat, Framing, GrantedCall, Prediction } from './prediction.ts';
import type { HeldBytes } from './memory-budget.ts';
import type { Question } from './question.ts';

/** Who calls, vouched for by API Management. */
export interface Caller {
  /** Which of the access document's identity providers vouches for the caller. */
  readonly identityProvider: string;
  readonly tenantId: string;
  readonly objectId: string;
  readonly applicationId: string;
  /** Of the person when the application acts for one, else of the application. */
  readonly roles: readonly string[];
  /** Roles that the caller has and that do not count with this product; none before they are counted (`countRoles`). */
  readonly idleRoles?: readonly string[];
  readonly isDelegated: boolean;
  readonly subscriptionId: string;
  readonly productId: string;
  /** The id that API Management gave the call; the audit record has it too. */
  readonly requestId: string;
}

/** Reads one request header; null when absent. */
export type ReadHeader = (name: string) => string | null;

/** Verifies that API Management made this call. Throws CALLER_NOT_AUTHENTICATED or CALLER_VERIFICATION_UNAVAILABLE. */
export interface Callers {
  identify(header: ReadHeader): Promise<Caller>;
}

/** Gives a Google access token that is valid now. Throws the MANAGED_IDENTITY, TOKEN_EXCHANGE and IMPERSONATION codes. */
export interface AccessTokens {
  accessToken(): Promise<string>;
}

/**
 * Calls Vertex AI. Throws the VERTEX codes; the parts of a stream throw them too, and VERTEX_STREAM_BROKEN when it ends
 * before the model has said that it is complete.
 */
export interface Vertex {
  predict(
    authorized: AuthorizedCall<Prediction>,
    granted: GrantedCall,
    accessToken: string,
    limits: VertexLimits,
  ): Promise<Answer>;
}

/** A call whose caller nobody vouches for: nothing that it says of itself is believed, or kept. */
export interface UnverifiedCall {
  readonly time: Date;
  readonly dialect: DialectName;
  readonly method: string;
  /** Why it was not let in. */
  readonly code: GatewayErrorCode;
}

export interface VertexLimits {
  readonly abortSignal: AbortSignal;
  readonly timeoutInMs: number;
  /** Counts what has come of an answer and can't go out yet. Throws INSTANCE_FULL. */
  readonly held: Pick<HeldBytes, 'resize'>;
}

/** Keeps one record of each call, on a ledger that outlives the process. */
export interface AuditTrail {
  /**
   * Lets a call in; each is followed by one `record` or `commit`, or by `countUnverified`.
   * @throws GatewayError AUDIT_LEDGER_UNAVAILABLE while more waits for the ledger than memory may hold, and once the trail
   * is being closed.
   */
  admit(): void;
  /**
   * Counts a call whose caller can't be verified, in place of a record, so that strangers can't fill the ledger. One that
   * came through the edge is on record there. Never throws and never waits.
   */
  countUnverified(call: UnverifiedCall): void;
  /**
   * Resolves when the ledger has it that the call begins.
   * @throws GatewayError AUDIT_LEDGER_UNAVAILABLE when it hasn't in time.
   */
  open(record: OpeningRecord): Promise<void>;
  /**
   * Resolves when the ledger has the call's record. @throws GatewayError AUDIT_LEDGER_UNAVAILABLE when it hasn't in time;
   * the record is kept, and one of a higher revision may follow it.
   */
  commit(record: AuditRecord): Promise<void>;
  /** Keeps the call's record until the ledger has it; never throws and never waits. */
  record(record: AuditRecord): void;
}

/** Marks short texts so that a gateway can tell that they are a gateway's own words. */
export interface Seal {
  /** 22 characters of base64url. */
  write(text: string): string;
  /** Whether a text was sealed so. */
  isOf(seal: string, text: string): boolean;
}

/** The seal of all instances of the gateway. */
export interface Seals {
  /** Resolves when the seal can be used. @throws GatewayError SEALS_UNAVAILABLE. */
  open(): Promise<Seal>;
}

/** A keyed digest in the making. */
export interface Digest {
  update(bytes: Uint8Array | string): void;
  /** Of all so far, behind the id of its key and a colon: HMAC-SHA-256 in hex. More may follow, and it be asked again. */
  digest(): string;
}

/** Makes digests by which whoever has the key can tell that two contents are the same, and nobody else can. */
export interface Digester {
  start(): Digest;
}

/** Where the encrypted content of a call lies, under whose key, with its hash. */
export interface ContentReference {
  /** Pseudonym of the data subject. */
  readonly subject: string;
  readonly blob: string;
  /** Hex. */
  readonly sha256: string;
}

/** The content of one call, while it is kept. Nothing of it throws. */
export interface KeptContent {
  /** Resolves when the content can be encrypted, or when that was waited for long enough. */
  ready(): Promise<void>;
  /** Ignores a part that wasn't asked for, what goes beyond a bound, and what comes after the seal. */
  add(part: ContentPart, bytes: Uint8Array | string): void;
  /** Encrypts what there is and has it stored behind the call; undefined when it can't be kept. The same when asked again. */
  seal(): ContentReference | undefined;
  /** Encrypts what there is; resolves when it is stored, or can't be in time, which `seal` then tells. */
  store(): Promise<void>;
}

/** Keeps contents, encrypted for their data subjects. */
export interface ContentKeeper {
  start(
    recordId: string,
    subject: Pick<Caller, 'identityProvider' | 'objectId'>,
    parts: readonly ContentPart[],
  ): KeptContent;
}

/** The surfaces, as records name them. */
export type DialectName = 'vertex' | 'openai' | 'anthropic' | 'gateway';

/** How a client is told of a failure. */
export interface ErrorDialect {
  readonly name: DialectName;
  /** @param path below the surface's root, as it came: whose client reads the error can depend on it. */
  writeError(
    error: GatewayError,
    requestId: string,
    path: string,
  ): { readonly contentType: string; readonly body: string };
}

/** What a client understands: reads its requests, writes its errors. */
export interface Dialect extends ErrorDialect {
  readonly name: 'vertex' | 'openai' | 'anthropic';
  /**
   * Throws INVALID_PATH, PAYLOAD_TOO_LARGE, INVALID_JSON, INVALID_REQUEST, OPERATION_NOT_FOUND or OPERATION_NOT_SERVED.
   * While it reads a long body, others have their turn.
   */
  readPrediction(request: DialectRequest): Prediction | Promise<Prediction>;
  /** An error after a stream has begun, told so that the client sees it and takes the stream for broken. */
  writeStreamError(error: GatewayError, stream: BrokenStream): string;
}

/** What a client has had of a stream that breaks. */
export interface BrokenStream {
  readonly format: AnswerFormat;
  readonly framing: Framing;
  /** Whether nothing of the answer was sent yet. */
  readonly isFirst: boolean;
}

export interface DialectRequest {
  readonly method: string;
  /** The path below the dialect's root, undecoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: ReadHeader;
  readonly body: Uint8Array;
}

/** What the gateway is asked about itself, in its own dialect or in one that has such questions too. */
export interface QuestionDialect extends ErrorDialect {
  readonly name: 'gateway' | 'openai';
  /** Throws INVALID_PATH, PAYLOAD_TOO_LARGE, INVALID_JSON, INVALID_REQUEST, OPERATION_NOT_FOUND or OPERATION_NOT_SERVED. */
  readQuestion(request: DialectRequest): Question | Promise<Question>;
}

/** One HTTP call as a use case sees it. */
export interface Call<Spoken extends ErrorDialect = Dialect> {
  readonly dialect: Spoken;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: ReadHeader;
  /** Reads the whole body. @throws GatewayError PAYLOAD_TOO_LARGE beyond the bound, INSTANCE_FULL, the signal's reason. */
  readBody(limits: BodyLimits): Promise<Uint8Array>;
}

export interface BodyLimits {
  readonly maximumBytes: number;
  /** Counts what has come. */
  readonly held: Pick<HeldBytes, 'resize'>;
  /** Aborted when nobody waits for the body any more. */
  readonly abortSignal: AbortSignal;
}

/** Where an answer goes: once whole, or begun and then written part by part. */
export interface Reply {
  send(status: number, headers: Record<string, string>, body: Uint8Array | string): void;
  begin(status: number, headers: Record<string, string>): void;
  /** Resolves when the part is taken; false when the client is gone. */
  write(part: Uint8Array | string): Promise<boolean>;
  end(): void;
  /** Resolves when nothing more goes out: true when all has, false when the client was gone before. */
  readonly over: Promise<boolean>;
  /** Cuts off what has not gone out. */
  abandon(): void;
  /** Calls back once when the client goes away before the end, where the runtime shows it. */
  onGone(callback: () => void): void;
}
