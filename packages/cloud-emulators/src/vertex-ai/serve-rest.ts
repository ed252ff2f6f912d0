import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../control/control.ts';
import { checkAccess } from './check-access.ts';
import { checkHeaders } from './check-headers.ts';
import { checkEndpointType, hostOf, infer } from './endpoint-types.ts';
import { CANONICAL_CODES, errorBody, GoogleError } from './google-error.ts';
import { checkProject } from './project-access.ts';
import { checkLocation } from './check-location.ts';
import { checkQuery } from './read-query.ts';
import type { RestAnswer, RestCall, RestOperation } from './rest-operation.ts';
import { REST_OPERATIONS } from './rest-operations.ts';
import { matchRoute } from './rest-route.ts';
import { endpointAtHost } from './sample-endpoints.ts';
import type { VertexAiState } from './vertex-ai-state.ts';
import { writeAnswer } from './write-answer.ts';

const CHALLENGE = 'Bearer realm="https://accounts.google.com/", error="invalid_token"';
const NOT_FOUND_PAGE =
  '<!DOCTYPE html>\n<title>Error 404 (Not Found)!!1</title>\n<p><b>404.</b> That’s an error.\n';

/** Answers one REST call whose body has been read. A given fault ends the call's stream with an error. */
export async function serveRest(
  served: VertexAiState,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const match = matchRoute(REST_OPERATIONS, request.method ?? '', request.url ?? '/');
  if (!match) {
    // Google's front end answers an unknown path with a page, not with an error body.
    response.writeHead(404, { 'content-type': 'text/html; charset=UTF-8' }).end(NOT_FOUND_PAGE);
    return;
  }
  const call: RestCall = { served, route: match.route, headers: request.headers, body };
  await writeAnswer(response, await answer(match.operation, call), served.pauseInMs(), fault);
}

async function answer(operation: RestOperation, call: RestCall): Promise<RestAnswer> {
  try {
    checkHeaders(call);
    const { headers, route, served } = call;
    const principal = checkAccess(headers.authorization, route.method, served.checkAccessToken);
    checkProject(served.findRefusal, principal, route.method, route.name);
    checkQuery(operation, call);
    await enterHost(operation, call);
    return await operation.serve(call);
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    return {
      status: CANONICAL_CODES[error.code].http,
      headers: error.code === 'UNAUTHENTICATED' ? { 'www-authenticate': CHALLENGE } : {},
      json: operation.failureBody?.(error, call) ?? errorBody(error),
    };
  }
}

/** Applies the rules of the call's host and of the endpoint's type. An endpoint's own host serves nothing else. */
async function enterHost({ wantsStream }: RestOperation, call: RestCall): Promise<void> {
  const { headers, route, body, served } = call;
  const host = hostOf(headers[':authority'] ?? headers.host);
  const { project = '', location = '', endpoint } = route.params;
  checkLocation(host, route.params.location);
  if (endpoint === undefined) {
    if (endpointAtHost(host))
      throw new GoogleError('NOT_FOUND', `The host ${host} serves one endpoint alone.`);
    return;
  }
  const name = `projects/${project}/locations/${location}/endpoints/${endpoint}`;
  const method = route.method.slice(route.method.lastIndexOf('.') + 1);
  checkEndpointType({ host, name, method, bytes: body.length, wantsStream: wantsStream?.(body) ?? false });
  await infer({ host, name }, served.inference());
}
