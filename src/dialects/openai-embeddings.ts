import { z } from 'zod';
import { GatewayError } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import { loopTurns } from '../json/turns.ts';
import type { DialectRequest } from '../prediction/dialect.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { PartialRequest, Prediction, SplitPayload } from '../prediction/prediction.ts';
import { type EmbeddingOptions, type EmbeddingRequest, splitTexts } from './embedding-requests.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { isTextEmbedding } from './openai-models.ts';
import { readOpenAiTarget } from './openai-target.ts';
import { readRequestType } from './service-tier.ts';
import { type Scalars, validateBody } from './validate-body.ts';

/** The vectors that are written in one turn of the event loop. One of 3,072 numbers takes some tenths of a millisecond. */
const VECTORS_IN_A_TURN = 16;

/** The most texts of a call: https://platform.openai.com/docs/api-reference/embeddings/create#embeddings-create-input */
const MAXIMUM_TEXTS = 2_048;

/** LangChain sends token ids by default: https://reference.langchain.com/python/langchain-openai/embeddings/base/OpenAIEmbeddings */
const Text = z
  .string(
    'must be a text or a list of texts; Vertex AI takes no token ids, which LangChain sends unless check_embedding_ctx_length is False',
  )
  .min(1, 'must not be empty');

/**
 * https://platform.openai.com/docs/api-reference/embeddings/create. The schema is strict, because an unknown member would
 * be lost in the body for Vertex AI. `user` is accepted and not sent on: it serves OpenAI's own abuse detection.
 */
const EmbeddingsBody = z.strictObject({
  model: z.string(),
  input: z.union([Text, z.array(Text).min(1).max(MAXIMUM_TEXTS)]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).nullish(),
  user: z.string().nullish(),
});
type EmbeddingsBody = Scalars<z.infer<typeof EmbeddingsBody>>;

/** Models that embed one content at a time have an operation of their own for it. */
export const OTHER_EMBEDDING_OPERATIONS = ['embedContent'];

/**
 * Reads a request for embeddings of at most 2,048 texts. It becomes as many requests as the model needs for them.
 * @throws GatewayError INVALID_JSON, INVALID_REQUEST.
 */
export async function readEmbeddings({ body, header }: DialectRequest): Promise<Prediction> {
  const json = await readJson(body);
  const asked = await validateBody(EmbeddingsBody, json);
  const texts = textsOf(json.member('input'));
  const headers = { ...forwardedHeaders(header, ['traceparent']), ...readRequestType(header) };
  const { dimensions } = asked;
  const options = { headers, ...(typeof dimensions === 'number' && { dimensions }) };
  const split = splitOf(texts, asked, options);
  return {
    ...readOpenAiTarget(asked.model, 'predict'),
    otherOperations: OTHER_EMBEDDING_OPERATIONS,
    body: json,
    payload: {
      kind: 'bytes',
      format: 'predictions',
      split,
      request: () => {
        throw new TypeError('texts are embedded by several requests');
      },
    },
  };
}

function splitOf(
  texts: readonly JsonValue[],
  asked: EmbeddingsBody,
  options: EmbeddingOptions,
): SplitPayload {
  return {
    requests: (call) => {
      checkTextEmbedding(call);
      return splitTexts(texts, options, call).map((request) => toPartial(request, asked));
    },
    join: (parts, { usage: { inputTokens = 0 } }) => {
      const usage = { prompt_tokens: inputTokens, total_tokens: inputTokens };
      const end = `],"model":${JSON.stringify(asked.model)},"usage":${JSON.stringify(usage)}}`;
      const data = parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from(','), part]));
      return Buffer.concat([Buffer.from('{"object":"list","data":['), ...data, Buffer.from(end)]);
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
    { field: 'model', description: 'must be a text embedding model, such as gemini-embedding-001' },
  ]);
}

/** The vectors of an answer become text at once, which takes less memory than numbers. */
function toPartial(
  { first, count, write, vectorsOf }: EmbeddingRequest,
  { encoding_format: format }: EmbeddingsBody,
): PartialRequest {
  const toText = format === 'base64' ? toBase64 : copyVector;
  return {
    subject: count === 1 ? `the text ${first + 1}` : `the texts ${first + 1} to ${first + count}`,
    write,
    read: async (body) => {
      const pieces: Buffer[] = [];
      let index = first;
      for (const vector of vectorsOf(await readAnswer(body))) {
        if (index % VECTORS_IN_A_TURN === 0) await loopTurns.next();
        const start = `${index === first ? '' : ','}{"object":"embedding","index":${index},"embedding":`;
        pieces.push(Buffer.from(start), toText(checkVector(vector)), Buffer.from('}'));
        index += 1;
      }
      if (index !== first + count)
        throw new GatewayError('VERTEX_FAILED', 'Vertex AI did not answer with one embedding for each text.');
      return Buffer.concat(pieces);
    },
  };
}

async function readAnswer(body: Uint8Array): Promise<JsonValue> {
  try {
    return await readJson(body);
  } catch {
    throw notVectors();
  }
}

/** Returns the vector if it is a list of numbers. */
function checkVector(vector: JsonValue | undefined): JsonValue {
  if (vector?.kind !== 'array') throw notVectors();
  for (const { kind } of vector.items()) if (kind !== 'number') throw notVectors();
  return vector;
}

function notVectors(): GatewayError {
  return new GatewayError('VERTEX_FAILED', 'Vertex AI’s answer is not a list of embeddings.');
}

/** Copies the numbers as Vertex AI wrote them. */
function copyVector({ body, start, end }: JsonValue): Buffer {
  return body.subarray(start, end);
}

/** Writes the numbers as little-endian 32-bit floats in base64, the default of OpenAI's clients. */
function toBase64(vector: JsonValue): Buffer {
  const values = vector.toJson() as number[];
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return Buffer.from(`"${bytes.toString('base64')}"`);
}
