import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expectAllOnRecordWithoutTokens } from './expect-failure.ts';
import { modelPath } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

jest.setTimeout(60_000);

const CALL_TIMEOUT_IN_MS = 1500;
const BODY = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] });
/** Long enough for the caller to do something between two chunks. */
const LONG_PAUSE = { pauseInMs: 400 };
const USUAL_PAUSE = { pauseInMs: 2 };

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
  await observed.chain.restartFunctionApp({ CALL_TIMEOUT_IN_MS: String(CALL_TIMEOUT_IN_MS) });
});

afterAll(() => observed.stop());

afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));
afterEach(() => setPause(USUAL_PAUSE));

function setPause(pause: { pauseInMs: number }): Promise<unknown> {
  return observed.chain.control('vertex-ai', 'POST', 'pause', pause);
}

function stream(verb: 'streamGenerateContent' | 'streamGenerateContent?alt=sse'): Promise<Answer> {
  return observed.call({ application: 'assistants-app', path: modelPath(verb), body: BODY });
}

function eventsOf({ text }: Answer): unknown[] {
  return text
    .split(/\r?\n\r?\n/)
    .filter((event) => event !== '')
    .map((event) => JSON.parse(event.replace(/^data: /, '')) as unknown);
}

/** An error in place of the rest of a stream. */
function streamError(status: number, canonical: string, code: string, message: string): unknown {
  return {
    error: {
      code: status,
      status: canonical,
      message: expect.stringContaining(message) as string,
      details: [
        expect.objectContaining({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code }),
      ],
    },
  };
}

const CANDIDATES = expect.objectContaining({ candidates: expect.any(Array) as unknown[] }) as unknown;
const BROKEN = streamError(
  502,
  'UNAVAILABLE',
  'VERTEX_STREAM_BROKEN',
  'Vertex AI broke the stream off before its end.',
);
const TIMED_OUT = streamError(
  504,
  'DEADLINE_EXCEEDED',
  'VERTEX_TIMEOUT',
  'Vertex AI did not answer completely within 1.5 s',
);

test('a stream of events that breaks keeps its whole events and ends with an error that clients see', async () => {
  await observed.chain.inject('vertex-ai', { abortAfterChunks: 2 });

  const answer = await stream('streamGenerateContent?alt=sse');

  expect(answer.status).toBe(200);
  expect(eventsOf(answer)).toEqual([CANDIDATES, CANDIDATES, BROKEN]);
  observed.whenRecorded(answer, {
    outcome: 'interrupted',
    code: 'VERTEX_STREAM_BROKEN',
    status: '200',
    modelVersion: 'gemini-2.5-flash',
    responseBytes: expect.any(Number) as number,
  });
});

test('a stream of an array that breaks stays JSON, its last element the error', async () => {
  await observed.chain.inject('vertex-ai', { abortAfterChunks: 2 });

  const answer = await stream('streamGenerateContent');

  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toEqual([CANDIDATES, CANDIDATES, BROKEN]);
  observed.whenRecorded(answer, { outcome: 'interrupted', code: 'VERTEX_STREAM_BROKEN', status: '200' });
});

test.each(['streamGenerateContent?alt=sse', 'streamGenerateContent'] as const)(
  'a stream that outlives the time limit ends with an error in its own framing: %s',
  async (verb) => {
    await setPause(LONG_PAUSE);

    const answer = await stream(verb);

    expect(answer.status).toBe(200);
    const parts = verb.endsWith('sse') ? eventsOf(answer) : (JSON.parse(answer.text) as unknown[]);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.slice(0, -1)).toEqual(parts.slice(0, -1).map(() => CANDIDATES));
    expect(parts.at(-1)).toEqual(TIMED_OUT);
    observed.whenRecorded(answer, { outcome: 'interrupted', code: 'VERTEX_TIMEOUT', status: '200' });
  },
);

test('each call has one audit record, and no token has got anywhere', () =>
  expectAllOnRecordWithoutTokens(observed));

test('a caller that goes away ends the call at Vertex AI, on record', async () => {
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  await setPause(LONG_PAUSE);
  const { gatewayUrl, applications } = observed.chain.environment;
  const outgoing = request(`${gatewayUrl}${modelPath('streamGenerateContent?alt=sse')}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await observed.chain.token('assistants-app')}`,
      'ocp-apim-subscription-key': applications['assistants-app']?.subscriptionKey,
      'content-type': 'application/json',
    },
  });
  outgoing.end(BODY);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  await once(incoming, 'data');
  outgoing.destroy();

  const requestId = String(incoming.headers['x-request-id']);
  const records = await observed.chain.auditRecords(({ auditId }) => auditId === requestId);
  expect(records).toMatchObject([{ outcome: 'aborted', code: 'CALLER_GONE', status: '200' }]);
  // Well before the stream would have ended by itself or by its time limit.
  expect(records[0]?.durationInMs).toBeLessThan(CALL_TIMEOUT_IN_MS);
  expect(await observed.chain.requests('vertex-ai')).toMatchObject([{ ended: 'dropped' }]);
});
