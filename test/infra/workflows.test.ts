import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadWorkflowParser } from './parse-workflow.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly 'timeout-minutes'?: number;
}

interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = '.github/workflows';
const FILES = readdirSync(FOLDER);

function readText(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

function readWorkflow(name: string): Workflow {
  return parse(readText(name)) as Workflow;
}

function stepsOf(name: string): Step[] {
  return Object.values(readWorkflow(name).jobs).flatMap(({ steps }) => steps ?? []);
}

const findMistakes = loadWorkflowParser();

test.each(FILES)('%s is a workflow, as GitHub’s own parser reads it', async (name) => {
  expect(await findMistakes(name, readText(name))).toEqual([]);
});

test('the parser finds what GitHub would refuse', async () => {
  const text =
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ githb.ref }}\n';
  expect(await findMistakes('a.yml', text)).toEqual([expect.stringContaining('githb')]);
  expect(await findMistakes('b.yml', text.replace('steps', 'stesp'))).not.toEqual([]);
});

test.each(FILES)('%s pins every action by its commit, and says which version that is', (name) => {
  const lines = readText(name)
    .split('\n')
    .filter((line) => /^\s*(- )?uses: (?!\.\/)/.test(line));
  for (const line of lines) expect(line).toMatch(/uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test.each(FILES)('%s gives each job what it needs, and no job waits for ever', (name) => {
  const { permissions, jobs } = readWorkflow(name);
  expect(permissions).toEqual({});
  for (const job of Object.values(jobs)) {
    expect(job.permissions).toMatchObject({ contents: 'read' });
    expect(
      Object.keys(job.permissions ?? {}).filter((scope) => scope === 'actions' || scope === 'packages'),
    ).toEqual([]);
    if (job.uses === undefined) expect(job['timeout-minutes']).toBeLessThanOrEqual(90);
  }
});

test.each(FILES)(
  '%s has no secret but the token of the run, and puts no text of others into a script',
  (name) => {
    expect(readText(name)).not.toMatch(/\$\{\{\s*secrets\./);
    for (const { run } of stepsOf(name)) expect(run ?? '').not.toContain('${{');
  },
);

test.each(FILES)('%s leaves no credentials in a checkout', (name) => {
  const checkouts = stepsOf(name).filter(({ uses }) => uses?.startsWith('actions/checkout@'));
  for (const checkout of checkouts) expect(checkout.with).toMatchObject({ 'persist-credentials': false });
});

test('every npm task that a workflow runs exists', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const tasks = FILES.flatMap((name) =>
    Array.from(readText(name).matchAll(/npm run (?:--silent )?([\w:]+)/g), ([, task]) => task ?? ''),
  );
  expect(tasks.length).toBeGreaterThan(3);
  expect(tasks.filter((task) => !(task in scripts))).toEqual([]);
});

test('every environment has its parameters on both sides', () => {
  const environments = Array.from(
    readText('deploy.yml').matchAll(/environment: (sandbox|production)/g),
    ([, one]) => one,
  );
  expect(environments).toEqual(['sandbox', 'production']);
  for (const environment of environments) {
    expect(readdirSync('infra/azure/environments')).toContain(`${environment}.bicepparam`);
    expect(readdirSync('infra/google/environments')).toContain(`${environment}.tfvars`);
  }
});

test('the outputs that the deployment hands on are those of main.bicep', () => {
  const text = readText('deploy-environment.yml');
  const [, listed = ''] = /for name in ([^;]+);/.exec(text) ?? [];
  const bicep = readFileSync('infra/azure/main.bicep', 'utf8');
  for (const name of listed.split(' ')) {
    expect(bicep).toContain(`output ${name} string`);
    expect(text).toContain(`steps.azure.outputs.${name} `);
  }
});

test('a step that deploys Azure has every variable that the parameters read', () => {
  const parameters = readdirSync('infra/azure/environments').map((name) =>
    readFileSync(join('infra/azure/environments', name), 'utf8'),
  );
  const read = Array.from(
    parameters.join('\n').matchAll(/readEnvironmentVariable\('(\w+)'/g),
    ([, name]) => name,
  );
  const steps = FILES.flatMap(stepsOf).filter(({ run }) => run?.includes('.bicepparam'));
  expect([read.length, steps.length]).toEqual([6, 2]);
  for (const { env } of steps) expect(Object.keys(env ?? {})).toEqual(expect.arrayContaining(read));
});
