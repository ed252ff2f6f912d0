import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const CHUNKS = 5;
export const PAUSE_IN_MS = 20;

const ANSWER = JSON.stringify({ candidates: [], usageMetadata: { totalTokenCount: 0 } });

/** Starts a backend that answers the edge like the function app, from memory. Streams pause before every further chunk. */
export async function startEdgeBackend(): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const requestId = String(request.headers['x-gateway-request-id'] ?? 'none');
      if (!request.url?.includes(':stream')) {
        const headers = { 'content-type': 'application/json', 'x-request-id': requestId };
        response.writeHead(200, { ...headers, 'content-length': ANSWER.length }).end(ANSWER);
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': requestId });
      let left = CHUNKS;
      const send = (): void => {
        response.write(`data: ${ANSWER}\n\n`);
        left -= 1;
        if (left === 0) response.end();
        else setTimeout(send, PAUSE_IN_MS);
      };
      send();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
