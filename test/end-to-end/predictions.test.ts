import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';

const FLOWER = [5.123456, 3.512345, 1.412345, 0.212345];
const PROMPT = { contents: [{ role: 'user', parts: [{ text: 'Zanzibar grows cloves.' }] }] };
const PAUSE_IN_MS = 80;

interface PredictAnswer {
  readonly predictions: readonly {
    readonly classes: readonly string[];
    readonly scores: readonly number[];
  }[];
  readonly deployedModelId: string;
}

interface GenerateAnswer {
  readonly candidates: readonly {
    readonly content: { readonly parts: readonly { readonly text: string }[] };
  }[];
  readonly usageMetadata: {
    readonly promptTokenCount: number;
    readonly candidatesTokenCount: number;
    readonly thoughtsTokenCount: number;
    readonly totalTokenCount: number;
  };
}

let observed: ObservedChain;
const scores: number[] = [];

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

test('a custom endpoint predicts, and the record says who asked what of which endpoint', async () => {
  const body = JSON.stringify({ instances: [FLOWER, FLOWER] });
  const answer = await observed.call({ application: 'scoring-app', path: PREDICT_PATH, body });
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=UTF-8']);
  expect(answer.headers['request-id']).toBe(answer.requestId);
  const { predictions, deployedModelId } = JSON.parse(answer.text) as PredictAnswer;
  expect(predictions).toHaveLength(2);
  const [{ classes, scores: found } = { classes: [], scores: [] }] = predictions;
  expect(classes).toHaveLength(3);
  expect(found.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1);
  scores.push(...found);

  const { applications } = observed.chain.environment;
  observed.whenRecorded(answer, (record) => {
    expect(record).toMatchObject({
      outcome: 'answered',
      decision: 'allow',
      rule: 'scoring-iris',
      status: '200',
      dialect: 'vertex',
      tenantId: '11111111-1111-4111-8111-111111111111',
      objectId: applications['scoring-app']?.objectId,
      applicationId: applications['scoring-app']?.id,
      roles: 'Scoring.Predict',
      subscriptionId: 'scoring-app',
      productId: 'production',
      operation: 'predict',
      project: 'sample-project',
      location: 'us-central1',
      endpoint: '1234567890',
      deployedModelId,
      instances: 2,
      requestBytes: body.length,
      responseBytes: answer.bytes.length,
    });
    expect(record).not.toHaveProperty('code');
    const { durationInMs, credentialsDurationInMs, firstByteDurationInMs } = record;
    expect(Number(credentialsDurationInMs)).toBeGreaterThanOrEqual(0);
    expect(Number(firstByteDurationInMs)).toBeGreaterThan(Number(credentialsDurationInMs));
    expect(Number(durationInMs)).toBeGreaterThanOrEqual(Number(firstByteDurationInMs));
  });
});

test('generateContent passes bytes through, both ways', async () => {
  const sent =
    '{ "contents":[{"role":"user","parts":[{"text":"Zanzibar é😀\\u00e9"}]}],\n  "newField":1.0 }\r\n';
  const received =
    '{"modelVersion" : "gemini-3.5-flash",\r\n "candidates":[], "unknown":{"n":1e2,"é":"\\u00e9"},\n' +
    '"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":11,"totalTokenCount":18}}\n\n';
  await observed.chain.inject('vertex-ai', { path: ':generateContent', status: 200, body: received });
  const answer = await observed.call({
    application: 'assistants-app',
    path: modelPath('generateContent'),
    body: sent,
  });
  expect([answer.status, answer.text]).toEqual([200, received]);
  const [request] = await observed.chain.requests('vertex-ai');
  expect(request?.path).toBe(modelPath('generateContent').replace('/vertex', ''));
  expect(request?.body).toBe(sent);
  observed.whenRecorded(answer, {
    outcome: 'answered',
    rule: 'assistants-chat',
    operation: 'generateContent',
    publisher: 'google',
    model: 'gemini-3.5-flash',
    modelVersion: 'gemini-3.5-flash',
    inputTokens: 7,
    outputTokens: 11,
    totalTokens: 18,
    requestBytes: Buffer.byteLength(sent),
    responseBytes: Buffer.byteLength(received),
  });
});

test.each(['sse', 'json-array'] as const)(
  'streamGenerateContent arrives chunk by chunk (%s), and the record has the usage of the last chunk',
  async (framing) => {
    await observed.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: PAUSE_IN_MS });
    const answer = await observed.call({
      application: 'assistants-app',
      path: modelPath(framing === 'sse' ? 'streamGenerateContent?alt=sse' : 'streamGenerateContent'),
      body: JSON.stringify(PROMPT),
    });
    await observed.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 2 });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(
      framing === 'sse' ? /^text\/event-stream/ : /^application\/json/,
    );
    const chunks =
      framing === 'sse' ? readEvents(answer.text) : (JSON.parse(answer.text) as GenerateAnswer[]);
    expect(chunks).toHaveLength(6);
    expect(chunks.map(textOf).join('')).toContain('zanzibar, grows, cloves');
    // Vertex AI paused five times; had anything on the way waited for more, the first would have come late. A busy
    // machine may well hand over two at once.
    const [first = 0] = answer.arrivals;
    expect((answer.arrivals.at(-1) ?? 0) - first).toBeGreaterThan(2 * PAUSE_IN_MS);
    const usage = chunks.at(-1)?.usageMetadata;
    observed.whenRecorded(answer, (record) => {
      expect(record).toMatchObject({
        outcome: 'answered',
        operation: 'streamGenerateContent',
        finishReason: 'STOP',
        inputTokens: usage?.promptTokenCount,
        outputTokens: Number(usage?.candidatesTokenCount) + Number(usage?.thoughtsTokenCount),
        totalTokens: usage?.totalTokenCount,
        responseBytes: answer.bytes.length,
      });
      expect(Number(record.durationInMs) - Number(record.firstByteDurationInMs)).toBeGreaterThan(
        2 * PAUSE_IN_MS,
      );
    });
  },
);

test('the bytes of a stream are those that Vertex AI sent', async () => {
  const received =
    ': comment\r\n\r\ndata: {"candidates" : [{"finishReason":"STOP"}]}\r\n\r\ndata: {"é":"\\u00e9"}\r\n\r\n';
  await observed.chain.inject('vertex-ai', {
    status: 200,
    body: received,
    headers: { 'content-type': 'text/event-stream' },
  });
  const answer = await observed.call({
    application: 'assistants-app',
    path: modelPath('streamGenerateContent?alt=sse'),
    body: JSON.stringify(PROMPT),
  });
  expect(answer.text).toBe(received);
  observed.whenRecorded(answer, { outcome: 'answered', finishReason: 'STOP', usageCompleteness: 'complete' });
});

test('all calls are on record once, without prompts, predictions, tokens or keys', async () => {
  expect(scores.length).toBeGreaterThan(0);
  await observed.expectAllOnRecord(['zanzibar', 'cloves', 'setosa', ...FLOWER, ...scores]);
});

function readEvents(text: string): GenerateAnswer[] {
  return text
    .split(/\r?\n\r?\n/)
    .filter((event) => event !== '')
    .map((event) => JSON.parse(event.replace(/^data: /, '')) as GenerateAnswer);
}

function textOf({ candidates }: GenerateAnswer): string {
  return candidates[0]?.content.parts[0]?.text ?? '';
}
