import type { AuthorizedCall } from '../governance/decide.ts';
import type { Answer } from './answer.ts';
import type { HeldBytes } from './served-call.ts';
import type { Seal } from '@vertex-ai-gateway/audit-ledger/keys';
import type { Prediction } from './prediction.ts';
import type { ProtectAnswer } from './protection.ts';

/** Gives a Google access token that is valid now. */
export interface AccessTokens {
  /** Returns the token. @throws GatewayError with a MANAGED_IDENTITY, TOKEN_EXCHANGE or IMPERSONATION code. */
  accessToken(): Promise<string>;
}

/** Calls Vertex AI. */
export interface Vertex {
  /**
   * Resolves with the whole answer, or when the stream has begun.
   * @param seal the seal for a payload that uses it (`usesSeal`).
   * @param protect protects each answer of Vertex AI before it is rewritten for the caller; left out for a call without protection.
   * @throws GatewayError with a VERTEX code. The parts of a stream throw them too, and VERTEX_STREAM_BROKEN when the
   *   stream ends before the model has said that it is complete.
   */
  predict(
    authorized: AuthorizedCall<Prediction>,
    seal: Seal | undefined,
    accessToken: string,
    limits: VertexLimits,
    protect?: ProtectAnswer,
  ): Promise<Answer>;
}

/** The bounds of a call to Vertex AI. */
export interface VertexLimits {
  /** Aborted when nobody waits for the answer any more. */
  readonly abortSignal: AbortSignal;
  readonly timeoutInMs: number;
  /** Counts the bytes of the answer that have come and cannot go out yet. Throws INSTANCE_FULL. */
  readonly held: Pick<HeldBytes, 'resize'>;
}
