import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

/**
 * The baseline of the measurements: a reverse proxy that only forwards to Vertex AI with a fixed access token. It decides,
 * validates and records nothing. The parent forks it with `VERTEX_ORIGIN`, `VERTEX_HOST` and `ACCESS_TOKEN`; it sends its
 * parent `{ port }`.
 */
const { VERTEX_ORIGIN = '', VERTEX_HOST = '', ACCESS_TOKEN = '' } = process.env;
const upstream = new Pool(VERTEX_ORIGIN, {
  allowH2: false,
  headersTimeout: 0,
  bodyTimeout: 0,
  connect: { servername: VERTEX_HOST },
});

const server = createServer((request, response) => {
  const forwarded = {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: {
      host: VERTEX_HOST,
      authorization: `Bearer ${ACCESS_TOKEN}`,
      'content-type': request.headers['content-type'] ?? 'application/json',
      ...(request.headers['content-length'] && { 'content-length': request.headers['content-length'] }),
    },
    body: request,
  };
  upstream
    .stream(forwarded, ({ statusCode, headers }) => {
      return response.writeHead(statusCode, { 'content-type': String(headers['content-type']) });
    })
    .catch(() => response.destroy());
});

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
