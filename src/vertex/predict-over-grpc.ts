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
import { fromProtoValue, toProtoValue } from './struct-value.ts';
import type { VertexAddress } from './vertex-address.ts';
import { readDetails, vertexError } from './vertex-errors.ts';

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
