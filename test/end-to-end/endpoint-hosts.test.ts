import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectFailure } from './expect-failure.ts';
import { PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const ENDPOINTS = '/vertex/v1/projects/sample-project/locations/us-central1/endpoints';
const SHARED = `${ENDPOINTS}/1234567890`;
const DEDICATED = `${ENDPOINTS}/6789012345`;
const PRIVATE = `${ENDPOINTS}/5678901234`;
const DEDICATED_HOST = '6789012345.us-central1-548213907654.prediction.vertexai.goog';
const PRIVATE_HOST = '5678901234-us-central1-123456789012.prediction.p.vertexai.goog';
const GOVERNANCE = join(__dirname, '../../governance');
const FLOWERS = { instances: [[5.1, 3.5, 1.4, 0.2]] };
const MESSAGES = [{ role: 'user', content: 'Hello' }];

let observed: ObservedChain;
let directory: string;

beforeAll(async () => {
  observed = await ObservedChain.start();
  directory = mkdtempSync(join(tmpdir(), 'hosts-'));
  cpSync(GOVERNANCE, directory, { recursive: true });
});

afterAll(async () => {
  await observed.stop();
  rmSync(directory, { recursive: true });
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

function call(path: string, body: unknown, application = 'scoring-app', headers = {}): Promise<Answer> {
  return observed.call({ application, path, body: JSON.stringify(body), headers });
}

async function lastRequest(): Promise<
  { path: string; headers: Readonly<Record<string, string>> } | undefined
> {
  return (await observed.chain.requests('vertex-ai')).at(-1);
}

test('predict goes to a dedicated host over gRPC, with the headers that route it', async () => {
  const answer = await call(`${DEDICATED}:predict`, FLOWERS);
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('8901234567890123456')]);
  expect(await lastRequest()).toMatchObject({
    path: '/google.cloud.aiplatform.v1.PredictionService/Predict',
    headers: {
      ':authority': DEDICATED_HOST,
      'x-vertex-ai-endpoint-id': '6789012345',
      'x-goog-request-params': expect.stringContaining('endpoints%2F6789012345') as string,
    },
  });
  observed.whenRecorded(answer, { outcome: 'answered', endpoint: '6789012345' });
});

test.each([
  ['rawPredict', `${DEDICATED}:rawPredict`, FLOWERS, 'scoring-app', DEDICATED_HOST],
  ['streamRawPredict', `${DEDICATED}:streamRawPredict`, FLOWERS, 'scoring-app', DEDICATED_HOST],
  ['rawPredict', `${PRIVATE}:rawPredict`, { messages: MESSAGES }, 'assistants-app', PRIVATE_HOST],
  ['a chat', `${PRIVATE}/chat/completions`, { messages: MESSAGES }, 'assistants-app', PRIVATE_HOST],
  [
    'a streamed chat',
    `${PRIVATE}/chat/completions`,
    { messages: MESSAGES, stream: true },
    'assistants-app',
    PRIVATE_HOST,
  ],
  [
    'a streamed chat of OpenAI’s surface',
    '/openai/v1/chat/completions',
    { model: 'text-container', messages: MESSAGES, stream: true },
    'assistants-app',
    PRIVATE_HOST,
  ],
])('%s of %s goes to the endpoint’s own host', async (_, path, body, application, host) => {
  const answer = await call(path, body, application);
  expect(answer.status).toBe(200);
  expect(await lastRequest()).toMatchObject({ headers: { host } });
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('everything else goes to Google’s shared host of the location', async () => {
  await call(PREDICT_PATH, FLOWERS);
  const { headers } = (await lastRequest()) ?? {};
  expect(headers).toMatchObject({ ':authority': 'us-central1-aiplatform.googleapis.com' });
  expect(headers).not.toHaveProperty('x-vertex-ai-endpoint-id');
});

test('no caller has a say in the host or in the headers that route a call', async () => {
  const headers = {
    'x-forwarded-host': 'evil.example.com',
    'x-vertex-ai-endpoint-id': '1',
    'x-goog-request-params': 'endpoint=evil',
    'x-goog-host': 'evil.example.com',
  };
  for (const path of [`${DEDICATED}:predict`, `${DEDICATED}:rawPredict`]) {
    expect((await call(path, FLOWERS, 'scoring-app', headers)).status).toBe(200);
    const sent = (await lastRequest())?.headers ?? {};
    expect(sent[':authority'] ?? sent.host).toBe(DEDICATED_HOST);
    expect(JSON.stringify(sent)).not.toContain('evil');
    expect([undefined, '6789012345']).toContain(sent['x-vertex-ai-endpoint-id']);
  }
});

test('an explanation names the host', async () => {
  const answer = await call('/gateway/v1/policy:explain', { method: 'POST', path: `${DEDICATED}:predict` });
  expect(JSON.parse(answer.text)).toMatchObject({ decision: 'allow', host: DEDICATED_HOST });
});

const LARGE = { instances: Array.from({ length: 100_000 }, () => [5.1, 3.5, 1.4, 0.2]) };

test.each(['predict', 'rawPredict', 'explain'])(
  'more than 1.5 MB for a shared endpoint is told as that: %s',
  async (verb) => {
    const answer = await call(`${SHARED}:${verb}`, LARGE);
    expectFailure(observed, answer, {
      status: 413,
      code: 'VERTEX_PAYLOAD_TOO_LARGE',
      canonical: 'INVALID_ARGUMENT',
      message: /larger than the 1\.5 MB that Vertex AI takes at a shared endpoint\. .*10 MB\.$/,
      retryable: false,
    });
  },
);

test('the same body is taken by a dedicated endpoint', async () => {
  expect((await call(`${DEDICATED}:rawPredict`, LARGE)).status).toBe(200);
});

test.each(['predict', 'rawPredict'])(
  'a model that takes longer than a shared endpoint waits for it is told as that: %s',
  async (verb) => {
    await observed.chain.control('vertex-ai', 'POST', 'inference', {
      durationInMs: 200,
      sharedTimeoutInMs: 100,
    });
    const answer = await call(`${SHARED}:${verb}`, FLOWERS);
    const dedicated = await call(`${DEDICATED}:${verb}`, FLOWERS);
    await observed.chain.control('vertex-ai', 'POST', 'inference', { durationInMs: 0 });
    expectFailure(observed, answer, {
      status: 504,
      code: 'VERTEX_TIMEOUT',
      canonical: 'DEADLINE_EXCEEDED',
      message: /did not answer in time; at a shared endpoint it waits 60 seconds/,
    });
    expect(dedicated.status).toBe(200);
  },
);

test('an endpoint whose host the catalog does not name is the operators’ to correct', async () => {
  await restartWith((catalog) => catalog.replaceAll(/^ +hosts: .*\n/gm, ''));
  for (const verb of ['predict', 'rawPredict']) {
    expectFailure(observed, await call(`${DEDICATED}:${verb}`, FLOWERS), {
      status: 404,
      code: 'VERTEX_NOT_FOUND',
      canonical: 'NOT_FOUND',
      message: /at another host than the one in the gateway’s catalog/,
      retryable: false,
    });
  }
});

test('a stream of a shared endpoint is refused in the client’s own form, before Vertex AI is called', async () => {
  await restartWith((catalog) =>
    catalog
      .replaceAll(/^ +hosts: .*\n/gm, '')
      .replace('[predict, rawPredict, explain]', '[predict, rawPredict, streamRawPredict, explain]'),
  );
  const raw = await call(`${SHARED}:streamRawPredict`, FLOWERS);
  expectFailure(
    observed,
    raw,
    {
      status: 400,
      code: 'INVALID_REQUEST',
      canonical: 'INVALID_ARGUMENT',
      message:
        /^Vertex AI does not stream the answers of a shared endpoint\. Ask for an answer in one piece by rawPredict/,
      retryable: false,
    },
    { outcome: 'denied' },
  );
  const chat = { model: 'text-container', messages: MESSAGES, stream: true };
  const openai = await call('/openai/v1/chat/completions', chat, 'assistants-app');
  expect(openai.status).toBe(400);
  expect(JSON.parse(openai.text)).toMatchObject({
    error: {
      type: 'invalid_request_error',
      param: 'stream',
      code: 'INVALID_REQUEST',
      message: expect.stringContaining('does not stream the answers of a shared endpoint') as string,
    },
  });
  observed.whenRecorded(openai, { outcome: 'denied', code: 'INVALID_REQUEST' });
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

test('every call is on record once', () => observed.expectAllOnRecord([]));

/** Starts the function app anew with another catalog. */
async function restartWith(change: (catalog: string) => string): Promise<void> {
  const catalog = readFileSync(join(GOVERNANCE, 'catalog.yaml'), 'utf8');
  writeFileSync(join(directory, 'catalog.yaml'), change(catalog));
  await observed.chain.restartFunctionApp({ GOVERNANCE_DIRECTORY: directory });
}
