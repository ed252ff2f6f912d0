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
  const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [{}])])) as [
    { port?: number; message?: string },
  ];
  if (message.port === undefined)
    throw new Error(`${startable.script} did not start: ${message.message ?? ''}`);
  const target = startable.targetAt(message.port);
  await callOnce(target, 'generateContent');
  const firstAnswerInMs = performance.now() - startedAt;
  return { child, target, firstAnswerInMs, memoryInMb: readMemoryInMb(child.pid ?? 0) };
}

export async function stopStarted({ child, target }: Started): Promise<void> {
  await target.pool.close();
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
