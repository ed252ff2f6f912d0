import Anthropic from '@anthropic-ai/sdk';
import { AnthropicVertex } from '@anthropic-ai/vertex-sdk';
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

const HAIKU = 'claude-haiku-4-5@20251001';
const SONNET = 'claude-sonnet-5-5';
const MESSAGES: Anthropic.MessageParam[] = [{ role: 'user', content: 'Irises and tulips' }];
const TOOL: Anthropic.Tool = {
  name: 'get_weather',
  description: 'The weather of a city.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

let clients: ClientChain;
/** Anthropic's own client, with a key only. */
let withKey: Anthropic;
/** Anthropic's own client, with a bearer token and a key. */
let withToken: Anthropic;
/** The client for Vertex AI, with a bearer token and a key. */
let onVertex: AnthropicVertex;

beforeAll(async () => {
  clients = await ClientChain.start();
  const baseURL = clients.url('/anthropic');
  withKey = new Anthropic({
    baseURL,
    apiKey: (await clients.credentials('sandbox-app')).key,
    maxRetries: 0,
  });
  const { key, token } = await clients.credentials('assistants-app');
  withToken = new Anthropic({
    baseURL,
    apiKey: null,
    authToken: token,
    defaultHeaders: { 'Ocp-Apim-Subscription-Key': key },
    maxRetries: 0,
  });
  onVertex = vertexWith({ key, token });
});

afterAll(() => clients.stop());

function vertexWith({ key, token }: ClientCredentials, region = 'us'): AnthropicVertex {
  return new AnthropicVertex({
    baseURL: clients.url('/vertex/v1'),
    projectId: 'sample-project',
    region,
    authClient: bearerClient(token) as never,
    defaultHeaders: { 'Ocp-Apim-Subscription-Key': key },
    maxRetries: 0,
  });
}

/** The common parts of the three clients' tests. */
interface Setup {
  readonly dialect: 'anthropic' | 'vertex';
  readonly client: () => Pick<Anthropic, 'messages'>;
  readonly model: string;
  readonly servedModel: string;
}

const SETUPS: [name: string, setup: Setup][] = [
  [
    'with a key',
    { dialect: 'anthropic', client: () => withKey, model: 'claude-haiku-4-5-20251001', servedModel: HAIKU },
  ],
  [
    'with a bearer token',
    { dialect: 'anthropic', client: () => withToken, model: 'claude-sonnet-5-5', servedModel: SONNET },
  ],
  [
    'with the client for Vertex AI',
    {
      dialect: 'vertex',
      client: () => onVertex as unknown as Pick<Anthropic, 'messages'>,
      model: SONNET,
      servedModel: SONNET,
    },
  ],
];

test.each(SETUPS)('sends a message %s', async (_, { client, model, dialect, servedModel }) => {
  const message = await client().messages.create({ model, max_tokens: 100, messages: MESSAGES });
  expect(message.content[0]).toMatchObject({ type: 'text' });
  expect(message.stop_reason).toBe('end_turn');
  expect(message._request_id).toMatch(/^[0-9a-f-]{36}$/);
  clients.expectRecords({
    dialect,
    outcome: 'answered',
    operation: 'rawPredict',
    publisher: 'anthropic',
    model: servedModel,
    // The older model is in regions, too.
    location: servedModel === HAIKU ? 'us-east5' : 'us',
    finishReason: 'end_turn',
    inputTokens: message.usage.input_tokens,
    outputTokens: message.usage.output_tokens,
    usageCompleteness: 'complete',
  });
});

test.each(SETUPS)('streams a message %s', async (_, { client, model }) => {
  const stream = client().messages.stream({ model, max_tokens: 100, messages: MESSAGES });
  const texts: string[] = [];
  stream.on('text', (text) => texts.push(text));
  const message = await stream.finalMessage();
  expect(texts.length).toBeGreaterThan(1);
  expect(message.content[0]).toEqual({ type: 'text', text: texts.join('') });
  clients.expectRecords({
    outcome: 'answered',
    operation: 'streamRawPredict',
    finishReason: 'end_turn',
    inputTokens: message.usage.input_tokens,
    outputTokens: message.usage.output_tokens,
    usageCompleteness: 'complete',
  });
});

test.each(SETUPS)('counts the tokens of a message %s', async (_, { client, model, servedModel }) => {
  const counted = await client().messages.countTokens({ model, messages: MESSAGES });
  expect(counted.input_tokens).toBeGreaterThan(0);
  clients.expectRecords({ outcome: 'answered', operation: 'countTokens', model: servedModel });
});

test.each(SETUPS)('has a tool called %s', async (_, { client, model }) => {
  const message = await client().messages.create({
    model,
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Please get_weather for Paris' }],
    tools: [TOOL],
    tool_choice: { type: 'any' },
  });
  expect(message.content.at(-1)).toMatchObject({
    type: 'tool_use',
    name: 'get_weather',
    input: { city: expect.any(String) as string },
  });
  clients.expectRecords({ outcome: 'answered', finishReason: 'tool_use' });
});

const SEARCH: Anthropic.WebSearchTool20250305 = { type: 'web_search_20250305', name: 'web_search' };

test.each(SETUPS.slice(1))(
  'searches the web and cites it, whole and streamed, %s',
  async (_, { client, model }) => {
    const body = { model, max_tokens: 1000, messages: MESSAGES, tools: [SEARCH] };
    const message = await client().messages.create(body);
    const streamed = await client().messages.stream(body).finalMessage();
    for (const { content, usage } of [message, streamed]) {
      expect(content.map(({ type }) => type)).toEqual(['server_tool_use', 'web_search_tool_result', 'text']);
      expect(content[2]).toMatchObject({ citations: [{ type: 'web_search_result_location' }] });
      expect(usage.server_tool_use?.web_search_requests).toBe(1);
    }
    const goesOn = await client().messages.create({
      ...body,
      messages: [...MESSAGES, { role: 'assistant', content: message.content }, ...MESSAGES],
    });
    expect(goesOn.stop_reason).toBe('end_turn');
    clients.expectRecords(...[1, 2, 3].map(() => ({ outcome: 'answered', searches: 1 })));
  },
);

test('a search of the web that no rule allows is a PermissionDeniedError that names the member', async () => {
  const error = await thrownBy(() =>
    withKey.messages.create({ model: HAIKU, max_tokens: 100, messages: MESSAGES, tools: [SEARCH] }),
  );
  expect(error).toBeInstanceOf(Anthropic.PermissionDeniedError);
  expect(error.message).toContain('tools[0].type of the body gives the model webSearch');
  clients.expectRecords({ outcome: 'denied', code: 'TOOL_NOT_ALLOWED' });
});

test('a key or a token of nobody is an AuthenticationError', async () => {
  const { key } = await clients.credentials('assistants-app');
  const strangers = [
    new Anthropic({ baseURL: clients.url('/anthropic'), apiKey: 'nobody-has-this-key', maxRetries: 0 }),
    vertexWith({ key, token: 'no.real.token' }),
  ];
  for (const stranger of strangers) {
    const error = await thrownBy(() =>
      (stranger as Pick<Anthropic, 'messages'>).messages.create({
        model: SONNET,
        max_tokens: 100,
        messages: MESSAGES,
      }),
    );
    expect(error).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(error.message).toMatch(/The (subscription key|token) is /);
    clients.expectRecords({ outcome: 'denied', status: '401' });
  }
});

test('a model without a grant is a PermissionDeniedError that says what to ask for, and is not tried again', async () => {
  const retrying = withKey.withOptions({ maxRetries: 2 });
  const error = await thrownBy(() =>
    retrying.messages.create({ model: 'claude-sonnet-5-5', max_tokens: 100, messages: MESSAGES }),
  );
  expect(error).toBeInstanceOf(Anthropic.PermissionDeniedError);
  expect(error).toMatchObject({
    status: 403,
    error: { type: 'error', error: { type: 'permission_error' } },
  });
  expect(error.message).toContain('Ask for one of these roles');
  clients.expectRecords({ outcome: 'denied', decision: 'deny', code: 'NOT_GRANTED' });
});

test('a region that the catalog does not have is a PermissionDeniedError with the client for Vertex AI', async () => {
  const elsewhere = vertexWith(await clients.credentials('assistants-app'), 'asia-east1');
  const error = await thrownBy(() =>
    elsewhere.messages.create({ model: SONNET, max_tokens: 100, messages: MESSAGES }),
  );
  expect(error).toBeInstanceOf(Anthropic.PermissionDeniedError);
  expect(error.message).toContain('may not be called in this location');
  clients.expectRecords({ outcome: 'denied', code: 'LOCATION_NOT_ALLOWED' });
});

test.each(SETUPS)(
  'a quota of Google’s that is used up is a RateLimitError, a failure of Google’s an InternalServerError, %s',
  async (_, { client, model }) => {
    const send = () => client().messages.create({ model, max_tokens: 100, messages: MESSAGES });
    await clients.exhaustVertexQuota(':rawPredict');
    const exhausted = await thrownBy(send);
    expect(exhausted).toBeInstanceOf(Anthropic.RateLimitError);
    expect([exhausted.status, exhausted.message]).toEqual([429, expect.stringContaining(QUOTA_EXHAUSTED)]);
    await clients.failVertex(':rawPredict');
    const failed = await thrownBy(send);
    expect(failed).toBeInstanceOf(Anthropic.InternalServerError);
    expect([failed.status, failed.message]).toEqual([502, expect.stringContaining(VERTEX_FAILED)]);
    clients.expectRecords(
      { outcome: 'failed', code: 'VERTEX_RATE_LIMITED', status: '429' },
      { outcome: 'failed', code: 'VERTEX_FAILED', status: '502' },
    );
  },
);

test.each(SETUPS)('a stream that breaks is an APIError after what came %s', async (_, { client, model }) => {
  await clients.breakStream(':streamRawPredict');
  const stream = client().messages.stream({ model, max_tokens: 100, messages: MESSAGES });
  const events: string[] = [];
  stream.on('streamEvent', ({ type }) => events.push(type));
  const error = await thrownBy(() => stream.finalMessage());
  expect(events[0]).toBe('message_start');
  expect(error).toBeInstanceOf(Anthropic.APIError);
  expect(error.message).toContain(STREAM_BROKEN);
  clients.expectRecords({
    outcome: 'interrupted',
    code: 'VERTEX_STREAM_BROKEN',
    usageCompleteness: 'partial',
  });
});

test.each(SETUPS)('a caller that leaves a stream is on record as gone %s', async (_, { client, model }) => {
  await clients.slowDown(300);
  const stream = client().messages.stream({ model, max_tokens: 100, messages: MESSAGES });
  stream.on('text', () => stream.abort());
  const error = await thrownBy(() => stream.finalMessage());
  await clients.slowDown(0);
  expect(error).toBeInstanceOf(Anthropic.APIUserAbortError);
  clients.expectRecords({ outcome: 'aborted', code: 'CALLER_GONE', usageCompleteness: 'partial' });
});

test('more tokens in a minute than the product allows are a RateLimitError of the edge', async () => {
  await clients.exhaustSandboxTokens();
  const error = await thrownBy(() =>
    withKey.messages.create({ model: 'claude-haiku-4-5', max_tokens: 100, messages: MESSAGES }),
  );
  expect(error).toBeInstanceOf(Anthropic.RateLimitError);
  expect([error.status, error.message]).toEqual([429, expect.stringContaining(RATE_LIMITED)]);
  clients.expectRecords({ outcome: 'denied', code: 'RATE_LIMITED', status: '429' });
});

test('models are listed page by page and described', async () => {
  const ids: string[] = [];
  for await (const { id } of withToken.models.list({ limit: 1 })) ids.push(id);
  expect(ids.length).toBeGreaterThan(1);
  expect(await withToken.models.retrieve(ids[0] ?? '')).toMatchObject({ type: 'model', id: ids[0] });
  clients.expectRecords(...[...ids, 'described'].map(() => ({ outcome: 'answered', operation: 'models' })));
});

test('every call is on record', () => clients.expectAllOnRecord());
