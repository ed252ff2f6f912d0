import type { JsonBounds } from '../json/read-json.ts';

const MB = 1_048_576;

/** The bounds that differ from the general ones, by the purpose of the body. A bound of Google's names its page. */
export const BODY_BOUNDS = named({
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
});

/** The purpose of a body with bounds of its own, as error messages name it. */
export type BodyPurpose = keyof typeof BODY_BOUNDS;

/** The most turns of a conversation, on every surface. It is the bound of Claude: https://docs.claude.com/en/api/messages */
export const MAXIMUM_TURNS = 100_000;

/**
 * The most instances of one `predict` of a publisher's model. Text embedding models take the most:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings
 */
export const MAXIMUM_MODEL_INSTANCES = 250;

/** Adds to each of the bounds the purpose that errors name. */
function named<Purpose extends string>(
  bounds: Readonly<Record<Purpose, Omit<JsonBounds, 'of'>>>,
): Readonly<Record<Purpose, JsonBounds>> {
  const entries = Object.entries<Omit<JsonBounds, 'of'>>(bounds).map(([of, one]) => [of, { of, ...one }]);
  return Object.fromEntries(entries) as Record<Purpose, JsonBounds>;
}
