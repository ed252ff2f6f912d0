import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

/** The core of the process that is measured; everything else has the others. */
const MEASURED_CORE = '0';
const OTHER_CORES = `1-${availableParallelism() - 1}`;

/** True when processes can be kept to cores of their own: on Linux with `taskset` and two cores. */
export const CAN_PIN = availableParallelism() > 1 && hasTaskset();

/** A process that serves calls. */
export interface ServingProcess {
  readonly child: ChildProcess;
  /** The id of the process that is measured: the worker's, if the child has one. */
  readonly pid: number;
  readonly port: number;
}

export interface ProcessOptions {
  readonly script: string;
  readonly parameters?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
  /** True for a process that is measured, which has a core for itself. */
  readonly isMeasured: boolean;
}

/** A message of a server to its parent: the worker's id before it listens, its port when it does, or its failure. */
interface Message {
  readonly workerId?: number;
  readonly port?: number;
  readonly message?: string;
}

/** Starts a process and waits until it listens. @throws Error with its output when it fails to start. */
export async function startProcess(options: ProcessOptions): Promise<ServingProcess> {
  const { script, parameters = [], environment, nodeOptions = [], isMeasured } = options;
  const core = isMeasured ? MEASURED_CORE : OTHER_CORES;
  const command = [process.execPath, '--disable-warning=DEP0123', ...nodeOptions, script, ...parameters];
  const [file = '', ...rest] = CAN_PIN ? ['taskset', '-c', core, ...command] : command;
  const child = spawn(file, rest, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let pid = child.pid ?? 0;
  const port = await new Promise<number>((resolve, reject) => {
    child.on('message', (message: Message) => {
      if (message.workerId !== undefined) pid = message.workerId;
      if (message.port !== undefined) resolve(message.port);
      if (message.message !== undefined) reject(new Error(message.message));
    });
    child.once('exit', () => reject(new Error(`${script} ended before it listened.`)));
  });
  return { child, pid, port };
}

export async function stopProcess({ child }: ServingProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** Keeps a process, with all its threads, off the core of the measured one. */
export function keepOffMeasuredCore(pid: number): void {
  if (CAN_PIN) execFileSync('taskset', ['-a', '-c', '-p', OTHER_CORES, String(pid)], { stdio: 'ignore' });
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
