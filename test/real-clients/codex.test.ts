import { readSettings } from '../support/read-setup.ts';
import { RealClients } from './real-clients.ts';

const CODEX = '.bin/codex';
/** The text of the emulator's models about a prompt with these words. */
const ANSWER = /You wrote \d+ words\./;

/** The time of a turn, and the system that Codex runs on. */
const MASKED = [
  { value: /(?<="turn_started_at_unix_ms":)\d+/g, name: '<time>' },
  { value: /(?<=codex_exec\/[\d.]+ \()[^;]+/g, name: '<system>' },
];

let clients: RealClients;

beforeAll(async () => {
  clients = await RealClients.start();
});

afterAll(() => clients.stop());

/** The settings of a snippet of docs/clients.md, and what keeps Codex from calling elsewhere. */
function settings(model: string, snippet = 'Codex 1'): string {
  const own = readSettings(snippet, 'toml')
    .replace('model = "gemini-3.5-flash"', `model = "${model}"`)
    .replace('https://gateway.example.com', clients.gatewayUrl);
  return `check_for_update_on_startup = false
${own}

[analytics]
enabled = false

[features]
plugins = false
`;
}

function run(
  config: string,
  prompt: string,
  env: Record<string, string> = { SUBSCRIPTION_KEY: clients.keyOf('sandbox-app') },
): ReturnType<RealClients['run']> {
  return clients.run(CODEX, ['exec', '--skip-git-repo-check', prompt], {
    env,
    files: { '../.codex/config.toml': config },
  });
}

const MODELS = [
  ['gemini-fast', 'streamGenerateContent'],
  ['claude-haiku-4-5', 'streamRawPredict'],
] as const;

test.each(MODELS)('Codex has a prompt answered by %s', async (model, operation) => {
  const { exitCode, stdout } = await run(settings(model), 'Name three flowers.');
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(ANSWER)]);
  expect(clients.takeTranscript(...MASKED)).toMatchSnapshot();
  clients.expectRecords({ outcome: 'answered', dialect: 'openai', operation });
});

test.each(MODELS)(
  'Codex runs a command that %s asks for, and tells it the result',
  async (model, operation) => {
    const { exitCode, stdout } = await run(settings(model), 'Please exec_command');
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(ANSWER)]);
    const bodies = clients.takeCalls().map(({ path }) => path);
    expect(bodies).toEqual(['/openai/v1/responses', '/openai/v1/responses']);
    const answered = { outcome: 'answered', operation };
    clients.expectRecords(answered, answered);
  },
);

test('Codex asks its command for a token', async () => {
  const { exitCode, stdout } = await run(settings('gemini-fast', 'Codex 2'), 'Name three flowers.', {
    SUBSCRIPTION_KEY: clients.keyOf('assistants-app'),
    GATEWAY_SCOPE: clients.chain.environment.scope,
    ...clients.signIn(await clients.chain.token('assistants-app')),
  });
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(ANSWER)]);
  const { id: applicationId } = clients.application('assistants-app');
  // With a command it also lists the models, some times and at any time.
  const listed = { outcome: 'answered', operation: 'models', applicationId };
  const answered = { outcome: 'answered', operation: 'streamGenerateContent', applicationId };
  const records = clients
    .takeCalls()
    .map(({ path }) => (path.startsWith('/openai/v1/models') ? listed : answered));
  expect(records.filter((record) => record === answered)).toHaveLength(1);
  clients.expectRecords(...records);
});

test('Codex tries a stream that breaks again', async () => {
  await clients.chain.inject('vertex-ai', { path: ':streamGenerateContent', abortAfterChunks: 2 });
  const { exitCode, stdout } = await run(settings('gemini-fast'), 'Name three flowers.');
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(ANSWER)]);
  clients.expectRecords({ outcome: 'interrupted', code: 'VERTEX_STREAM_BROKEN' }, { outcome: 'answered' });
});

test('Codex says why its own search is not served, and does not try again', async () => {
  const searching = settings('gemini-fast').replace('web_search = "disabled"', '');
  const { exitCode, stderr } = await run(searching, 'Name three flowers.');
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('web_search = \\"disabled\\"')]);
  clients.expectRecords({ outcome: 'denied', code: 'UNSUPPORTED_PARAMETER', status: '400' });
});

test('every call is on record, and none left the machine', () => clients.expectAllOnRecord());
