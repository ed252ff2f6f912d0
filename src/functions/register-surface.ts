import type { IncomingMessage } from 'node:http';
import {
  app,
  type HttpMethod,
  type HttpRequest,
  HttpResponse,
  type HttpResponseInit,
  type InvocationContext,
} from '@azure/functions';
import type { Call } from '../prediction/call.ts';
import type { ErrorDialect } from '../prediction/dialect.ts';
import type { ReadHeader } from '../prediction/caller.ts';
import type { Reply } from '../prediction/reply.ts';
import { type BegunResponse, type Exchange, HttpReply, takeExchange } from './http-reply.ts';
import { type BodyParts, readBody, RequestParts } from './read-body.ts';

/** All methods are served, so that a call with a wrong one is on record and gets an error that its client understands. */
const METHODS: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

type Serve<Spoken extends ErrorDialect> = (call: Call<Spoken>, reply: Reply) => Promise<void>;

/**
 * Serves every path below `/{name of the dialect}/` with one use case. The use case verifies API Management's token, so the
 * host asks for no key.
 */
export function registerSurface<Spoken extends ErrorDialect>(dialect: Spoken, serve: Serve<Spoken>): void {
  app.http(dialect.name, {
    route: `${dialect.name}/{*resource}`,
    methods: METHODS,
    authLevel: 'anonymous',
    handler: (request, context) => handle(request, context, dialect, serve),
  });
}

/** Serves one request. Never throws: in streaming mode the caller of a throwing handler would wait for minutes. */
async function handle<Spoken extends ErrorDialect>(
  request: HttpRequest,
  { invocationId }: InvocationContext,
  dialect: Spoken,
  serve: Serve<Spoken>,
): Promise<HttpResponseInit | HttpResponse> {
  const exchange = takeExchange(invocationId);
  const reply = new HttpReply(exchange);
  const header: ReadHeader = (name) =>
    exchange ? readHeader(exchange.request, name) : request.headers.get(name);
  const call: Call<Spoken> = {
    dialect,
    method: request.method,
    path: pathBelow(`/${dialect.name}/`, request.url),
    query: request.query,
    header,
    readBody: (limits) => readBody(partsOf(request, exchange), header('content-length'), limits),
  };
  void serve(call, reply);
  const response = await reply.response;
  return exchange ? withoutWebStream(response, reply) : response;
}

/**
 * Returns a response whose status, headers and body the library reads as they are. For each response of its own the
 * library would make a `Response`, a `Headers` and a web stream, which nothing here needs.
 */
function withoutWebStream({ status, headers }: BegunResponse, reply: HttpReply): HttpResponse {
  return Object.create(HttpResponse.prototype, {
    status: { value: status },
    headers: { value: new Map(Object.entries(headers)) },
    cookies: { value: [] },
    body: { value: { values: () => reply } },
  }) as HttpResponse;
}

/**
 * Returns the parts of a request's body as they come from the connection. The library's own stream copies each part twice
 * more. Neither stream is cancelled when reading stops, which would cut the connection.
 */
function partsOf({ body }: HttpRequest, exchange: Exchange | undefined): BodyParts | undefined {
  if (!body) return undefined;
  return exchange ? new RequestParts(exchange.request) : (body.values({ preventCancel: true }) as BodyParts);
}

function readHeader({ headers }: IncomingMessage, name: string): string | null {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

/**
 * Returns the undecoded path below a root. The host has decoded the route's parameter, which can't tell `%2F` from `/`
 * reliably. In the URL the host decodes everything but `%2F`, whose percent sign it encodes once more. API Management takes
 * a path with a slash at its end for the same operation and forwards it, so that the slash is left out here.
 */
function pathBelow(root: string, url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  const path = url.slice(start).split(/[?#]/, 1)[0] ?? '';
  return path.slice(root.length).replace(/\/$/, '').replace(/%252F/gi, '%2F');
}
