import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkAccess } from './check-access.ts';
import { generate, generateStream } from './generate.ts';
import { CANONICAL_CODES, errorBody, GoogleError } from './google-error.ts';
import { predict } from './predict.ts';
import { type GenerateRequest, readGenerateRequest } from './read-generate-request.ts';
import { readMessage } from './read-message.ts';
import { checkPredictSize, parseBody } from './request-body.ts';
import { checkRoute, readRoute, type Route } from './rest-route.ts';
import { checkPublisherModel, findEndpoint } from './sample-resources.ts';
import type { Served } from './served.ts';
import { writeStream } from './write-stream.ts';

const CHALLENGE = 'Bearer realm="https://accounts.google.com/", error="invalid_token"';
const NOT_FOUND_PAGE =
  '<!DOCTYPE html>\n<title>Error 404 (Not Found)!!1</title>\n<p><b>404.</b> That’s an error.\n';

/** Answers one REST call whose body has been read. */
export async function serveRest(
  served: Served,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const route = readRoute(request.method ?? '', request.url ?? '/');
  if (!route) {
    // Google's front end answers with a page, not with an error body, where no method has such a path.
    response.writeHead(404, { 'content-type': 'text/html; charset=UTF-8' }).end(NOT_FOUND_PAGE);
    return;
  }
  const streamed = route.operation === 'streamGenerateContent';
  const framing = route.query.get('alt') === 'sse' ? 'sse' : 'json';
  try {
    checkAccess(request.headers.authorization, route.method, served.checkAccessToken);
    checkRoute(route);
    if (streamed) {
      const elements = generateStream(route.id, readGenerate(served, route, body), served.now());
      await writeStream(response, framing, elements, served.pauseInMs());
    } else writeJson(response, 200, answer(served, route, body));
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    if (error.code === 'UNAUTHENTICATED') response.setHeader('www-authenticate', CHALLENGE);
    // A stream of JSON is a list, so its error is the list's one element.
    const failure = streamed && framing === 'json' ? [errorBody(error)] : errorBody(error);
    writeJson(response, CANONICAL_CODES[error.code].http, failure);
  }
}

function answer(served: Served, route: Route, body: Buffer): unknown {
  if (route.operation === 'predict') {
    const deployedModel = findEndpoint(route.name);
    checkPredictSize(body.length);
    const { instances = [] } = readMessage(served.protos.predictRequest, parseBody(body));
    return predict(served.iris, deployedModel, instances as readonly unknown[]);
  }
  return generate(route.id, readGenerate(served, route, body), served.now());
}

function readGenerate(served: Served, route: Route, body: Buffer): GenerateRequest {
  checkPublisherModel(route);
  return readGenerateRequest(
    readMessage(served.protos.generateContentRequest[route.version], parseBody(body)),
  );
}

function writeJson(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=UTF-8' })
    .end(`${JSON.stringify(body, null, 2)}\n`);
}
