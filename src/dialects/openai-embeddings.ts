import { z } from 'zod';
import { GatewayError } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import type { DialectRequest } from '../prediction/dialect.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { Prediction, VertexRequest } from '../prediction/prediction.ts';
import { MAXIMUM_MODEL_INSTANCES } from './body-bounds.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { isTextEmbedding } from './openai-models.ts';
import { readOpenAiTarget } from './openai-target.ts';
import { resourceName } from './resource-names.ts';
import { type Scalars, validateBody } from './validate-body.ts';

const Text = z
  .string('must be a text or a list of texts; lists of tokens are not accepted')
  .min(1, 'must not be empty');

/**
 * https://platform.openai.com/docs/api-reference/embeddings/create. The schema is strict, because an unknown member would
 * be lost in the body for Vertex AI. `user` is accepted and not sent on: it serves OpenAI's own abuse detection.
 */
const EmbeddingsBody = z.strictObject({
  model: z.string(),
  input: z.union([Text, z.array(Text).min(1).max(MAXIMUM_MODEL_INSTANCES)]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).nullish(),
  user: z.string().nullish(),
});
type EmbeddingsBody = Scalars<z.infer<typeof EmbeddingsBody>>;

/**
 * The answer of a text embedding model.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api#response_body
 */
const PredictAnswer = z.object({
  predictions: z.array(
    z.object({
      embeddings: z.object({
        values: z.array(z.number()),
        statistics: z.object({ token_count: z.number().optional() }).optional(),
      }),
    }),
  ),
});

/**
 * Reads a request for embeddings, which becomes the `predict` of a text embedding model. It has at most 250 texts; a model
 * may take fewer.
 * @throws GatewayError INVALID_JSON, INVALID_REQUEST.
 */
export async function readEmbeddings({ body, header }: DialectRequest): Promise<Prediction> {
  const json = await readJson(body);
  const asked = await validateBody(EmbeddingsBody, json);
  const texts = textsOf(json.member('input'));
  const headers = forwardedHeaders(header, ['traceparent', 'x-vertex-ai-llm-request-type']);
  return {
    ...readOpenAiTarget(asked.model, 'predict'),
    payload: {
      kind: 'bytes',
      format: 'predictions',
      request: (call) => ({ ...toPredict(texts, asked, call), headers }),
      rewrite: { whole: (answer) => toEmbeddings(answer, texts.length, asked) },
    },
  };
}

function textsOf(input: JsonValue | undefined): readonly JsonValue[] {
  return input?.kind === 'array' ? [...input.items()] : input ? [input] : [];
}

/** Refuses other models: they would make something else of a text, such as an image. @throws GatewayError INVALID_REQUEST. */
export function checkTextEmbedding({ resource }: Pick<AuthorizedCall, 'resource'>): void {
  if (resource.kind === 'model' && isTextEmbedding(resource)) return;
  throw invalidBody([
    { field: 'model', description: 'must be a text embedding model, such as text-embedding-005' },
  ]);
}

/** The texts are copied byte for byte, with their escapes. */
function toPredict(texts: readonly JsonValue[], asked: EmbeddingsBody, call: AuthorizedCall): VertexRequest {
  checkTextEmbedding(call);
  const { dimensions } = asked;
  const parameters = {
    // OpenAI refuses a text that is too long; by default Vertex AI would embed its beginning alone.
    autoTruncate: false,
    ...(typeof dimensions === 'number' && { outputDimensionality: dimensions }),
  };
  const instances = texts.flatMap(({ body, start, end }, index) => [
    Buffer.from(`${index === 0 ? '' : '},'}{"content":`),
    body.subarray(start, end),
  ]);
  return {
    method: 'POST',
    path: `/v1/${resourceName(call)}:predict`,
    body: Buffer.concat([
      Buffer.from('{"instances":['),
      ...instances,
      Buffer.from(`}],"parameters":${JSON.stringify(parameters)}}`),
    ]),
  };
}

function toEmbeddings(answer: Uint8Array, count: number, asked: EmbeddingsBody): Uint8Array {
  const predictions = readPredictions(answer);
  if (predictions.length !== count)
    throw new GatewayError('VERTEX_FAILED', 'Vertex AI did not answer with one embedding for each text.');
  const tokens = predictions.reduce((sum, one) => sum + (one.embeddings.statistics?.token_count ?? 0), 0);
  const write = asked.encoding_format === 'base64' ? toBase64 : (values: readonly number[]) => values;
  return Buffer.from(
    JSON.stringify({
      object: 'list',
      data: predictions.map(({ embeddings }, index) => ({
        object: 'embedding',
        index,
        embedding: write(embeddings.values),
      })),
      model: asked.model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    }),
  );
}

function readPredictions(answer: Uint8Array): z.infer<typeof PredictAnswer>['predictions'] {
  try {
    return PredictAnswer.parse(JSON.parse(Buffer.from(answer).toString())).predictions;
  } catch {
    throw new GatewayError('VERTEX_FAILED', 'Vertex AI’s answer is not a list of embeddings.');
  }
}

/** Writes the numbers as little-endian 32-bit floats in base64, the default of OpenAI's clients. */
function toBase64(values: readonly number[]): string {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString('base64');
}
