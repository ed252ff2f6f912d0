import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';

/** What a body may have; what is left out is as for every other. */
interface BodyBounds {
  readonly bytes?: number;
  /** Of JSON, lists and objects included. */
  readonly values?: number;
}

const MB = 1_048_576;

/** By what a body is for, where less is enough, or more is needed, than for others; a limit of Google's with its page. */
const BOUNDS = {
  /**
   * What the containers of endpoints are asked, as many small numbers as Google takes bytes at a host of an endpoint's own:
   * https://cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type
   */
  'a custom endpoint': { bytes: 10 * MB, values: 5 * MB },
  /**
   * 10 MB of content, which are 14 MB in base64:
   * https://cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-create
   */
  'a context cache': { bytes: 14 * MB },
  'a batch prediction job': { bytes: MB / 4, values: 5_000 },
  'a change of a context cache': { bytes: MB / 64, values: 100 },
  'the name of an operation': { bytes: MB / 64, values: 100 },
  'a method that takes no body': { bytes: MB / 64, values: 100 },
  'policy:explain': { bytes: MB, values: 50_000 },
} as const satisfies Record<string, BodyBounds>;

/** What a body can be for, in words. */
export type BodyPurpose = keyof typeof BOUNDS;

/** How many lists of a call's turns may be long: https://docs.claude.com/en/api/messages says it of Claude's messages. */
export const MAXIMUM_TURNS = 100_000;

/**
 * The most that models of publishers predict from at once, which are text embedding models:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings
 */
export const MAXIMUM_MODEL_INSTANCES = 250;

/**
 * Reads a JSON body within the bounds of what it is for.
 * @throws GatewayError PAYLOAD_TOO_LARGE, INVALID_JSON, or INVALID_REQUEST for more values.
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
