import { countByModality, totalOf } from '../count-tokens.ts';
import { findGemini } from './generate-content.ts';
import { readContent } from './read-contents.ts';
import { readPrompt } from './read-prompt.ts';
import { tokenIdOf, tokensOf } from './tokens.ts';
import { type Json, readMessage } from '../read-message.ts';
import { unable } from '../refusals.ts';
import { parseBody } from '../request-body.ts';
import type { RestOperation } from '../rest-operation.ts';
import { countCharacters } from '../characters.ts';

const MODEL = 'projects/{project}/locations/{location}/publishers/{publisher}/models/{model}';
const ENDPOINT = 'projects/{project}/locations/{location}/endpoints/{endpoint}';

/**
 * The operation `countTokens`.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/countTokens
 */
export const countTokensOfPrompt: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODEL}:countTokens`, `${ENDPOINT}:countTokens`],
  method: (_params, version) =>
    version === 'v1' ? 'LlmUtilityService.CountTokens' : 'PredictionService.CountTokens',
  serve: ({ served, route, body }) => {
    findGemini(route, 'countTokens');
    const message = readMessage(served.protos.message(route.version, 'CountTokensRequest'), parseBody(body));
    const { texts, files } = message.instances
      ? { texts: readInstances(message.instances as readonly unknown[]), files: [] }
      : readPrompt(message);
    const promptTokensDetails = countByModality({ texts, files });
    return {
      json: {
        totalTokens: totalOf(promptTokensDetails),
        totalBillableCharacters: countCharacters(texts.join('').replace(/\s/g, '')),
        promptTokensDetails,
      },
    };
  },
};

/**
 * The operation `computeTokens`.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/computeTokens
 */
export const computeTokens: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODEL}:computeTokens`, `${ENDPOINT}:computeTokens`],
  method: 'LlmUtilityService.ComputeTokens',
  serve: ({ served, route, body }) => {
    findGemini(route, 'computeTokens');
    const message = readMessage(
      served.protos.message(route.version, 'ComputeTokensRequest'),
      parseBody(body),
    );
    if (message.instances) {
      const texts = readInstances(message.instances as readonly unknown[]);
      return { json: { tokensInfo: texts.map((text) => tokensInfo(text)) } };
    }
    const contents = (message.contents ?? []) as readonly Json[];
    if (contents.length === 0) throw unable('at least one contents field is required.');
    const turns = contents.map(readContent);
    if (turns.some(({ files }) => files.length > 0)) throw unable('it has a content that is not text.');
    return { json: { tokensInfo: turns.map(({ text, role }) => tokensInfo(text, role || 'user')) } };
  },
};

function tokensInfo(text: string, role?: string): Json {
  const tokens = tokensOf(text);
  return {
    tokens: tokens.map((token) => Buffer.from(token).toString('base64')),
    tokenIds: tokens.map((token) => String(tokenIdOf(token))),
    ...(role !== undefined && { role }),
  };
}

/** Reads the request form of text models before Gemini, which both methods still accept. */
function readInstances(instances: readonly unknown[]): string[] {
  return instances.map((instance) => {
    const { content, prompt } = (typeof instance === 'object' ? (instance ?? {}) : {}) as Json;
    const text = content ?? prompt;
    if (typeof text !== 'string')
      throw unable('an instance must have a content or a prompt, which is a text.');
    return text;
  });
}
