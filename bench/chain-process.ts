import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, readEnvironment } from '@vertex-ai-gateway/cloud-emulators/environment-file';
import { findChild } from './read-process.ts';

/** A chain in a process of its own, so that the load that is put on it does not share its event loop. */
export interface ChainProcess {
  readonly environment: Environment;
  /** Process id of the edge and the emulators of the clouds, which are one. */
  readonly pid: number;
  /** Process id of the worker that runs the function app. */
  readonly functionAppPid: number;
  stop(): Promise<void>;
}

/**
 * Starts the chain, which is built already, on free ports; without the edge's journeys, unless they are part of what is
 * measured. @throws Error when it ends before it is ready.
 */
export async function startChainProcess({
  journeys = false,
  environment: added = {},
}: {
  readonly journeys?: boolean;
  /** Besides this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
} = {}): Promise<ChainProcess> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  const environmentFile = join(scratch, 'environment.json');
  const script = join(import.meta.dirname, '../scripts/start.ts');
  const child: ChildProcess = fork(
    script,
    [
      ...['--port', '0', '--no-build', '--environment-file', environmentFile],
      ...(journeys ? [] : ['--no-journeys']),
    ],
    {
      env: { ...process.env, ...added },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  );
  // It prints where everything is once it is ready, and nothing before.
  const ready = once(child.stdout ?? child, 'data');
  const ended = once(child, 'exit').then(() => {
    throw new Error('The chain ended before it was ready.');
  });
  await Promise.race([ready, ended]);
  ended.catch(() => undefined);
  const environment = readEnvironment(environmentFile);
  if (!environment || child.pid === undefined) throw new Error('The chain does not say where it is.');
  return {
    environment,
    pid: child.pid,
    functionAppPid: findChild(findChild(child.pid, 'functions-host/cli'), 'functions-host/worker'),
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      rmSync(scratch, { recursive: true });
    },
  };
}
