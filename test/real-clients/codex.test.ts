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

/** The settings as docs/clients.md gives them, and what keeps Codex from calling elsewhere. */
function settings(model: string, more = 'web_search = "disabled"'): string {
  return `model = "${model}"
model_provider = "gateway"
check_for_update_on_startup = false
${more}

[analytics]
enabled = false

[features]
plugins = false

[model_providers.gateway]
name = "Gateway"
base_url = "${clients.gatewayUrl}/openai/v1"
env_key = "GATEWAY_KEY"
wire_api = "responses"
`;
}

function run(config: string, prompt: string): ReturnType<RealClients['run']> {
  return clients.run(CODEX, ['exec', '--skip-git-repo-check', prompt], {
    env: { GATEWAY_KEY: clients.keyOf('sandbox-app') },
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

test('Codex tries a stream that breaks again', async () => {
  await clients.chain.inject('vertex-ai', { path: ':streamGenerateContent', abortAfterChunks: 2 });
  const { exitCode, stdout } = await run(settings('gemini-fast'), 'Name three flowers.');
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(ANSWER)]);
  clients.expectRecords({ outcome: 'interrupted', code: 'VERTEX_STREAM_BROKEN' }, { outcome: 'answered' });
});

test('Codex says why its own search is not served, and does not try again', async () => {
  const { exitCode, stderr } = await run(settings('gemini-fast', ''), 'Name three flowers.');
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('web_search = \\"disabled\\"')]);
  clients.expectRecords({ outcome: 'denied', code: 'UNSUPPORTED_PARAMETER', status: '400' });
});

test('every call is on record, and none left the machine', () => clients.expectAllOnRecord());
