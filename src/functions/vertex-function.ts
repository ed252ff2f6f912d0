import { app, type HttpMethod, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { vertexDialect } from '../dialects/vertex-dialect.ts';
import type { Call } from '../prediction/interfaces.ts';
import type { Predict } from '../prediction/predict.ts';
import { HttpReply } from './http-reply.ts';
import { readBody } from './read-body.ts';

const ROOT = '/vertex/';
/** Every method, so that a wrong one gets an error that its client understands, on record like any other call. */
const METHODS: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** The native Vertex AI surface. API Management's token is verified inside, so the host asks for no key. */
export function registerVertexFunction(predict: Predict): void {
  app.http('vertex', {
    route: 'vertex/{*resource}',
    methods: METHODS,
    authLevel: 'anonymous',
    handler: (request) => serve(predict, request),
  });
}

/** Never throws: in streaming mode a throwing handler would leave its caller waiting for minutes. */
function serve(predict: Predict, request: HttpRequest): Promise<HttpResponseInit> {
  const reply = new HttpReply();
  const call: Call = {
    dialect: vertexDialect,
    method: request.method,
    path: pathBelowRoot(request.url),
    query: request.query,
    header: (name) => request.headers.get(name),
    readBody: (maximumBytes) => readBody(request, maximumBytes),
  };
  void predict(call, reply);
  return reply.response;
}

/** The undecoded path; the route's parameter has been decoded by the host and can't tell `%2F` from `/` reliably. */
function pathBelowRoot(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  const path = url.slice(start).split(/[?#]/, 1)[0] ?? '';
  return path.slice(ROOT.length);
}
