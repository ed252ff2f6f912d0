import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Exchange, takeExchange, watchLibraryServer } from '../../../src/functions/http-reply.ts';

/** The time after which .NET's proxy closes an idle connection. */
const HOST_LETS_GO_AFTER_IN_MS = 60_000;

/** Sends a request of an invocation; `during` runs while it is served, with the exchange that the invocation has. */
async function exchangeOf(
  invocationId: string,
  during: (exchange: Exchange | undefined, leave: () => void) => void,
): Promise<Exchange | undefined> {
  const leaving = new AbortController();
  const taken = Promise.withResolvers<Exchange | undefined>();
  const server = createServer(() => {
    const exchange = takeExchange(invocationId);
    during(exchange, () => leaving.abort());
    taken.resolve(exchange);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const answered = fetch(url, { headers: { 'x-ms-invocation-id': invocationId }, signal: leaving.signal });
  await answered.then((response) => response.text()).catch(() => undefined);
  const exchange = await taken.promise;
  await exchange?.closed;
  server.closeAllConnections();
  server.close();
  return exchange;
}

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

it('gives the exchange of an invocation, once', async () => {
  const exchange = await exchangeOf('two', (taken) => taken?.response.end('whole'));

  expect(exchange?.request.headers['x-ms-invocation-id']).toBe('two');
  expect(takeExchange('two')).toBeUndefined();
});

it('gives no exchange of an invocation that did not come over the server', () => {
  expect(takeExchange('never')).toBeUndefined();
});

it('tells that a response was sent whole', async () => {
  const exchange = await exchangeOf('three', (taken) => taken?.response.end('whole'));

  expect(await exchange?.closed).toBe(true);
});

it('tells that a client left before its response was whole', async () => {
  const exchange = await exchangeOf('four', (taken, leave) => {
    taken?.response.write('half');
    leave();
  });

  expect(await exchange?.closed).toBe(false);
});

it('lets the library write to a client who has left', async () => {
  const exchange = await exchangeOf('five', (taken, leave) => {
    taken?.response.write('half');
    leave();
  });

  expect(exchange?.response.emit('error', new Error('write after the connection closed'))).toBe(true);
});
