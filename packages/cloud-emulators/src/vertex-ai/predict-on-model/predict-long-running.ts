import { randomUUID } from 'node:crypto';
import { badRequest, GoogleError } from '../google-error.ts';
import { type Json, readMessage } from '../read-message.ts';
import { type FieldRule, readParameters } from '../read-parameters.ts';
import { parseBody } from '../request-body.ts';
import type { RestOperation } from '../rest-operation.ts';
import { findPublisherModel } from '../sample-resources.ts';

/** A video operation and its progress. */
export interface VideoOperation {
  readonly sampleCount: number;
  readonly storageUri: string | undefined;
  /** The number of times that the operation was polled. */
  readonly polls: number;
  /** The start, in milliseconds since 1970. */
  readonly startedAt: number;
}

const MODEL = 'projects/{project}/locations/{location}/publishers/{publisher}/models/{model}';
const INSTANCE: Readonly<Record<string, FieldRule>> = {
  prompt: 'text',
  image: 'object',
  lastFrame: 'object',
  video: 'object',
};
const PARAMETERS: Readonly<Record<string, FieldRule>> = {
  aspectRatio: ['16:9', '9:16'],
  compressionQuality: ['optimized', 'lossless'],
  durationSeconds: { least: 4, most: 8 },
  enhancePrompt: 'boolean',
  generateAudio: 'boolean',
  negativePrompt: 'text',
  personGeneration: ['allow_all', 'allow_adult', 'dont_allow', 'disallow'],
  resizeMode: ['pad', 'crop'],
  resolution: ['720p', '1080p'],
  sampleCount: { least: 1, most: 4 },
  seed: { least: 0, most: 4_294_967_295 },
  storageUri: 'text',
};
const FILE: Readonly<Record<string, FieldRule>> = {
  bytesBase64Encoded: 'text',
  gcsUri: 'text',
  mimeType: 'text',
};
/** The end of an operation: its second poll, or this time after its start. */
const LASTS = { polls: 2, timeInMs: 60_000 };
/** An MP4 without a single frame: its file type and an empty media data box. */
const VIDEO = Buffer.from('000000186674797069736f6d0000020069736f6d69736f32000000086d646174', 'hex');

/**
 * The operation `predictLongRunning`.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation
 */
export const predictLongRunning: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODEL}:predictLongRunning`],
  method: 'PredictionService.PredictLongRunning',
  serve: ({ served, route, body }) => {
    findPublisherModel(route.params, 'predictLongRunning');
    const type = served.protos.message(route.version, 'PredictLongRunningRequest');
    const { instances = [], parameters = {} } = readMessage(type, parseBody(body));
    checkInstances(instances as readonly unknown[]);
    const { sampleCount = 1, storageUri } = readParameters(parameters, 'parameters', PARAMETERS);
    const name = `${route.name}/operations/${randomUUID()}`;
    served.videoOperations.set(name, {
      sampleCount: Number(sampleCount),
      storageUri: storageUri as string | undefined,
      polls: 0,
      startedAt: served.now(),
    });
    return { json: { name } };
  },
};

/**
 * The operation `fetchPredictOperation`.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation#poll
 */
export const fetchPredictOperation: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODEL}:fetchPredictOperation`],
  method: 'PredictionService.FetchPredictOperation',
  serve: ({ served, route, body }) => {
    findPublisherModel(route.params, 'predictLongRunning', 'fetchPredictOperation');
    const type = served.protos.message(route.version, 'FetchPredictOperationRequest');
    const { operationName } = readMessage(type, parseBody(body));
    const name = (operationName as string | undefined) ?? '';
    const operation = name.startsWith(`${route.name}/operations/`)
      ? served.videoOperations.get(name)
      : undefined;
    if (!operation) throw new GoogleError('NOT_FOUND', 'The operation was not found.');
    const polled = { ...operation, polls: operation.polls + 1 };
    served.videoOperations.set(name, polled);
    const lasted = served.now() - operation.startedAt;
    if (polled.polls < LASTS.polls && lasted < LASTS.timeInMs) return { json: { name, done: false } };
    return { json: { name, done: true, response: responseOf(polled, name) } };
  },
};

function checkInstances(instances: readonly unknown[]): void {
  if (instances.length !== 1) {
    throw badRequest([{ field: 'instances', description: 'The request must have exactly one instance.' }]);
  }
  const { prompt, ...files } = readParameters(instances[0], 'instances[0]', INSTANCE);
  for (const [name, file] of Object.entries(files)) readParameters(file, `instances[0].${name}`, FILE);
  if (prompt === undefined && files.image === undefined) {
    throw badRequest([
      { field: 'instances[0]', description: 'The instance must have a prompt or an image.' },
    ]);
  }
}

function responseOf({ sampleCount, storageUri }: VideoOperation, name: string): Json {
  const id = name.split('/').at(-1) ?? '';
  const videos = Array.from({ length: sampleCount }, (_video, i) => ({
    ...(storageUri === undefined
      ? { bytesBase64Encoded: VIDEO.toString('base64') }
      : { gcsUri: `${storageUri.replace(/\/$/, '')}/${id}/sample_${i}.mp4` }),
    mimeType: 'video/mp4',
  }));
  return {
    '@type': 'type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse',
    raiMediaFilteredCount: 0,
    videos,
  };
}
