import { GatewayError } from '../errors/gateway-error.ts';
import type { Payload } from '../prediction/prediction.ts';
import { VertexFailure } from './vertex-errors.ts';

/** A call of an endpoint, as far as Google's limits depend on it. */
export interface LimitedCall {
  readonly operation: string;
  readonly payload: Payload;
  /** True when the endpoint has no host of its own, but shares Google's with other endpoints. */
  readonly isShared: boolean;
}

/**
 * The operations that containers answer. True for one whose answers Vertex AI streams only from a host of the endpoint's
 * own. Google's reference has `serverStreamingPredict` for shared hosts alone, so Google is left to refuse that. A tuned
 * Gemini model, which is on shared endpoints alone, answers other operations and has Gemini's limits.
 */
const CONTAINER_OPERATIONS: ReadonlyMap<string, boolean> = new Map([
  ['predict', false],
  ['explain', false],
  ['rawPredict', false],
  ['streamRawPredict', true],
  ['directPredict', false],
  ['directRawPredict', false],
  ['serverStreamingPredict', false],
  ['chatCompletions', true],
]);

/**
 * Refuses a stream of a container at a shared host, since Vertex AI has none.
 * https://cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type
 * @throws GatewayError INVALID_REQUEST.
 */
export function checkStream({ operation, payload, isShared }: LimitedCall): void {
  if (!isShared || payload.framing === undefined || CONTAINER_OPERATIONS.get(operation) !== true) return;
  const isChat = operation === 'chatCompletions';
  throw new GatewayError(
    'INVALID_REQUEST',
    `Vertex AI does not stream the answers of a shared endpoint. Ask for an answer in one piece${isChat ? '' : ' by rawPredict'}, or ask the platform team for an endpoint with a host of its own.`,
    isChat ? { violations: [{ field: 'stream', description: 'must be false, or left out' }] } : {},
  );
}

/**
 * Returns an error that names the limit of the endpoint's type when that is the cause, which Google's own words don't say.
 * Returns any other error as it is.
 */
export function explainLimit(error: unknown, { operation, isShared }: LimitedCall): unknown {
  if (!(error instanceof VertexFailure) || !CONTAINER_OPERATIONS.has(operation)) return error;
  const { code, kind } = error;
  switch (kind) {
    case 'too-large':
      return new GatewayError(
        code,
        isShared
          ? 'The body is larger than the 1.5 MB that Vertex AI takes at a shared endpoint. Send fewer instances in one call; an endpoint with a host of its own takes 10 MB.'
          : 'The body is larger than the 10 MB that Vertex AI takes at an endpoint. Send fewer instances in one call.',
      );
    case 'too-slow':
      return new GatewayError(
        code,
        isShared
          ? 'Vertex AI did not answer in time; at a shared endpoint it waits 60 seconds for the model. Send fewer instances in one call; an endpoint with a host of its own can wait for up to an hour.'
          : 'Vertex AI did not answer in time; it waits for the model as long as the endpoint’s inference timeout says, 10 minutes unless that was set. Send fewer instances in one call.',
      );
    case 'elsewhere':
      return new GatewayError(
        'VERTEX_NOT_FOUND',
        'Vertex AI serves this endpoint at another host than the one in the gateway’s catalog. The gateway’s operators must correct the hosts of the entry.',
      );
    default:
      return error;
  }
}
