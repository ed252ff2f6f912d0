import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../..');
const READY_TIMEOUT_IN_MS = 30_000;
const END_TIMEOUT_IN_MS = 15_000;

/** A script of this repository in a process of its own, at the head of a process group as in a terminal. */
export class Script {
  readonly child: ChildProcess;
  output = '';
  errors = '';

  constructor(script: string, parameters: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
    this.child = spawn(process.execPath, [join(ROOT, script), ...parameters], {
      detached: true,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk) => (this.output += String(chunk)));
    this.child.stderr?.on('data', (chunk) => (this.errors += String(chunk)));
  }

  /** Interrupts the script as Ctrl-C does: the signal goes to the whole process group. */
  interrupt(): void {
    process.kill(-(this.child.pid ?? 0), 'SIGINT');
  }

  /** Waits until the output has a text. @throws Error with the script's errors when it ends without, or takes too long. */
  async untilPrinted(text: string): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_IN_MS;
    while (!this.output.includes(text)) {
      if (this.child.exitCode !== null || Date.now() > deadline) throw new Error(this.errors);
      await pause();
    }
  }

  /** Waits until the process has ended and its output is read. @returns its exit code; null for one that was killed. */
  async end(): Promise<number | null> {
    const [exitCode] = (await once(this.child, 'close', {
      signal: AbortSignal.timeout(END_TIMEOUT_IN_MS),
    })) as [number | null];
    return exitCode;
  }
}

/** A folder for one chain's environment file, by which everything that the chain started can be found. */
export class Scratch implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'start-'));
  readonly environmentFile = join(this.directory, 'environment.json');

  start(...parameters: readonly string[]): Script {
    return new Script('scripts/start.ts', [
      '--no-build',
      '--environment-file',
      this.environmentFile,
      ...parameters,
    ]);
  }

  /** Waits for the environment file, which is written when everything is ready. */
  async ready(script: Script): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_IN_MS;
    while (!existsSync(this.environmentFile)) {
      if (script.child.exitCode !== null || Date.now() > deadline) throw new Error(script.errors);
      await pause();
    }
  }

  /** Ids of the processes that know this folder: the script and Azurite by their parameters, the function app's host and worker by their settings. */
  processes(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter(
        (pid) => pid > 0 && [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`].some((f) => this.#isIn(f)),
      );
  }

  /** Waits until none is left. @throws Error that names those that stay. */
  async untilNothingRuns(): Promise<void> {
    const deadline = Date.now() + END_TIMEOUT_IN_MS;
    for (let left = this.processes(); left.length > 0; left = this.processes()) {
      if (Date.now() > deadline) throw new Error(`Still running: ${left.join(', ')}`);
      await pause();
    }
  }

  [Symbol.dispose](): void {
    for (const pid of this.processes()) process.kill(pid, 'SIGKILL');
    rmSync(this.directory, { recursive: true });
  }

  #isIn(file: string): boolean {
    try {
      return readFileSync(file, 'utf8').includes(this.directory);
    } catch {
      // It has ended meanwhile, or belongs to somebody else.
      return false;
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resume) => setTimeout(resume, 20));
}
