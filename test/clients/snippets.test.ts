import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type RunningChain, startChain } from '../support/chain.ts';
import { azureSignIn } from '../support/azure-sign-in.ts';
import { findsPackages, readSnippets, type Snippet } from '../support/read-snippets.ts';

const ROOT = resolve(__dirname, '../..');
/** A folder within the project, so that snippets find the packages. */
const FOLDER = join(ROOT, '.local', 'snippets');
const run = promisify(execFile);
const snippets = readSnippets(readFileSync(join(ROOT, 'docs/clients.md'), 'utf8'));

/** Snippets of packages that are not here run in the lane of the large clients. */
const runnable = snippets.filter(
  (snippet) => ['js', 'sh'].includes(snippet.language) && findsPackages(snippet, ROOT),
);

let chain: RunningChain;

beforeAll(async () => {
  chain = await startChain();
  mkdirSync(FOLDER, { recursive: true });
});

afterAll(async () => {
  rmSync(FOLDER, { recursive: true });
  await chain.stop();
});

test.each(runnable)('the snippet $name works', async (snippet) => {
  await chain.control('application-insights', 'DELETE', 'telemetry');
  const output = await execute(snippet);
  // Large clients run with the variables of such a snippet in `test/real-clients`.
  if (!/^(?:export .*\n)+$/.test(snippet.code)) {
    expect(output.trim()).not.toBe('');
    const records = await chain.auditRecords();
    expect(records.map(({ outcome }) => outcome)).toContain('answered');
  }
});

test.each(snippets.filter(({ language }) => language === 'py'))(
  'the snippet $name is Python',
  async ({ code }) => {
    await run('python3', ['-c', 'import ast, sys; ast.parse(sys.argv[1])', code]);
  },
);

async function execute({ name, language, code }: Snippet): Promise<string> {
  // A snippet with a token runs as its application; one with a key alone as the sandbox's.
  const application =
    chain.environment.applications[
      /TOKEN|DefaultAzureCredential/.test(code) ? 'assistants-app' : 'sandbox-app'
    ];
  const file = join(FOLDER, `${name.replaceAll(/\W+/g, '-')}.${language === 'js' ? 'mjs' : 'sh'}`);
  writeFileSync(file, language === 'js' ? code : `set -eu\n${code}`);
  const { stdout } = await run(language === 'js' ? process.execPath : 'bash', [file], {
    cwd: ROOT,
    env: {
      HOME: FOLDER,
      ...azureSignIn(FOLDER, await chain.token('assistants-app')),
      GATEWAY_SCOPE: chain.environment.scope,
      GATEWAY_URL: chain.environment.gatewayUrl,
      SUBSCRIPTION_KEY: application?.subscriptionKey,
      TOKEN: await chain.token('assistants-app'),
    },
  });
  return stdout;
}
