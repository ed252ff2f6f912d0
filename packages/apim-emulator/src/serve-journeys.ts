import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerJourneys } from './answer-journeys.ts';
import type { RunningApiManagement } from './start-api-management.ts';

/**
 * Serves `GET /journeys` and `GET /journeys/{request id}?format=json|text` on 127.0.0.1; not on the gateway's own port,
 * where callers are.
 * @param port 0 picks a free one.
 * @throws the listening error, `EADDRINUSE` for a port that is taken.
 */
export async function serveJourneys(
  journeys: RunningApiManagement['journeys'],
  port: number,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [, root, requestId = '', ...rest] = pathname.split('/');
    const isKnown = request.method === 'GET' && root === 'journeys' && rest.length === 0;
    const { status, contentType, text } = isKnown
      ? answerJourneys(journeys, requestId, searchParams.get('format'))
      : USAGE;
    response.writeHead(status, { 'content-type': contentType }).end(text);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const USAGE = {
  status: 404,
  contentType: 'application/json',
  text: JSON.stringify({ error: 'There is GET /journeys and GET /journeys/{request id}?format=json|text.' }),
};
