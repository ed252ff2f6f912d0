import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { type Contexts, evaluateExpression, fillExpressions } from './evaluate-expression.ts';

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly environment?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

/** The answer of a double to a call with all of these words among its arguments. */
export interface DoubleAnswer {
  readonly command: string;
  readonly words: readonly string[];
  readonly prints?: string;
  readonly status?: number;
  /** Files that the command writes into the job's folder. */
  readonly writes?: Readonly<Record<string, string>>;
}

/** Something that a run did: a command of a script, or an action with its inputs. */
export interface Deed {
  readonly environment: string;
  readonly step: string;
  readonly command: string;
  readonly parameters: readonly string[];
  /** SHA-free text of the file that `--src` names, so that packages can be told apart. */
  readonly package?: string;
}

/** A finished run of a workflow. */
export interface WorkflowRun {
  readonly deeds: readonly Deed[];
  /** The steps that failed. */
  readonly failures: readonly string[];
  /** The jobs that ran, in their order. */
  readonly jobs: readonly string[];
}

/** The options of `runWorkflow`. */
export interface WorkflowOptions {
  /** Name of the file below `.github/workflows`. */
  readonly file: string;
  /** An empty folder for the run. */
  readonly folder: string;
  readonly github: Contexts;
  /** Variables of an environment of GitHub, by its name. */
  readonly variables: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly answers: (environment: string) => readonly DoubleAnswer[];
}

const FOLDER = '.github/workflows';
const COMMANDS = ['az', 'gcloud', 'gh', 'jq', 'npm', 'sudo', 'terraform', 'zip'];

/**
 * Runs a workflow on this machine: every script by bash as GitHub runs it, with doubles of the commands that would reach out
 * first on the path, and outputs by `GITHUB_OUTPUT` and `GITHUB_ENV`. Actions are recorded; artifacts are kept for later jobs.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
 */
export function runWorkflow(options: WorkflowOptions): WorkflowRun {
  const run = new Run(options);
  run.workflow(options.file, {}, true);
  return run;
}

class Run implements WorkflowRun {
  readonly deeds: Deed[] = [];
  readonly failures: string[] = [];
  readonly jobs: string[] = [];
  readonly #options: WorkflowOptions;

  constructor(options: WorkflowOptions) {
    this.#options = options;
    writeDoubles(join(options.folder, 'bin'));
    mkdirSync(join(options.folder, 'artifacts'));
  }

  /** Runs the jobs of a file in the order of their needs. Returns false when one failed. */
  workflow(file: string, inputs: Contexts, isFirst: boolean): boolean {
    const { jobs } = parse(readFileSync(join(FOLDER, file), 'utf8')) as { jobs: Record<string, Job> };
    const results = new Map<string, 'success' | 'failure' | 'skipped'>();
    for (const [name, job] of Object.entries(jobs)) {
      const needs = [job.needs ?? []].flat();
      const mayRun = needs.every((one) => results.get(one) === 'success');
      if (needs.some((one) => !results.has(one)))
        throw new Error(`${file}: ${name} stands before what it needs.`);
      const contexts = { github: this.#options.github, inputs, vars: {} };
      if (!mayRun || (job.if !== undefined && !evaluateExpression(job.if, contexts, false))) {
        results.set(name, 'skipped');
        continue;
      }
      if (isFirst) this.jobs.push(name);
      const succeeded = job.uses
        ? this.workflow(basename(job.uses), job.with ?? {}, false)
        : this.#job(job, contexts);
      results.set(name, succeeded ? 'success' : 'failure');
    }
    return ![...results.values()].includes('failure');
  }

  #job(job: Job, base: Contexts): boolean {
    const { folder, variables } = this.#options;
    const environment = fillExpressions(job.environment ?? '', base, false);
    const workspace = join(folder, 'workspace');
    rmSync(workspace, { recursive: true, force: true });
    mkdirSync(workspace);
    const steps: Record<string, { outputs: Record<string, string>; conclusion: string }> = {};
    const contexts = { ...base, vars: variables[environment] ?? {}, steps };
    let shared = fillAll(job.env ?? {}, contexts, false);
    let hasFailed = false;
    for (const step of job.steps ?? []) {
      const title = step.name ?? step.run?.split('\n')[0] ?? step.uses ?? '';
      const condition = step.if ?? 'success()';
      const runs =
        evaluateExpression(condition, contexts, hasFailed) === true &&
        (!hasFailed || /failure\(\)|always\(\)/.test(condition));
      const outputs: Record<string, string> = {};
      let conclusion = runs ? 'success' : 'skipped';
      if (runs && step.uses) this.#action(step, contexts, environment, title, workspace);
      if (runs && step.run !== undefined) {
        const env = { ...shared, ...fillAll(step.env ?? {}, contexts, hasFailed) };
        const ended = this.#script(step.run, env, { environment, title, workspace });
        Object.assign(outputs, ended.outputs);
        shared = { ...shared, ...ended.env };
        if (!ended.succeeded) {
          conclusion = 'failure';
          hasFailed = true;
          this.failures.push(`${environment}: ${title}`);
        }
      }
      if (step.id !== undefined) steps[step.id] = { outputs, conclusion };
    }
    return !hasFailed;
  }

  #action(step: Step, contexts: Contexts, environment: string, title: string, workspace: string): void {
    const inputs = Object.entries(step.with ?? {}).map(
      ([name, value]) =>
        [name, typeof value === 'string' ? fillExpressions(value, contexts, false) : value] as const,
    );
    const [command = ''] = (step.uses ?? '').split('@');
    const parameters = inputs.map(([name, value]) => `${name}=${String(value)}`);
    this.deeds.push({ environment, step: title, command, parameters });
    const values = new Map(inputs);
    const artifact = join(this.#options.folder, 'artifacts', String(values.get('name')));
    if (command === 'actions/upload-artifact') {
      mkdirSync(artifact, { recursive: true });
      for (const file of String(values.get('path')).split('\n').filter(Boolean))
        copyFileSync(join(workspace, file), join(artifact, file));
    }
    if (command === 'actions/download-artifact')
      copyFileSync(join(artifact, 'package.zip'), join(workspace, 'package.zip'));
  }

  #script(
    script: string,
    env: Readonly<Record<string, string>>,
    { environment, title, workspace }: { environment: string; title: string; workspace: string },
  ): { succeeded: boolean; outputs: Record<string, string>; env: Record<string, string> } {
    const { folder, answers } = this.#options;
    const files = Object.fromEntries(
      ['script', 'output', 'env', 'record', 'answers'].map((name) => [name, join(folder, name)]),
    ) as Record<'script' | 'output' | 'env' | 'record' | 'answers', string>;
    for (const file of [files.output, files.env, files.record]) writeFileSync(file, '');
    writeFileSync(files.script, script);
    writeFileSync(files.answers, JSON.stringify(answers(environment)));
    // https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
    const { status } = spawnSync('bash', ['-e', files.script], {
      cwd: workspace,
      encoding: 'utf8',
      env: {
        ...env,
        PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
        GITHUB_OUTPUT: files.output,
        GITHUB_ENV: files.env,
        DOUBLES_RECORD: files.record,
        DOUBLES_ANSWERS: files.answers,
      },
    });
    for (const line of readFileSync(files.record, 'utf8').split('\n').filter(Boolean)) {
      const { command, parameters } = JSON.parse(line) as Pick<Deed, 'command' | 'parameters'>;
      const source = join(workspace, parameters[parameters.indexOf('--src') + 1] ?? '');
      const isPublished = parameters.includes('--src') && existsSync(source);
      this.deeds.push({
        environment,
        step: title,
        command,
        parameters,
        ...(isPublished && { package: readFileSync(source, 'utf8') }),
      });
    }
    return {
      succeeded: status === 0,
      outputs: readPairs(files.output),
      env: readPairs(files.env),
    };
  }
}

function writeDoubles(folder: string): void {
  mkdirSync(folder);
  const double = join(__dirname, 'double.mjs');
  for (const command of COMMANDS) {
    const file = join(folder, command);
    writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${double}" ${command} "$@"\n`);
    chmodSync(file, 0o755);
  }
}

function fillAll(
  values: Readonly<Record<string, string>>,
  contexts: Contexts,
  hasFailed: boolean,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, fillExpressions(value, contexts, hasFailed)]),
  );
}

function readPairs(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
