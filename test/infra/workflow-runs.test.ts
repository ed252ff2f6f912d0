import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluateExpression, fillExpressions } from './workflows/evaluate-expression.ts';
import { type Deed, type DoubleAnswer, runWorkflow, type WorkflowRun } from './workflows/run-workflow.ts';

const PUSH = { event_name: 'push', ref: 'refs/heads/main', repository: 'o/r', token: 'of-the-run' };
const PULL_REQUEST = {
  ...PUSH,
  event_name: 'pull_request',
  event: { pull_request: { number: '7', head: { repo: { full_name: 'o/r' } }, base: { sha: 'base-sha' } } },
};
const PREVIOUS = 'the package before';
const PACKAGE = 'the package of this run';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workflow-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The variables of an environment, each with a value that names it. */
function variablesOf(environment: string): Record<string, string> {
  const names = [
    'AZURE_CLIENT_ID',
    'AZURE_TENANT_ID',
    'AZURE_SUBSCRIPTION_ID',
    'AZURE_RESOURCE_GROUP',
    'AZURE_HOST_STORAGE',
    'PUBLISHER_PRINCIPAL_ID',
    'GOOGLE_WORKLOAD_IDENTITY_PROVIDER',
    'GOOGLE_SERVICE_ACCOUNT',
    'GOOGLE_POOL_PROVIDER',
    'TERRAFORM_STATE_BUCKET',
    'SMOKE_SUBSCRIPTION_ID',
  ];
  return Object.fromEntries(names.map((name) => [name, `${environment}-${name.toLowerCase()}`]));
}

function answersOf(environment: string): DoubleAnswer[] {
  const outputs = ['gatewayUrl', 'functionAppName', 'gatewayAudience', 'googleSubject', 'googleAudience'];
  const values = outputs.map((name) => [name, { value: `${environment}-${name}` }] as const);
  return [
    {
      command: 'az',
      words: ['deployment', 'group', 'create'],
      prints: JSON.stringify(Object.fromEntries(values)),
    },
    { command: 'az', words: ['blob', 'download'], writes: { 'previous.zip': PREVIOUS } },
    { command: 'az', words: ['get-access-token'], prints: 'a-token' },
    { command: 'az', words: ['rest'], prints: 'a-key' },
    { command: 'zip', words: [], writes: { 'package.zip': PACKAGE } },
  ];
}

function deploy(
  more: (environment: string) => DoubleAnswer[] = () => [],
  github: object = PUSH,
): WorkflowRun {
  return runWorkflow({
    file: 'deploy.yml',
    folder,
    github: { ...github },
    variables: {
      plan: variablesOf('plan'),
      sandbox: variablesOf('sandbox'),
      production: variablesOf('production'),
    },
    answers: (environment) => [...more(environment), ...answersOf(environment)],
  });
}

/** The smoke test of an environment fails. */
function failSmoke(environment: string): (current: string) => DoubleAnswer[] {
  return (current) =>
    current === environment ? [{ command: 'npm', words: ['run', 'smoke'], status: 1 }] : [];
}

function published({ deeds }: WorkflowRun): string[] {
  return deeds
    .filter(({ parameters }) => parameters.includes('config-zip'))
    .map(({ environment, package: sent }) => `${environment}: ${sent ?? 'nothing'}`);
}

function find({ deeds }: WorkflowRun, environment: string, ...words: string[]): Deed {
  const found = deeds.find(
    (deed) =>
      deed.environment === environment &&
      words.every((word) => [deed.command, ...deed.parameters].includes(word)),
  );
  if (!found) throw new Error(`Nobody says ${words.join(' ')} in ${environment}.`);
  return found;
}

test('a push deploys the same package to the sandbox and then to production', () => {
  const run = deploy();
  expect(run.failures).toEqual([]);
  expect(run.jobs).toEqual(['build', 'sandbox', 'production']);
  expect(published(run)).toEqual([`sandbox: ${PACKAGE}`, `production: ${PACKAGE}`]);
});

test('the package is built once, checked, and attested before it is kept', () => {
  const { deeds } = deploy();
  const built = deeds
    .filter(({ environment }) => environment === '')
    .map(({ command, parameters }) => [command, ...parameters].join(' '));
  expect(built).toEqual([
    expect.stringContaining('actions/checkout'),
    expect.stringContaining('actions/setup-node'),
    'npm ci',
    'npm run check',
    'npm run build',
    'zip -qrX package.zip dist host.json package.json governance -x *.map',
    'npm sbom --sbom-format cyclonedx --omit dev',
    'actions/attest-build-provenance subject-path=package.zip',
    expect.stringContaining('actions/upload-artifact'),
  ]);
});

test('a smoke test that fails in the sandbox brings the package before back, and production is not touched', () => {
  const run = deploy(failSmoke('sandbox'));
  expect(run.failures).toEqual(['sandbox: Try the gateway as a consumer']);
  expect(published(run)).toEqual([`sandbox: ${PACKAGE}`, `sandbox: ${PREVIOUS}`]);
  expect(run.deeds.some(({ environment }) => environment === 'production')).toBe(false);
});

test('a smoke test that fails in production brings the package before back there', () => {
  const run = deploy(failSmoke('production'));
  expect(published(run)).toEqual([
    `sandbox: ${PACKAGE}`,
    `production: ${PACKAGE}`,
    `production: ${PREVIOUS}`,
  ]);
});

test('the first deployment has nothing to go back to, and fails all the same', () => {
  const run = deploy((environment) => [
    { command: 'az', words: ['blob', 'download'], status: 3 },
    ...failSmoke('sandbox')(environment),
  ]);
  expect(run.failures).toEqual(['sandbox: Try the gateway as a consumer']);
  expect(published(run)).toEqual([`sandbox: ${PACKAGE}`]);
});

test('infrastructure that is refused stops before anything is published', () => {
  const refused: DoubleAnswer = { command: 'terraform', words: ['apply'], status: 1 };
  const noAzure: DoubleAnswer = { command: 'az', words: ['deployment', 'group', 'create'], status: 1 };
  const second = deploy(() => [refused]);
  expect([second.failures, published(second)]).toEqual([['sandbox: Deploy Google'], []]);
  rmSync(folder, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), 'workflow-'));
  const first = deploy(() => [noAzure]);
  expect([first.failures, published(first)]).toEqual([['sandbox: Deploy Azure'], []]);
  expect(first.deeds.map(({ command }) => command)).not.toContain('terraform');
});

test.each(['sandbox', 'production'])(
  'the outputs of Azure go to Google and to the smoke test of %s',
  (environment) => {
    const run = deploy();
    const told = (...words: string[]) => find(run, environment, ...words).parameters;
    const own = (name: string): string => `${environment}-${name}`;
    expect(told('az', 'deployment', 'create')).toEqual(
      expect.arrayContaining([
        own('azure_resource_group'),
        `infra/azure/environments/${environment}.bicepparam`,
      ]),
    );
    expect(told('terraform', 'init')).toEqual(
      expect.arrayContaining([
        `-backend-config=bucket=${own('terraform_state_bucket')}`,
        `-backend-config=prefix=vertex-ai-gateway/${environment}`,
      ]),
    );
    expect(told('terraform', 'apply')).toEqual(
      expect.arrayContaining([
        `-var-file=environments/${environment}.tfvars`,
        `-var=subject=${own('googleSubject')}`,
        `-var=audience=${own('googleAudience')}`,
      ]),
    );
    expect(told('az', 'get-access-token')).toContain(`${own('gatewayAudience')}/.default`);
    expect(told('npm', 'smoke')).toEqual(['run', '--silent', 'smoke', '--', '--url', own('gatewayUrl')]);
    expect(told('azure/login')).toEqual([
      `client-id=${own('azure_client_id')}`,
      `tenant-id=${own('azure_tenant_id')}`,
      `subscription-id=${own('azure_subscription_id')}`,
    ]);
    expect(told('az', 'rest').join(' ')).toContain(
      `/service/${own('functionAppName')}/subscriptions/${own('smoke_subscription_id')}/`,
    );
  },
);

test('a pull request shows what it would change, and changes nothing', () => {
  const run = deploy(undefined, PULL_REQUEST);
  expect([run.jobs, run.failures]).toEqual([['plan'], []]);
  const told = run.deeds.map(({ command, parameters }) => [command, ...parameters].join(' '));
  expect(told.filter((one) => /\b(create|apply|config-zip)\b/.test(one))).toEqual([]);
  expect(find(run, 'plan', 'az', 'what-if').parameters).toContain(
    'infra/azure/environments/production.bicepparam',
  );
  expect(find(run, 'plan', 'terraform', 'plan').parameters).toContain(
    '-var-file=environments/production.tfvars',
  );
});

test('a pull request from a fork plans nothing and comments on nothing', () => {
  const github = {
    ...PULL_REQUEST,
    event: { pull_request: { ...PULL_REQUEST.event.pull_request, head: { repo: { full_name: 'x/r' } } } },
  };
  expect(deploy(undefined, github).jobs).toEqual([]);
});

test('a pull request gets a comment on whom it lets in, against its own base', () => {
  const run = runWorkflow({
    file: 'ci.yml',
    folder,
    github: PULL_REQUEST,
    variables: {},
    answers: () => [],
  });
  expect([run.jobs, run.failures]).toEqual([['check', 'terraform', 'policy', 'codeql', 'dependencies'], []]);
  expect(find(run, '', 'npm', 'policy:diff').parameters.at(-1)).toBe('base-sha');
  expect(find(run, '', 'gh', 'comment').parameters).toEqual([
    'pr',
    'comment',
    '7',
    '--edit-last',
    '--create-if-none',
    '--body-file',
    'access.md',
  ]);
  expect(find(run, '', 'sudo').parameters).toContain('.ci/run');
});

test.each<[expression: string, value: unknown]>([
  ["github.event_name == 'push'", true],
  ["vars.NONE || 'ubuntu'", 'ubuntu'],
  ["failure() && steps.a.conclusion != 'skipped'", false],
  ["!(github.event_name == 'pull_request') && 'x'", 'x'],
  ['steps.none.outputs.x', undefined],
])('the expression %s is %p', (expression, value) => {
  expect(evaluateExpression(expression, { github: PUSH, vars: {}, steps: {} }, false)).toEqual(value);
});

test.each(['secrets.TOKEN', "format('{0}', 1)", 'a ==', "github.ref == 'a' 'b'"])(
  'the expression %s is refused',
  (text) => {
    expect(() => evaluateExpression(text, { github: PUSH }, false)).toThrow(SyntaxError);
  },
);

test('a value that is not there is an empty text', () => {
  expect(fillExpressions('a${{ vars.NONE }}b', { vars: {} }, false)).toBe('ab');
});
