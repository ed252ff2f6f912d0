import { ApiError, GoogleGenAI } from '@google/genai';
import {
  bearerClient,
  ClientChain,
  type ClientCredentials,
  QUOTA_EXHAUSTED,
  RATE_LIMITED,
  STREAM_BROKEN,
  thrownBy,
  VERTEX_FAILED,
} from './client-chain.ts';

const FLASH = 'gemini-3.5-flash';
const CONTENTS = 'Irises and tulips';
const ENVIRONMENT = ['GOOGLE_GENAI_USE_VERTEXAI', 'GOOGLE_API_KEY', 'GOOGLE_VERTEX_BASE_URL'] as const;

let clients: ClientChain;
/** Set up by environment variables alone, with nothing but a key. */
let withKey: GoogleGenAI;
/** With the bearer token of an application, a project and a location. */
let withToken: GoogleGenAI;
/** As `withToken`, in a region: that is where older embeddings and videos are. */
let inRegion: GoogleGenAI;

beforeAll(async () => {
  clients = await ClientChain.start();
  const sandbox = await clients.credentials('sandbox-app');
  Object.assign(process.env, {
    GOOGLE_GENAI_USE_VERTEXAI: 'true',
    GOOGLE_API_KEY: sandbox.key,
    GOOGLE_VERTEX_BASE_URL: clients.url('/vertex'),
  });
  withKey = new GoogleGenAI({});
  for (const name of ENVIRONMENT) Reflect.deleteProperty(process.env, name);
  const assistants = await clients.credentials('assistants-app');
  withToken = clientWith(assistants);
  inRegion = clientWith(assistants, 'us-central1');
});

afterAll(() => clients.stop());

function clientWith({ key, token }: ClientCredentials, location = 'us'): GoogleGenAI {
  return new GoogleGenAI({
    vertexai: true,
    project: 'sample-project',
    location,
    httpOptions: { baseUrl: clients.url('/vertex'), headers: { 'Ocp-Apim-Subscription-Key': key } },
    googleAuthOptions: { authClient: bearerClient(token) as never },
  });
}

/** Both set-ups, which are there only when the chain has started. */
const SETUPS: [name: string, client: () => GoogleGenAI][] = [
  ['with a key from the environment', () => withKey],
  ['with a bearer token', () => withToken],
];

async function readStream(stream: AsyncIterable<{ text?: string | undefined }>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.text ?? '';
  return text;
}

test.each(SETUPS)('generates content %s', async (_, client) => {
  const { text, usageMetadata } = await client().models.generateContent({ model: FLASH, contents: CONTENTS });
  expect(text).toContain('irises, and, tulips');
  clients.expectRecords({
    outcome: 'answered',
    operation: 'generateContent',
    model: FLASH,
    location: 'us',
    modelVersion: FLASH,
    finishReason: 'STOP',
    totalTokens: usageMetadata?.totalTokenCount,
    usageCompleteness: 'complete',
  });
});

test.each(SETUPS)('streams content %s', async (_, client) => {
  const stream = await client().models.generateContentStream({ model: FLASH, contents: CONTENTS });
  let text = '';
  let totalTokens: number | undefined;
  for await (const chunk of stream) {
    text += chunk.text ?? '';
    totalTokens = chunk.usageMetadata?.totalTokenCount;
  }
  expect(text).toContain('irises, and, tulips');
  clients.expectRecords({
    outcome: 'answered',
    operation: 'streamGenerateContent',
    finishReason: 'STOP',
    totalTokens,
    usageCompleteness: 'complete',
  });
});

test.each(SETUPS)('counts tokens %s', async (_, client) => {
  const { totalTokens } = await client().models.countTokens({ model: FLASH, contents: CONTENTS });
  expect(totalTokens).toBeGreaterThan(0);
  clients.expectRecords({ outcome: 'answered', operation: 'countTokens', model: FLASH });
});

test.each<(typeof SETUPS)[number]>([
  ['with a key from the environment', () => withKey],
  ['with a bearer token', () => inRegion],
])('embeds content %s', async (_, client) => {
  const { embeddings } = await client().models.embedContent({
    model: 'text-embedding-005',
    contents: ['an iris', 'a tulip'],
    config: { outputDimensionality: 64 },
  });
  expect(embeddings?.map(({ values }) => values?.length)).toEqual([64, 64]);
  clients.expectRecords({
    outcome: 'answered',
    operation: 'predict',
    model: 'text-embedding-005',
    instances: 2,
  });
});

test.each(SETUPS)('lists the models that the caller may use, and gets one, %s', async (_, client) => {
  const names: (string | undefined)[] = [];
  for await (const { name } of await client().models.list()) names.push(name);
  expect(names).toContain(`publishers/google/models/${FLASH}`);
  expect(names.includes('publishers/google/models/gemini-3.1-pro-preview')).toBe(client() === withToken);
  const { name } = await client().models.get({ model: FLASH });
  expect(name).toBe(`publishers/google/models/${FLASH}`);
  clients.expectRecords({ outcome: 'answered' }, { outcome: 'answered', model: FLASH });
});

const BUCKETS = new Map([
  ['with a key from the environment', 'gs://sample-sandbox'],
  ['with a bearer token', 'gs://sample-batches'],
]);

test.each(SETUPS)('starts a batch, looks after it and lists it %s', async (setup, client) => {
  const bucket = BUCKETS.get(setup) ?? '';
  const { batches } = client();
  const { name = '', state } = await batches.create({
    model: FLASH,
    src: `${bucket}/input/prompts.jsonl`,
    config: { displayName: 'irises', dest: `${bucket}/output` },
  });
  expect(state).toBe('JOB_STATE_PENDING');
  expect((await batches.get({ name })).name).toBe(name);
  const listed: (string | undefined)[] = [];
  for await (const job of await batches.list()) listed.push(job.name);
  expect(listed).toEqual([name]);
  await batches.cancel({ name });
  const created = { outcome: 'answered', operation: 'batchPredict', model: FLASH, location: 'us' };
  const looked = { outcome: 'answered', operation: 'batchPredict' };
  clients.expectRecords(created, looked, looked, looked);
});

test('a batch that would write elsewhere is 400 and says where', async () => {
  const error = await thrownBy(() =>
    withToken.batches.create({
      model: FLASH,
      src: 'gs://sample-batches/input/prompts.jsonl',
      config: { dest: 'gs://somebody-elses/output' },
    }),
  );
  expect(error).toBeInstanceOf(ApiError);
  expect(error.message).toContain('outputConfig.gcsDestination.outputUriPrefix');
  expect(error.message).not.toContain('somebody-elses');
  clients.expectRecords({ outcome: 'denied', operation: 'batchPredict' });
});

test.each(SETUPS)('an unknown key or token is 401 %s', async (_, client) => {
  const { key } = await clients.credentials('assistants-app');
  const stranger =
    client() === withKey
      ? new GoogleGenAI({
          vertexai: true,
          apiKey: 'nobody-has-this-key',
          httpOptions: { baseUrl: clients.url('/vertex') },
        })
      : clientWith({ key, token: 'no.real.token' });
  const error = await thrownBy(() => stranger.models.generateContent({ model: FLASH, contents: CONTENTS }));
  expect(error).toBeInstanceOf(ApiError);
  expect(error.status).toBe(401);
  expect(error.message).toContain(client() === withKey ? 'subscription key' : 'token');
  clients.expectRecords({ outcome: 'denied', status: '401' });
});

test.each([
  ['a model without a grant', () => withKey, 'gemini-3.1-pro-preview', 403, 'Ask for one of these roles'],
  ['a model that nobody lists', () => withToken, 'unknown', 404, 'no such model'],
] as const)('%s is an ApiError that says what to do', async (_, client, model, status, advice) => {
  const error = await thrownBy(() => client().models.generateContent({ model, contents: CONTENTS }));
  expect(error).toBeInstanceOf(ApiError);
  expect(error.status).toBe(status);
  expect(error.message).toContain(advice);
  clients.expectRecords({ outcome: 'denied', decision: 'deny', status: String(status) });
});

test.each(SETUPS)(
  'a quota of Google’s that is used up is 429, a failure of Google’s 502, %s',
  async (_, client) => {
    const generate = () => client().models.generateContent({ model: FLASH, contents: CONTENTS });
    await clients.exhaustVertexQuota(':generateContent');
    const exhausted = await thrownBy(generate);
    expect(exhausted).toBeInstanceOf(ApiError);
    expect([exhausted.status, exhausted.message]).toEqual([429, expect.stringContaining(QUOTA_EXHAUSTED)]);
    await clients.failVertex(':generateContent');
    const failed = await thrownBy(generate);
    expect(failed).toBeInstanceOf(ApiError);
    expect([failed.status, failed.message]).toEqual([502, expect.stringContaining(VERTEX_FAILED)]);
    clients.expectRecords(
      { outcome: 'failed', code: 'VERTEX_RATE_LIMITED', status: '429' },
      { outcome: 'failed', code: 'VERTEX_FAILED', status: '502' },
    );
  },
);

test.each(SETUPS)('a stream that breaks throws after what came %s', async (_, client) => {
  await clients.breakStream(':streamGenerateContent');
  const stream = await client().models.generateContentStream({ model: FLASH, contents: CONTENTS });
  let text = '';
  const error = await thrownBy(async () => {
    for await (const chunk of stream) text += chunk.text ?? '';
  });
  expect(text).not.toBe('');
  expect(error).toBeInstanceOf(ApiError);
  expect([error.status, error.message]).toEqual([502, expect.stringContaining(STREAM_BROKEN)]);
  clients.expectRecords({
    outcome: 'interrupted',
    code: 'VERTEX_STREAM_BROKEN',
    usageCompleteness: 'partial',
  });
});

test.each(SETUPS)('a caller that leaves a stream is on record as gone %s', async (_, client) => {
  await clients.slowDown(300);
  const controller = new AbortController();
  const stream = await client().models.generateContentStream({
    model: FLASH,
    contents: CONTENTS,
    config: { abortSignal: controller.signal },
  });
  const error = await thrownBy(async () => {
    for await (const { text } of stream) if (text !== undefined) controller.abort();
  });
  await clients.slowDown(0);
  expect(error.name).toBe('AbortError');
  clients.expectRecords({ outcome: 'aborted', code: 'CALLER_GONE', usageCompleteness: 'partial' });
});

test('more tokens in a minute than the product allows are 429 at the edge', async () => {
  await clients.exhaustSandboxTokens();
  const error = await thrownBy(() => withKey.models.generateContent({ model: FLASH, contents: CONTENTS }));
  expect(error).toBeInstanceOf(ApiError);
  expect([error.status, error.message]).toEqual([429, expect.stringContaining(RATE_LIMITED)]);
  const stream = thrownBy(async () =>
    readStream(await withKey.models.generateContentStream({ model: FLASH, contents: CONTENTS })),
  );
  expect((await stream).status).toBe(429);
  const denied = { outcome: 'denied', code: 'RATE_LIMITED', status: '429' };
  clients.expectRecords(denied, denied);
});

test('makes an image by generateContent; Imagen’s own call is refused in a sentence', async () => {
  const model = 'gemini-3.1-flash-image';
  const { candidates, usageMetadata } = await withToken.models.generateContent({
    model,
    contents: CONTENTS,
    config: { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { aspectRatio: '16:9' } },
  });
  const image = candidates?.[0]?.content?.parts?.find(({ inlineData }) => inlineData)?.inlineData;
  expect(
    Buffer.from(image?.data ?? '', 'base64')
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  const error = await thrownBy(() => withToken.models.generateImages({ model, prompt: CONTENTS }));
  expect([error.status, error.message]).toEqual([403, expect.stringContaining('It offers: generateContent')]);
  clients.expectRecords(
    { outcome: 'answered', operation: 'generateContent', model, totalTokens: usageMetadata?.totalTokenCount },
    { outcome: 'denied', operation: 'predict', code: 'OPERATION_NOT_ALLOWED' },
  );
});

test('every call is on record', () => clients.expectAllOnRecord());

test('makes a video, and looks after it until it is there', async () => {
  const { models, operations } = inRegion;
  let operation = await models.generateVideos({
    model: 'veo-3.1-generate-001',
    source: { prompt: 'Irises in the wind.' },
    config: { numberOfVideos: 1 },
  });
  for (let polls = 0; !operation.done && polls < 10; polls += 1)
    operation = await operations.getVideosOperation({ operation });
  expect(operation.response?.generatedVideos?.[0]?.video?.videoBytes).toEqual(expect.any(String));
  const looked = { outcome: 'answered', operation: 'predictLongRunning', model: 'veo-3.1-generate-001' };
  clients.expectRecords(looked, looked, looked);
});
