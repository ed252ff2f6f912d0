import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The options of a `FunctionAppProcess`. */
export interface FunctionAppOptions {
  readonly directory: string;
  /** Port of the app; 0 picks a free one, which a restart keeps. */
  readonly port: number;
  /** The environment of the app. Only the variables that Node needs are inherited from this process. */
  readonly settings: Readonly<Record<string, string>>;
  /** True when timers run by their schedules, which they do on one of an app's instances only. */
  readonly schedules: boolean;
  /** Called when the process ends without being asked to. */
  readonly onUnexpectedExit: (problem: Error) => void;
}

/** A message of the host: its worker has started, it has started itself, or it has failed to. */
type Message =
  | { readonly type: 'worker'; readonly workerId: number }
  | { readonly type: 'ready'; readonly port: number; readonly controlPort: number }
  | { readonly type: 'failed'; readonly message: string };

/** The time limit of a stop, which is longer than the host itself takes. */
const STOP_TIMEOUT_IN_MS = 17_000;
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'NODE_COMPILE_CACHE'];

/**
 * A function app: a host in a child process, and the worker that the host starts. Both end with this process, however
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
  /** Restarts wait for each other. */
  #restarting: Promise<void> = Promise.resolve();

  /** Starts a function app. @throws Error with what the host or the app printed when it fails to start. */
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

  /** Process id of the worker, which runs the app; undefined while there is none. */
  get processId(): number | undefined {
    return this.#child && this.#workerId;
  }

  /** Port of the control surface; undefined while the app is being restarted, and after it was killed. */
  get controlPort(): number | undefined {
    return this.#child ? this.#controlPort : undefined;
  }

  /**
   * Stops the app and starts it anew on the same port. The given settings apply to later restarts too.
   * @throws Error with what the host or the app printed when it fails to start.
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

  /** Stops the app. Running invocations may end first, within a bounded time. */
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

  /** Ends the app at once, as a crash does; only `restart` starts it again. */
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
      join(import.meta.dirname, 'cli.mjs'),
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
