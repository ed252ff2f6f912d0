import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import type { Fault, RecordedRequest } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { type Environment, readEnvironment } from '@vertex-ai-gateway/cloud-emulators/environment-file';
import { governanceFolder } from './governance-folder.ts';
import type { TimerRun } from '@vertex-ai-gateway/cloud-emulators/functions-host/timers';

const ROOT = resolve(__dirname, '../..');
const ENVIRONMENT_FILE = 'environment.json';
const OUTPUT_FILE = 'output.txt';
const START_TIMEOUT_IN_MS = 60_000;
const AUDIT_TIMEOUT_IN_MS = 20_000;
const POLL_INTERVAL_IN_MS = 20;
/** The pause between two chunks of a stream of Vertex AI, unless a test sets another. */
const PAUSE_IN_MS = 2;

type EmulatorName =
  | 'azure-ai-services'
  | 'model-armor'
  | 'api-management'
  | 'entra'
  | 'okta'
  | 'managed-identity'
  | 'google'
  | 'vertex-ai'
  | 'application-insights'
  | 'azure-rbac'
  | 'azure-storage'
  | 'key-vault'
  | 'functions-host';

/** The options of a request to the gateway. */
interface CallInit extends RequestInit {
  /** Sends this application's bearer token and APIM subscription key; neither when left out. */
  readonly application?: string;
}

/**
 * Starts the whole chain in a process of its own, on free ports, as `npm start` does. The function app must be built.
 * @param flags further flags of `npm start`, such as `--instances 2`.
 * @throws Error with the chain's output when it is not ready in time.
 */
export async function startChain(...flags: string[]): Promise<RunningChain> {
  const scratch = mkdtempSync(join(tmpdir(), 'chain-'));
  const { child, environment, printed } = await launch(scratch, flags);
  return new RunningChain(environment, {
    printed,
    stop: async () => {
      child.ref();
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      rmSync(scratch, { recursive: true });
    },
  });
}

/**
 * Returns a chain that the test files of this process share. It is for files that do not restart or kill the function app,
 * and that wait for the records of all their calls. The first file starts the chain, and it ends with the process. No
 * record, request, fault or pause of the files before is left.
 * @throws Error with the chain's output when it is not ready in time.
 */
export async function shareChain(): Promise<RunningChain> {
  const scratch = join(tmpdir(), `shared-chain-${process.pid}`);
  const known = readEnvironment(join(scratch, ENVIRONMENT_FILE));
  const environment = known && (await answers(known)) ? known : await startShared(scratch);
  const chain = new RunningChain(environment, {
    printed: () => readFileSync(join(scratch, OUTPUT_FILE), 'utf8'),
    stop: () => Promise.resolve(),
  });
  await Promise.all([chain.clear(), chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: PAUSE_IN_MS })]);
  return chain;
}

async function startShared(scratch: string): Promise<Environment> {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch);
  return (await launch(scratch, [])).environment;
}

/** Returns true when a described chain runs; a killed process with this id may have left the description. */
async function answers({ gatewayUrl }: Environment): Promise<boolean> {
  try {
    return (await fetch(`${gatewayUrl}/status-0123456789abcdef`)).ok;
  } catch {
    return false;
  }
}

interface Launched {
  readonly child: ChildProcess;
  readonly environment: Environment;
  readonly printed: () => string;
}

async function launch(scratch: string, flags: readonly string[]): Promise<Launched> {
  const environmentFile = join(scratch, ENVIRONMENT_FILE);
  const outputFile = join(scratch, OUTPUT_FILE);
  const output = openSync(outputFile, 'a');
  const child = fork(
    join(ROOT, 'scripts/start.ts'),
    ['--port', '0', '--no-build', '--environment-file', environmentFile, ...flags],
    { execArgv: [], stdio: ['ignore', output, output, 'ipc'] },
  );
  closeSync(output);
  // The chain does not keep the test run alive. It ends when the channel to this process closes.
  child.unref();
  child.channel?.unref();
  const printed = (): string => readFileSync(outputFile, 'utf8');
  const deadline = Date.now() + START_TIMEOUT_IN_MS;
  for (;;) {
    const environment = readEnvironment(environmentFile);
    if (environment) {
      await keepModels(environment);
      return { child, environment, printed };
    }
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`The chain is not ready.\n${printed()}`);
    }
    await pause();
  }
}

/** Restarts the function app under other documents when models that tests call are about to end. */
async function keepModels(environment: Environment): Promise<void> {
  const folder = governanceFolder();
  if (folder === join(ROOT, 'governance')) return;
  await new Chain(environment).restartFunctionApp({ GOVERNANCE_DIRECTORY: folder });
}

/** A chain as a test uses it, whoever has started it. */
export class Chain {
  readonly environment: Environment;
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** Resolves with a bearer token of a sample application, the same one for all calls of a test file. */
  token(application: string): Promise<string> {
    const known = this.#tokens.get(application) ?? this.#requestToken(application);
    this.#tokens.set(application, known);
    return known;
  }

  /** Calls the gateway. The given headers override those of the application. */
  async call(path: string, { application, ...init }: CallInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (application !== undefined) {
      const { subscriptionKey } = this.#application(application);
      if (!headers.has('authorization'))
        headers.set('authorization', `Bearer ${await this.token(application)}`);
      if (!headers.has('ocp-apim-subscription-key'))
        headers.set('ocp-apim-subscription-key', subscriptionKey);
    }
    if (init.body !== undefined && !headers.has('content-type'))
      headers.set('content-type', 'application/json');
    return fetch(`${this.environment.gatewayUrl}${path}`, { ...init, headers });
  }

  /**
   * Waits up to 20 s for `count` audit records that satisfy a condition. All records that satisfy it are returned, so a
   * test also sees surplus records.
   */
  async auditRecords(
    matches: (record: AuditRecord) => boolean = () => true,
    count = 1,
  ): Promise<AuditRecord[]> {
    const deadline = Date.now() + AUDIT_TIMEOUT_IN_MS;
    for (;;) {
      const records = (await this.control('application-insights', 'GET', 'audit-records')) as AuditRecord[];
      const found = records.filter(matches);
      if (found.length >= count || Date.now() > deadline) return found;
      await pause();
    }
  }

  inject(emulator: EmulatorName, fault: Fault): Promise<unknown> {
    return this.control(emulator, 'POST', 'faults', fault);
  }

  async requests(emulator: EmulatorName): Promise<RecordedRequest[]> {
    return (await this.control(emulator, 'GET', 'requests')) as RecordedRequest[];
  }

  /** Clears the recorded requests, the telemetry, and faults that were not used. */
  async clear(): Promise<void> {
    const emulators = Object.keys(this.environment.controls) as EmulatorName[];
    await Promise.all([
      ...emulators.flatMap((emulator) => [
        this.control(emulator, 'DELETE', 'requests'),
        this.control(emulator, 'DELETE', 'faults'),
      ]),
      this.control('application-insights', 'DELETE', 'telemetry'),
      this.control('application-insights', 'DELETE', 'item-refusals'),
    ]);
  }

  /** Restarts the function app. The settings stay for later restarts; an empty one counts as not set. */
  restartFunctionApp(settings: Readonly<Record<string, string>> = {}): Promise<unknown> {
    return this.control('functions-host', 'POST', 'restart', { settings });
  }

  /** Ends the function app as a crash does; `restartFunctionApp` brings it back. */
  killFunctionApp(instance?: number): Promise<unknown> {
    return this.control('functions-host', 'POST', 'kill', instance === undefined ? {} : { instance });
  }

  /** Runs a timer's function at once; resolves with its result when it has ended. */
  async runTimer(name: string, instance = 1): Promise<TimerRun> {
    const operation = `instances/${instance}/timers/${name}`;
    return (await this.control('functions-host', 'POST', operation)) as TimerRun;
  }

  /** Calls an operation of an emulator's control surface. @throws Error with its answer when it refuses. */
  async control(emulator: EmulatorName, method: string, operation: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.environment.controls[emulator] ?? ''}/${operation}`, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  async #requestToken(application: string): Promise<string> {
    const { id, tokenUrl } = this.#application(application);
    const answer = await fetch(tokenUrl ?? this.environment.tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: 'none-is-checked',
        ...(tokenUrl === undefined ? { scope: this.environment.scope } : {}),
      }),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  #application(name: string): Environment['applications'][string] {
    const application = this.environment.applications[name];
    if (!application) throw new Error(`There is no application "${name}".`);
    return application;
  }
}

interface ChainProcess {
  readonly printed: () => string;
  readonly stop: () => Promise<void>;
}

/** A chain that a test has started or shares. */
export class RunningChain extends Chain {
  readonly #process: ChainProcess;

  constructor(environment: Environment, chainProcess: ChainProcess) {
    super(environment);
    this.#process = chainProcess;
  }

  /** The whole output of the chain and its function app so far. */
  get printed(): string {
    return this.#process.printed();
  }

  /** Ends a chain that the test has started; a shared one goes on. */
  stop(): Promise<void> {
    return this.#process.stop();
  }
}

function pause(): Promise<void> {
  return new Promise((resume) => setTimeout(resume, POLL_INTERVAL_IN_MS));
}
