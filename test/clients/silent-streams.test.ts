import { createVertex } from '@ai-sdk/google-vertex';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import Anthropic from '@anthropic-ai/sdk';
import { AnthropicVertex } from '@anthropic-ai/vertex-sdk';
import { GoogleGenAI } from '@google/genai';
import { type LanguageModel, streamText } from 'ai';
import OpenAI from 'openai';
import { bearerClient, ClientChain, type ClientCredentials, thrownBy } from './client-chain.ts';

const FLASH = 'gemini-3.5-flash';
const HAIKU = 'claude-haiku-4-5@20251001';
const PROMPT = 'Irises and tulips';
const PARENT = '/vertex/v1beta1/projects/sample-project/locations';
const CHAT = { model: FLASH, messages: [{ role: 'user' as const, content: PROMPT }] };
const MESSAGE = { max_tokens: 100, messages: [{ role: 'user' as const, content: PROMPT }] };
/** Many times as long as the interval of the keep-alive bytes, also before each event. */
const SILENCE_IN_MS = 150;
const FAILED = /Vertex AI (cannot be reached|failed on its own side)/;
const KEEP_ALIVE = { KEEP_ALIVE_INTERVAL_IN_MS: '20' };

/** A client that streams the text of an answer. */
interface Setup {
  /** A part of the stream's path on Vertex AI. */
  readonly path: string;
  readonly read: (credentials: ClientCredentials, note: (text: string) => void) => Promise<unknown>;
}

let clients: ClientChain;

beforeAll(async () => {
  clients = await ClientChain.start();
  await clients.chain.restartFunctionApp(KEEP_ALIVE);
  await clients.slowDown(SILENCE_IN_MS);
});

afterAll(() => clients.stop());

const keyHeader = (key: string) => ({ 'Ocp-Apim-Subscription-Key': key });

async function readWithAiSdk(model: LanguageModel, note: (text: string) => void): Promise<void> {
  const result = streamText({ model, prompt: PROMPT, onError: () => undefined });
  for await (const part of result.stream) {
    if (part.type === 'text-delta') note(part.text);
    if (part.type === 'error') throw part.error as Error;
  }
}

const SETUPS: [name: string, setup: Setup][] = [
  [
    '@google/genai',
    {
      path: ':streamGenerateContent',
      read: async ({ key, token }, note) => {
        const client = new GoogleGenAI({
          vertexai: true,
          project: 'sample-project',
          location: 'us',
          httpOptions: { baseUrl: clients.url('/vertex'), headers: keyHeader(key) },
          googleAuthOptions: { authClient: bearerClient(token) as never },
        });
        const stream = await client.models.generateContentStream({ model: FLASH, contents: PROMPT });
        for await (const { text, candidates } of stream) {
          expect(candidates).toHaveLength(1);
          note(text ?? '');
        }
      },
    },
  ],
  [
    'openai',
    {
      path: 'chat/completions',
      read: async ({ key, token }, note) => {
        const baseURL = clients.url('/openai/v1');
        const client = new OpenAI({ baseURL, apiKey: token, defaultHeaders: keyHeader(key), maxRetries: 0 });
        for await (const { choices } of await client.chat.completions.create({ ...CHAT, stream: true }))
          note(choices[0]?.delta.content ?? '');
      },
    },
  ],
  [
    '@anthropic-ai/sdk',
    {
      path: ':streamRawPredict',
      read: async ({ key, token }, note) => {
        const client = new Anthropic({
          baseURL: clients.url('/anthropic'),
          apiKey: null,
          authToken: token,
          defaultHeaders: keyHeader(key),
          maxRetries: 0,
        });
        const stream = client.messages.stream({ model: HAIKU, ...MESSAGE });
        stream.on('text', note);
        await stream.finalMessage();
      },
    },
  ],
  [
    '@anthropic-ai/vertex-sdk',
    {
      path: ':streamRawPredict',
      read: async ({ key, token }, note) => {
        const client = new AnthropicVertex({
          baseURL: clients.url('/vertex/v1'),
          projectId: 'sample-project',
          region: 'us',
          authClient: bearerClient(token) as never,
          defaultHeaders: keyHeader(key),
          maxRetries: 0,
        });
        const stream = client.messages.stream({ model: HAIKU, ...MESSAGE });
        stream.on('text', note);
        await stream.finalMessage();
      },
    },
  ],
  [
    '@ai-sdk/google-vertex',
    {
      path: ':streamGenerateContent',
      read: ({ key, token }, note) => {
        const vertex = createVertex({
          project: 'sample-project',
          location: 'us',
          baseURL: clients.url(`${PARENT}/us/publishers/google`),
          googleAuthOptions: { authClient: bearerClient(token) },
          headers: keyHeader(key),
        });
        return readWithAiSdk(vertex(FLASH), note);
      },
    },
  ],
  [
    '@ai-sdk/openai-compatible',
    {
      path: 'chat/completions',
      read: ({ key, token }, note) => {
        const gateway = createOpenAICompatible({
          name: 'gateway',
          baseURL: clients.url('/openai/v1'),
          apiKey: token,
          headers: keyHeader(key),
        });
        return readWithAiSdk(gateway(FLASH), note);
      },
    },
  ],
];

test.each(SETUPS)('%s reads a stream that is silent before and between its events', async (_, setup) => {
  const credentials = await clients.credentials('assistants-app');
  await clients.chain.inject('vertex-ai', { path: setup.path, delayInMs: SILENCE_IN_MS });
  let text = '';

  await setup.read(credentials, (more) => (text += more));

  expect(text).toContain('irises, and, tulips');
  clients.expectRecords({ outcome: 'answered', usageCompleteness: 'complete' });
});

test.each(SETUPS)('%s throws when a stream fails during a silence, after what came', async (_, setup) => {
  const credentials = await clients.credentials('assistants-app');
  const fault = { path: setup.path, status: 503, errorAfterChunks: 4 };
  await clients.chain.inject('vertex-ai', fault);
  let text = '';

  const error = await thrownBy(() => setup.read(credentials, (more) => (text += more)));

  expect(text).not.toBe('');
  expect(`${error.message} ${JSON.stringify(error)}`).toMatch(FAILED);
  clients.expectRecords({ outcome: 'interrupted', status: '200' });
});

test.each(SETUPS)(
  '%s throws when a stream fails after a silence before its first event',
  async (_, setup) => {
    const credentials = await clients.credentials('assistants-app');
    const fault = { path: setup.path, status: 503, delayInMs: SILENCE_IN_MS };
    await clients.chain.inject('vertex-ai', fault);

    const error = await thrownBy(() => setup.read(credentials, () => undefined));

    expect(`${error.message} ${JSON.stringify(error)}`).toMatch(FAILED);
    clients.expectRecords({ outcome: 'interrupted', status: '200' });
  },
);

test('every call is on record', () => clients.expectAllOnRecord());
