import { ClientChain, QUOTA_EXHAUSTED, RATE_LIMITED, STREAM_BROKEN, VERTEX_FAILED } from './client-chain.ts';
import { readSetup } from '../support/read-setup.ts';

const SONNET = 'claude-sonnet-5-5';
const HAIKU = 'claude-haiku-4-5@20251001';

/**
 * The variables that docs/clients.md sets for Claude Code. The requests below are made from these values alone.
 * https://code.claude.com/docs/en/llm-gateway
 */
type Setup = Readonly<Record<string, string>>;

let clients: ClientChain;
let withKey: Setup;
let withToken: Setup;

beforeAll(async () => {
  clients = await ClientChain.start();
  const sandbox = await clients.credentials('sandbox-app');
  withKey = setupWith(`x-api-key: ${sandbox.key}`, HAIKU);
  const { key, token } = await clients.credentials('assistants-app');
  withToken = setupWith(
    `Authorization: Bearer ${token}\nOcp-Apim-Subscription-Key: ${key}`,
    SONNET,
    'global',
  );
});

afterAll(() => clients.stop());

/** The documented variables, with other credentials and another model where they differ. */
function setupWith(headers: string, model: string, region = 'us-east5'): Setup {
  const setup = readSetup('Claude Code 4', { gatewayUrl: clients.url(''), subscriptionKey: 'the-key' });
  expect(setup).toMatchObject({ CLAUDE_CODE_USE_VERTEX: '1', CLAUDE_CODE_SKIP_VERTEX_AUTH: '1' });
  expect(setup.ANTHROPIC_CUSTOM_HEADERS).toBe('x-api-key: the-key');
  return { ...setup, ANTHROPIC_CUSTOM_HEADERS: headers, ANTHROPIC_MODEL: model, CLOUD_ML_REGION: region };
}

const SETUPS: [name: string, setup: () => Setup][] = [
  ['with a key', () => withKey],
  ['with a bearer token', () => withToken],
];

/** A turn as Claude Code sends it: a system prompt whose beginning is cached, tools, and a stream. */
const TURN = {
  anthropic_version: 'vertex-2023-10-16',
  max_tokens: 32_000,
  system: [
    {
      type: 'text',
      text: 'You are Claude Code, Anthropic’s official CLI for Claude.',
      cache_control: { type: 'ephemeral' },
    },
  ],
  messages: [
    {
      role: 'user',
      content: [{ type: 'text', text: 'Which flowers are there?', cache_control: { type: 'ephemeral' } }],
    },
  ],
  tools: [
    {
      name: 'Read',
      description: 'Reads a file from the local filesystem.',
      input_schema: {
        type: 'object',
        properties: { file_path: { type: 'string' } },
        required: ['file_path'],
        additionalProperties: false,
      },
    },
  ],
  metadata: { user_id: 'user_0000_account__session_0000' },
  temperature: 1,
  stream: true,
};

function post(
  setup: Setup,
  model: string,
  verb: string,
  body: object,
  signal?: AbortSignal,
): Promise<Response> {
  const custom = (setup.ANTHROPIC_CUSTOM_HEADERS ?? '')
    .split('\n')
    .map((line) => line.split(/: (.*)/s).slice(0, 2));
  const {
    ANTHROPIC_VERTEX_BASE_URL: base = '',
    ANTHROPIC_VERTEX_PROJECT_ID: project,
    CLOUD_ML_REGION: region,
  } = setup;
  return fetch(
    `${base}/projects/${project}/locations/${region}/publishers/anthropic/models/${model}:${verb}`,
    {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14',
        'anthropic-dangerous-direct-browser-access': 'true',
        'content-type': 'application/json',
        'user-agent': 'claude-cli/2.1.0 (external, cli)',
        'x-app': 'cli',
        'x-stainless-lang': 'js',
        'x-stainless-retry-count': '0',
        'x-stainless-timeout': '600',
        ...(Object.fromEntries(custom) as Record<string, string>),
      },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    },
  );
}

function send(setup: Setup, signal?: AbortSignal): Promise<Response> {
  return post(setup, setup.ANTHROPIC_MODEL ?? '', 'streamRawPredict', TURN, signal);
}

test.each(SETUPS)('a turn streams %s', async (_, setup) => {
  const answer = await send(setup());
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('text/event-stream'),
  ]);
  const events = (await answer.text()).matchAll(/^event: (\w+)$/gm);
  const names = Array.from(events, ([, name]) => name);
  expect([names[0], names.at(-1)]).toEqual(['message_start', 'message_stop']);
  clients.expectRecords({
    outcome: 'answered',
    operation: 'streamRawPredict',
    model: setup().ANTHROPIC_MODEL,
    finishReason: 'end_turn',
    usageCompleteness: 'complete',
  });
});

test.each(SETUPS)('tokens are counted although the call names betas %s', async (_, setup) => {
  const { anthropic_version, messages, tools } = TURN;
  const body = { anthropic_version, model: setup().ANTHROPIC_MODEL, messages, tools };
  const answer = await post(setup(), 'count-tokens', 'rawPredict', body);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ input_tokens: expect.any(Number) as number });
  clients.expectRecords({ outcome: 'answered', operation: 'countTokens', model: setup().ANTHROPIC_MODEL });
});

test.each(SETUPS)('the betas of a turn reach the model, its other headers do not, %s', async (_, setup) => {
  await clients.chain.control('vertex-ai', 'DELETE', 'requests');
  await (await send(setup())).text();
  const [request] = await clients.chain.requests('vertex-ai');
  expect(request?.headers).toMatchObject({
    'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14',
  });
  const names = Object.keys(request?.headers ?? {});
  expect(names.filter((name) => /^x-|key|user-agent|dangerous/.test(name))).toEqual([]);
  expect(JSON.parse(request?.body ?? '')).toEqual(TURN);
  clients.expectRecords({ outcome: 'answered' });
});

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

async function expectRefusal(answer: Response, { status, type, message }: Refusal): Promise<void> {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(await answer.json()).toMatchObject({
    type: 'error',
    error: { type, message: expect.stringContaining(message) as string },
  });
}

test('credentials of nobody are an authentication_error', async () => {
  const answer = await send(setupWith('x-api-key: nobody-has-this-key', SONNET));
  await expectRefusal(answer, {
    status: 401,
    type: 'authentication_error',
    message: 'The subscription key is',
  });
  clients.expectRecords({ outcome: 'denied', status: '401' });
});

test('a model without a grant is a permission_error that is not to be tried again', async () => {
  const answer = await post({ ...withKey, CLOUD_ML_REGION: 'global' }, SONNET, 'streamRawPredict', TURN);
  expect(answer.headers.get('x-should-retry')).toBe('false');
  await expectRefusal(answer, {
    status: 403,
    type: 'permission_error',
    message: 'Ask for one of these roles',
  });
  clients.expectRecords({ outcome: 'denied', code: 'NOT_GRANTED' });
});

test('a quota of Google’s that is used up is a rate_limit_error, a failure of Google’s an api_error', async () => {
  await clients.exhaustVertexQuota(':streamRawPredict');
  const exhausted = await send(withToken);
  expect(exhausted.headers.get('retry-after')).toBe('1');
  await expectRefusal(exhausted, { status: 429, type: 'rate_limit_error', message: QUOTA_EXHAUSTED });
  await clients.failVertex(':streamRawPredict');
  await expectRefusal(await send(withToken), { status: 502, type: 'api_error', message: VERTEX_FAILED });
  clients.expectRecords(
    { outcome: 'failed', code: 'VERTEX_RATE_LIMITED' },
    { outcome: 'failed', code: 'VERTEX_FAILED' },
  );
});

test('a turn that breaks ends with an error event', async () => {
  await clients.breakStream(':streamRawPredict');
  const text = await (await send(withToken)).text();
  const [event, data] = text.trimEnd().split('\n').slice(-2);
  expect(event).toBe('event: error');
  expect(JSON.parse(data?.slice('data: '.length) ?? '')).toEqual({
    type: 'error',
    error: { type: 'api_error', message: STREAM_BROKEN },
  });
  clients.expectRecords({ outcome: 'interrupted', code: 'VERTEX_STREAM_BROKEN' });
});

test('a turn that its user interrupts is on record as gone', async () => {
  await clients.slowDown(300);
  const controller = new AbortController();
  const answer = await send(withToken, controller.signal);
  await answer.body?.getReader().read();
  controller.abort();
  await clients.slowDown(0);
  clients.expectRecords({ outcome: 'aborted', code: 'CALLER_GONE', usageCompleteness: 'partial' });
});

test('more tokens in a minute than the product allows are a rate_limit_error of the edge', async () => {
  await clients.exhaustSandboxTokens();
  await expectRefusal(await send(withKey), { status: 429, type: 'rate_limit_error', message: RATE_LIMITED });
  clients.expectRecords({ outcome: 'denied', code: 'RATE_LIMITED', status: '429' });
});

test('every call is on record', () => clients.expectAllOnRecord());
