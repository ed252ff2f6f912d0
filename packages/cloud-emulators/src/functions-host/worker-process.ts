import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type {
  FromWorker,
  FunctionMetadata,
  InvocationRequest,
  InvocationResponse,
  Log,
  ToWorker,
} from './messages.ts';

interface Started {
  readonly functions: readonly FunctionMetadata[];
  /** Port of the library's own server; undefined without `enableHttpStream`. */
  readonly httpPort: number | undefined;
}

interface Waiting {
  readonly resolve: (response: InvocationResponse) => void;
  readonly reject: (error: Error) => void;
}

/** A worker in a child process, seen from the host. */
export class WorkerProcess {
  /** Resolves when the process has ended. */
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, Waiting>();
  readonly #log: Log;
  #functions: readonly FunctionMetadata[] = [];
  #httpPort: number | undefined;

  /** Starts a worker. @throws Error with what the application or the worker printed when it fails to start. */
  static async start(directory: string, log: Log): Promise<WorkerProcess> {
    const worker = new WorkerProcess(directory, log);
    const { functions, httpPort } = await worker.#started();
    worker.#functions = functions;
    worker.#httpPort = httpPort;
    return worker;
  }

  private constructor(directory: string, log: Log) {
    this.#log = log;
    this.#child = fork(join(import.meta.dirname, 'worker/main.ts'), [directory], {
      // The emulators' addresses are IP addresses, and Node warns about those as TLS server names.
      execArgv: ['--disable-warning=DEP0123'],
      serialization: 'advanced',
    });
    this.exited = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    void this.exited.then(() => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The worker process has ended.'));
      this.#waiting.clear();
    });
  }

  get functions(): readonly FunctionMetadata[] {
    return this.#functions;
  }

  get httpPort(): number | undefined {
    return this.#httpPort;
  }

  get processId(): number | undefined {
    return this.#child.pid;
  }

  /** Runs one invocation. @throws Error when the process ends before it has answered. */
  invoke(request: InvocationRequest): Promise<InvocationResponse> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.invocationId, { resolve, reject });
      this.#tell({ type: 'invocation', ...request });
    });
  }

  /** Makes the worker run its `appTerminate` hooks and end. It is killed when it takes longer than the grace period. */
  async terminate(gracePeriodInMs: number): Promise<void> {
    this.#tell({ type: 'terminate', gracePeriodInMs });
    const killing = setTimeout(() => this.kill(), gracePeriodInMs);
    await this.exited;
    clearTimeout(killing);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #tell(message: ToWorker): void {
    // A worker that has just ended gets no message; its end settles the pending invocations.
    this.#child.send(message, () => undefined);
  }

  #started(): Promise<Started> {
    return new Promise((resolve, reject) => {
      void this.exited.then(() => reject(new Error('The worker process has ended.')));
      this.#child.on('message', (message: FromWorker) => {
        switch (message.type) {
          case 'started':
            return resolve({
              functions: message.functions,
              httpPort: message.httpUri === undefined ? undefined : Number(new URL(message.httpUri).port),
            });
          case 'failed':
            return reject(new Error(message.message));
          case 'log':
            return this.#log(message.level, message.source, message.message);
          case 'response':
            this.#waiting.get(message.invocationId)?.resolve(message);
            this.#waiting.delete(message.invocationId);
        }
      });
    });
  }
}
