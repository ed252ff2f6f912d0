import { readSettings, readSetup } from '../support/read-setup.ts';
import { type ClientOutput, RealClients } from './real-clients.ts';

let clients: RealClients;
let env: Record<string, string>;
let withToken: Record<string, string>;

beforeAll(async () => {
  clients = await RealClients.start();
  env = {
    ...readSetup('Gemini CLI 1', {
      gatewayUrl: clients.gatewayUrl,
      subscriptionKey: clients.keyOf('sandbox-app'),
    }),
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
  };
  withToken = {
    ...env,
    GOOGLE_API_KEY: clients.keyOf('assistants-app'),
    GEMINI_CLI_CUSTOM_HEADERS: `Authorization: Bearer ${await clients.chain.token('assistants-app')}`,
  };
});

afterAll(() => clients.stop());

/** The settings that keep Gemini CLI from calling anybody else. */
const SETTINGS = {
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
};

interface Asked {
  readonly flags?: string[];
  readonly files?: Record<string, string>;
  readonly settings?: object;
}

function ask(
  prompt: string,
  variables: Record<string, string>,
  { flags = [], files = {}, settings = {} }: Asked = {},
): Promise<ClientOutput> {
  return clients.run('.bin/gemini', [...flags, '-p', prompt], {
    env: variables,
    files: { '../.gemini/settings.json': JSON.stringify({ ...SETTINGS, ...settings }), ...files },
  });
}

/** The call by which Gemini CLI chooses a model for the prompt, unless its user has. */
const chosen = { outcome: 'answered', operation: 'generateContent', model: 'gemini-3.5-flash-lite' };
const answered = { outcome: 'answered', operation: 'streamGenerateContent', model: 'gemini-3.8-flash' };
const SEARCH = 'Use google_web_search {"query": "irises"}';
/** The model of its tools of the web, which its user can't choose by a flag. */
const WEB = { operation: 'generateContent', model: 'gemini-3-flash-preview' };

test('a prompt is answered with a key, by the model that Gemini CLI chooses', async () => {
  const { exitCode, stdout } = await ask('Name three flowers.', env);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote')]);
  expect(clients.takeTranscript()).toMatchSnapshot();
  clients.expectRecords(chosen, answered);
});

test('a prompt is answered with a token', async () => {
  const { exitCode, stdout } = await ask('Name three flowers.', withToken);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote')]);
  const { id: applicationId } = clients.application('assistants-app');
  clients.expectRecords({ ...chosen, applicationId }, { ...answered, applicationId });
});

test.each([
  ['flash', 'gemini-3.8-flash'],
  ['gemini-fast', 'gemini-3.5-flash'],
])('the model %s is chosen by a flag', async (name, model) => {
  const { exitCode, stdout } = await ask('Name three flowers.', env, { flags: ['-m', name] });
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote')]);
  clients.expectRecords({ ...answered, model });
});

test('a file is read for the model', async () => {
  const files = { 'notes.txt': 'The password of the garden is marigold.\n' };
  const { exitCode, stdout } = await ask('Use read_file {"file_path": "notes.txt"}', env, { files });
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('marigold')]);
  clients.expectRecords(chosen, answered, answered);
});

test('a search of the web that no role is granted is refused to the model in a sentence, once', async () => {
  const { exitCode, stdout } = await ask(SEARCH, env);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote')]);
  const refused = { ...WEB, outcome: 'denied', code: 'NOT_GRANTED', status: '403' };
  clients.expectRecords(chosen, answered, refused, answered);
});

test('a search of the web that the rules allow is answered', async () => {
  const { exitCode, stdout } = await ask(SEARCH, withToken);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote')]);
  clients.expectRecords(chosen, answered, { ...WEB, outcome: 'answered' }, answered);
});

test('its tools of the web use the model that its settings name, whose rules hold', async () => {
  const settings = JSON.parse(readSettings('Gemini CLI 2', 'json')) as object;
  const { exitCode, stdout } = await ask(SEARCH, env, { settings });
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote')]);
  const refused = { outcome: 'denied', code: 'TOOL_NOT_ALLOWED', status: '403', model: 'gemini-3.8-flash' };
  clients.expectRecords(chosen, answered, refused, answered);
});

test('a fetching of a page that the rules allow is answered by Google, which fetches it', async () => {
  // An address without a name, because Gemini CLI looks names up before it asks.
  const prompt = 'Use web_fetch {"prompt": "Summarise https://93.184.215.14/irises"}';
  const { exitCode, stdout } = await ask(prompt, withToken, { flags: ['--approval-mode', 'yolo'] });
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('You wrote')]);
  clients.expectRecords(chosen, answered, { ...WEB, outcome: 'answered' }, answered);
});

test('every call is on record, and none left the machine', () => clients.expectAllOnRecord());
