import { readSetup } from '../support/read-setup.ts';
import { type ClientOutput, RealClients } from './real-clients.ts';

let clients: RealClients;
let env: Record<string, string>;

beforeAll(async () => {
  clients = await RealClients.start();
  env = {
    ...readSetup('Gemini CLI 1', {
      gatewayUrl: clients.gatewayUrl,
      subscriptionKey: clients.keyOf('sandbox-app'),
    }),
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
  };
});

afterAll(() => clients.stop());

/** The settings that docs/clients.md names, and those that keep Gemini CLI from calling anybody else. */
const SETTINGS = {
  tools: { exclude: ['google_web_search', 'web_fetch'] },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
};

function ask(prompt: string, files: Record<string, string> = {}, variables = env): Promise<ClientOutput> {
  return clients.run('.bin/gemini', ['-m', 'gemini-fast', '-p', prompt], {
    env: variables,
    files: { '../.gemini/settings.json': JSON.stringify(SETTINGS), ...files },
  });
}

const answered = { outcome: 'answered', operation: 'streamGenerateContent', model: 'gemini-3.5-flash' };

test('a prompt is answered with a key', async () => {
  const { exitCode, stdout } = await ask('Name three flowers.');
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote')]);
  expect(clients.takeTranscript()).toMatchSnapshot();
  clients.expectRecords(answered);
});

test('a prompt is answered with a token', async () => {
  const token = await clients.chain.token('assistants-app');
  const GOOGLE_API_KEY = clients.keyOf('assistants-app');
  const withToken = { ...env, GOOGLE_API_KEY, GEMINI_CLI_CUSTOM_HEADERS: `Authorization: Bearer ${token}` };
  const { exitCode, stdout } = await ask('Name three flowers.', {}, withToken);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote')]);
  const { id: applicationId } = clients.application('assistants-app');
  clients.expectRecords({ ...answered, applicationId });
});

test('a file is read for the model', async () => {
  const { exitCode, stdout } = await ask('Use read_file {"file_path": "notes.txt"}', {
    'notes.txt': 'The password of the garden is marigold.\n',
  });
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('marigold')]);
  clients.expectRecords(answered, answered);
});

test('tools of the web that the settings leave out are not called', async () => {
  const { exitCode, stdout } = await ask('Use google_web_search {"query": "irises"} and web_fetch');
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote')]);
  clients.expectRecords(answered);
});

test('every call is on record, and none left the machine', () => clients.expectAllOnRecord());
