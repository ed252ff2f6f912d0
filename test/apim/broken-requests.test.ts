import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { RequestTelemetry } from '@vertex-ai-gateway/apim-emulator/engine/request-telemetry';
import { PREDICT, PRODUCTION_KEY, startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const MEBIBYTE = 1024 * 1024;

let edge: Edge;
const rows: RequestTelemetry[] = [];
let token: string;

beforeAll(async () => {
  edge = await startEdge({ emitRequests: (more) => rows.push(...more) });
  token = await edge.issuer.sign();
});
beforeEach(() => {
  rows.length = 0;
  edge.traces.length = 0;
});
afterAll(() => edge.close());

async function open(): Promise<Socket> {
  const socket = connect(edge.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

function head(framing: string, path = PREDICT): string {
  return [
    `POST ${path} HTTP/1.1`,
    'Host: gateway',
    `Authorization: Bearer ${token}`,
    `Ocp-Apim-Subscription-Key: ${PRODUCTION_KEY}`,
    'Content-Type: application/json',
    framing,
    '',
    '',
  ].join('\r\n');
}

const leave: Readonly<Record<string, (socket: Socket) => void>> = {
  reset: (socket) => void socket.resetAndDestroy(),
  end: (socket) => void socket.end(),
};

async function untilCounted(): Promise<void> {
  while (rows.length === 0) await new Promise((resume) => setTimeout(resume, 5));
}

test.each([
  ['the first bytes of a body with its length', 'Content-Length: 100', '{"inst'],
  ['nothing of a body with its length', 'Content-Length: 100', ''],
  ['the first chunk', 'Transfer-Encoding: chunked', '5\r\n{"ins\r\n'],
  ['half a chunk', 'Transfer-Encoding: chunked', '50\r\n{"ins'],
  ['a chunk that is none', 'Transfer-Encoding: chunked', 'zz\r\n'],
  ['more than is kept', `Content-Length: ${20 * MEBIBYTE}`, 'x'.repeat(9 * MEBIBYTE)],
])('a caller who leaves after %s is counted and on record once, as gone', async (_, framing, sent) => {
  for (const [how, go] of Object.entries(leave)) {
    rows.length = 0;
    edge.traces.length = 0;
    const socket = await open();
    await new Promise((written) => socket.write(head(framing) + sent, written));
    go(socket);
    await untilCounted();
    socket.destroy();
    expect([how, rows.map(({ properties }) => properties['Request Id'])]).toEqual([
      how,
      edge.traces.map(({ requestId }) => requestId),
    ]);
    expect(edge.traces.map(({ metadata }) => metadata)).toMatchObject([
      {
        outcome: 'aborted',
        code: 'CALLER_GONE',
        subscriptionId: 'scoring-production',
        operation: 'predict',
      },
    ]);
  }
});

test('half a head is no request', async () => {
  const socket = await open();
  await new Promise((written) => socket.write(head('Content-Length: 2').slice(0, 40), written));
  socket.resetAndDestroy();
  await edge.predict();
  await untilCounted();
  expect([rows.length, edge.traces]).toEqual([1, []]);
});

test('a caller who is not known and leaves is on record by what is wrong', async () => {
  const socket = await open();
  const unknown = head('Content-Length: 100').replace(PRODUCTION_KEY, 'nonsense');
  await new Promise((written) => socket.write(unknown, written));
  socket.resetAndDestroy();
  await untilCounted();
  expect(edge.traces).toHaveLength(1);
});
