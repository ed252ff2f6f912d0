import { Agent, type IncomingMessage, request as startRequest, type ServerResponse } from 'node:http';
import { MAXIMUM_BODY_BYTES } from './request-body.ts';

export interface Forwarded {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** Port of the library's own server. */
  readonly port: number;
  /** The request target that the worker gets. */
  readonly target: string;
  /** The `Host` of the request to the host. */
  readonly host: string;
  readonly invocationId: string;
  readonly traceParent: string;
  /** The body, when the host has read it already; undefined when the body is streamed. */
  readonly body: Buffer | undefined;
  /** The time without any activity on either side after which the request is given up. */
  readonly activityTimeoutInMs: number;
  /** Called with each part of a streamed body. */
  readonly whenRead: (part: Buffer) => void;
}

/** The headers of one connection, and those that the proxy sets itself. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'traceparent',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

const connections = new Agent({ keepAlive: true });

/**
 * Forwards a request to the library's own server and its answer back, part by part, each side at the other's pace. A
 * side that breaks off ends the other one too. It never rejects: without an answer the caller gets 502, or 504 after
 * too long a silence. An answer that breaks off is cut.
 * The behaviour is that of the host with YARP, recorded from version 2.1 on .NET 10.
 * Source: https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.Grpc/Server/DefaultHttpProxyService.cs
 */
export function forward(forwarded: Forwarded): Promise<void> {
  const { message, response, body, activityTimeoutInMs } = forwarded;
  return new Promise((resolve) => {
    const request = startRequest({
      agent: connections,
      host: '127.0.0.1',
      port: forwarded.port,
      method: message.method,
      path: forwarded.target,
      headers: headersOf(forwarded),
    });
    const end = (status: number): void => {
      request.destroy();
      if (response.headersSent) response.destroy();
      else refuse(response, status);
    };
    const silence = setTimeout(() => end(504), activityTimeoutInMs);
    response.once('close', () => {
      clearTimeout(silence);
      // A pipe whose destination has closed pauses its source for good; the rest of the body has to be read off the
      // connection.
      message.unpipe(request).resume();
      request.destroy();
      resolve();
    });
    request.on('error', () => end(502));
    request.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answeredHeaders(answer));
      answer.on('data', () => silence.refresh());
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    if (body) request.end(body);
    else sendOn(forwarded, request, () => silence.refresh(), end);
  });
}

/** Answers without a body. */
export function refuse(response: ServerResponse, status: number): void {
  // The rest of a request that is too large would have to be read before the connection's next request.
  if (status === 413 || status === 414 || status === 431) response.setHeader('connection', 'close');
  response.writeHead(status, status === 204 ? {} : { 'content-length': 0 }).end();
}

function sendOn(
  { message, whenRead }: Forwarded,
  request: NodeJS.WritableStream,
  whenActive: () => void,
  end: (status: number) => void,
): void {
  let size = 0;
  message.on('data', (part: Buffer) => {
    whenActive();
    size += part.length;
    if (size > MAXIMUM_BODY_BYTES) end(413);
    else whenRead(part);
  });
  message.pipe(request);
}

function headersOf({ message, port, host, invocationId, traceParent }: Forwarded): string[] {
  const headers = ['Host', `localhost:${port}`];
  for (const [name, values = []] of Object.entries(message.headersDistinct))
    if (!NOT_FORWARDED.has(name)) headers.push(name, values.join(', '));
  // An id that the caller sends is kept, as in the real host; the worker then waits for another one.
  if (message.headers['x-ms-invocation-id'] === undefined) headers.push('x-ms-invocation-id', invocationId);
  headers.push('traceparent', traceParent);
  headers.push('X-Forwarded-For', message.socket.remoteAddress ?? '');
  headers.push('X-Forwarded-Host', host, 'X-Forwarded-Proto', 'http');
  return headers;
}

function answeredHeaders({ rawHeaders, headers }: IncomingMessage): string[] {
  const answered = headers.server === undefined ? ['Server', 'Kestrel'] : [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!NOT_FORWARDED.has(name.toLowerCase())) answered.push(name, rawHeaders[index + 1] ?? '');
  }
  return answered;
}
