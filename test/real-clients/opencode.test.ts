import { readSettings } from '../support/read-setup.ts';
import { type ClientOutput, RealClients } from './real-clients.ts';

/** The program of Linux on x64; the packages of other systems are not installed. */
const OPENCODE = 'opencode-linux-x64-baseline/bin/opencode';

let clients: RealClients;

beforeAll(async () => {
  clients = await RealClients.start();
});

afterAll(() => clients.stop());

/** The settings of a provider. https://opencode.ai/docs/providers */
function withProvider(npm: string, path: string, model: string): Record<string, string> {
  const options = { baseURL: `${clients.gatewayUrl}${path}`, apiKey: clients.keyOf('sandbox-app') };
  return {
    OPENCODE_CONFIG_CONTENT: JSON.stringify({
      autoupdate: false,
      share: 'disabled',
      provider: { gateway: { npm, options, models: { [model]: {} } } },
    }),
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    NPM_CONFIG_OFFLINE: 'true',
  };
}

const SETUPS: [npm: string, path: string, model: string, operation: string][] = [
  ['@ai-sdk/openai-compatible', '/openai/v1', 'gemini-fast', 'chatCompletions'],
  ['@ai-sdk/anthropic', '/anthropic/v1', 'claude-haiku-4-5', 'streamRawPredict'],
  ['@ai-sdk/google-vertex', '/vertex/v1beta1/publishers/google', 'gemini-fast', 'streamGenerateContent'],
];

function ask(prompt: string, model: string, env: Record<string, string>, files = {}): Promise<ClientOutput> {
  // An argument with spaces would come in quotation marks.
  return clients.run(OPENCODE, ['run', '-m', `gateway/${model}`, ...prompt.split(' ')], { env, files });
}

test.each(SETUPS)('a prompt is answered by a provider with %s', async (npm, path, model, operation) => {
  const { exitCode, stdout } = await ask('Name three flowers.', model, withProvider(npm, path, model));
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('flowers')]);
  expect(clients.takeTranscript({ value: /\bses_\w+/g, name: '<session>' })).toMatchSnapshot();
  // The second call is for the title of the session.
  const answered = { outcome: 'answered', operation };
  clients.expectRecords(answered, answered);
});

test.each(SETUPS)(
  'a file is read for the model by a provider with %s',
  async (npm, path, model, operation) => {
    const files = { 'notes.txt': 'The password of the garden is marigold.\n' };
    const prompt = 'Use read {"filePath":"notes.txt"}';
    const { exitCode, stdout } = await ask(prompt, model, withProvider(npm, path, model), files);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('marigold')]);
    const answered = { outcome: 'answered', operation };
    clients.expectRecords(answered, answered, answered);
  },
);

test.each([
  ['1', 'gemini-3.5-flash', 'sandbox-app', 'chatCompletions'],
  ['2', 'claude-haiku-4-5', 'assistants-app', 'streamRawPredict'],
])('the provider %s of docs/clients.md answers a prompt', async (number, model, application, operation) => {
  const config = JSON.parse(readSettings(`opencode ${number}`, 'json')) as object;
  const { exitCode, stdout } = await ask('Name three flowers.', model, {
    OPENCODE_CONFIG_CONTENT: JSON.stringify({ ...config, autoupdate: false, share: 'disabled' }),
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    NPM_CONFIG_OFFLINE: 'true',
    GATEWAY_URL: clients.gatewayUrl,
    SUBSCRIPTION_KEY: clients.keyOf(application),
    TOKEN: await clients.chain.token(application),
  });
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('flowers')]);
  const answered = { outcome: 'answered', operation };
  clients.expectRecords(answered, answered);
});

test('every call is on record, and none left the machine', () => clients.expectAllOnRecord());
