import { toChatChunks, toChatCompletion } from './answer.ts';
import { CHAT_SSE } from './framing.ts';
import { type ChatCompletionMessage, ChatCompletionRequest } from './message.ts';
import { thoughtTagOf, toGenerateContent } from './request.ts';
import { generateFor, streamFor } from '../gemini/generate-content.ts';
import type { GenerateResponse } from '../gemini/generate.ts';
import { errorBody, GoogleError } from '../google-error.ts';
import { isDeeperThan } from '../json-depth.ts';
import { readMessage } from '../read-message.ts';
import { parseBody } from '../request-body.ts';
import type { RestAnswer, RestCall, RestOperation } from '../rest-operation.ts';

const MAXIMUM_DEPTH = 100;

/**
 * The operation that serves Gemini models to OpenAI's clients: a translation to `generateContent` and back.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.endpoints.chat/completions
 */
export const chatCompletions: RestOperation = {
  httpMethod: 'POST',
  paths: ['projects/{project}/locations/{location}/endpoints/openapi/chat/completions'],
  method: 'PredictionService.ChatCompletions',
  serve: (call) => {
    const json = parseBody(call.body);
    if (isDeeperThan(MAXIMUM_DEPTH, json)) {
      throw new GoogleError('INVALID_ARGUMENT', 'Invalid JSON payload received. Message too deep.');
    }
    const request = readMessage(ChatCompletionRequest, json) as ChatCompletionMessage;
    const model = request.model ?? '';
    const answer = generateContentOf(call, model, request);
    const thoughtTag = thoughtTagOf(request);
    if ('json' in answer)
      return { json: toChatCompletion(answer.json as GenerateResponse, model, thoughtTag) };
    if (!('elements' in answer)) throw new Error('generateContent answers with JSON or elements.');
    const includesUsage = request.stream_options?.include_usage === true;
    const responses = answer.elements as readonly GenerateResponse[];
    return { elements: toChatChunks(responses, model, { includesUsage, thoughtTag }), framing: CHAT_SSE };
  },
  // The error's body is a list. Source: https://github.com/liliMozi/openhanako/issues/394
  failureBody: (error) => [errorBody(error)],
};

function generateContentOf(call: RestCall, name: string, request: ChatCompletionMessage): RestAnswer {
  const [, publisher = '', model = ''] = /^([^/]+)\/([^/]+)$/.exec(name) ?? [];
  if (model === '') {
    throw new GoogleError(
      'INVALID_ARGUMENT',
      `Malformed publisher model (\`model\`: '${name}') for the 'openapi' request endpoint ID; expected '<publisher>/<model>'.`,
    );
  }
  const generate = request.stream === true ? streamFor : generateFor;
  const route = { ...call.route, params: { ...call.route.params, publisher, model } };
  return generate({ ...call, route }, toGenerateContent(request));
}
