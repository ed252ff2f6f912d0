import { CHARACTERS_PER_TOKEN, countTokens } from '../count-tokens.ts';
import { embed } from './embedding.ts';
import { badRequest, GoogleError } from '../google-error.ts';
import type { Json } from '../read-message.ts';
import { readParameters } from '../read-parameters.ts';
import { countCharacters } from '../characters.ts';

/** The limits of a text embedding model. */
interface EmbeddingModel {
  readonly dimensions: number;
  readonly instances: number;
}

/**
 * The text embedding models.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings
 */
const MODELS: Readonly<Record<string, EmbeddingModel>> = {
  'text-embedding-005': { dimensions: 768, instances: 250 },
  'gemini-embedding-001': { dimensions: 3072, instances: 1 },
};
const MAXIMUM_TOKENS = 2048;
const MAXIMUM_TOKENS_OF_ALL = 20_000;
const TASKS = [
  'RETRIEVAL_QUERY',
  'RETRIEVAL_DOCUMENT',
  'SEMANTIC_SIMILARITY',
  'CLASSIFICATION',
  'CLUSTERING',
  'QUESTION_ANSWERING',
  'FACT_VERIFICATION',
  'CODE_RETRIEVAL_QUERY',
];
const INSTANCE = { content: 'text', task_type: TASKS, title: 'text', mimeType: 'text' } as const;

/**
 * Embeds texts.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
 * @throws GoogleError INVALID_ARGUMENT
 */
export function predictEmbeddings(model: string, instances: readonly unknown[], given: unknown): Json {
  const { dimensions, instances: most } = MODELS[model] ?? { dimensions: 0, instances: 0 };
  if (instances.length === 0 || instances.length > most) {
    const range = most === 1 ? '1' : `1 to ${most}`;
    throw badRequest([
      {
        field: 'instances',
        description: `${instances.length} instance(s) in the request, but the model supports ${range} per request.`,
      },
    ]);
  }
  const rules = {
    autoTruncate: 'boolean',
    outputDimensionality: { least: 1, most: dimensions },
    // LangChain sends it with every call, and Google ignores it:
    // https://github.com/langchain-ai/langchainjs/blob/main/libs/providers/langchain-google-common/src/connection.ts
    streaming: 'boolean',
  } as const;
  const parameters = readParameters(given ?? {}, 'parameters', rules);
  const texts = instances.map((instance, i) => readInstance(instance, `instances[${i}]`));
  const total = texts.reduce((sum, text) => sum + countTokens(text), 0);
  const tooLong = texts.some((text) => countTokens(text) > MAXIMUM_TOKENS);
  if (total > MAXIMUM_TOKENS_OF_ALL) throw tooManyTokens(total, MAXIMUM_TOKENS_OF_ALL);
  if (tooLong && parameters.autoTruncate === false) {
    throw tooManyTokens(Math.max(...texts.map(countTokens)), MAXIMUM_TOKENS);
  }
  const size = Number(parameters.outputDimensionality ?? dimensions);
  const kept = texts.map((text) =>
    Array.from(text)
      .slice(0, MAXIMUM_TOKENS * CHARACTERS_PER_TOKEN)
      .join(''),
  );
  return {
    predictions: kept.map((text, i) => ({
      embeddings: {
        statistics: { truncated: text !== texts[i], token_count: countTokens(text) },
        values: embed(model, text, size),
      },
    })),
    metadata: { billableCharacterCount: countCharacters(kept.join('').replace(/\s/g, '')) },
  };
}

function readInstance(value: unknown, path: string): string {
  const { content, title, task_type: task } = readParameters(value, path, INSTANCE);
  if (typeof content !== 'string' || content === '') {
    throw badRequest([
      { field: `${path}.content`, description: `The text content is empty at '${path}.content'.` },
    ]);
  }
  if (title !== undefined && task !== 'RETRIEVAL_DOCUMENT') {
    throw badRequest([
      { field: `${path}.title`, description: 'A title is only valid with the task type RETRIEVAL_DOCUMENT.' },
    ]);
  }
  return content;
}

function tooManyTokens(count: number, most: number): GoogleError {
  return new GoogleError(
    'INVALID_ARGUMENT',
    `Unable to submit request because the input token count is ${count} but the model supports up to ${most}.`,
  );
}
