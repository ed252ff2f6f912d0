import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readMemoryInMb } from './read-process.ts';
import { callOnce } from './measure-calls.ts';
import type { Target } from './targets.ts';

/** A server that tells its parent its port when it listens. */
export interface Startable {
  readonly script: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The started server as a target of calls. */
  readonly targetAt: (port: number) => Target;
}

export interface Started {
  readonly child: ChildProcess;
  /** The id of the measured process: the worker's, if the child has one. */
  readonly pid: number;
  readonly target: Target;
  /** The time from spawn to the end of the first answer. */
  readonly firstAnswerInMs: number;
  readonly memoryInMb: number;
}

/** Spawns a server and makes a call. @throws Error when it ends, or answers with another status than 200. */
export async function measureStart(startable: Startable): Promise<Started> {
  const startedAt = performance.now();
  const child = fork(startable.script, startable.arguments, {
    env: { ...startable.environment },
    execArgv: ['--disable-warning=DEP0123'],
  });
  const { port, pid } = await untilListening(child);
  const target = startable.targetAt(port);
  await callOnce(target, 'generateContent');
  const firstAnswerInMs = performance.now() - startedAt;
  return { child, pid, target, firstAnswerInMs, memoryInMb: readMemoryInMb(pid) };
}

/** A message of a server to its parent: the worker's id before it listens, and its port when it does. */
interface Message {
  readonly workerId?: number;
  readonly port?: number;
  readonly message?: string;
}

/** Waits for the server's port. @throws Error with the server's output when it fails to start. */
function untilListening(child: ChildProcess): Promise<{ port: number; pid: number }> {
  let pid = child.pid ?? 0;
  return new Promise((resolve, reject) => {
    child.on('message', ({ workerId, port, message }: Message) => {
      if (workerId !== undefined) pid = workerId;
      if (port !== undefined) resolve({ port, pid });
      if (message !== undefined) reject(new Error(message));
    });
    child.once('exit', () => reject(new Error('The server ended before it listened.')));
  });
}

export async function stopStarted({ child, target }: Started): Promise<void> {
  await target.pool.close();
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
