import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watchLibraryServer } from '../../../src/functions/http-reply.ts';

/** The time after which .NET's proxy closes an idle connection. */
const HOST_LETS_GO_AFTER_IN_MS = 60_000;

async function keepAliveAfterRequest(headers: Record<string, string>): Promise<number> {
  const server: Server = createServer((_, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers });
  server.closeAllConnections();
  server.close();
  return server.keepAliveTimeout;
}

beforeAll(watchLibraryServer);

it('keeps the idle connections of the library’s server longer than the host does', async () => {
  const keepAliveInMs = await keepAliveAfterRequest({ 'x-ms-invocation-id': 'one' });

  expect(keepAliveInMs).toBeGreaterThan(HOST_LETS_GO_AFTER_IN_MS);
});

it('leaves servers alone that are not the library’s', async () => {
  expect(await keepAliveAfterRequest({})).toBeLessThan(HOST_LETS_GO_AFTER_IN_MS);
});
