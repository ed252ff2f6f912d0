import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import {
  ClientChain,
  type ClientCredentials,
  QUOTA_EXHAUSTED,
  RATE_LIMITED,
  STREAM_BROKEN,
  VERTEX_FAILED,
} from './client-chain.ts';

const MODELS = '/vertex/v1/projects/sample-project/locations/us/publishers/google/models';
const GENERATE = `${MODELS}/gemini-3.5-flash:generateContent`;
const STREAM = `${MODELS}/gemini-3.5-flash:streamGenerateContent`;
const BODY = '{"contents":[{"role":"user","parts":[{"text":"Irises and tulips"}]}]}';

let clients: ClientChain;
let assistants: ClientCredentials;

beforeAll(async () => {
  clients = await ClientChain.start();
  assistants = await clients.credentials('assistants-app');
});

afterAll(() => clients.stop());

interface Curled {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function start(path: string, { key, token }: Partial<ClientCredentials>, body = BODY): ChildProcess {
  const credentials = [
    ...(key === undefined ? [] : ['-H', `Ocp-Apim-Subscription-Key: ${key}`]),
    ...(token === undefined ? [] : ['-H', `Authorization: Bearer ${token}`]),
  ];
  const json = ['-H', 'Content-Type: application/json', '-d', body];
  return spawn('curl', ['-sS', '-N', '-i', clients.url(path), ...credentials, ...json], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Parses the output of curl: the head of the answer, an empty line, the body. */
function read(printed: string): Curled {
  const [head = '', body = ''] = printed.split(/\r\n\r\n(.*)/s);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => line.split(/: (.*)/s)).map(([name = '', value = '']) => [name.toLowerCase(), value]),
  );
  const status = Number(statusLine.split(' ')[1]);
  clients.saw(headers['x-request-id'] ?? '', status);
  return { status, headers, body };
}

async function curl(path: string, credentials: Partial<ClientCredentials>, body = BODY): Promise<Curled> {
  const child = start(path, credentials, body);
  return read(child.stdout ? await text(child.stdout) : '');
}

test('a custom endpoint predicts', async () => {
  const path = '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict';
  const credentials = await clients.credentials('scoring-app');
  const { status, body } = await curl(path, credentials, '{"instances":[[5.1,3.5,1.4,0.2]]}');
  expect(status).toBe(200);
  expect(JSON.parse(body)).toMatchObject({ predictions: [{ classes: expect.any(Array) as unknown }] });
  clients.expectRecords({ outcome: 'answered', operation: 'predict', endpoint: '1234567890', instances: 1 });
});

test('content is generated', async () => {
  const { status, headers, body } = await curl(GENERATE, assistants);
  expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=UTF-8']);
  expect(JSON.parse(body)).toMatchObject({ candidates: [{ finishReason: 'STOP' }] });
  clients.expectRecords({ outcome: 'answered', operation: 'generateContent', finishReason: 'STOP' });
});

test('a stream is an array without alt=sse, and events with it', async () => {
  const array = await curl(STREAM, assistants);
  const elements = JSON.parse(array.body) as object[];
  expect(elements.length).toBeGreaterThan(1);
  const events = await curl(`${STREAM}?alt=sse`, assistants);
  expect(events.headers['content-type']).toContain('text/event-stream');
  const data = Array.from(
    events.body.matchAll(/^data: (.*)$/gm),
    ([, json = '']) => JSON.parse(json) as object,
  );
  expect(data).toHaveLength(elements.length);
  const answered = { outcome: 'answered', operation: 'streamGenerateContent', usageCompleteness: 'complete' };
  clients.expectRecords(answered, answered);
});

test('credentials of nobody are 401 with a challenge', async () => {
  const noKey = await curl(GENERATE, {});
  expect([noKey.status, noKey.headers['www-authenticate']]).toEqual([
    401,
    expect.stringContaining('AzureApiManagementKey'),
  ]);
  const noToken = await curl(GENERATE, { key: assistants.key });
  expect([noToken.status, noToken.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  expect(noToken.headers['x-should-retry']).toBe('false');
  const denied = { outcome: 'denied', status: '401' };
  clients.expectRecords(denied, denied);
});

test('a location across the border is 403 in Google’s shape', async () => {
  const { key, token } = await clients.credentials('eu-analytics-app');
  const { status, body } = await curl(GENERATE, { key, token });
  expect(status).toBe(403);
  expect(JSON.parse(body)).toMatchObject({
    error: { code: 403, status: 'PERMISSION_DENIED', details: [{ reason: 'LOCATION_NOT_ALLOWED' }] },
  });
  clients.expectRecords({ outcome: 'denied', code: 'LOCATION_NOT_ALLOWED' });
});

test('a quota of Google’s that is used up is 429 and says for how long, a failure of Google’s 502', async () => {
  await clients.exhaustVertexQuota(':generateContent');
  const exhausted = await curl(GENERATE, assistants);
  expect(exhausted.headers).toMatchObject({ 'retry-after': '1', 'retry-after-ms': '250' });
  expect(JSON.parse(exhausted.body)).toMatchObject({
    error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: QUOTA_EXHAUSTED },
  });
  await clients.failVertex(':generateContent');
  const failed = await curl(GENERATE, assistants);
  expect([failed.status, failed.body]).toEqual([502, expect.stringContaining(VERTEX_FAILED)]);
  clients.expectRecords(
    { outcome: 'failed', code: 'VERTEX_RATE_LIMITED' },
    { outcome: 'failed', code: 'VERTEX_FAILED' },
  );
});

test('an array that breaks is whole JSON whose last element is the error', async () => {
  await clients.breakStream(':streamGenerateContent');
  const { status, body } = await curl(STREAM, assistants);
  expect(status).toBe(200);
  const elements = JSON.parse(body) as { error?: { message: string } }[];
  expect(elements.length).toBeGreaterThan(1);
  expect(elements.at(-1)?.error?.message).toBe(STREAM_BROKEN);
  clients.expectRecords({ outcome: 'interrupted', code: 'VERTEX_STREAM_BROKEN' });
});

test('a caller that leaves a stream is on record as gone', async () => {
  await clients.slowDown(300);
  const child = start(`${STREAM}?alt=sse`, assistants);
  let printed = '';
  for await (const chunk of child.stdout ?? []) {
    printed += String(chunk);
    if (printed.includes('data: ')) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  read(printed);
  await clients.slowDown(0);
  clients.expectRecords({ outcome: 'aborted', code: 'CALLER_GONE', usageCompleteness: 'partial' });
});

test('a call that carries a time limit is ended by it', async () => {
  await clients.chain.inject('vertex-ai', { path: ':generateContent', hang: true });
  const answer = await fetch(clients.url(GENERATE), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${assistants.token}`,
      'ocp-apim-subscription-key': assistants.key,
      'content-type': 'application/json',
      'x-server-timeout': '0.5',
    },
    body: BODY,
  });
  expect([answer.status, await answer.text()]).toEqual([
    504,
    expect.stringContaining('within 0.5 s, the time limit that the call carries'),
  ]);
  clients.expectRecords({ outcome: 'failed', code: 'CALLER_TIMEOUT' });
});

test('more tokens in a minute than the product allows are 429 at the edge, and say for how long', async () => {
  await clients.exhaustSandboxTokens();
  const { key } = await clients.credentials('sandbox-app');
  const { status, headers, body } = await curl(GENERATE, { key });
  expect([status, Number(headers['retry-after']) > 0]).toEqual([429, true]);
  expect(body).toContain(RATE_LIMITED);
  clients.expectRecords({ outcome: 'denied', code: 'RATE_LIMITED', status: '429' });
});

test('every call is on record', () => clients.expectAllOnRecord());
