import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import protobuf from 'protobufjs/light.js';
import { addMissingFields } from './add-missing-fields.ts';
import { errorDetails } from './error-details.ts';
import { type Descriptor, findDescriptor, pruneDescriptors } from './prune-descriptors.ts';

/** The message types that this emulator reads and writes. */
export interface Protos {
  /** The `PredictionService` of v1: its methods by name. */
  readonly methods: readonly string[];
  readonly predictRequest: protobuf.Type;
  readonly predictResponse: protobuf.Type;
  /** Gives a message of google.cloud.aiplatform by its short name, one of `REST_MESSAGES` or `FURTHER_MESSAGES`. */
  readonly message: (version: ApiVersion, name: string) => protobuf.Type;
  readonly status: protobuf.Type;
  /** Gives a type of google/rpc/error_details.proto by its full name, such as `google.rpc.RetryInfo`. */
  readonly errorDetail: (name: string) => protobuf.Type;
}

/** A version of the Vertex AI API. */
export type ApiVersion = 'v1' | 'v1beta1';

const PACKAGE = 'google.cloud.aiplatform';

/** The messages that REST operations read, in the versions that have them. */
const REST_MESSAGES: Readonly<Record<ApiVersion, readonly string[]>> = {
  v1: [
    'BatchPredictionJob',
    'CachedContent',
    'CancelBatchPredictionJobRequest',
    'ComputeTokensRequest',
    'CountTokensRequest',
    'DirectPredictRequest',
    'DirectRawPredictRequest',
    'EmbedContentRequest',
    'ExplainRequest',
    'GenerateContentRequest',
    'GetPublisherModelRequest',
    'ListBatchPredictionJobsRequest',
    'ListCachedContentsRequest',
    'PredictRequest',
    'StreamingPredictRequest',
    'UpdateCachedContentRequest',
  ],
  v1beta1: [
    'BatchPredictionJob',
    'CachedContent',
    'CancelBatchPredictionJobRequest',
    'ComputeTokensRequest',
    'CountTokensRequest',
    'DirectPredictRequest',
    'DirectRawPredictRequest',
    'EmbedContentRequest',
    'ExplainRequest',
    'GenerateContentRequest',
    'GetPublisherModelRequest',
    'ListBatchPredictionJobsRequest',
    'ListCachedContentsRequest',
    'ListPublisherModelsRequest',
    'PredictRequest',
    'StreamingPredictRequest',
    'UpdateCachedContentRequest',
  ],
};

/**
 * The messages that are in the public reference and not in the SDK's descriptors; they are the same in both versions.
 */
const FURTHER_MESSAGES = {
  FetchPredictOperationRequest: {
    fields: { endpoint: { type: 'string', id: 1 }, operationName: { type: 'string', id: 2 } },
  },
  PredictLongRunningRequest: {
    fields: {
      endpoint: { type: 'string', id: 1 },
      instances: { rule: 'repeated', type: 'google.protobuf.Value', id: 2 },
      parameters: { type: 'google.protobuf.Value', id: 3 },
    },
  },
};

/**
 * Loads the types from the SDK's own descriptors (`@google-cloud/aiplatform`, build/protos/protos.json). Only the types
 * that are needed are built, which takes about 0.2 s instead of 0.4 s for all 2,300.
 */
export function loadProtos(): Protos {
  const require = createRequire(import.meta.url);
  const file = require.resolve('@google-cloud/aiplatform/build/protos/protos.json');
  const descriptors = JSON.parse(readFileSync(file, 'utf8')) as Descriptor;
  const { v1 = {}, v1beta1 = {} } = findDescriptor(descriptors, PACKAGE.split('.'))?.nested ?? {};
  // The SDK's descriptors of v1beta1 lack fields that Google's own clients send to it, such as `thinkingLevel`.
  addMissingFields(v1beta1, v1);
  const pruned = pruneDescriptors(descriptors, [
    `${PACKAGE}.v1.PredictRequest`,
    `${PACKAGE}.v1.PredictResponse`,
    ...REST_MESSAGES.v1.map((name) => `${PACKAGE}.v1.${name}`),
    ...REST_MESSAGES.v1beta1.map((name) => `${PACKAGE}.v1beta1.${name}`),
    'google.rpc.Status',
  ]);
  const root = protobuf.Root.fromJSON(pruned);
  for (const version of ['v1', 'v1beta1']) {
    const namespace = root.lookup(`${PACKAGE}.${version}`) as protobuf.Namespace;
    namespace.addJSON(FURTHER_MESSAGES);
  }
  root.resolveAll();
  const details = protobuf.Root.fromJSON(errorDetails);
  return {
    methods: methodsOf(descriptors),
    predictRequest: root.lookupType(`${PACKAGE}.v1.PredictRequest`),
    predictResponse: root.lookupType(`${PACKAGE}.v1.PredictResponse`),
    message: (version, name) => root.lookupType(`${PACKAGE}.${version}.${name}`),
    status: root.lookupType('google.rpc.Status'),
    errorDetail: (name) => details.lookupType(name),
  };
}

function methodsOf(descriptors: Descriptor): string[] {
  const service = findDescriptor(descriptors, [...PACKAGE.split('.'), 'v1', 'PredictionService']);
  return Object.keys(service?.methods ?? {});
}
