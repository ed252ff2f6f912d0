import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { generateText } from 'ai';
import OpenAI from 'openai';
import { thrownBy } from './client-chain.ts';

const PROMPT = 'Irises';
const MESSAGES = [{ role: 'user' as const, content: PROMPT }];
const STATUSES = [400, 401, 403, 404, 408, 409, 413, 429, 500, 501, 503];

/** The rows of the table that are held to the clients, and one call of each client. */
const CALLS: readonly [client: string, row: string, call: (url: string) => Promise<unknown>][] = [
  [
    '@google/genai',
    '`@google/genai`',
    (baseUrl) =>
      new GoogleGenAI({ vertexai: true, apiKey: 'key', httpOptions: { baseUrl } }).models.generateContent({
        model: 'gemini',
        contents: PROMPT,
      }),
  ],
  [
    'openai',
    '`openai`, `@anthropic-ai/sdk`',
    (baseURL) =>
      new OpenAI({ baseURL, apiKey: 'key' }).chat.completions.create({ model: 'm', messages: MESSAGES }),
  ],
  [
    '@anthropic-ai/sdk',
    '`openai`, `@anthropic-ai/sdk`',
    (baseURL) =>
      new Anthropic({ baseURL, apiKey: 'key' }).messages.create({
        model: 'm',
        max_tokens: 1,
        messages: MESSAGES,
      }),
  ],
  [
    'AI SDK',
    'AI SDK',
    (baseURL) => {
      const model = createOpenAICompatible({ name: 'gateway', baseURL, apiKey: 'key' })('m');
      return generateText({ model, prompt: PROMPT });
    },
  ],
];

let server: Server;
let url: string;
let status = 500;
let headers: Record<string, string> = {};
let requests = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests += 1;
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end('{"error":{"code":1,"message":"Refused.","status":"UNKNOWN"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

/** Counts the requests of a call whose every attempt is refused, and is told to wait for a millisecond. */
async function attempts(
  call: (url: string) => Promise<unknown>,
  refusal: number,
  more: Record<string, string> = {},
): Promise<number> {
  status = refusal;
  headers = { 'retry-after-ms': '1', ...more };
  requests = 0;
  await thrownBy(() => call(url));
  return requests;
}

/** A row of the table of docs/clients.md. */
function rowOf(client: string): { retries: number; isRetried: (status: number) => boolean; heeds: string } {
  const docs = readFileSync(join(__dirname, '../../docs/clients.md'), 'utf8');
  const table = docs.slice(docs.indexOf('## Retries'), docs.indexOf('## Time limits'));
  const cells = table
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .find(([, name]) => name === client);
  const [, , retries = '', statuses = '', heeds = ''] = cells ?? [];
  const listed = statuses.split(', ');
  const isListed = (one: number) => listed.includes(String(one)) || (one >= 500 && listed.includes('5xx'));
  return { retries: retries.startsWith('none') ? 0 : parseInt(retries, 10), isRetried: isListed, heeds };
}

test.each(CALLS)('%s tries again as often as the table says, and what it says', async (_, row, call) => {
  const { retries, isRetried } = rowOf(row);
  for (const refusal of STATUSES)
    expect([refusal, await attempts(call, refusal)]).toEqual([refusal, isRetried(refusal) ? retries + 1 : 1]);
});

test.each(CALLS)('%s heeds what the table says', async (_, row, call) => {
  const { retries, heeds } = rowOf(row);
  const refused = await attempts(call, 429, { 'x-should-retry': 'false' });
  expect(refused).toBe(heeds === 'both' ? 1 : retries + 1);
});

test('@google/genai tries again as often as its own option says', async () => {
  const client = (baseUrl: string) =>
    new GoogleGenAI({
      vertexai: true,
      apiKey: 'key',
      httpOptions: { baseUrl, retryOptions: { initialDelay: 0.001, jitter: 0 } },
    }).models.generateContent({ model: 'gemini', contents: PROMPT });
  const retried = rowOf('`@google/genai`').isRetried;
  for (const refusal of [400, 404, 409, 429, 503])
    expect([refusal, await attempts(client, refusal)]).toEqual([refusal, retried(refusal) ? 5 : 1]);
});
