import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import { readSettings, readSetup } from '../support/read-setup.ts';
import { type ClientOutput, type ClientRun, RealClients } from './real-clients.ts';

const CLAUDE = '.bin/claude';
const MODEL = 'claude-haiku-4-5';
let clients: RealClients;
let withKey: Record<string, string>;
let withToken: Record<string, string>;
let onVertex: Record<string, string>;
let onVertexWithToken: Record<string, string>;

beforeAll(async () => {
  clients = await RealClients.start();
  withKey = setup('Claude Code 1', 'sandbox-app');
  withToken = setup('Claude Code 2', 'assistants-app', await clients.chain.token('assistants-app'));
  onVertex = setup('Claude Code 4', 'sandbox-app');
  onVertexWithToken = {
    ...onVertex,
    ANTHROPIC_CUSTOM_HEADERS: `Authorization: Bearer ${withToken.ANTHROPIC_AUTH_TOKEN}\n${withToken.ANTHROPIC_CUSTOM_HEADERS}`,
  };
});

afterAll(() => clients.stop());

/** The documented variables of a set-up, and the one that keeps Claude Code from calling anybody else. */
function setup(snippet: string, application: string, token = ''): Record<string, string> {
  const { gatewayUrl } = clients;
  const variables = readSetup(snippet, { gatewayUrl, subscriptionKey: clients.keyOf(application), token });
  return { ...variables, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' };
}

function ask(
  prompt: string,
  env: Record<string, string>,
  { flags = [], ...run }: Omit<ClientRun, 'env'> & { readonly flags?: string[] } = {},
): Promise<ClientOutput> {
  return clients.run(CLAUDE, ['-p', prompt, ...flags], { env, ...run });
}

const answered = { outcome: 'answered', operation: 'streamRawPredict' };
/**
 * Claude Code tries a beta of Anthropic's own API that Vertex AI refuses for this model. It leaves the beta out at once,
 * and in the rest of the session.
 */
const betaRefused = { outcome: 'failed', code: 'VERTEX_INVALID_ARGUMENT' };

test.each<[name: string, env: () => Record<string, string>, records: AuditRecord[]]>([
  ['a key', () => withKey, [betaRefused, answered]],
  ['a token', () => withToken, [betaRefused, answered]],
  ['a key on Vertex AI’s surface', () => onVertex, [answered]],
  ['a token on Vertex AI’s surface', () => onVertexWithToken, [answered]],
])('a prompt is answered with %s', async (_, env, records) => {
  const { exitCode, stdout } = await ask('Name three flowers.', env());
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote 3 words.')]);
  expect(clients.takeTranscript()).toMatchSnapshot();
  clients.expectRecords(...records);
});

test('the output of apiKeyHelper is the token', async () => {
  const { ANTHROPIC_AUTH_TOKEN: token = '', ...env } = withToken;
  const files = { '../.claude/settings.json': readSettings('Claude Code 3', 'json') };
  const signedIn = { ...env, ...clients.signIn(token) };
  const { exitCode, stdout } = await ask('Name three flowers.', signedIn, { files });
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote 3 words.')]);
  expect(clients.takeTranscript()).toMatchSnapshot();
  const { id: applicationId } = clients.application('assistants-app');
  clients.expectRecords(betaRefused, { ...answered, applicationId });
});

/** The surfaces, and the records of a call that comes before the answered one. */
const SURFACES: [name: string, env: () => Record<string, string>, first: AuditRecord[]][] = [
  ['Anthropic’s', () => withToken, [betaRefused]],
  ['Vertex AI’s', () => onVertexWithToken, []],
];

test.each(SURFACES)('a file is read for the model on %s surface', async (_, env, first) => {
  const files = { 'notes.txt': 'The password of the garden is marigold.\n' };
  const { exitCode, stdout } = await ask('Use Read {"file_path": "notes.txt"}', env(), { files });
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('marigold')]);
  clients.expectRecords(...first, answered, answered);
});

test.each(SURFACES)('the context is counted on %s surface', async (_, env) => {
  const { exitCode, stdout } = await ask('/context', env());
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/Messages \| [1-9]/)]);
  const calls = clients.takeCalls();
  expect(calls.length).toBeGreaterThan(10);
  clients.expectRecords(...calls.map(() => ({ outcome: 'answered', operation: 'countTokens' })));
});

test('models are found by discovery, those that the caller may use', async () => {
  const env = { ...withKey, CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: '1' };
  const cache = '../.claude/cache/gateway-models.json';
  const { exitCode, written } = await ask('/model', env, { kept: [cache] });
  const { models } = JSON.parse(written[cache] ?? '{}') as { models?: unknown[] };
  expect([exitCode, models]).toEqual([0, expect.arrayContaining([{ id: MODEL, display_name: MODEL }])]);
  expect(clients.takeTranscript()).toMatchSnapshot();
  clients.expectRecords({ outcome: 'answered', operation: 'models' });
});

test.each(SURFACES)(
  'a stream that breaks is asked for once more as a whole on %s surface',
  async (_, env, first) => {
    // A refusal comes whole, and the stream after it breaks.
    const fault = { path: ':streamRawPredict', abortAfterChunks: 2, times: 1 + first.length };
    await clients.chain.inject('vertex-ai', fault);
    const { exitCode, stdout } = await ask('Name three flowers.', env());
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote 3 words.')]);
    clients.expectRecords(
      ...first,
      { outcome: 'interrupted', code: 'VERTEX_STREAM_BROKEN' },
      { outcome: 'answered', operation: 'rawPredict' },
    );
  },
);

test.each(SURFACES)('a quota that is used up is waited for on %s surface', async (_, env, first) => {
  await clients.chain.inject('vertex-ai', { path: ':streamRawPredict', status: 429 });
  const { exitCode, stdout } = await ask('Name three flowers.', env());
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote 3 words.')]);
  clients.expectRecords(
    { outcome: 'failed', code: 'VERTEX_RATE_LIMITED', status: '429' },
    ...first,
    answered,
  );
});

test('a model outside the catalog makes Claude Code ask for another model, not for a sign-in', async () => {
  const { exitCode, stdout } = await ask('Name three flowers.', {
    ...withKey,
    ANTHROPIC_MODEL: 'claude-none-1',
  });
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining('pick a different model')]);
  const denied = { outcome: 'denied', code: 'MODEL_NOT_FOUND', status: '404' };
  clients.expectRecords(denied, denied);
});

test('a search of the web that no rule allows is refused to the model in a sentence', async () => {
  const flags = ['--tools=WebSearch', '--allowedTools=WebSearch', '--system-prompt=Be brief.'];
  const { exitCode, stdout } = await ask('Use WebSearch {"query": "irises"}', withKey, { flags });
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/403.*tools.*websearch.*rules/)]);
  clients.expectRecords(
    betaRefused,
    answered,
    { outcome: 'denied', code: 'TOOL_NOT_ALLOWED', status: '403' },
    answered,
  );
});

test('every call is on record, and none left the machine', () => clients.expectAllOnRecord());
