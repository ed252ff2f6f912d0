import { JSON_ARRAY, SSE } from '../framing.ts';
import { generate, generateStream } from './generate.ts';
import { errorBody, GoogleError } from '../google-error.ts';
import { findScreen } from './model-armor-config.ts';
import { type CachedPrompt, type GenerateRequest, readGenerateRequest } from './read-generate-request.ts';
import { type Json, readMessage } from '../read-message.ts';
import { parseBody } from '../request-body.ts';
import type { RestAnswer, RestCall, RestOperation } from '../rest-operation.ts';
import { unsupported } from '../refusals.ts';
import { trafficTypeOf } from './traffic-type.ts';
import { PROJECT_NUMBER } from '../sample-endpoints.ts';
import { findPublisherModel, findTunedModel } from '../sample-resources.ts';

const MODEL = 'projects/{project}/locations/{location}/publishers/{publisher}/models/{model}';
const ENDPOINT = 'projects/{project}/locations/{location}/endpoints/{endpoint}';

/**
 * The operation `generateContent`.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/generateContent
 */
export const generateContent: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODEL}:generateContent`, `${ENDPOINT}:generateContent`],
  method: 'PredictionService.GenerateContent',
  serve: (call) => generateFor(call, parseBody(call.body)),
};

/**
 * The operation `streamGenerateContent`.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/streamGenerateContent
 */
export const streamGenerateContent: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODEL}:streamGenerateContent`, `${ENDPOINT}:streamGenerateContent`],
  method: 'PredictionService.StreamGenerateContent',
  streams: true,
  serve: (call) => streamFor(call, parseBody(call.body)),
  // A stream of JSON is a list, so its error is the list's one element.
  failureBody: (error, call) => (isSse(call) ? errorBody(error) : [errorBody(error)]),
};

/** Answers a `GenerateContentRequest` that has been parsed. @throws GoogleError */
export function generateFor(call: Omit<RestCall, 'body'>, json: unknown): RestAnswer {
  const [model, request, config] = read(call, json);
  const screen = findScreen(config, call.route.params.location);
  return { json: screen.answer(request, generate(model, request, call.served.now())) };
}

/** Answers a parsed `GenerateContentRequest` with a stream. @throws GoogleError */
export function streamFor(call: Omit<RestCall, 'body'>, json: unknown): RestAnswer {
  const [model, request, config] = read(call, json);
  // Google documents the screening of whole answers alone.
  if (config !== undefined) throw unsupported('modelArmorConfig of a stream');
  return {
    elements: generateStream(model, request, call.served.now()),
    framing: isSse(call) ? SSE : JSON_ARRAY,
  };
}

function isSse({ route }: Pick<RestCall, 'route'>): boolean {
  return route.query.get('alt') === 'sse';
}

/** Finds the Gemini model that a path names: a publisher's model, or the base model of a tuned endpoint. */
export function findGemini({ name, params }: RestCall['route'], apiName: string): string {
  return params.endpoint === undefined
    ? findPublisherModel(params, 'generateContent', apiName).id
    : findTunedModel(name);
}

function read(call: Omit<RestCall, 'body'>, json: unknown): [string, GenerateRequest, Json | undefined] {
  const { served, route } = call;
  const model = findGemini(route, 'generateContent');
  const type = served.protos.message(route.version, 'GenerateContentRequest');
  const message = readMessage(type, json);
  const request = readGenerateRequest(model, message, findCache(call, model, message));
  const config = message.modelArmorConfig as Json | undefined;
  return [model, { ...request, trafficType: trafficTypeOf(call) }, config];
}

/**
 * Finds the context cache that a request names.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-use
 */
function findCache(
  { served, route }: Pick<RestCall, 'served' | 'route'>,
  model: string,
  { cachedContent }: Json,
): CachedPrompt | undefined {
  if (cachedContent === undefined || cachedContent === '') return undefined;
  const name = cachedContent as string;
  const [, , location] = /^projects\/([^/]+)\/locations\/([^/]+)\/cachedContents\/[^/]+$/.exec(name) ?? [];
  if (location === undefined) {
    throw new GoogleError('INVALID_ARGUMENT', 'Invalid resource field value in the request.');
  }
  if (location !== route.params.location) {
    throw new GoogleError(
      'INVALID_ARGUMENT',
      'The cached content is in another location than the one that the request is for.',
    );
  }
  const cache = served.cachedContents.get(name);
  const wanted = `projects/${PROJECT_NUMBER}/locations/${location}/publishers/google/models/${model}`;
  if (route.params.endpoint !== undefined || cache.model !== wanted) {
    throw new GoogleError(
      'INVALID_ARGUMENT',
      'The model of the request and the model of the cached content must be the same.',
    );
  }
  return cache.prompt;
}
