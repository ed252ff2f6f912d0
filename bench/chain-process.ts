import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, readEnvironment } from '@vertex-ai-gateway/cloud-emulators/environment-file';
import { findChild } from './read-process.ts';

/** A chain in a process of its own, so that the load does not share its event loop. */
export interface ChainProcess {
  readonly environment: Environment;
  /** The id of the process of both the edge and the clouds' emulators. */
  readonly pid: number;
  /** The id of the process of the function app's worker. */
  readonly functionAppPid: number;
  stop(): Promise<void>;
}

/**
 * Starts the chain on free ports. The function app must be built.
 * @param journeys true keeps the edge's journeys, which are recorded for people and cost time; false by default.
 * @throws Error when the chain ends before it is ready.
 */
export async function startChainProcess({
  journeys = false,
  environment: added = {},
}: {
  readonly journeys?: boolean;
  /** Variables in addition to those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
} = {}): Promise<ChainProcess> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  const environmentFile = join(scratch, 'environment.json');
  const script = join(import.meta.dirname, '../scripts/start.ts');
  const child: ChildProcess = fork(
    script,
    [
      '--port',
      '0',
      '--no-build',
      '--environment-file',
      environmentFile,
      ...(journeys ? [] : ['--no-journeys']),
    ],
    {
      env: { ...process.env, ...added },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  );
  // The chain prints its addresses once it is ready, and nothing before.
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
