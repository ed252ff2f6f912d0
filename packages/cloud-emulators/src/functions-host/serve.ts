import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { answerInOrder } from '@vertex-ai-gateway/apim-emulator/answer-in-order';
import { applyFault, type Control } from '../control/control.ts';
import { forward, refuse } from './forward.ts';
import { findFunction, type HttpFunction } from './http-function.ts';
import type { Invocations } from './invocations.ts';
import type { HttpData, InvocationRequest, InvocationResponse, Log } from './messages.ts';
import { refuseHead } from './request-head.ts';
import { hasLength, MAXIMUM_BODY_BYTES, readBody } from './request-body.ts';
import { decodePath, encodeTarget, readTarget } from './request-path.ts';
import type { RouteValues } from './route-template.ts';
import { TraceContext } from './trace-context.ts';
import { readTriggerMetadata } from './trigger-metadata.ts';
import type { WorkerProcess } from './worker-process.ts';

/** The options of `createListener`. */
export interface Serving {
  readonly invocations: Invocations;
  readonly functions: readonly HttpFunction[];
  readonly activityTimeoutInMs: number;
  readonly keys: ReadonlySet<string>;
  readonly control: Control | undefined;
  readonly log: Log;
}

/** A request and the function that serves it. */
interface Matched {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly found: HttpFunction;
  readonly values: RouteValues;
  readonly host: string;
  /** Path and query as the caller sent them. */
  readonly target: string;
  readonly decodedPath: string;
  readonly body: Buffer | undefined;
  readonly recorder: Recorder;
}

/**
 * Makes the HTTP listener of the host. Each request gets an answer, or its connection is dropped; it throws nothing.
 * The requests of one connection are served one after the other, as in Kestrel.
 */
export function createListener(serving: Serving): RequestListener {
  return answerInOrder(async (message, response) => {
    const closed = new Promise((resolve) => response.once('close', resolve));
    const recorder = new Recorder(serving.control, message);
    serve(serving, message, response, recorder).catch((error: unknown) => {
      serving.log('error', 'host', error instanceof Error ? (error.stack ?? error.message) : String(error));
      if (response.headersSent) response.destroy();
      else refuse(response, 500);
    });
    // The rest of a body is read off the connection, which could not serve its next request otherwise.
    response.once('finish', () => message.resume());
    response.once('close', () => recorder.end());
    await closed;
  });
}

async function serve(
  serving: Serving,
  message: IncomingMessage,
  response: ServerResponse,
  recorder: Recorder,
): Promise<void> {
  const { method = 'GET', url = '/' } = message;
  const fault = serving.control?.takeFault(method, url);
  if (fault && (await applyFault(fault, response))) return;

  const tooLong = refuseHead(message);
  if (tooLong !== undefined) return refuse(response, tooLong);
  const read = readTarget(url, message.headers.host ?? '');
  const decodedPath = read && decodePath(read.path);
  if (!read || decodedPath === undefined) return refuse(response, 400);
  const match = findFunction(serving.functions, method, decodedPath);
  if (!match) return refuse(response, 404);
  const query = new URLSearchParams(read.path.split('?')[1]);
  if (match.found.needsKey && !hasKey(serving.keys, message, query)) return refuse(response, 401);
  if (Number(message.headers['content-length'] ?? 0) > MAXIMUM_BODY_BYTES) return refuse(response, 413);

  const body = hasLength(message) ? await readBody(message) : undefined;
  if (body) recorder.add(body);
  const { host, path: target } = read;
  const matched = { message, response, ...match, host, target, decodedPath, body, recorder };
  await call(serving, matched, query);
}

async function call(serving: Serving, matched: Matched, query: URLSearchParams): Promise<void> {
  const { message, found, values, host, target, body } = matched;
  const trace = new TraceContext(message.headers);
  const triggerMetadata = await readTriggerMetadata({
    headers: message.headersDistinct,
    query,
    values,
    body,
  });
  const worker = await serving.invocations.worker();
  // The caller may have left while its body was read or a worker started.
  if (matched.response.destroyed) return;
  const request: InvocationRequest = {
    invocationId: randomUUID(),
    functionName: found.name,
    traceContext: trace.toData(),
    triggerMetadata,
    input: {
      http: worker.httpPort === undefined ? wholeRequest(message, `http://${host}${target}`, matched) : {},
    },
  };
  await serving.invocations.invoke(worker, request, async (invoked) => {
    if (worker.httpPort === undefined) return answerWhole(await invoked, matched.response);
    await stream(serving, matched, worker, request);
    await invoked;
  });
}

/** Serves a request with `enableHttpStream`: request and response bypass the invocation. */
function stream(
  { activityTimeoutInMs }: Serving,
  { message, response, host, target, decodedPath, body, recorder }: Matched,
  { httpPort = 0 }: WorkerProcess,
  { invocationId, traceContext: { traceParent } }: InvocationRequest,
): Promise<void> {
  return forward({
    message,
    response,
    port: httpPort,
    target: encodeTarget(decodedPath, target),
    host,
    invocationId,
    traceParent,
    body,
    activityTimeoutInMs,
    whenRead: (part) => recorder.add(part),
  });
}

/** Builds the request without `enableHttpStream`: the body is sent whole, and one without a length arrives empty. */
function wholeRequest(
  { method, headersDistinct }: IncomingMessage,
  url: string,
  { values, body }: Matched,
): HttpData {
  const headers = Object.entries(headersDistinct).map(([name, all = []]) => [name, all.join(',')]);
  return {
    url,
    ...(method !== undefined && { method }),
    headers: Object.fromEntries(headers) as Record<string, string>,
    params: values,
    ...(body && { body: { bytes: body } }),
  };
}

function answerWhole({ error, http }: InvocationResponse, response: ServerResponse): void {
  if (error !== undefined) return refuse(response, 500);
  if (!http) return refuse(response, 204);
  const body = Buffer.from(http.body?.bytes ?? http.body?.string ?? http.body?.json ?? '');
  response.writeHead(Number(http.statusCode), { ...http.headers, 'content-length': body.length }).end(body);
}

function hasKey(keys: ReadonlySet<string>, message: IncomingMessage, query: URLSearchParams): boolean {
  const header = message.headers['x-functions-key'];
  return keys.has(header === undefined ? (query.get('code') ?? '') : String(header));
}

/** Records a request once the exchange is over, with the part of its body that was read. */
class Recorder {
  readonly #control: Control | undefined;
  readonly #message: IncomingMessage;
  readonly #parts: Buffer[] = [];

  constructor(control: Control | undefined, message: IncomingMessage) {
    this.#control = control;
    this.#message = message;
  }

  add(part: Buffer): void {
    if (this.#control) this.#parts.push(part);
  }

  end(): void {
    const { method = 'GET', url = '/', headers } = this.#message;
    const [first = Buffer.alloc(0), second] = this.#parts;
    this.#control?.record(method, url, headers, second ? Buffer.concat(this.#parts) : first);
  }
}
