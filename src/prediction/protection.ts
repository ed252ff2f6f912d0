import type { AuthorizedCall } from '../governance/decide.ts';
import type { ProtectionPlan } from '../governance/protection-plan.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { Answer } from './answer.ts';
import type { Finding } from './finding.ts';

/** Inspects the content of calls, and changes it as governance plans it. */
export interface Protection {
  /** Begins to protect one call. @param note takes each finding as soon as its action is known. */
  begin(plan: ProtectionPlan, note: (finding: Finding) => void, circumstances: Circumstances): CallProtection;
}

/** The protection of one call: of its request first, then of its answer. */
export interface CallProtection {
  /**
   * Inspects everything in a request that may leave. Other calls get their turn while a long body is inspected.
   * @returns the body without the values that must not leave; undefined when nothing in it changes.
   * @throws GatewayError CONTENT_BLOCKED for a value that a rule blocks, and for one that cannot be taken out of the request;
   *   INSPECTION_UNAVAILABLE, PAYLOAD_TOO_LARGE and INVALID_REQUEST for a service that must inspect the request and cannot.
   */
  protectRequest(request: SentContent): Promise<Uint8Array | undefined>;
  /** Takes values out of a part of an answer that were put back into it; for what is kept of an answer. */
  hideRestored(part: Uint8Array | string): Uint8Array | string;
  /** Protects the answers of Vertex AI; undefined for a call of whose answers nothing is inspected or restored. */
  readonly protectAnswer: ProtectAnswer | undefined;
}

/** The facts about a call that services are asked by. */
export interface Circumstances extends Pick<AuthorizedCall, 'operation' | 'resource'> {
  /** The location of the call: only resources for this location are asked. */
  readonly location: string;
  readonly googleToken: () => Promise<string>;
  readonly abortSignal: AbortSignal;
}

/** The parts of a request that may leave for Vertex AI. */
export interface SentContent {
  readonly body: Uint8Array;
  /** The body as it was read; undefined for a body that is not JSON, and for none. */
  readonly json: JsonValue | undefined;
  readonly contentType: string | null;
  readonly query: URLSearchParams;
}

/**
 * Protects an answer as Vertex AI has written it. Parts of a stream without a text that is inspected stay the same bytes.
 * @throws GatewayError CONTENT_BLOCKED for a value that a rule blocks; the parts of a stream throw it too.
 */
export type ProtectAnswer = (answer: Answer) => Promise<Answer>;
