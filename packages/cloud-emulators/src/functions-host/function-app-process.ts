import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface FunctionAppOptions {
  readonly directory: string;
  /** 0 picks a free one, which is kept when the app is restarted. */
  readonly port: number;
  /** The environment of the app. Of this process's own only what Node needs is passed on. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether timers run by their schedules, which they do on one of an app's instances only. */
  readonly schedules: boolean;
  /** Called when the process ends and nobody has asked it to. */
  readonly onUnexpectedExit: (problem: Error) => void;
}

/** What the host says when its worker has started, when it has itself, and when it has failed to. */
type Message =
  | { readonly type: 'worker'; readonly workerId: number }
  | { readonly type: 'ready'; readonly port: number; readonly controlPort: number }
  | { readonly type: 'failed'; readonly message: string };

/** Longer than the host itself takes to stop. */
const STOP_TIMEOUT_IN_MS = 17_000;
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'];

/**
 * A function app: a host in a process of its own, and the worker that this one starts. They end with this process, however
 * it ends.
 */
export class FunctionAppProcess {
  readonly #options: FunctionAppOptions;
  #settings: Readonly<Record<string, string>>;
  #port: number;
  #controlPort = 0;
  #child: ChildProcess | undefined;
  #workerId = 0;
  #isStopping = false;
  /** One restart at a time. */
  #restarting: Promise<void> = Promise.resolve();

  /** @throws Error with what the host or the app said when it fails to start. */
  static async start(options: FunctionAppOptions): Promise<FunctionAppProcess> {
    const app = new FunctionAppProcess(options);
    await app.#start();
    return app;
  }

  private constructor(options: FunctionAppOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#port = options.port;
  }

  get port(): number {
    return this.#port;
  }

  /** Of the worker, which runs the app; undefined while there is none. */
  get processId(): number | undefined {
    return this.#child && this.#workerId;
  }

  /** Undefined while the app is being restarted, and after it was killed. */
  get controlPort(): number | undefined {
    return this.#child ? this.#controlPort : undefined;
  }

  /**
   * Stops the app and starts it anew on the same port; settings that are given stay.
   * @throws Error with what the host or the app said when it fails to start.
   */
  restart(settings: Readonly<Record<string, string>>): Promise<void> {
    const restarted = this.#restarting.then(async () => {
      if (this.#isStopping) return;
      await this.#end();
      this.#settings = { ...this.#settings, ...settings };
      await this.#start();
    });
    this.#restarting = restarted.catch(() => undefined);
    return restarted;
  }

  /** Lets running invocations end first, for a bounded time. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#restarting;
    await this.#end();
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    const exited = once(child, 'exit');
    const killing = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_IN_MS);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(killing);
  }

  /** Ends the app as a crash does, in the midst of whatever it does; only `restart` brings it back. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    const exited = once(child, 'exit');
    process.kill(this.#workerId, 'SIGKILL');
    child.kill('SIGKILL');
    await exited;
  }

  async #start(): Promise<void> {
    const child = fork(
      join(import.meta.dirname, 'cli.ts'),
      [
        ...['--directory', this.#options.directory, '--port', String(this.#port), '--control'],
        ...(this.#options.schedules ? [] : ['--no-schedules']),
      ],
      {
        env: { ...inherited(), ...this.#settings },
        execArgv: [],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      },
    );
    const message = await new Promise<Exclude<Message, { type: 'worker' }>>((settle) => {
      child.on('message', (value: Message) => {
        if (value.type === 'worker') this.#workerId = value.workerId;
        else settle(value);
      });
      child.once('exit', () => settle({ type: 'failed', message: 'The function app ended.' }));
    });
    if (message.type === 'failed') throw new Error(message.message);
    this.#port = message.port;
    this.#controlPort = message.controlPort;
    this.#child = child;
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#options.onUnexpectedExit(
        new Error(`The function app ended by itself (${signal ?? String(code)}).`),
      );
    });
  }
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
