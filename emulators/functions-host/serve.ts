import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { applyFault, type Control } from '../control/control.ts';
import type { HttpResponse, HttpResponseInit } from '@azure/functions';
import type { FunctionApp } from './function-app.ts';
import type { Log } from './functions-core.ts';
import { findFunction, type HttpFunction } from './http-function.ts';
import { IncomingRequest, MAXIMUM_BODY_BYTES } from './incoming-request.ts';
import { createContext, invoke } from './invoke.ts';
import { decodePath } from './request-path.ts';
import type { RouteValues } from './route-template.ts';
import { TraceContext } from './trace-context.ts';
import { writeResponse } from './write-response.ts';

export interface Serving {
  readonly app: FunctionApp;
  readonly functions: readonly HttpFunction[];
  readonly functionTimeoutInMs: number | undefined;
  readonly keys: ReadonlySet<string>;
  readonly control: Control | undefined;
  readonly log: Log;
}

type InvocationResult = HttpResponseInit | HttpResponse | null | undefined;

const NO_BODY = Buffer.alloc(0);
const HOST = /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i;

/** The HTTP listener of the host. Every request gets an answer, or its connection is dropped; nothing is thrown. */
export function createListener(serving: Serving): RequestListener {
  return (message, response) => {
    const record = recorder(serving.control, message);
    serve(serving, message, response, record).catch((error: unknown) => {
      serving.log('error', 'host', error instanceof Error ? (error.stack ?? error.message) : String(error));
      if (response.headersSent) response.socket?.destroySoon();
      else answer(response, 500);
    });
    // What a handler left of a body is taken off the connection, which would never come to its next request otherwise.
    response.once('finish', () => message.resume());
    response.once('close', () => record?.(NO_BODY));
  };
}

async function serve(
  serving: Serving,
  message: IncomingMessage,
  response: ServerResponse,
  record: ((body: Buffer) => void) | undefined,
): Promise<void> {
  const target = message.url ?? '/';
  const fault = serving.control?.takeFault(message.method ?? 'GET', target);
  if (fault && (await applyFault(fault, response))) return;

  const host = message.headers.host ?? '';
  const path = target.startsWith('/') && HOST.test(host) ? decodePath(target) : undefined;
  if (path === undefined) return answer(response, 400);
  const match = findFunction(serving.functions, message.method ?? 'GET', path);
  if (!match) return answer(response, 404);
  if (match.found.needsKey && !hasKey(serving.keys, message)) return answer(response, 401);
  if (Number(message.headers['content-length'] ?? 0) > MAXIMUM_BODY_BYTES) return refuseBody(response);

  const source = serving.app.streams ? message : Readable.from(await readBody(message));
  const request = new IncomingRequest(`http://${host}${target}`, message, source, record);
  await run(serving, match, request, message, response);
}

async function run(
  serving: Serving,
  { found, values }: { found: HttpFunction; values: RouteValues },
  incoming: IncomingRequest,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { app, functionTimeoutInMs, log } = serving;
  const context = createContext(app, found, new TraceContext(message.headers), log);
  const timer =
    functionTimeoutInMs === undefined
      ? undefined
      : setTimeout(() => giveUp(serving, found, response), functionTimeoutInMs);
  try {
    const request = new app.HttpRequest({ nativeRequest: incoming, params: values });
    const result = (await invoke(app, found, request, context)) as InvocationResult;
    if (incoming.tooLarge) refuseBody(response);
    else if (response.headersSent) return;
    else if (result !== undefined && result !== null) await writeResponse(result, response, !app.streams);
    else if (app.streams) throw new Error(`Function "${found.name}" returned nothing.`);
    else answer(response, 204);
  } catch (error) {
    if (!incoming.tooLarge || response.headersSent) throw error;
    refuseBody(response);
  } finally {
    clearTimeout(timer);
  }
}

/** The host kills the worker process that runs a function for too long; here only the call ends. */
function giveUp(serving: Serving, { name }: HttpFunction, response: ServerResponse): void {
  serving.log('error', 'host', `Function "${name}" ran longer than functionTimeout.`);
  if (response.headersSent) response.destroy();
  else answer(response, 500);
}

/** Without `enableHttpStream` a body travels whole, and one without a length arrives empty. */
async function readBody(message: IncomingMessage): Promise<Buffer[]> {
  if (message.headers['content-length'] === undefined) return [];
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return chunks;
}

function hasKey(keys: ReadonlySet<string>, message: IncomingMessage): boolean {
  const header = message.headers['x-functions-key'];
  if (header !== undefined) return keys.has(String(header));
  const [, query = ''] = (message.url ?? '').split('?');
  return keys.has(new URLSearchParams(query).get('code') ?? '');
}

function refuseBody(response: ServerResponse): void {
  response.setHeader('connection', 'close');
  answer(response, 413);
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, status === 204 ? {} : { 'content-length': 0 }).end();
}

/** Records the request once: with its body when that has been read, at the latest when the exchange is over. */
function recorder(
  control: Control | undefined,
  message: IncomingMessage,
): ((body: Buffer) => void) | undefined {
  if (!control) return undefined;
  let recorded = false;
  return (body) => {
    if (recorded) return;
    recorded = true;
    control.record(message.method ?? 'GET', message.url ?? '/', message.headers, body);
  };
}
