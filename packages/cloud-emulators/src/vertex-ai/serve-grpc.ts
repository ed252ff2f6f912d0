import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Control, FollowedAnswer } from '../control/control.ts';
import { checkAccess } from './check-access.ts';
import { checkLocation } from './check-location.ts';
import { checkEndpointType, hostOf, infer } from './endpoint-types.ts';
import { GoogleError } from './google-error.ts';
import { faultError } from './grpc-fault.ts';
import { frame, statusTrailers, unframe } from './grpc-message.ts';
import { predict } from './custom-endpoint/predict.ts';
import { checkProject } from './project-access.ts';
import { fromProtoValue, type ProtoValue, toProtoValue } from './proto-value.ts';
import { endpointAtHost } from './sample-endpoints.ts';
import { findEndpoint } from './sample-resources.ts';
import type { VertexAiState } from './vertex-ai-state.ts';

const SERVICE = 'google.cloud.aiplatform.v1.PredictionService';
const PREDICT = `/${SERVICE}/Predict`;

/** Answers one unary gRPC call: records it, applies a fault, then serves it. */
export async function serveGrpc(
  served: VertexAiState,
  control: Control,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const path = request.url;
  const call = read(served, path, Buffer.concat(chunks));
  const recorded = call.message ? Buffer.from(JSON.stringify(call.message)) : call.body;
  control.record(request.method, path, request.headers, recorded, follow(response));

  const fault = control.takeFault(request.method, path);
  if (fault?.delayInMs !== undefined) await sleep(fault.delayInMs);
  if (fault?.reset) return void request.socket.resetAndDestroy();
  if (fault?.hang) return;
  if (fault?.abortAfterChunks !== undefined) return abort(response);
  try {
    if (fault?.status !== undefined || fault?.errorAfterChunks !== undefined) throw faultError(fault);
    finish(response, { 'grpc-status': '0' }, frame(await answer(served, request, call)));
  } catch (error) {
    const failure = error instanceof GoogleError ? error : new GoogleError('INTERNAL', String(error));
    finish(response, { ...fault?.headers, ...statusTrailers(served.protos, failure) });
  }
}

/** Follows an answer of HTTP/2: Node finishes a stream that the client resets, too. */
function follow({ stream }: Http2ServerResponse): FollowedAnswer {
  return {
    once: (event, listener) => stream.once(event, listener),
    get writableFinished() {
      return stream.rstCode === constants.NGHTTP2_NO_ERROR;
    },
  };
}

interface PredictMessage {
  readonly endpoint: string;
  readonly instances: readonly unknown[];
  readonly parameters?: unknown;
}

/** A decoded gRPC call: `message` for a Predict that can be decoded, `failure` otherwise. */
interface Call {
  readonly body: Buffer;
  readonly message?: PredictMessage;
  readonly failure?: unknown;
}

function read({ protos }: VertexAiState, path: string, body: Buffer): Call {
  try {
    if (path !== PREDICT) throw unimplemented(protos.methods, path);
    const decoded = protos.predictRequest.decode(unframe(body)) as unknown as {
      endpoint: string;
      instances: ProtoValue[];
      parameters: ProtoValue | null;
    };
    const { endpoint, instances, parameters } = decoded;
    const given = parameters ? { parameters: fromProtoValue(parameters) } : {};
    return { body, message: { endpoint, instances: instances.map(fromProtoValue), ...given } };
  } catch (failure) {
    return { body, failure };
  }
}

async function answer(
  served: VertexAiState,
  request: Http2ServerRequest,
  { body, message, failure }: Call,
): Promise<Uint8Array> {
  const method = request.url.slice(1).replace('/', '.');
  const principal = checkAccess(request.headers.authorization, method, served.checkAccessToken);
  if (!message) throw failure instanceof Error ? failure : new GoogleError('INTERNAL', String(failure));
  checkRoutingHeader(request.headers['x-goog-request-params'], message.endpoint);
  const { endpoint: name } = message;
  checkProject(served.findRefusal, principal, method, name);
  const host = hostOf(request.headers[':authority']);
  checkLocation(host, /\/locations\/([^/]+)/.exec(name)?.[1]);
  checkEndpointType({ host, name, method: 'Predict', bytes: body.length, wantsStream: false });
  if (endpointAtHost(host)) checkEndpointHeader(request.headers['x-vertex-ai-endpoint-id'], name);
  const deployedModel = findEndpoint(name);
  await infer({ host, name }, served.inference());
  const { predictions, ...rest } = predict(served.iris, deployedModel, message.instances);
  const { predictResponse } = served.protos;
  const encodable = predictResponse.fromObject({ ...rest, predictions: predictions.map(toProtoValue) });
  return predictResponse.encode(encodable).finish();
}

/** Checks that the routing header names the endpoint. Source: https://google.aip.dev/client-libraries/4222 */
function checkRoutingHeader(header: string | string[] | undefined, endpoint: string): void {
  if (new URLSearchParams(String(header ?? '')).get('endpoint') === endpoint) return;
  throw new GoogleError(
    'INVALID_ARGUMENT',
    "The 'x-goog-request-params' header is missing or does not name the endpoint of the request.",
  );
}

/**
 * Checks that the endpoint header names the endpoint.
 * Source: https://cloud.google.com/vertex-ai/docs/predictions/using-dedicated-endpoints
 */
function checkEndpointHeader(header: string | string[] | undefined, endpoint: string): void {
  if (header !== undefined && endpoint.endsWith(`/${String(header)}`)) return;
  throw new GoogleError(
    'INVALID_ARGUMENT',
    "The 'x-vertex-ai-endpoint-id' header is missing or does not name the endpoint of the request.",
  );
}

function unimplemented(methods: readonly string[], path: string): GoogleError {
  const known = methods.some((method) => path === `/${SERVICE}/${method}`);
  return new GoogleError(
    'UNIMPLEMENTED',
    known ? `The Vertex AI emulator does not support ${path}.` : `Method not found: ${path}.`,
  );
}

function finish(
  response: Http2ServerResponse,
  trailers: Readonly<Record<string, string>>,
  message?: Buffer,
): void {
  if (response.stream.destroyed) return;
  response.writeHead(200, { 'content-type': 'application/grpc' });
  response.addTrailers(trailers);
  if (message) response.write(message);
  response.end();
}

/**
 * Ends a connection after the answer's headers. The answer of a unary call is one chunk, so the number of chunks does
 * not matter.
 */
function abort(response: Http2ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/grpc' });
  response.socket.resetAndDestroy();
}
