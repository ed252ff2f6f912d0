import { createVertex } from '@ai-sdk/google-vertex';
import { createVertexAnthropic } from '@ai-sdk/google-vertex/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  embedMany,
  type EmbeddingModel,
  generateText,
  type LanguageModel,
  type LanguageModelUsage,
  streamText,
} from 'ai';
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
const SONNET = 'claude-sonnet-5-5';
const PROMPT = 'Irises and tulips';
const PARENT = '/vertex/v1beta1/projects/sample-project/locations';

/** A provider of the AI SDK as one of its users sets it up. */
interface Setup {
  readonly application: string;
  readonly language: (credentials: ClientCredentials, model: string) => LanguageModel;
  readonly model: string;
  /** A model that the application has no grant for. */
  readonly forbidden: string;
  /** The operations on Vertex AI of a whole call and of a stream. */
  readonly operations: readonly [whole: string, stream: string];
  /** Parts of the paths of both on Vertex AI. */
  readonly paths: readonly [whole: string, stream: string];
}

let clients: ClientChain;

const keyHeader = (key: string) => ({ 'Ocp-Apim-Subscription-Key': key });

const vertexWithToken = ({ key, token }: ClientCredentials, location = 'us') =>
  createVertex({
    project: 'sample-project',
    location,
    baseURL: clients.url(`${PARENT}/${location}/publishers/google`),
    googleAuthOptions: { authClient: bearerClient(token) },
    headers: keyHeader(key),
  });

const vertexWithKey = ({ key }: ClientCredentials) =>
  createVertex({ apiKey: key, baseURL: clients.url('/vertex/v1beta1/publishers/google') });

const compatible = ({ key }: ClientCredentials) =>
  createOpenAICompatible({
    name: 'gateway',
    baseURL: clients.url('/openai/v1'),
    apiKey: key,
    includeUsage: true,
  });

const GEMINI = {
  model: FLASH,
  operations: ['generateContent', 'streamGenerateContent'],
  paths: [':generateContent', ':streamGenerateContent'],
} as const;
const CHAT = {
  model: FLASH,
  operations: ['chatCompletions', 'chatCompletions'],
  paths: ['chat/completions', 'chat/completions'],
} as const;

const SETUPS: [name: string, setup: Setup][] = [
  [
    'google-vertex with a bearer token',
    {
      ...GEMINI,
      application: 'assistants-app',
      language: (credentials, model) => vertexWithToken(credentials)(model),
      forbidden: 'gemini-unknown',
    },
  ],
  [
    'google-vertex with a key',
    {
      ...GEMINI,
      application: 'sandbox-app',
      language: (credentials, model) => vertexWithKey(credentials)(model),
      forbidden: 'gemini-3.1-pro-preview',
    },
  ],
  [
    'google-vertex for Claude',
    {
      application: 'assistants-app',
      language: ({ key, token }, model) =>
        createVertexAnthropic({
          project: 'sample-project',
          location: 'us',
          baseURL: clients.url(`${PARENT}/us/publishers/anthropic/models`),
          googleAuthOptions: { authClient: bearerClient(token) },
          headers: keyHeader(key),
        })(model),
      model: SONNET,
      forbidden: 'claude-unknown',
      operations: ['rawPredict', 'streamRawPredict'],
      paths: [':rawPredict', ':streamRawPredict'],
    },
  ],
  [
    'openai-compatible on the OpenAI surface',
    {
      ...CHAT,
      application: 'sandbox-app',
      language: (credentials, model) => compatible(credentials)(model),
      forbidden: 'gemini-3.1-pro-preview',
    },
  ],
  [
    'openai-compatible on Vertex AI’s own endpoint',
    {
      ...CHAT,
      application: 'assistants-app',
      language: ({ key, token }, model) =>
        createOpenAICompatible({
          name: 'vertex',
          baseURL: clients.url(`${PARENT}/us/endpoints/openapi`),
          apiKey: token,
          headers: keyHeader(key),
          includeUsage: true,
        })(`google/${model}`),
      forbidden: 'gemini-unknown',
    },
  ],
];

beforeAll(async () => {
  clients = await ClientChain.start();
});

afterAll(() => clients.stop());

async function languageOf({ application, language, model }: Setup): Promise<LanguageModel> {
  return language(await clients.credentials(application), model);
}

/** Counts what came out. A chat has the thoughts of Gemini in its total alone, which the AI SDK does not read. */
function outputOf({ outputTokens, raw = {} }: LanguageModelUsage): number | undefined {
  const { prompt_tokens: prompt, total_tokens: total } = raw;
  return typeof prompt === 'number' && typeof total === 'number' ? total - prompt : outputTokens;
}

test.each(SETUPS)('generateText answers: %s', async (_, setup) => {
  const { text, usage } = await generateText({ model: await languageOf(setup), prompt: PROMPT });
  expect(text).not.toBe('');
  clients.expectRecords({
    outcome: 'answered',
    operation: setup.operations[0],
    inputTokens: usage.inputTokens,
    outputTokens: outputOf(usage),
    usageCompleteness: 'complete',
  });
});

test.each(SETUPS)('streamText answers: %s', async (_, setup) => {
  const result = streamText({ model: await languageOf(setup), prompt: PROMPT });
  const parts: string[] = [];
  for await (const part of result.textStream) parts.push(part);
  expect(parts.length).toBeGreaterThan(1);
  const usage = await result.usage;
  clients.expectRecords({
    outcome: 'answered',
    operation: setup.operations[1],
    inputTokens: usage.inputTokens,
    outputTokens: outputOf(usage),
    usageCompleteness: 'complete',
  });
});

const EMBEDDINGS: [
  name: string,
  application: string,
  model: (credentials: ClientCredentials) => EmbeddingModel,
][] = [
  [
    'google-vertex with a bearer token',
    'assistants-app',
    (c) => vertexWithToken(c, 'us-central1').embeddingModel('text-embedding-005'),
  ],
  ['google-vertex with a key', 'sandbox-app', (c) => vertexWithKey(c).embeddingModel('text-embedding-005')],
  ['openai-compatible', 'sandbox-app', (c) => compatible(c).embeddingModel('text-embedding-005')],
];

test.each(EMBEDDINGS)('embedMany answers: %s', async (_, application, model) => {
  const { embeddings } = await embedMany({
    model: model(await clients.credentials(application)),
    values: ['an iris', 'a tulip'],
  });
  expect(embeddings.map(({ length }) => length)).toEqual([768, 768]);
  clients.expectRecords({ outcome: 'answered', operation: 'predict', instances: 2 });
});

test.each(SETUPS)(
  'credentials of nobody are an APICallError with 401: %s',
  async (_, { language, model }) => {
    const nobody = language({ key: 'nobody-has-this-key', token: 'no.real.token' }, model);
    const error = await thrownBy(() => generateText({ model: nobody, prompt: PROMPT }));
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 401, isRetryable: false });
    expect(error.message).toContain('subscription key');
    clients.expectRecords({ outcome: 'denied', status: '401' });
  },
);

test.each(SETUPS)('a model that the caller may not use is an APICallError: %s', async (_, setup) => {
  const status = setup.forbidden.endsWith('-unknown') ? 404 : 403;
  const model = setup.language(await clients.credentials(setup.application), setup.forbidden);
  const error = await thrownBy(() => generateText({ model, prompt: PROMPT }));
  expect(APICallError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ statusCode: status, isRetryable: false });
  expect(error.message).toMatch(/ask (for one of these roles|the platform team)/i);
  clients.expectRecords({ outcome: 'denied', decision: 'deny', status: String(status) });
});

test.each(SETUPS)('quotas and failures of Google’s are APICallErrors: %s', async (_, setup) => {
  const generate = async () =>
    generateText({ model: await languageOf(setup), prompt: PROMPT, maxRetries: 0 });
  const [path] = setup.paths;
  await clients.exhaustVertexQuota(path);
  expect(await thrownBy(generate)).toMatchObject({
    statusCode: 429,
    message: QUOTA_EXHAUSTED,
    isRetryable: true,
  });
  await clients.failVertex(path);
  expect(await thrownBy(generate)).toMatchObject({
    statusCode: 502,
    message: VERTEX_FAILED,
    isRetryable: true,
  });
  clients.expectRecords(
    { outcome: 'failed', code: 'VERTEX_RATE_LIMITED', status: '429' },
    { outcome: 'failed', code: 'VERTEX_FAILED', status: '502' },
  );
});

test.each(SETUPS)('a stream that breaks has an error after what came: %s', async (_, setup) => {
  await clients.breakStream(setup.paths[1]);
  const result = streamText({ model: await languageOf(setup), prompt: PROMPT, onError: () => undefined });
  const types: string[] = [];
  let message = '';
  for await (const part of result.stream) {
    types.push(part.type);
    if (part.type === 'error') message = messageOf(part.error);
  }
  expect(types).toContain('error');
  expect(message).toContain(STREAM_BROKEN);
  clients.expectRecords({ outcome: 'interrupted', code: 'VERTEX_STREAM_BROKEN' });
});

test.each(SETUPS)('a caller that leaves a stream is on record as gone: %s', async (_, setup) => {
  await clients.slowDown(300);
  const controller = new AbortController();
  const result = streamText({
    model: await languageOf(setup),
    prompt: PROMPT,
    abortSignal: controller.signal,
  });
  for await (const part of result.stream) if (part.type === 'text-delta') controller.abort();
  await clients.slowDown(0);
  clients.expectRecords({ outcome: 'aborted', code: 'CALLER_GONE', usageCompleteness: 'partial' });
});

test('more tokens in a minute than the product allows are an APICallError of the edge', async () => {
  await clients.exhaustSandboxTokens();
  const credentials = await clients.credentials('sandbox-app');
  for (const model of [vertexWithKey(credentials)(FLASH), compatible(credentials)(FLASH)]) {
    const error = await thrownBy(() => generateText({ model, prompt: PROMPT, maxRetries: 0 }));
    expect(error).toMatchObject({ statusCode: 429, message: RATE_LIMITED, isRetryable: true });
    clients.expectRecords({ outcome: 'denied', code: 'RATE_LIMITED', status: '429' });
  }
});

test('every call is on record', () => clients.expectAllOnRecord());

/** Providers pass an error within a stream on unchanged: an error, an object or a text. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}
