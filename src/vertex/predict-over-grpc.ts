import { createSecureContext } from 'node:tls';
import type { protos } from '@google-cloud/aiplatform';
import { PredictionServiceClient } from '@google-cloud/aiplatform/build/src/v1/prediction_service_client.js';
import { OAuth2Client } from 'google-auth-library';
import { grpc, routingHeader } from 'google-gax';
import { GatewayError } from '../errors/gateway-error.ts';
import type { InstancesPayload } from '../prediction/prediction.ts';
import type { WholeAnswer } from '../prediction/answer.ts';
import { readFacts, readReported } from './answer-formats.ts';
import { tooLong } from './answer-limits.ts';
import type { VertexAddress } from './vertex.ts';
import { readDetails, vertexError } from './vertex-errors.ts';

type Value = protos.google.protobuf.IValue;
type PredictRequest = protos.google.cloud.aiplatform.v1.IPredictRequest;
type PredictResponse = protos.google.cloud.aiplatform.v1.IPredictResponse;

/**
 * The most bytes of an answer, which is decoded in one go. An endpoint with a host of its own takes 10 MB.
 * https://cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type
 */
const MAXIMUM_MESSAGE_BYTES = 10 * 1_048_576;

/** The SDK's inner call, which neither logs payloads nor decodes error details. */
type InnerPredict = (
  request: PredictRequest,
  options: { timeout: number; otherArgs: { headers: Record<string, string> } },
) => Promise<[PredictResponse]> & { cancel(): void };

/** Calls custom endpoints over gRPC at one address. */
export interface GrpcPredict {
  /**
   * Resolves with the predictions as JSON.
   * @throws GatewayError with a VERTEX code, INVALID_REQUEST for a value that protobuf can't hold, and the signal's reason.
   */
  predict(
    endpointName: string,
    payload: InstancesPayload,
    accessToken: string,
    limits: { readonly abortSignal: AbortSignal; readonly timeoutInMs: number },
  ): Promise<WholeAnswer>;
  close(): Promise<void>;
}

/**
 * Creates a client of the Vertex AI SDK for `predict` of custom endpoints, over gRPC and TLS.
 * https://cloud.google.com/vertex-ai/docs/reference/rpc/google.cloud.aiplatform.v1#predictionservice
 * The headers that route a call are those of https://google.aip.dev/client-libraries/4222, and at a host of the endpoint's
 * own those of https://cloud.google.com/vertex-ai/docs/predictions/using-dedicated-endpoints
 */
export async function createGrpcPredict(
  { name, host, port, isShared }: VertexAddress,
  maximumAnswerBytes: number,
): Promise<GrpcPredict> {
  const maximumBytes = Math.min(maximumAnswerBytes, MAXIMUM_MESSAGE_BYTES);
  const client = new PredictionServiceClient({
    apiEndpoint: host,
    port,
    'grpc.default_authority': name,
    'grpc.ssl_target_name_override': name,
    'grpc.max_receive_message_length': maximumBytes,
    // The access token goes with each call as metadata; a client of its own keeps the SDK from looking for credentials.
    sslCreds: grpc.credentials.createFromSecureContext(createSecureContext()),
    authClient: new OAuth2Client(),
  });
  await client.initialize();
  const innerPredict = client.innerApiCalls.predict as unknown as InnerPredict;

  return {
    async predict(endpoint, payload, accessToken, { abortSignal, timeoutInMs }) {
      abortSignal.throwIfAborted();
      const request: PredictRequest = {
        endpoint,
        instances: (payload.instances.toJson() as unknown[]).map(toProtoValue),
        ...(payload.parameters === undefined
          ? {}
          : { parameters: toProtoValue(payload.parameters.toJson()) }),
      };
      const call = innerPredict(request, {
        timeout: timeoutInMs,
        otherArgs: {
          headers: {
            authorization: `Bearer ${accessToken}`,
            'x-goog-request-params': routingHeader.fromParams({ endpoint }),
            ...(!isShared && { 'x-vertex-ai-endpoint-id': endpoint.slice(endpoint.lastIndexOf('/') + 1) }),
          },
        },
      });
      const cancel = () => call.cancel();
      abortSignal.addEventListener('abort', cancel, { once: true });
      try {
        const [response] = await call;
        return toAnswer(response, payload.instances.length);
      } catch (error) {
        throw readGrpcError(error, abortSignal, maximumBytes);
      } finally {
        abortSignal.removeEventListener('abort', cancel);
      }
    },
    close: () => client.close(),
  };
}

function toAnswer(response: PredictResponse, instances: number): WholeAnswer {
  const { deployedModelId, model, modelVersionId, modelDisplayName, metadata } = response;
  const predictions = (response.predictions ?? []).map(fromProtoValue);
  const facts = readFacts('predictions', readReported('predictions', { ...response, predictions }));
  const body = JSON.stringify({
    predictions,
    deployedModelId: deployedModelId ?? undefined,
    model: model ?? undefined,
    modelDisplayName: modelDisplayName ?? undefined,
    modelVersionId: modelVersionId ?? undefined,
    metadata: metadata ? fromProtoValue(metadata) : undefined,
  });
  return {
    kind: 'whole',
    contentType: 'application/json; charset=UTF-8',
    body: Buffer.from(body),
    facts: { ...facts, usage: { ...facts.usage, instances } },
  };
}

/** Reads the status, the message and the listed details alone, because the raw error holds the call's metadata. */
function readGrpcError(error: unknown, abortSignal: AbortSignal, maximumBytes: number): unknown {
  if (abortSignal.aborted) return abortSignal.reason;
  if (error instanceof GatewayError) return error;
  const { code, details, statusDetails } = error as {
    code?: unknown;
    details?: unknown;
    statusDetails?: unknown;
  };
  // The client itself says so, with the status code of a quota (RESOURCE_EXHAUSTED).
  if (typeof details === 'string' && details.startsWith('Received message larger than max'))
    return tooLong('Vertex AI’s answer', maximumBytes);
  return vertexError({
    grpcCode: typeof code === 'number' ? code : 13,
    ...(typeof details === 'string' && details !== '' ? { message: details } : {}),
    ...readDetails(statusDetails),
  });
}

/**
 * Converts a JSON value to a `google.protobuf.Value`. The reader of the body bounds its nesting.
 * https://protobuf.dev/reference/protobuf/google.protobuf/#value
 * @throws GatewayError INVALID_REQUEST for a number beyond a double and for text that is not Unicode, because protobuf
 *   would change both silently.
 */
export function toProtoValue(json: unknown): Value {
  switch (typeof json) {
    case 'number':
      if (!Number.isFinite(json)) throw unsupported('a number is too large for a double');
      return { numberValue: json };
    case 'string':
      return { stringValue: checkText(json) };
    case 'boolean':
      return { boolValue: json };
    case 'object': {
      if (json === null) return { nullValue: 'NULL_VALUE' };
      if (Array.isArray(json)) return { listValue: { values: json.map(toProtoValue) } };
      const fields: Record<string, Value> = {};
      for (const [key, field] of Object.entries(json)) fields[checkText(key)] = toProtoValue(field);
      return { structValue: { fields } };
    }
    default:
      throw new TypeError('only JSON values become protobuf values');
  }
}

function checkText(text: string): string {
  if (text.isWellFormed()) return text;
  throw unsupported('a text has half of a surrogate pair, which is not Unicode');
}

function checkNumber(number: number): number {
  if (Number.isFinite(number)) return number;
  throw new GatewayError(
    'VERTEX_FAILED',
    'The model’s answer has a number that is not finite (NaN or Infinity), which JSON cannot express. Correct the container, or call it by rawPredict.',
  );
}

function unsupported(problem: string): GatewayError {
  return new GatewayError('INVALID_REQUEST', `The body cannot be sent to Vertex AI unchanged: ${problem}.`);
}

/**
 * Converts a `google.protobuf.Value` to a JSON value; a Value without a kind becomes null.
 * @throws GatewayError VERTEX_FAILED for NaN and Infinity, which JSON does not have.
 */
export function fromProtoValue(value: Value): unknown {
  if (typeof value.numberValue === 'number') return checkNumber(value.numberValue);
  if (typeof value.stringValue === 'string') return value.stringValue;
  if (typeof value.boolValue === 'boolean') return value.boolValue;
  if (value.listValue) return (value.listValue.values ?? []).map(fromProtoValue);
  if (value.structValue) {
    const fields = Object.entries(value.structValue.fields ?? {});
    return Object.fromEntries(fields.map(([key, field]) => [key, fromProtoValue(field)]));
  }
  return null;
}
