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
  /** Of the process whose work is measured: the worker's, where the child has one. */
  readonly pid: number;
  readonly target: Target;
  /** From spawn to the first answer, read whole. */
  readonly firstAnswerInMs: number;
  readonly memoryInMb: number;
}

/** Spawns a server and makes one call. @throws Error when it ends, or answers anything but 200. */
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

/** What a server tells before it listens, and when it does. */
interface Message {
  readonly workerId?: number;
  readonly port?: number;
  readonly message?: string;
}

/** @throws Error with what the server says when it fails to start. */
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
