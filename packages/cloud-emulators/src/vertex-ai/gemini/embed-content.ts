import { CHARACTERS_PER_TOKEN, countByModality, countTokens, totalOf } from '../count-tokens.ts';
import { embed } from '../predict-on-model/embedding.ts';
import { badRequest, GoogleError } from '../google-error.ts';
import { readContent } from './read-contents.ts';
import { type Json, readMessage } from '../read-message.ts';
import { parseBody } from '../request-body.ts';
import type { RestOperation } from '../rest-operation.ts';
import { findPublisherModel } from '../sample-resources.ts';

/**
 * The allowed sizes of a vector.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/models/gemini/embedding-2
 */
const DIMENSIONS = { least: 128, most: 3072 };
const MAXIMUM_TOKENS = 8192;

/**
 * The operation `embedContent`.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/embedContent
 */
export const embedContent: RestOperation = {
  httpMethod: 'POST',
  paths: ['projects/{project}/locations/{location}/publishers/{publisher}/models/{model}:embedContent'],
  method: 'PredictionService.EmbedContent',
  serve: ({ served, route, body }) => {
    const model = findPublisherModel(route.params, 'embedContent').id;
    const message = readMessage(served.protos.message(route.version, 'EmbedContentRequest'), parseBody(body));
    if (message.model !== undefined) {
      const description = "Invalid value (oneof), oneof field '_model' is already set. Cannot set 'model'";
      throw badRequest([{ description }]);
    }
    if (message.content === undefined) {
      throw badRequest([{ field: 'content', description: 'The request must have a content.' }]);
    }
    const { text, files } = readContent(message.content as Json);
    const { autoTruncate = true, outputDimensionality } = {
      ...message,
      ...(message.embedContentConfig as Json | undefined),
    } as { autoTruncate?: boolean; outputDimensionality?: number | string };
    const truncated = countTokens(text) > MAXIMUM_TOKENS;
    if (truncated && !autoTruncate) {
      throw new GoogleError(
        'INVALID_ARGUMENT',
        `The input token count is ${countTokens(text)} but the model supports up to ${MAXIMUM_TOKENS}.`,
      );
    }
    const kept = truncated
      ? Array.from(text)
          .slice(0, MAXIMUM_TOKENS * CHARACTERS_PER_TOKEN)
          .join('')
      : text;
    const promptTokensDetails = countByModality({ texts: [kept], files });
    const promptTokenCount = totalOf(promptTokensDetails);
    const whole = [kept, ...files.map(({ fingerprint }) => fingerprint)].join('\n');
    return {
      json: {
        embedding: { values: embed(model, whole, readDimensions(outputDimensionality)) },
        usageMetadata: { promptTokenCount, totalTokenCount: promptTokenCount, promptTokensDetails },
        truncated,
      },
    };
  },
};

function readDimensions(value: number | string | undefined): number {
  const dimensions = Number(value ?? DIMENSIONS.most);
  if (dimensions >= DIMENSIONS.least && dimensions <= DIMENSIONS.most) return dimensions;
  throw badRequest([
    {
      field: 'embed_content_config.output_dimensionality',
      description: `outputDimensionality must be from ${DIMENSIONS.least} to ${DIMENSIONS.most}.`,
    },
  ]);
}
