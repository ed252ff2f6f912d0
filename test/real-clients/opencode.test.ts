import { RealClients } from './real-clients.ts';

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

test('a prompt is answered by an OpenAI-compatible provider', async () => {
  const env = withProvider('@ai-sdk/openai-compatible', '/openai/v1', 'gemini-fast');
  const { exitCode, stdout } = await clients.run(
    OPENCODE,
    ['run', '-m', 'gateway/gemini-fast', 'Name three flowers.'],
    { env },
  );
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('flowers')]);
  expect(clients.takeTranscript({ value: /\bses_\w+/g, name: '<session>' })).toMatchSnapshot();
  const answered = { outcome: 'answered', operation: 'chatCompletions' };
  clients.expectRecords(answered, answered);
});

test('every call is on record, and none left the machine', () => clients.expectAllOnRecord());
