import { startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const PLACE = '/vertex/v1/projects/sample-project/locations/eu';
const RECORD_ID = /^\d{8}T\d{9}Z-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MODEL = 'gen_ai.request.model';
const NOTHING = {
  dialect: '',
  project: '',
  location: '',
  publisher: '',
  [MODEL]: '',
  endpoint: '',
  operation: '',
};

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge();
});

beforeEach(() => {
  edge.traces.length = 0;
});

afterAll(() => edge.close());

/** The fields of a record of a call without a token, which is refused before its body is read. */
async function recordOf(path: string, method = 'POST'): Promise<Record<string, string>> {
  const { status } = await edge.predict({ path, method, body: '{}', headers: { authorization: undefined } });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(edge.traces).toHaveLength(1);
  const metadata = edge.traces[0]?.metadata ?? {};
  expect(metadata.method).toBe(method);
  expect(metadata).toMatchObject({
    version: '1',
    id: expect.stringMatching(RECORD_ID) as string,
    personId: '',
  });
  expect(metadata.id).toBe(`${metadata.time?.replaceAll(/[-:.]/g, '') ?? ''}-${metadata.requestId ?? ''}`);
  expect(metadata).toMatchObject({
    requestedProject: metadata.project,
    requestedLocation: metadata.location,
    requestedModel: metadata.endpoint === '' ? metadata[MODEL] : metadata.endpoint,
  });
  expect(metadata.reason).toMatch(/^[A-Z].*\.$/);
  return Object.fromEntries(
    Object.keys(NOTHING).map((name) => [name, metadata[name === 'model' ? MODEL : name] ?? 'missing']),
  );
}

const inPlace = { dialect: 'vertex', project: 'sample-project', location: 'eu' };
const gemini = { publisher: 'google', [MODEL]: 'gemini-3.5-flash' };

test.each<[string, string, Partial<typeof NOTHING>]>([
  [
    'POST',
    `${PLACE}/endpoints/1234567890:predict`,
    { ...inPlace, endpoint: '1234567890', operation: 'predict' },
  ],
  ['POST', `${PLACE}/endpoints/openapi/chat/completions`, { ...inPlace, operation: 'chatCompletions' }],
  [
    'POST',
    `${PLACE}/publishers/google/models/gemini-3.5-flash:streamGenerateContent`,
    { ...inPlace, ...gemini, operation: 'streamGenerateContent' },
  ],
  [
    'POST',
    '/vertex/v1/publishers/google/models/gemini-3.5-flash:generateContent',
    { dialect: 'vertex', ...gemini, operation: 'generateContent' },
  ],
  [
    'POST',
    `${PLACE}/publishers/anthropic/models/claude-sonnet-5-5:rawPredict`,
    { ...inPlace, publisher: 'anthropic', [MODEL]: 'claude-sonnet-5-5', operation: 'rawPredict' },
  ],
  [
    'POST',
    `${PLACE}/publishers/anthropic/models/count-tokens:rawPredict`,
    { ...inPlace, publisher: 'anthropic', operation: 'countTokens' },
  ],
  [
    'POST',
    `${PLACE}/publishers/google/models/veo-3:fetchPredictOperation`,
    { ...inPlace, publisher: 'google', [MODEL]: 'veo-3', operation: 'predictLongRunning' },
  ],
  ['GET', `${PLACE}/publishers/google/models`, { ...inPlace, publisher: 'google', operation: 'listModels' }],
  [
    'GET',
    `${PLACE}/publishers/google/models/gemini-3.5-flash`,
    { ...inPlace, ...gemini, operation: 'getModel' },
  ],
  ['POST', `${PLACE}/batchPredictionJobs/7:cancel`, { ...inPlace, operation: 'batchPredict' }],
  ['PATCH', `${PLACE}/cachedContents/7`, { ...inPlace, operation: 'cacheContent' }],
  ['POST', '/openai/v1/chat/completions', { dialect: 'openai', operation: 'chatCompletions' }],
  ['POST', '/openai/v1/embeddings', { dialect: 'openai', operation: 'predict' }],
  ['GET', '/openai/v1/models', { dialect: 'openai', operation: 'models' }],
  [
    'GET',
    '/openai/v1/models/gemini-fast',
    { dialect: 'openai', [MODEL]: 'gemini-fast', operation: 'models' },
  ],
  ['POST', '/anthropic/v1/messages', { dialect: 'anthropic', operation: 'rawPredict' }],
  ['POST', '/anthropic/v1/messages/count_tokens', { dialect: 'anthropic', operation: 'countTokens' }],
  ['POST', '/gateway/v1/policy:explain', { dialect: 'gateway', operation: 'policy:explain' }],
  ['GET', '/gateway/v1/audit/7', { dialect: 'gateway', operation: 'audit' }],
  ['GET', '/gateway/v1/whoami', { dialect: 'gateway', operation: 'whoami' }],
  ['POST', '/agents/mcp', { dialect: 'gateway', operation: 'mcp-post' }],
  ['POST', '/vertex/v1/nothing', { dialect: 'vertex' }],
  ['POST', '/nowhere', {}],
])('who was denied %s %s is on record with what was asked for', async (method, path, expected) => {
  expect(await recordOf(path, method)).toEqual({ ...NOTHING, ...expected });
});

test.each([
  ['a slash', 'a%2Fb'],
  ['a line break', 'abc%0A'],
  ['a space', 'my%20prompt'],
  ['more than 128 characters', 'a'.repeat(129)],
  ['characters of another script', '%C3%A9t%C3%A9'],
  ['markup', '%3Cscript%3E'],
  ['a dot first', '..'],
])('a part of the path with %s is no name and stays out of the record', async (_, part) => {
  const path = `/vertex/v1/projects/${part}/locations/${part}/publishers/${part}/models/${part}:predict`;
  expect(await recordOf(path)).toEqual({ ...NOTHING, dialect: 'vertex', operation: 'predict' });
});

test('the limit of a catalog entry holds however a call names the model, and its refusal names it', async () => {
  const tight = await startEdge({ limits: { calls: 100, quota: 100, entryCalls: 1 } });
  try {
    const inBody = (path: string, model: string) => tight.predict({ path, body: JSON.stringify({ model }) });
    const chat = '/openai/v1/chat/completions';
    expect((await inBody(chat, 'gemini-3.5-flash')).status).toBe(200);
    expect((await inBody(chat, 'gemini-3.1-pro-preview')).status).toBe(200);
    const refused = [
      await inBody(chat, 'gemini-3.1-pro-preview'),
      await inBody('/anthropic/v1/messages', 'google/gemini-3.1-pro-preview'),
      await inBody(
        `${PLACE}/cachedContents`,
        `${PLACE.slice(11)}/publishers/google/models/gemini-3.1-pro-preview`,
      ),
      await tight.predict({
        path: `${PLACE}/publishers/google/models/gemini-3.1-pro-preview:generateContent`,
      }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([429, 429, 429, 429]);
    // A body that is too long to be read at the edge may name any model.
    expect((await tight.predict({ path: chat, body: ' '.repeat(4_194_305) })).status).toBe(429);
    expect((await inBody(chat, 'gemini-3.5-flash')).status).toBe(200);
    const pro = {
      code: 'RATE_LIMITED',
      publisher: 'google',
      [MODEL]: 'gemini-3.1-pro-preview',
      endpoint: '',
    };
    expect(tight.traces.map(({ metadata }) => metadata)).toMatchObject([
      { ...pro, publisher: '', dialect: 'openai', operation: 'chatCompletions' },
      { ...pro, dialect: 'anthropic', operation: 'rawPredict' },
      { ...pro, ...inPlace, operation: 'cacheContent' },
      { ...pro, ...inPlace, operation: 'generateContent' },
      { code: 'RATE_LIMITED', publisher: '', [MODEL]: '', dialect: 'openai' },
    ]);
  } finally {
    await tight.close();
  }
}, 30_000);
