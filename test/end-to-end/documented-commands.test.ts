import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readSnippets } from '../support/read-snippets.ts';
import { type RunningChain, startChain } from '../support/chain.ts';

const ROOT = resolve(__dirname, '../..');
const run = promisify(execFile);

const readme = readDocument('README.md');
const gatewayApi = readDocument('docs/gateway-api.md');
const operations = readDocument('docs/operations.md');

/** The blocks that a reader pastes into a second terminal while the chain runs. */
const COMMANDS = [readme, gatewayApi, operations]
  .flatMap(readSnippets)
  .filter(({ code }) => code.includes('curl'))
  .map(({ name, code }) => [name, code] as const);

const scratch = mkdtempSync(join(tmpdir(), 'documented-'));
const environmentFile = join(scratch, 'environment.json');
let chain: RunningChain;

beforeAll(async () => {
  chain = await startChain();
  writeFileSync(environmentFile, JSON.stringify(chain.environment));
});

beforeEach(() => chain.clear());

afterAll(async () => {
  rmSync(scratch, { recursive: true });
  await chain.stop();
});

test('the documents have commands to paste', () => {
  expect(COMMANDS.map(([name]) => name)).toEqual([
    'First call 1',
    'First call 2',
    'First call 3',
    'Ask 1',
    'On your machine 1',
    'On your machine 2',
  ]);
});

test.each(COMMANDS.filter(([name]) => name.startsWith('First call')))('%s is answered', async (_, code) => {
  const answer = await paste(code);
  expect(answer).toMatch(/"predictions"|"candidates"/);
  expect(answer).not.toContain('"error"');
  await expect(chain.auditRecords()).resolves.toMatchObject([{ outcome: 'answered' }]);
});

test('the questions to the gateway are answered, and the denial is explained as the document shows', async () => {
  const [, code = ''] = COMMANDS.find(([name]) => name === 'Ask 1') ?? [];
  const answers = (await paste(code.replace(/^(ask\(\) \{ .*;) \}$/m, '$1 echo; echo ---; }')))
    .split('---\n')
    .slice(0, -1)
    .map((text) => JSON.parse(text) as object);
  const shown = JSON.parse(/^```json\n(.*?)^```$/ms.exec(gatewayApi)?.[1] ?? '') as object;
  expect(answers).toHaveLength(5);
  for (const answer of answers) expect(answer).not.toHaveProperty('detail');
  expect(answers.at(-1)).toMatchObject(shown);
});

test('an emulator tells what it received and takes faults', async () => {
  const [, code = ''] = COMMANDS.find(([name]) => name === 'On your machine 1') ?? [];
  await expect(paste(code)).resolves.toMatch(/^\[/);
});

test('the journey of a request is shown by its id', async () => {
  const [, code = ''] = COMMANDS.find(([name]) => name === 'On your machine 2') ?? [];
  const answer = await chain.call('/gateway/v1/whoami', { application: 'scoring-app' });
  const journey = await paste(code, { REQUEST_ID: answer.headers.get('x-request-id') ?? '' });
  expect(journey).toContain('validate-azure-ad-token');
});

test('npm start prints what the README shows', async () => {
  const [, shown = ''] = /^```\n(Gateway .*?)^```$/ms.exec(readme) ?? [];
  const lines = shown.split('\n').filter((line) => line !== '' && line !== '…');
  expect(lines.length).toBeGreaterThan(5);
  await until(() => chain.printed.includes('Ctrl-C'));
  const printed = chain.printed.split('\n').map(withoutPortsAndKeys);
  for (const line of lines) expect(printed).toContain(withoutPortsAndKeys(line));
});

function readDocument(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Runs a block in a shell, against this chain instead of the one of `npm start`. @returns its output. */
async function paste(code: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const here = code
    .replaceAll('http://127.0.0.1:8080', chain.environment.gatewayUrl)
    .replaceAll('./.local/environment.json', environmentFile)
    .replaceAll('npm run --silent token --', `node scripts/token.ts --environment-file ${environmentFile}`);
  const { stdout } = await run('bash', ['-euc', here], {
    cwd: ROOT,
    env: { PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH ?? ''}`, ...variables },
  });
  return stdout;
}

function withoutPortsAndKeys(line: string): string {
  return line
    .trimEnd()
    .replace(/:\d+$/, ':PORT')
    .replace(/[0-9a-f]{32}$/, 'KEY');
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resume) => setTimeout(resume, 20));
}
