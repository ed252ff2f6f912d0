import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { request } from 'node:http';
import type { RequestTelemetry } from '@vertex-ai-gateway/apim-emulator/engine/request-telemetry';
import { readStream } from './read-stream.ts';
import { PREDICT, SANDBOX_KEY, startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

// A test whose stream is held back would wait forever, so it gives up after this time.
jest.setTimeout(20_000);

/** A function app whose answer the test writes, chunk by chunk. */
interface WrittenAnswer {
  readonly edge: Edge;
  /** Resolves with the answer to write when the call has arrived. */
  readonly answer: Promise<ServerResponse>;
}

let started: WrittenAnswer;

beforeEach(async () => {
  const arrived = Promise.withResolvers<ServerResponse>();
  const edge = await startEdge({}, (incoming, response) => {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'x-request-id': String(incoming.headers['x-gateway-request-id']),
    });
    response.flushHeaders();
    arrived.resolve(response);
  });
  started = { edge, answer: arrived.promise };
});

afterEach(() => started.edge.close());

const headers = { 'x-goog-api-key': SANDBOX_KEY };
const CARRIERS: [string, OutgoingHttpHeaders][] = [
  ['x-goog-api-key', headers],
  ['the bearer', { authorization: `Bearer ${SANDBOX_KEY}` }],
];

test.each(CARRIERS)('the key in %s: a chunk arrives before the next is sent', async (_, carrier) => {
  const reading = readStream(started.edge.port, carrier, (count) => {
    void started.answer.then((answer) => {
      if (count < 4) answer.write(`data: ${count}\n\n`);
      else answer.end();
    });
  });
  (await started.answer).write('data: 0\n\n');
  const chunks = await reading;
  expect(chunks).toEqual(['data: 0\n\n', 'data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']);
  expect(started.edge.traces).toEqual([]);
});

test('a caller that leaves in mid-stream is gone for the function app too, which records it', async () => {
  const outgoing = request({ port: started.edge.port, path: PREDICT, method: 'POST', headers });
  outgoing.on('error', () => undefined);
  outgoing.on('response', (response) => {
    response.on('error', () => undefined);
    response.once('data', () => outgoing.destroy());
  });
  outgoing.end('{}');
  const answer = await started.answer;
  const left = new Promise((resolve) => answer.once('close', resolve));
  answer.write('data: 0\n\n');
  await left;
  expect(started.edge.traces).toEqual([]);
});

test('a stream that breaks is broken for the caller', async () => {
  const ended = new Promise((resolve) => {
    const outgoing = request({ port: started.edge.port, path: PREDICT, method: 'POST', headers });
    outgoing.on('response', (response) => {
      response.once('data', () => void started.answer.then((answer) => answer.destroy()));
      response.on('end', () => resolve('whole'));
      response.on('error', () => resolve('broken'));
    });
    outgoing.end('{}');
  });
  (await started.answer).write('data: 0\n\n');
  expect(await ended).toBe('broken');
});

test('a caller that leaves before there is an answer leaves one record of each of the two requests', async () => {
  const arrived = Promise.withResolvers<ServerResponse>();
  const requests: RequestTelemetry[] = [];
  const edge = await startEdge({ emitRequests: (rows) => requests.push(...rows) }, (_request, response) =>
    arrived.resolve(response),
  );
  try {
    const outgoing = request({ port: edge.port, path: PREDICT, method: 'POST', headers });
    outgoing.on('error', () => undefined);
    outgoing.end('{}');
    const answer = await arrived.promise;
    const left = new Promise((resolve) => answer.once('close', resolve));
    outgoing.destroy();
    await left;
    while (requests.length < 2) await new Promise((resume) => setImmediate(resume));
    const counted = requests.map(({ properties }) => properties['Request Id']);
    const recorded = edge.traces.map(({ metadata }) => metadata.requestId);
    expect(recorded.toSorted()).toEqual(counted.toSorted());
    expect(edge.traces.map(({ metadata }) => metadata.outcome)).toEqual(['aborted', 'aborted']);
  } finally {
    await edge.close();
  }
});

test('a body larger than the edge keeps in memory is sent on twice', async () => {
  const piece = Buffer.alloc(1024 * 1024, 'x');
  const outgoing = request({ port: started.edge.port, path: PREDICT, method: 'POST', headers });
  const status = new Promise((resolve, reject) => {
    outgoing.on('response', (response) => resolve(response.statusCode));
    outgoing.on('error', reject);
  });
  for (let sent = 0; sent < 12; sent += 1) outgoing.write(piece);
  outgoing.end();
  (await started.answer).end();
  expect(await status).toBe(200);
  expect(started.edge.functionApp.received[0]?.body.length).toBe(12 * piece.length);
});
