import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openPage } from './browser.ts';
import { RealClients } from './real-clients.ts';

const ROOT = resolve(__dirname, '../..');
const PORTAL = join(ROOT, 'apim/named-values/developer-portal-url/namedValueInformation.json');
/** The origin that apim/policy.xml lets call. */
const ALLOWED = (JSON.parse(readFileSync(PORTAL, 'utf8')) as { properties: { value: string } }).properties
  .value;
const SCRIPT = readFileSync(join(__dirname, 'pages/clients.mjs'), 'utf8');
/** The script of the page in docs/clients.md. */
const [, SNIPPET = ''] =
  /^## Browsers\n.*?^<script type="module">\n(.*?)^<\/script>$/ms.exec(
    readFileSync(join(ROOT, 'docs/clients.md'), 'utf8'),
  ) ?? [];

let clients: RealClients;
let settings: string;

beforeAll(async () => {
  clients = await RealClients.start();
  // A browser would put the parts of a stream that come at once into one chunk.
  await clients.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 20 });
  settings = Object.entries({
    gatewayUrl: JSON.stringify(clients.gatewayTlsUrl),
    subscriptionKey: JSON.stringify(clients.keyOf('assistants-app')),
    getToken: `async () => ${JSON.stringify(await clients.chain.token('assistants-app'))}`,
  })
    .map(([name, value]) => `export const ${name} = ${value};`)
    .join('\n');
});

afterAll(() => clients.stop());

const ABOUT_PROMPT = expect.stringMatching(/name, three, irises/) as string;

test('a page of an allowed origin has answers, streams and errors of every client', async () => {
  const report = await openPage(clients, { origin: ALLOWED, script: SCRIPT, settings });
  expect(report).toEqual({
    openai: ABOUT_PROMPT,
    'a stream of openai': ABOUT_PROMPT,
    '@google/genai': ABOUT_PROMPT,
    '@anthropic-ai/sdk': ABOUT_PROMPT,
    'fetch, chunk by chunk': { text: ABOUT_PROMPT, isInChunks: true },
    'an error of openai': {
      status: 404,
      code: 'model_not_found',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    },
    'a refusal of the edge': { status: 401, reason: 'TOKEN_INVALID', shouldRetry: 'false' },
  });
  // Chromium is the system's own and has no fixed version, so there is no transcript of its headers.
  const asked = clients.takeCalls().filter(({ method }) => method === 'OPTIONS');
  expect(asked.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  clients.expectRecords(
    { outcome: 'answered', operation: 'chatCompletions' },
    { outcome: 'answered', operation: 'chatCompletions' },
    { outcome: 'answered', operation: 'generateContent' },
    { outcome: 'answered', operation: 'rawPredict' },
    { outcome: 'answered', operation: 'streamGenerateContent' },
    { outcome: 'denied', code: 'MODEL_NOT_FOUND', status: '404' },
    { outcome: 'denied', code: 'TOKEN_INVALID', status: '401' },
  );
});

test('the page of docs/clients.md works', async () => {
  const script = `${SNIPPET}\nreport(document.body.textContent);`;
  const report = await openPage(clients, { origin: ALLOWED, script, settings });
  expect(report).toEqual(ABOUT_PROMPT);
  clients.expectRecords({ outcome: 'answered', operation: 'chatCompletions' });
});

test.each(['https://elsewhere.example', `${ALLOWED}.elsewhere.example`])(
  'a page of %s is refused by its browser, and calls nothing',
  async (origin) => {
    const report = (await openPage(clients, { origin, script: SCRIPT, settings })) as object;
    const refused = { thrown: expect.stringMatching(/^(Failed to fetch|Connection error\.)$/) as string };
    expect(Object.keys(report)).toHaveLength(7);
    expect(report).toEqual(Object.fromEntries(Object.keys(report).map((name) => [name, refused])));
    expect(new Set(clients.takeCalls().map(({ method }) => method))).toEqual(new Set(['OPTIONS']));
    clients.expectRecords();
  },
);

test('every call is on record, and none left the machine', () => clients.expectAllOnRecord());
