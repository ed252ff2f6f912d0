import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

/** A host that runs a fixture app in a child process, as `startChain` runs the real one. */
export interface ForkedHost {
  readonly url: string;
  readonly controlUrl: string;
  /** Gives the lines that the fixture has noted so far. */
  readonly notes: () => string[];
  readonly exited: Promise<unknown>;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly disconnect: () => void;
  readonly stop: () => Promise<void>;
}

interface Message {
  readonly type: 'ready' | 'failed' | 'worker';
  readonly port?: number;
  readonly controlPort?: number;
  readonly message?: string;
}

/** Starts a host. @throws Error with the host's message when it fails to start. */
export async function forkHost(
  fixture: string,
  settings: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<ForkedHost> {
  const scratch = mkdtempSync(join(tmpdir(), 'functions-host-'));
  const notesFile = join(scratch, 'notes');
  const directory = join(ROOT, 'test/fixtures/functions-host', fixture);
  const child = fork(
    join(ROOT, 'src/functions-host/cli.ts'),
    ['--directory', directory, '--port', '0', '--control', ...flags],
    { env: { ...process.env, NOTES: notesFile, ...settings }, execArgv: [], stdio: 'ignore' },
  );
  const exited = once(child, 'exit').then(([code]) => code as unknown);
  const message = await Promise.race([
    new Promise<Message>((settle) => {
      child.on('message', (value: Message) => value.type !== 'worker' && settle(value));
    }),
    exited.then((code): Message => ({ type: 'failed', message: `exited with ${String(code)}` })),
  ]);
  if (message.type !== 'ready') {
    await exited;
    throw new Error(message.message);
  }
  return {
    url: `http://127.0.0.1:${String(message.port)}`,
    controlUrl: `http://127.0.0.1:${String(message.controlPort)}/functions-host`,
    notes: () => readFileSync(notesFile, 'utf8').trim().split('\n'),
    exited,
    signal: (name) => child.kill(name),
    disconnect: () => child.disconnect(),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      rmSync(scratch, { recursive: true });
    },
  };
}

/** Waits until a condition holds, at most 5 seconds. */
export async function eventually(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('It never held.');
    await new Promise((resume) => setImmediate(resume));
  }
}
