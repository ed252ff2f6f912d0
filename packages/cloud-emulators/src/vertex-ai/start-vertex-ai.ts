import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { Control, createControlledListener } from '../control/control.ts';
import type { ControlAction } from '../control/server.ts';
import { listen, type Listening } from '../loopback/listen.ts';
import { BatchPredictionJobStore } from './resources/batch-prediction-job-store.ts';
import { CachedContentStore } from './resources/cached-content-store.ts';
import type { CheckAccessToken } from './check-access.ts';
import { type Inference, SHARED_TIMEOUT_IN_MS } from './endpoint-types.ts';
import { loadIrisModel } from './custom-endpoint/iris-classifier.ts';
import { loadProtos } from './protos.ts';
import { type FindRefusal, type ProjectAccess, withProjectAccess } from './project-access.ts';
import { serveGrpc } from './serve-grpc.ts';
import { serveRest } from './serve-rest.ts';
import type { VertexAiState } from './vertex-ai-state.ts';

/** The options of `startVertexAi`. */
export interface VertexAiOptions {
  /** Port of the server; 0 picks a free one. */
  readonly port: number;
  /** PEM of the server's certificate and key. */
  readonly certificate: { readonly cert: string; readonly key: string };
  readonly checkAccessToken: CheckAccessToken;
  /** Says who may call what; whoever has a token may call everything when left out. */
  readonly findRefusal?: FindRefusal;
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number;
  /** The pause between two chunks of a stream; 2 when left out. `POST pause` on the control surface changes it. */
  readonly pauseInMs?: number;
}

/** A running emulator of Vertex AI. */
export interface VertexAi extends Listening {
  readonly control: Control;
  /**
   * The actions of the control surface. `POST pause` with `{ "pauseInMs": n }` sets the pause between two chunks of a
   * stream. `POST inference` with `{ "durationInMs": n, "sharedTimeoutInMs": n }` sets the inference time of custom
   * endpoints and its limit at a shared host: 60 s when left out. `PUT access` with `{ "disabledProjects"?: […],
   * "members"?: […] }` turns the API off in projects, and leaves permissions to the listed principals.
   */
  readonly actions: Readonly<Record<string, ControlAction>>;
}

/**
 * Starts the Vertex AI emulator on 127.0.0.1: gRPC and REST on one TLS port, as *.googleapis.com serves them. ALPN
 * picks HTTP/2 or HTTP/1.1; on HTTP/2 the content type distinguishes gRPC from REST.
 * @throws PortTakenError when the port is in use
 */
export async function startVertexAi(options: VertexAiOptions): Promise<VertexAi> {
  const { certificate, checkAccessToken, findRefusal = () => undefined, now = Date.now } = options;
  let pauseInMs = options.pauseInMs ?? 2;
  let access: ProjectAccess = { disabledProjects: [], members: undefined };
  let inference: Inference = { durationInMs: 0, sharedTimeoutInMs: SHARED_TIMEOUT_IN_MS };
  const control = new Control('vertex-ai', now, { streams: true });
  const served: VertexAiState = {
    protos: loadProtos(),
    iris: loadIrisModel(),
    checkAccessToken,
    findRefusal: withProjectAccess(findRefusal, () => access),
    cachedContents: new CachedContentStore(now),
    batchPredictionJobs: new BatchPredictionJobStore(now),
    videoOperations: new Map(),
    now,
    pauseInMs: () => pauseInMs,
    inference: () => inference,
  };
  const rest = createControlledListener(control, (request, body, response, fault) =>
    serveRest(served, request, body, response, fault),
  );

  const server = createSecureServer({
    cert: certificate.cert,
    key: certificate.key,
    allowHTTP1: true,
    // Each chunk of a stream is sent when it is written. An HTTP/1.1 server does this by itself, an HTTP/2 server
    // doesn't.
    noDelay: true,
  });
  server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    // A caller that leaves causes an error of its stream, and needs no answer.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    if (request.headers['content-type']?.startsWith('application/grpc') && request.httpVersionMajor === 2) {
      void serveGrpc(served, control, request, response).catch(() => request.stream.close());
      return;
    }
    // The compatibility API makes a request on HTTP/2 look like one on HTTP/1.1, as far as the handlers use it.
    rest(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  return {
    ...(await listen(server, options.port)),
    control,
    actions: {
      'PUT access': (body) =>
        (access = { disabledProjects: [], members: undefined, ...(body as Partial<ProjectAccess>) }),
      'POST pause': (body) => (pauseInMs = readTime(body, 'pauseInMs')),
      'POST inference': (body) =>
        (inference = {
          durationInMs: readTime(body, 'durationInMs'),
          sharedTimeoutInMs: readTime(body, 'sharedTimeoutInMs', SHARED_TIMEOUT_IN_MS),
        }),
    },
  };
}

function readTime(body: unknown, name: string, otherwise?: number): number {
  const members = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const value = members[name] ?? otherwise;
  if (typeof value === 'number' && value >= 0 && value <= 60_000) return value;
  throw new Error(`Send { "${name}": n } with a number from 0 to 60000.`);
}
