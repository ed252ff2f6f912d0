import { app, type HttpMethod, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import type { Call, ErrorDialect, Reply } from '../prediction/interfaces.ts';
import { HttpReply } from './http-reply.ts';
import { readBody } from './read-body.ts';

/** Every method, so that a wrong one gets an error that its client understands, on record like any other call. */
const METHODS: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

type Serve<Spoken extends ErrorDialect> = (call: Call<Spoken>, reply: Reply) => Promise<void>;

/**
 * Serves every path below `/{name of the dialect}/` with one use case. API Management's token is verified inside, so the
 * host asks for no key.
 */
export function registerSurface<Spoken extends ErrorDialect>(dialect: Spoken, serve: Serve<Spoken>): void {
  app.http(dialect.name, {
    route: `${dialect.name}/{*resource}`,
    methods: METHODS,
    authLevel: 'anonymous',
    handler: (request) => handle(request, dialect, serve),
  });
}

/** Never throws: in streaming mode a throwing handler would leave its caller waiting for minutes. */
function handle<Spoken extends ErrorDialect>(
  request: HttpRequest,
  dialect: Spoken,
  serve: Serve<Spoken>,
): Promise<HttpResponseInit> {
  const reply = new HttpReply();
  const call: Call<Spoken> = {
    dialect,
    method: request.method,
    path: pathBelow(`/${dialect.name}/`, request.url),
    query: request.query,
    header: (name) => request.headers.get(name),
    readBody: (maximumBytes) => readBody(request, maximumBytes),
  };
  void serve(call, reply);
  return reply.response;
}

/** The undecoded path; the route's parameter has been decoded by the host and can't tell `%2F` from `/` reliably. */
function pathBelow(root: string, url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  const path = url.slice(start).split(/[?#]/, 1)[0] ?? '';
  return path.slice(root.length);
}
