import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';
import { governanceFolder } from '../support/governance-folder.ts';

const EMAIL = 'zoe.quagga@example.com';
const OTHER = 'okapi@example.org';
const PARENT = '/vertex/v1/projects/sample-project/locations';
const FLASH = 'projects/sample-project/locations/us/publishers/google/models/gemini-3.5-flash';
/** Google takes this in place of the signature of a call that its model has not made: https://ai.google.dev/gemini-api/docs/thought-signatures */
const SIGNATURE = 'skip_thought_signature_validator';
/** The rules of these tests: addresses come back, others do not, and the European team may send none. */
const RULES = `
rules:
  - id: addresses-return
    reason: Addresses leave as placeholders.
    direction: request
    kinds: [email]
    action: restore
  - id: no-new-addresses
    reason: Answers have no addresses that the caller has not sent.
    direction: response
    kinds: [email]
    action: redact
  - id: europeans-stay
    reason: European addresses stay.
    roles: [Analytics.Eu]
    direction: both
    kinds: [email]
    action: block
`;

let observed: ObservedChain;
let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'protection-'));
  const governance = join(scratch, 'governance');
  cpSync(governanceFolder(), governance, { recursive: true });
  writeFileSync(join(governance, 'protection.yaml'), RULES);
  observed = await ObservedChain.start();
  await observed.chain.restartFunctionApp({ GOVERNANCE_DIRECTORY: governance });
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));
afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));

afterAll(async () => {
  await observed.stop();
  rmSync(scratch, { recursive: true });
});

interface Sent {
  readonly path: string;
  readonly body: unknown;
  readonly application?: string;
}

/** The calls of each surface that have an address in them. */
const SURFACES: Readonly<Record<string, Sent>> = {
  generateContent: {
    path: modelPath('generateContent'),
    body: {
      contents: [{ role: 'user', parts: [{ text: `I am ${EMAIL}.` }] }],
      systemInstruction: { parts: [{ text: EMAIL }] },
    },
  },
  'function calls and their results': {
    path: modelPath('generateContent'),
    body: {
      contents: [
        { role: 'user', parts: [{ text: 'Who?' }] },
        {
          role: 'model',
          parts: [{ functionCall: { name: 'find', args: { who: EMAIL } }, thoughtSignature: SIGNATURE }],
        },
        { role: 'user', parts: [{ functionResponse: { name: 'find', response: { found: [EMAIL] } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'find', description: `Finds ${EMAIL}.` }] }],
    },
  },
  'inline text': {
    path: modelPath('generateContent'),
    body: {
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'Read.' },
            { inlineData: { mimeType: 'text/plain', data: base64(`I am ${EMAIL}.`) } },
          ],
        },
      ],
    },
  },
  'a stream of Gemini': {
    path: modelPath('streamGenerateContent?alt=sse'),
    body: { contents: [{ role: 'user', parts: [{ text: `I am ${EMAIL}.` }] }] },
  },
  'tokens that are counted': {
    path: modelPath('generateContent').replace('generateContent', 'countTokens'),
    body: { contents: [{ role: 'user', parts: [{ text: EMAIL }] }] },
  },
  'a context cache': {
    path: `${PARENT}/us/cachedContents`,
    body: { model: FLASH, contents: [{ role: 'user', parts: [{ text: `${EMAIL} `.repeat(2_000) }] }] },
  },
  'chat completions': {
    path: '/openai/v1/chat/completions',
    body: {
      model: 'gemini-fast',
      messages: [
        { role: 'system', content: EMAIL },
        { role: 'user', content: [{ type: 'text', text: EMAIL }] },
      ],
      user: EMAIL,
    },
  },
  'a streamed chat': {
    path: '/openai/v1/chat/completions',
    body: { model: 'gemini-fast', stream: true, messages: [{ role: 'user', content: EMAIL }] },
  },
  responses: {
    path: '/openai/v1/responses',
    body: {
      model: 'gemini-fast',
      instructions: EMAIL,
      input: [{ role: 'user', content: [{ type: 'input_text', text: EMAIL }] }],
    },
  },
  embeddings: {
    path: '/openai/v1/embeddings',
    body: { model: 'text-embedding-005', input: [`I am ${EMAIL}`, 'x'] },
  },
  messages: {
    path: '/anthropic/v1/messages',
    body: {
      model: 'claude-sonnet-5-5',
      max_tokens: 20,
      system: [{ type: 'text', text: EMAIL }],
      messages: [{ role: 'user', content: EMAIL }],
    },
  },
  'a streamed message with a tool result': {
    path: '/anthropic/v1/messages',
    body: {
      model: 'claude-sonnet-5-5',
      max_tokens: 20,
      stream: true,
      tools: [{ name: 'find', description: 'Finds.', input_schema: { type: 'object' } }],
      messages: [
        { role: 'user', content: 'Who?' },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'toolu_1', name: 'find', input: { who: EMAIL } }],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              content: `{"found":"${EMAIL.replace('@', '\\u0040')}"}`,
            },
          ],
        },
      ],
    },
  },
  'parameters over gRPC': {
    path: PREDICT_PATH,
    application: 'scoring-app',
    body: { instances: [[5.1, 3.5, 1.4, 0.2]], parameters: { label: EMAIL } },
  },
  'parameters over REST': {
    path: PREDICT_PATH.replace(':predict', ':rawPredict'),
    application: 'scoring-app',
    body: { instances: [[5.1, 3.5, 1.4, 0.2]], parameters: { label: EMAIL } },
  },
};

function call({ path, body, application = 'assistants-app' }: Sent): Promise<Answer> {
  return observed.call({ application, path, body: JSON.stringify(body) });
}

/** Everything that Google received, in which base64 is decoded. */
async function received(): Promise<string> {
  const requests = await observed.chain.requests('vertex-ai');
  return requests
    .map(({ body, bodyEncoding }) =>
      bodyEncoding === 'base64' ? Buffer.from(body, 'base64').toString() : body,
    )
    .map((body) =>
      body.replace(/"data": ?"([\w+/=]+)"/g, (_, data: string) => Buffer.from(data, 'base64').toString()),
    )
    .join('\n');
}

/** The findings of a record, which Application Insights has as JSON. */
function findingsOf({ findings }: AuditRecord): { readonly direction: string }[] {
  return JSON.parse(typeof findings === 'string' ? findings : '[]') as { direction: string }[];
}

test.each(Object.entries(SURFACES))('an address leaves as a placeholder: %s', async (_, sent) => {
  const answer = await call(sent);
  expect(answer.status).toBe(200);
  const google = await received();
  expect(google).toContain('[EMAIL_1]');
  expect(google).not.toContain(EMAIL);
  expect(google).not.toContain(EMAIL.replace('@', '\\u0040'));
  observed.whenRecorded(answer, (record) => {
    const findings = findingsOf(record);
    expect(findings.filter(({ direction }) => direction === 'request')).toEqual([
      expect.objectContaining({ kind: 'email', direction: 'request', action: 'restore' }),
    ]);
    expect(record).toMatchObject({ outcome: 'answered' });
  });
});

const SSE = { 'content-type': 'text/event-stream' };

function sse(data: object, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

const gemini = (text: string, more: object = {}) => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, ...more }],
});
const USAGE = {
  usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 3, totalTokenCount: 5 },
  modelVersion: 'gemini-3.5-flash',
};

/** Answers of Google in pieces, and how a client of each surface reads its text. */
const STREAMS: Readonly<
  Record<
    string,
    { sent: string; google: (pieces: readonly string[]) => string; read: (text: string) => string }
  >
> = {
  gemini: {
    sent: 'a stream of Gemini',
    google: (pieces) =>
      pieces.map((piece) => sse(gemini(piece))).join('') +
      sse({ candidates: [{ finishReason: 'STOP' }], ...USAGE }),
    read: (text) => joined(text, /"text": ?("(?:[^"\\]|\\.)*")/g),
  },
  chat: {
    sent: 'a streamed chat',
    google: (pieces) =>
      pieces.map((content) => sse({ choices: [{ index: 0, delta: { content } }] })).join('') +
      sse({
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 },
      }) +
      'data: [DONE]\n\n',
    read: (text) => joined(text, /"content": ?("(?:[^"\\]|\\.)*")/g),
  },
  messages: {
    sent: 'a streamed message with a tool result',
    google: (pieces) =>
      [
        sse(
          {
            type: 'message_start',
            message: {
              id: 'm',
              type: 'message',
              role: 'assistant',
              content: [],
              usage: { input_tokens: 2, output_tokens: 1 },
            },
          },
          'message_start',
        ),
        ...pieces.map((text) =>
          sse(
            { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
            'content_block_delta',
          ),
        ),
        sse({ type: 'content_block_stop', index: 0 }, 'content_block_stop'),
        sse(
          { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
          'message_delta',
        ),
        sse({ type: 'message_stop' }, 'message_stop'),
      ].join(''),
    read: (text) => joined(text, /"text": ?("(?:[^"\\]|\\.)*")/g),
  },
};

function joined(text: string, pattern: RegExp): string {
  return [...text.matchAll(pattern)].map(([, json = '']) => JSON.parse(json) as string).join('');
}

test.each(Object.entries(STREAMS))(
  'a stream has the caller’s own address and no other: %s',
  async (_, { sent, google, read }) => {
    const pieces = ['Dear [EMA', 'IL_1], write to ok', `api@example`, '.org today.'];
    await observed.chain.control('vertex-ai', 'POST', 'faults', {
      status: 200,
      headers: SSE,
      body: google(pieces),
    });
    const surface = SURFACES[sent];
    if (!surface) throw new Error('there is no such surface');
    const answer = await call(surface);
    expect(read(answer.text)).toBe(`Dear ${EMAIL}, write to [EMAIL_2] today.`);
    observed.whenRecorded(answer, (record) => {
      expect(record).toMatchObject({ outcome: 'answered', totalTokens: 5, usageCompleteness: 'complete' });
      expect(findingsOf(record)).toContainEqual(
        expect.objectContaining({ kind: 'email', direction: 'response', action: 'redact', count: 1 }),
      );
    });
  },
);

test('a response that is made of Gemini’s stream has the caller’s own address and no other', async () => {
  const pieces = ['Dear [EMA', 'IL_1], write to ok', `api@example`, '.org today.'];
  const { google } = STREAMS.gemini ?? { google: () => '' };
  await observed.chain.control('vertex-ai', 'POST', 'faults', {
    status: 200,
    headers: SSE,
    body: google(pieces),
  });
  const answer = await call({
    path: '/openai/v1/responses',
    body: { model: 'gemini-fast', stream: true, input: EMAIL },
  });
  expect(answer.text).toContain(`"text":"Dear ${EMAIL}, write to [EMAIL_2] today."`);
  observed.whenRecorded(answer, { outcome: 'answered' });
});

test('a whole answer has the caller’s own address and no other', async () => {
  await observed.chain.control('vertex-ai', 'POST', 'faults', {
    status: 200,
    body: { ...gemini(`Dear [EMAIL_1], not ${OTHER}`, { finishReason: 'STOP' }), ...USAGE },
  });
  const answer = await call({
    path: modelPath('generateContent'),
    body: { contents: [{ role: 'user', parts: [{ text: EMAIL }] }] },
  });
  expect(JSON.parse(answer.text)).toMatchObject(gemini(`Dear ${EMAIL}, not [EMAIL_2]`));
  observed.whenRecorded(answer, { outcome: 'answered', totalTokens: 5 });
});

const europe = (verb: 'generateContent' | 'streamGenerateContent?alt=sse', text: string): Sent => ({
  path: modelPath(verb, { location: 'eu' }),
  application: 'eu-analytics-app',
  body: { contents: [{ role: 'user', parts: [{ text }] }] },
});

test('a blocked call never reaches Google, and says place, kind and rule', async () => {
  const answer = await call(europe('generateContent', EMAIL));
  expect(answer.status).toBe(403);
  expect(answer.text).toContain('CONTENT_BLOCKED');
  expect(answer.text).toContain('contents[0].parts[0].text');
  expect(answer.text).toContain('europeans-stay');
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
  observed.whenRecorded(answer, (record) => {
    expect(record).toMatchObject({ outcome: 'denied', status: '403', code: 'CONTENT_BLOCKED' });
    expect(findingsOf(record)).toMatchObject([
      { kind: 'email', action: 'block', direction: 'request', count: 1 },
    ]);
  });
});

test('an answer with a value to block is held back, and its tokens are on record', async () => {
  await observed.chain.control('vertex-ai', 'POST', 'faults', {
    status: 200,
    body: { ...gemini(OTHER, { finishReason: 'STOP' }), ...USAGE },
  });
  const answer = await call(europe('generateContent', 'Hello'));
  expect([answer.status, answer.text.includes(OTHER)]).toEqual([403, false]);
  observed.whenRecorded(answer, { outcome: 'denied', code: 'CONTENT_BLOCKED', totalTokens: 5 });
});

test('a stream ends where a value to block comes, with Google’s own form of an error', async () => {
  const body = [
    sse(gemini('Hello there. ')),
    sse(gemini('It is okapi@exa')),
    sse(gemini('mple.org. ')),
    sse({ candidates: [{ finishReason: 'STOP' }], ...USAGE }),
  ];
  await observed.chain.control('vertex-ai', 'POST', 'faults', {
    status: 200,
    headers: SSE,
    body: body.join(''),
  });
  const answer = await call(europe('streamGenerateContent?alt=sse', 'Hello'));
  expect(answer.text).not.toContain('okapi@');
  expect(answer.text).toContain('"reason":"CONTENT_BLOCKED"');
  observed.whenRecorded(answer, { code: 'CONTENT_BLOCKED' });
});

test('every call is on record once, and no address anywhere', async () => {
  await observed.expectAllOnRecord([EMAIL, OTHER]);
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
