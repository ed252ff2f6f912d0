import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import type { VerificationReport } from '@vertex-ai-gateway/audit-ledger/verification';
import { setTimeout as pause } from 'node:timers/promises';
import { AuditedChain, CALLS } from './audited-chain.ts';
import { modelPath } from './gateway-paths.ts';

const CALLERS = 300;
/** From before anything is read to well after an answer has begun. */
const LATEST_LEAVE_IN_MS = 120;
const MOST_LOOKS = 12;
const HELD_UP_IN_MS = 200_000;
const LOOK_INTERVAL_IN_MS = 20;

let audited: AuditedChain;
beforeAll(async () => {
  audited = await AuditedChain.start();
});
afterAll(() => audited.stop());

/** A call, with the name of the header that its key is in. */
interface LeftCall {
  readonly application: string;
  readonly path: string;
  readonly body: string;
  readonly keyHeader?: string;
}

/** A request as it goes over the connection. */
async function requestOf(
  { application, path, body, keyHeader = 'Ocp-Apim-Subscription-Key' }: LeftCall,
  isChunked = false,
): Promise<{ head: string; body: string }> {
  const { environment } = audited.observed.chain;
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(environment.gatewayUrl).host}`,
    `Authorization: Bearer ${await audited.observed.chain.token(application)}`,
    `${keyHeader}: ${audited.observed.keyOf(application)}`,
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`,
  ];
  return {
    head: `${lines.join('\r\n')}\r\n\r\n`,
    body: isChunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body,
  };
}

/** Sends bytes to the gateway, and leaves the connection open. */
async function sendBytes(bytes: string): Promise<Socket> {
  const { port, hostname } = new URL(audited.observed.chain.environment.gatewayUrl);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  await new Promise((written) => socket.write(bytes, written));
  return socket;
}

/** Sends as much as it is to, and leaves some time later, with a reset or without. */
async function leave(bytes: string, afterInMs: number, withReset: boolean): Promise<void> {
  const socket = await sendBytes(bytes);
  await new Promise((resume) => setTimeout(resume, afterInMs));
  if (withReset) socket.resetAndDestroy();
  else socket.destroy();
}

/** The report when nothing is on its way any more, or after some looks as it is then. */
async function whenSettled(): Promise<VerificationReport> {
  for (let look = 1; ; look += 1) {
    await audited.observed.chain.runTimer('audit-sweep');
    const report = await audited.verify();
    const { isIntact, open, unshipped, requests, recordedRequests } = report;
    if ((isIntact && open + unshipped === 0 && requests === recordedRequests) || look === MOST_LOOKS)
      return report;
  }
}

/** All at about the same time, each in another moment of its call. */
async function callAndLeave(): Promise<void> {
  const kinds = Object.keys(CALLS) as (keyof typeof CALLS)[];
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, index) => {
      const { head, body } = await requestOf(CALLS[kinds[index % kinds.length] ?? 'strict'], index % 5 === 0);
      // Every seventh leaves in the midst of its body.
      const sent = head + (index % 7 === 0 ? body.slice(0, 20) : body);
      await leave(sent, (index * LATEST_LEAVE_IN_MS) / CALLERS, index % 2 === 0);
    }),
  );
}

test('each request that the edge counts is on record once, whenever its caller leaves', async () => {
  await callAndLeave();
  const report = await whenSettled();
  expect(report).toMatchObject({ findings: [], isIntact: true, open: 0, unshipped: 0 });
  expect(report.requests).toBe(report.recordedRequests);
  expect(report.requests).toBeGreaterThan(CALLERS / 2);
  const records = await audited.observed.chain.auditRecords();
  const failed = records.filter(({ outcome }) => outcome === 'failed' || outcome === 'denied');
  expect(failed).toEqual([]);
  expectOneOfEach(records);
});

test('whoever comes after them is served', async () => {
  const [answer] = await audited.call('standard');
  expect(answer?.status).toBe(200);
  expect(await whenSettled()).toMatchObject({ findings: [] });
});

test('callers who leave while the worker starts hold nobody up, and are on record once', async () => {
  const [instance] = (await audited.observed.chain.control('functions-host', 'GET', 'instances')) as {
    processId: number;
  }[];
  process.kill(instance?.processId ?? 0, 'SIGKILL');
  const startedAt = performance.now();
  await callAndLeave();
  const [answer] = await audited.call('standard');
  expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('candidates') as string });
  const report = await whenSettled();
  expect(report).toMatchObject({ findings: [], isIntact: true, open: 0 });
  expect(report.requests).toBe(report.recordedRequests);
  // A call that waited for one who is gone would last until nothing had happened for four minutes.
  expect(performance.now() - startedAt).toBeLessThan(HELD_UP_IN_MS);
});

const CHAT = JSON.stringify({
  model: 'google/gemini-3.5-flash',
  messages: [{ role: 'user', content: 'Say something about irises.' }],
});
const MESSAGE = JSON.stringify({
  model: 'claude-haiku-4-5',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Say something about irises.' }],
});
const TOOL_CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: {
    name: 'predict',
    arguments: {
      version: 'v1',
      project: 'sample-project',
      location: 'us-central1',
      endpoint: '1234567890',
      instances: [[5.1, 3.5, 1.4, 0.2]],
    },
  },
});

const WITH_RESET = (socket: Socket): unknown => socket.resetAndDestroy();
const BY_CLOSING = (socket: Socket): unknown => socket.destroy();
/** The client ends its own direction, as one does whose process ends, and reads on. */
const BY_ENDING = (socket: Socket): unknown => socket.end();

const GENERATE = modelPath('generateContent', { location: 'eu' });
const STRICT_GENERATE = modelPath('generateContent');

test.each<[string, LeftCall, (socket: Socket) => unknown]>([
  ['over gRPC with a reset', CALLS.strict, WITH_RESET],
  ['over gRPC by closing its connection', CALLS.strict, BY_CLOSING],
  ['over REST with a reset', { ...CALLS.standard, path: GENERATE }, WITH_RESET],
  ['over REST by closing its connection', { ...CALLS.standard, path: GENERATE }, BY_CLOSING],
  ['over REST by ending what it sends', { ...CALLS.standard, path: GENERATE }, BY_ENDING],
  ['that is strict', { ...CALLS.strictStream, path: STRICT_GENERATE }, BY_ENDING],
  [
    'of OpenAI’s clients',
    { application: 'assistants-app', path: '/openai/v1/chat/completions', body: CHAT },
    BY_CLOSING,
  ],
  [
    'of Anthropic’s clients',
    { application: 'assistants-app', path: '/anthropic/v1/messages', body: MESSAGE },
    WITH_RESET,
  ],
  ['with its key under another name', { ...CALLS.standard, keyHeader: 'x-goog-api-key' }, BY_CLOSING],
])('a caller who leaves a whole call %s ends it at Vertex AI, and is on record at once', (_, call, leaveBy) =>
  expectGone(call, leaveBy),
);

test('of all of them nothing is missing, and nothing is open', async () => {
  const report = await whenSettled();
  expect(report).toMatchObject({ findings: [], isIntact: true, open: 0, unshipped: 0 });
  expect(report.requests).toBe(report.recordedRequests);
});

test('a caller who leaves the call of an agent’s tool ends it at Vertex AI, and is on record at once', async () => {
  await expectGone({ application: 'scoring-app', path: '/agents/mcp', body: TOOL_CALL }, BY_CLOSING);
  expect(await audited.verify()).toMatchObject({ findings: [] });
});

/** Makes a call that Vertex AI does not answer, leaves it, and expects both to end at once. */
async function expectGone(call: LeftCall, leaveBy: (socket: Socket) => unknown): Promise<void> {
  const { chain } = audited.observed;
  const known = new Set((await chain.auditRecords(() => true, 0)).map(({ requestId }) => requestId));
  await chain.inject('vertex-ai', { hang: true });
  await chain.control('vertex-ai', 'DELETE', 'requests');
  const { head, body } = await requestOf(call);
  const socket = await sendBytes(head + body);
  while ((await chain.requests('vertex-ai')).length === 0) await pause(LOOK_INTERVAL_IN_MS);
  leaveBy(socket);
  const isNew = ({ requestId, recordedBy }: AuditRecord): boolean =>
    recordedBy !== 'edge' && !known.has(requestId);
  // The limit of a call is far longer than a record is waited for.
  const records = await chain.auditRecords(isNew);
  expect(records).toMatchObject([
    { outcome: 'aborted', code: 'CALLER_GONE', status: '499', responseBytes: 0 },
  ]);
  expect(await chain.requests('vertex-ai')).toMatchObject([{ ended: 'dropped' }]);
}

/** At most one of either recorder, but for the corrections of the function app. */
function expectOneOfEach(records: readonly AuditRecord[]): void {
  const names = records.map(
    ({ requestId, recordedBy = 'app', revision = 0 }) =>
      `${String(requestId)} ${String(recordedBy)} ${String(revision)}`,
  );
  expect(new Set(names).size).toBe(names.length);
}
