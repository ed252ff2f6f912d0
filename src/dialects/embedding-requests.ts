import type { AuthorizedCall } from '../governance/decide.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { VertexRequest } from '../prediction/prediction.ts';
import { MAXIMUM_MODEL_INSTANCES } from './body-bounds.ts';
import { resourceName } from './resource-names.ts';

/** The options of a call that are the same for all of its texts. */
export interface EmbeddingOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** The size of the vectors; that of the model when left out. */
  readonly dimensions?: number;
}

/** One request for the vectors of neighbouring texts of a call. */
export interface EmbeddingRequest {
  /** The index of its first text. */
  readonly first: number;
  readonly count: number;
  readonly write: () => VertexRequest;
  /** Finds the vectors in an answer; undefined stands for one that is not where it belongs. */
  readonly vectorsOf: (answer: JsonValue) => Iterable<JsonValue | undefined>;
}

/**
 * The most tokens of one request, and of one text. Nobody knows a text's tokens before Google has counted them, but it has
 * no more of them than bytes.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings#get_text_embeddings_for_a_snippet_of_text
 */
const MAXIMUM_TOKENS = { ofRequest: 20_000, ofText: 2_048 };

/** The beginning of the names of models that take one text at a time: https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings#supported-models */
const ONE_AT_A_TIME = 'gemini-embedding-';

/** Splits texts into requests of the sizes that the model takes, in order. The texts are copied byte for byte. */
export function splitTexts(
  texts: readonly JsonValue[],
  options: EmbeddingOptions,
  call: AuthorizedCall,
): EmbeddingRequest[] {
  const isContent = call.operation === 'embedContent';
  const { model } = call.resource as { readonly model?: string };
  const most = isContent || model?.startsWith(ONE_AT_A_TIME) ? 1 : MAXIMUM_MODEL_INSTANCES;
  let count = 0;
  return groupTexts(texts, most).map((group): EmbeddingRequest => {
    const common = { first: count, count: group.length };
    count += group.length;
    const [only] = group;
    return isContent && only
      ? {
          ...common,
          write: () => writeEmbedContent(only, options, call),
          vectorsOf: findVectorOfContent,
        }
      : {
          ...common,
          write: () => writePredict(group, options, call),
          vectorsOf: findVectorsOfPredictions,
        };
  });
}

/** https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/embedContent */
function findVectorOfContent(answer: JsonValue): (JsonValue | undefined)[] {
  return [answer.member('embedding')?.member('values')];
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api#response_body */
function* findVectorsOfPredictions(answer: JsonValue): Generator<JsonValue | undefined> {
  for (const prediction of answer.member('predictions')?.items() ?? [])
    yield prediction.member('embeddings')?.member('values');
}

function groupTexts(texts: readonly JsonValue[], most: number): JsonValue[][] {
  const groups: JsonValue[][] = [];
  let tokens = 0;
  for (const text of texts) {
    const own = Math.min(text.end - text.start, MAXIMUM_TOKENS.ofText);
    const last = groups.at(-1);
    tokens += own;
    if (last && last.length < most && tokens <= MAXIMUM_TOKENS.ofRequest) last.push(text);
    else {
      groups.push([text]);
      tokens = own;
    }
  }
  return groups;
}

function writePredict(
  texts: readonly JsonValue[],
  { headers, dimensions }: EmbeddingOptions,
  call: AuthorizedCall,
): VertexRequest {
  const parameters = {
    // OpenAI refuses a text that is too long; by default Vertex AI would embed its beginning alone.
    autoTruncate: false,
    ...(dimensions !== undefined && { outputDimensionality: dimensions }),
  };
  const instances = texts.flatMap(({ body, start, end }, index) => [
    Buffer.from(`${index === 0 ? '' : '},'}{"content":`),
    body.subarray(start, end),
  ]);
  return {
    method: 'POST',
    path: `/v1/${resourceName(call)}:predict`,
    headers,
    body: Buffer.concat([
      Buffer.from('{"instances":['),
      ...instances,
      Buffer.from(`}],"parameters":${JSON.stringify(parameters)}}`),
    ]),
  };
}

function writeEmbedContent(
  { body, start, end }: JsonValue,
  { headers, dimensions }: EmbeddingOptions,
  call: AuthorizedCall,
): VertexRequest {
  const embedContentConfig = {
    autoTruncate: false,
    ...(dimensions !== undefined && { outputDimensionality: dimensions }),
  };
  return {
    method: 'POST',
    path: `/v1/${resourceName(call)}:embedContent`,
    headers,
    format: 'gemini',
    body: Buffer.concat([
      Buffer.from('{"content":{"role":"user","parts":[{"text":'),
      body.subarray(start, end),
      Buffer.from(`}]},"embedContentConfig":${JSON.stringify(embedContentConfig)}}`),
    ]),
  };
}
