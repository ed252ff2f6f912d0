import { createServer, Agent, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { forward } from '../../src/functions-host/forward.ts';

const running: Server[] = [];

afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener).listen(0, '127.0.0.1');
  running.push(server);
  await new Promise((listening) => server.once('listening', listening));
  return (server.address() as AddressInfo).port;
}

test('a connection takes its next request when a worker answers before it has read a body', async () => {
  const workerPort = await serve((message, response) => {
    message.pause();
    response.writeHead(413, { 'content-length': 3 }).end('big');
  });
  const port = await serve((message, response) => {
    void forward({
      message,
      response,
      port: workerPort,
      target: '/',
      host: 'localhost',
      invocationId: 'one',
      traceParent: 'none',
      body: undefined,
      activityTimeoutInMs: 60_000,
      whenRead: () => undefined,
    });
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  for (let call = 0; call < 3; call += 1) {
    const sent = request({ agent, port, host: '127.0.0.1', method: 'POST' });
    sent.end(Buffer.alloc(30_000_000));
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.once('error', reject);
    });
    ports.add(answer.socket.localPort);
    expect([answer.statusCode, await text(answer)]).toEqual([413, 'big']);
  }
  agent.destroy();
  expect(ports.size).toBe(1);
});
