import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findsPackages, readSnippets } from '../support/read-snippets.ts';
import { RealClients } from './real-clients.ts';

const ROOT = resolve(__dirname, '../..');
/** A folder among the packages, so that snippets find them. */
const FOLDER = join(__dirname, 'node_modules', '.snippets');
const document = readFileSync(join(ROOT, 'docs/clients.md'), 'utf8');
/** The snippets whose packages are not among those of the product's own tests. */
const snippets = readSnippets(document).filter(
  (snippet) => snippet.language === 'js' && !findsPackages(snippet, ROOT),
);

let clients: RealClients;

beforeAll(async () => {
  clients = await RealClients.start();
  mkdirSync(FOLDER, { recursive: true });
});

afterAll(async () => {
  rmSync(FOLDER, { recursive: true });
  await clients.stop();
});

test.each(snippets)('the snippet $name works', async ({ name, code }) => {
  const file = join(FOLDER, `${name.replaceAll(/\W+/g, '-')}.mjs`);
  writeFileSync(file, code);
  const application = code.includes('DefaultAzureCredential') ? 'assistants-app' : 'sandbox-app';
  await clients.chain.control('application-insights', 'DELETE', 'telemetry');
  const { stdout, stderr } = await clients.run(process.execPath, [file], {
    env: {
      ...clients.signIn(await clients.chain.token(application)),
      // Some of these clients write `https://` themselves.
      GATEWAY_URL: clients.gatewayTlsUrl,
      GATEWAY_SCOPE: clients.chain.environment.scope,
      SUBSCRIPTION_KEY: clients.keyOf(application),
    },
  });
  expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringMatching(/\w/) as string });
  const records = await clients.chain.auditRecords();
  expect(records.map(({ outcome }) => outcome)).toContain('answered');
});
