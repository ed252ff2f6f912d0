import type { InvocationRequest, InvocationResponse, Log } from './messages.ts';
import { WorkerProcess } from './worker-process.ts';

/** The options of `Invocations`. */
export interface InvocationsOptions {
  /** Folder of the function app. */
  readonly directory: string;
  /** The time limit of one invocation; undefined when there is none. */
  readonly functionTimeoutInMs: number | undefined;
  readonly log: Log;
  /** Called with each worker that has started. */
  readonly onWorker: (worker: WorkerProcess) => void;
  /** Called when a worker has ended and no other can be started. */
  readonly onFailure: (error: Error) => void;
}

/**
 * The worker process, which is started anew when it ends, and the invocations that run on it. An invocation that
 * exceeds the host's time limit ends the worker, and with it all other invocations there.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-host-json#functiontimeout
 */
export class Invocations {
  readonly #options: InvocationsOptions;
  readonly #running = new Set<Promise<unknown>>();
  readonly #replaced = new WeakSet<WorkerProcess>();
  #worker: Promise<WorkerProcess>;
  #isStopping = false;

  /** Starts the first worker. */
  constructor(options: InvocationsOptions) {
    this.#options = options;
    this.#worker = this.#start();
  }

  /** Waits until the worker has started. @throws Error with what the worker printed when it failed to start. */
  worker(): Promise<WorkerProcess> {
    return this.#worker;
  }

  /**
   * Runs a function and the work that accompanies it. The invocation ends when both have ended. One that exceeds the
   * time limit ends its worker.
   * @param accompany starts the accompanying work. Its argument is the worker's answer, with an error if the worker ends.
   */
  async invoke(
    worker: WorkerProcess,
    request: InvocationRequest,
    accompany: (invoked: Promise<InvocationResponse>) => Promise<void>,
  ): Promise<void> {
    const { functionTimeoutInMs, log } = this.#options;
    const { invocationId, functionName } = request;
    const giveUp = (): void => {
      log('error', 'host', `Function "${functionName}" ran longer than functionTimeout.`);
      worker.kill();
      this.#replace(worker);
    };
    const timer = functionTimeoutInMs === undefined ? undefined : setTimeout(giveUp, functionTimeoutInMs);
    const work = accompany(
      worker.invoke(request).then(
        (response) => {
          if (response.error !== undefined) log('error', 'host', response.error);
          return response;
        },
        () => ({ invocationId, error: 'The worker process has ended.' }),
      ),
    );
    this.#running.add(work);
    try {
      await work;
    } finally {
      clearTimeout(timer);
      this.#running.delete(work);
    }
  }

  /** Resolves when no invocation runs, whatever they ended with. A worker that ends from now on is not replaced. */
  async drain(): Promise<void> {
    this.#isStopping = true;
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /** Ends the worker, whose `appTerminate` hooks have this long. */
  async terminate(gracePeriodInMs: number): Promise<void> {
    this.#isStopping = true;
    const worker = await this.#worker;
    await worker.terminate(gracePeriodInMs);
  }

  async #start(): Promise<WorkerProcess> {
    const { directory, log, onWorker } = this.#options;
    const worker = await WorkerProcess.start(directory, log);
    onWorker(worker);
    void worker.exited.then(() => this.#replace(worker));
    return worker;
  }

  #replace(worker: WorkerProcess): void {
    if (this.#isStopping || this.#replaced.has(worker)) return;
    this.#replaced.add(worker);
    this.#options.log('warning', 'host', 'The worker process has ended; it is started anew.');
    this.#worker = this.#start();
    this.#worker.catch(this.#options.onFailure);
  }
}
