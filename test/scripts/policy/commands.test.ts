import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..', '..');
const MODELS = 'v1/projects/sample-project/locations/us/publishers/google/models';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'policy-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

function run(command: 'check' | 'explain' | 'diff', ...options: string[]): Ended {
  const script = join(PROJECT, 'scripts', 'policy', `${command}.ts`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...options], { encoding: 'utf8' });
  return { exitCode: status, output: stdout, errors: stderr };
}

test('check prints the matrix and says that the documents are valid', () => {
  const { exitCode, output } = run('check');
  expect(exitCode).toBe(0);
  expect(output).toMatch(/^Caller +Model or endpoint +Location +May +Rules\n/);
  expect(output).toMatch(/\nThe documents are valid: .+\. Policy version [0-9a-f]{12}\.\n$/);
});

test('check prints which endpoints are called at hosts of their own', () => {
  const { output } = run('check');
  expect(output).toMatch(/\nEndpoint +Location +Host\n/);
  expect(output).toMatch(/\ntext-container +us-central1 +10\.128\.0\.9\n/);
  expect(run('check', '--markdown').output).toContain('| text-container | us-central1 | 10.128.0.9 |\n');
});

test('check prints which tools and places each caller may reach', () => {
  const { output } = run('check', '--markdown');
  expect(output).toContain('### What calls may reach\n\n| Caller | May | What |\n');
  expect(output).toContain('| Analytics.Eu | give models | functionDeclarations, codeExecution |\n');
  expect(output).toContain('|  | reach by vertexRagStore | projects/sample-project/locations/');
  expect(output).toContain('|  | have written | gs://sample-batches/output, bq://sample-project.');
  expect(output).toContain('| Scoring.Predict | – | – |\n');
  expect(output).toContain('| assistants-agent for Assistants.Use | give models | functionDeclarations |\n');
});

test('check prints Markdown for a pull request', () => {
  expect(run('check', '--markdown').output).toContain(
    '| Caller | Model or endpoint | Location | May | Rules |\n| --- | --- | --- | --- | --- |\n',
  );
});

test('check names the place of a mistake, with a suggestion, and fails', () => {
  cpSync(join(PROJECT, 'governance'), directory, { recursive: true });
  const file = join(directory, 'access.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('roles: [Analytics.Eu]', 'roles: [Analytics.Ue]'));
  const { exitCode, output, errors } = run('check', '--directory', directory);
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' });
  expect(errors).toMatch(
    /access\.yaml:\d+:\d+: .*"Analytics\.Ue" is not a known role\. Did you mean "Analytics\.Eu"\?\n$/,
  );
});

test('explain says what a path would get', () => {
  const path = `/vertex/${MODELS}/gemini-3.5-flash-lite:generateContent`;
  const { exitCode, output } = run('explain', '--application', 'eu-analytics-app', '--path', path);
  expect(exitCode).toBe(0);
  expect(output).toMatch(/^Denied, 403 LOCATION_NOT_ALLOWED\. /);
  expect(output).toContain('The same call is allowed in eu.');
});

test('explain names the host of an endpoint that has one of its own', () => {
  const path = 'v1/projects/sample-project/locations/us-central1/endpoints/iris-dedicated:predict';
  expect(run('explain', '--application', 'scoring-app', '--path', path).output).toMatch(
    /\n {2}Called at +6789012345\.us-central1-548213907654\.prediction\.vertexai\.goog\n/,
  );
});

test('explain says what a key of another product would get', () => {
  const path = `/vertex/${MODELS}/gemini-3.5-flash:generateContent`;
  const { output } = run(
    'explain',
    '--application',
    'assistants-app',
    '--path',
    path,
    '--product',
    'sandbox',
  );
  expect(output).toMatch(/^Denied, 403 PRODUCT_NOT_ALLOWED\. .* Use a key of the product production/);
  expect(output).toMatch(/Key +of the product sandbox, with which Assistants\.Use grants nothing/);
  const own = run('explain', '--application', 'assistants-app', '--path', path);
  expect(own.output).toMatch(/^Allowed\. /);
  const unknown = run('explain', '--application', 'assistants-app', '--path', path, '--product', 'sandbx');
  expect([unknown.exitCode, unknown.errors]).toEqual([
    1,
    expect.stringContaining('"sandbx" is not a known product. Did you mean "sandbox"?') as string,
  ]);
});

test('explain takes a whole address with a query, and other roles', () => {
  const path = `http://127.0.0.1:8080/vertex/${MODELS}/gemini-3.5-flash-lite:streamGenerateContent?alt=sse`;
  const { output } = run(
    'explain',
    '--application',
    'nobody-app',
    '--path',
    path,
    '--role',
    'Assistants.Use',
  );
  expect(output).toMatch(/^Allowed\. /);
});

test('explain reads the model from the body where the path does not name it', () => {
  const path = 'v1/projects/sample-project/locations/eu/endpoints/openapi/chat/completions';
  const body = join(directory, 'body.json');
  writeFileSync(body, JSON.stringify({ model: 'google/gemini-3.5-flash-lite', messages: [] }));
  const { output } = run('explain', '--application', 'eu-analytics-app', '--path', path, '--body', body);
  expect(output).toMatch(/^Allowed\. /);
  expect(output).toMatch(/ Entry +gemini-3\.5-flash-lite\n/);
});

test.each([
  ['/openai/v1/chat/completions', 'gemini-fast', /^Allowed\. /],
  [
    'http://127.0.0.1:8080/openai/v1/embeddings',
    'gemini-3.1-flash-image',
    /^Denied, 403 OPERATION_NOT_ALLOWED\. /,
  ],
  ['anthropic/v1/messages', 'claude-sonnet-5-5', /^Allowed\. /],
])('explain reads %s, whose body names the model', (path, model, verdict) => {
  const body = join(directory, 'body.json');
  writeFileSync(body, JSON.stringify({ model }));
  expect(run('explain', '--application', 'assistants-app', '--path', path, '--body', body).output).toMatch(
    verdict,
  );
});

test('explain judges the places that a job names', () => {
  const path = '/vertex/v1/projects/sample-project/locations/us/batchPredictionJobs';
  const body = join(directory, 'body.json');
  const inputConfig = { gcsSource: { uris: ['gs://elsewhere/input.jsonl'] } };
  writeFileSync(body, JSON.stringify({ model: 'gemini-3.5-flash', inputConfig }));
  const { output } = run('explain', '--application', 'assistants-app', '--path', path, '--body', body);
  expect(output).toMatch(/^Denied, 403 STORAGE_NOT_ALLOWED\. /);
  expect(output).toContain(
    ' inputConfig.gcsSource.uris[0] is not a place that the rules allow for inputs.\n',
  );
  expect(output).toContain(
    ' You may read from gs://sample-batches/input, bq://sample-project.assistants.prompts, ',
  );
});

test('explain says of a body that is no JSON what the gateway would answer', () => {
  const body = join(directory, 'body.json');
  writeFileSync(body, '{"model": ');
  const { exitCode, output } = run(
    'explain',
    '--application',
    'okta-app',
    '--path',
    '/openai/v1/chat/completions',
    '--body',
    body,
  );
  expect(exitCode).toBe(0);
  expect(output).toMatch(/^Refused before any rule is asked, 400 INVALID_JSON\. /);
});

test('explain says of a path that is none what the gateway would answer', () => {
  const { exitCode, output } = run('explain', '--application', 'nobody-app', '--path', '/vertex/v1/nothing');
  expect(exitCode).toBe(0);
  expect(output).toMatch(/^Refused before any rule is asked, 404 OPERATION_NOT_FOUND\. /);
});

test('explain fails for a path on no surface', () => {
  const path = '/gateway/v1/whoami';
  expect(run('explain', '--application', 'nobody-app', '--path', path, '--method', 'GET')).toMatchObject({
    exitCode: 1,
    errors: 'A path begins with /vertex/, /openai/ or /anthropic/: models are called nowhere else.\n',
  });
});

test('explain fails for a role that does not exist, and without a path', () => {
  const path = `${MODELS}/gemini-3.1-pro-preview:generateContent`;
  const misspelt = run('explain', '--application', 'nobody-app', '--path', path, '--role', 'Analytics.Ue');
  expect(misspelt).toMatchObject({
    exitCode: 1,
    errors: '"Analytics.Ue" is not a known role. Did you mean "Analytics.Eu"?\n',
  });
  expect(run('explain', '--application', 'nobody-app')).toMatchObject({
    exitCode: 1,
    errors: expect.stringMatching(/^Usage: npm run policy:explain /) as string,
  });
});

test('diff fails for a revision that does not exist, and without one', () => {
  expect(run('diff', 'no-such-revision')).toMatchObject({
    exitCode: 1,
    errors: 'There is no revision "no-such-revision".\n',
  });
  expect(run('diff')).toMatchObject({ exitCode: 1, errors: expect.stringMatching(/^Usage: /) as string });
});
