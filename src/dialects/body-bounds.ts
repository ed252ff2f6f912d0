import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';

/** Bounds of a body; the general bound applies to one that is left out. */
interface BodyBounds {
  readonly bytes?: number;
  /** The number of JSON values, lists and objects included. */
  readonly values?: number;
}

const MB = 1_048_576;

/** Bounds that differ from the general ones, by the purpose of the body. A bound of Google's names its page. */
const BOUNDS = {
  /**
   * Google takes 10 MB at a dedicated endpoint. 5 M values allow a body of one-digit numbers to fill them:
   * https://cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type
   */
  'a custom endpoint': { bytes: 10 * MB, values: 5 * MB },
  /**
   * Google takes 10 MB of content, which is 14 MB in base64:
   * https://cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-create
   */
  'a context cache': { bytes: 14 * MB },
  'a batch prediction job': { bytes: MB / 4, values: 5_000 },
  'a change of a context cache': { bytes: MB / 64, values: 100 },
  'the name of an operation': { bytes: MB / 64, values: 100 },
  'a method that takes no body': { bytes: MB / 64, values: 100 },
  'policy:explain': { bytes: MB, values: 50_000 },
} as const satisfies Record<string, BodyBounds>;

/** The purpose of a body with bounds of its own, as error messages name it. */
export type BodyPurpose = keyof typeof BOUNDS;

/** The most turns of a conversation, on every surface. It is the bound of Claude: https://docs.claude.com/en/api/messages */
export const MAXIMUM_TURNS = 100_000;

/**
 * The most instances of one `predict` of a publisher's model. Text embedding models take the most:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings
 */
export const MAXIMUM_MODEL_INSTANCES = 250;

/**
 * Reads a JSON body within the bounds of its purpose; the general bounds apply when it is left out.
 * @throws GatewayError PAYLOAD_TOO_LARGE, INVALID_JSON, or INVALID_REQUEST for too many values.
 */
export async function readBody(body: Uint8Array, purpose?: BodyPurpose): Promise<JsonValue> {
  if (purpose === undefined) return readJson(body);
  const bounds: BodyBounds = BOUNDS[purpose];
  if (bounds.bytes !== undefined && body.byteLength > bounds.bytes) {
    throw new GatewayError(
      'PAYLOAD_TOO_LARGE',
      `The body is larger than ${bounds.bytes} bytes, the most that ${purpose} takes.`,
    );
  }
  return readJson(body, bounds);
}
