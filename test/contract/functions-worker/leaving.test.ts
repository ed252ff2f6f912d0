import type { RecordedRequest } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { FunctionApp, memoryOf, STREAM, WHOLE } from './function-app.ts';

/** A pause far longer than stopping the model takes after its caller has left, on the busiest machine too. */
const PAUSE_IN_MS = 60_000;
const MEBIBYTE = 1024 * 1024;

let app: FunctionApp;
beforeAll(async () => {
  app = await FunctionApp.open();
});
afterAll(() => app.close());

beforeEach(async () => {
  await app.chain.control('vertex-ai', 'DELETE', 'faults');
  await app.chain.control('vertex-ai', 'DELETE', 'requests');
  await app.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: PAUSE_IN_MS });
});

/** The one request at Vertex AI, when it satisfies the condition. */
async function atVertex(holds: (request: RecordedRequest | undefined) => boolean): Promise<number> {
  for (;;) {
    const [request] = await app.chain.requests('vertex-ai');
    if (holds(request)) return performance.now();
  }
}

test('a stream that its caller leaves stops at Vertex AI at once, and is on record with what was sent', async () => {
  const { requestId, response, leave } = await app.call(STREAM);
  const first = await new Promise<Buffer>((resolve) => response.once('data', resolve));
  const leftAt = performance.now();
  leave();
  const stoppedAt = await atVertex((request) => request?.ended !== undefined);
  expect(stoppedAt - leftAt).toBeLessThan(PAUSE_IN_MS);
  expect(await app.chain.requests('vertex-ai')).toMatchObject([{ ended: 'dropped' }]);
  const record = await app.record(requestId);
  expect(record).toMatchObject({ outcome: 'aborted', code: 'CALLER_GONE', status: '200' });
  expect(record.responseBytes).toBe(first.length);
});

test('an answer that its caller does not wait for stops at Vertex AI at once, and is on record without a byte', async () => {
  await app.chain.inject('vertex-ai', { delayInMs: PAUSE_IN_MS });
  const { requestId, leave } = app.start(WHOLE);
  await atVertex((request) => request !== undefined);
  const leftAt = performance.now();
  leave();
  const stoppedAt = await atVertex((request) => request?.ended !== undefined);
  expect(stoppedAt - leftAt).toBeLessThan(PAUSE_IN_MS);
  expect(await app.chain.requests('vertex-ai')).toMatchObject([{ ended: 'dropped' }]);
  expect(await app.record(requestId)).toMatchObject({
    outcome: 'aborted',
    code: 'CALLER_GONE',
    responseBytes: 0,
  });
});

test('a caller who leaves while it sends a body without a length is on record', async () => {
  const { requestId, leave } = app.start(WHOLE, {
    headers: { 'transfer-encoding': 'chunked' },
    isOpen: true,
  });
  // A call that began later has been answered, so the host has this one.
  await (await app.call(WHOLE)).text();
  await app.chain.control('vertex-ai', 'DELETE', 'requests');
  leave();
  expect(await app.record(requestId)).toMatchObject({ outcome: 'aborted', code: 'CALLER_GONE' });
  expect(await app.chain.requests('vertex-ai')).toEqual([]);
});

/** An answer of 96 MB that is passed on as it arrives. */
function longStream(): { status: number; headers: Record<string, string>; body: string } {
  const part = `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ text: 'a'.repeat(16_000) }] } }] })}\n\n`;
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: part.repeat(6_000) };
}

test('a stream whose caller reads slowly is held back, and memory stays flat', async () => {
  await app.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 0 });
  // A first stream loads and compiles code, which must not count.
  await (await app.call(STREAM)).text();
  const processId = await app.processId();
  await app.chain.control('vertex-ai', 'DELETE', 'requests');
  await app.chain.inject('vertex-ai', longStream());
  const { requestId, response, leave } = await app.call(STREAM);
  const before = memoryOf(processId);
  let read = 0;
  const readSlowly = async (steps: number): Promise<number> => {
    for (let step = 0; step < steps; step += 1) {
      const part = (response.read(1024) ?? Buffer.alloc(0)) as Buffer;
      read += part.length;
      await new Promise((resume) => setTimeout(resume, 100));
    }
    return memoryOf(processId);
  };
  // The buffers fill, a part of them with what the process does besides; then nothing more is held.
  let held = before;
  for (let now = await readSlowly(5); now - held >= MEBIBYTE; now = await readSlowly(5)) held = now;
  expect(held - before).toBeLessThan(48 * MEBIBYTE);
  expect((await readSlowly(20)) - held).toBeLessThan(4 * MEBIBYTE);
  expect(read).toBeGreaterThan(1024);
  leave();
  const record = await app.record(requestId);
  expect(record).toMatchObject({ outcome: 'aborted' });
  // The system's buffers of the connections to the caller hold many megabytes.
  expect(record.responseBytes).toBeLessThan(48 * MEBIBYTE);
});

test('a whole answer whose caller leaves in its midst is aborted', async () => {
  await app.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 0 });
  const candidates = [{ content: { role: 'model', parts: [{ text: 'a'.repeat(30 * MEBIBYTE) }] } }];
  await app.chain.inject('vertex-ai', { status: 200, body: { candidates } });
  const { requestId, leave } = await app.call(WHOLE);
  leave();
  expect(await app.record(requestId)).toMatchObject({ outcome: 'aborted', code: 'CALLER_GONE' });
});

test('the place of a stream is free again when its caller has left', async () => {
  // A caller without a token calls as the APIM subscription.
  const sandbox = {
    'x-gateway-identity-provider': 'subscription-key',
    'x-gateway-tenant-id': '',
    'x-gateway-object-id': 'contract-streams',
    'x-gateway-application-id': '',
    'x-gateway-delegated': 'false',
    'x-gateway-roles': 'Sandbox.Use',
    'x-gateway-product-id': 'sandbox',
    'x-gateway-subscription-id': 'contract-streams',
  };
  for (let round = 0; round < 3; round += 1) {
    const streams = await Promise.all(
      Array.from({ length: 10 }, () => app.call(STREAM, { headers: sandbox })),
    );
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect((await app.call(STREAM, { headers: sandbox })).status).toBe(429);
    for (const { leave } of streams) leave();
    await Promise.all(streams.map(({ requestId }) => app.record(requestId)));
  }
});
