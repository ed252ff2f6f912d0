import type { InvocationRequest, InvocationResponse, Log } from './messages.ts';
import { WorkerProcess } from './worker-process.ts';

export interface InvocationsOptions {
  /** Of the function app. */
  readonly directory: string;
  /** How long one invocation may take; undefined where there is no limit. */
  readonly functionTimeoutInMs: number | undefined;
  readonly log: Log;
  /** Told each worker that has started. */
  readonly onWorker: (worker: WorkerProcess) => void;
  /** Told when a worker has ended and no other can be started. */
  readonly onFailure: (error: Error) => void;
}

/**
 * The worker process, started anew when it ends, and the invocations that run on it. One invocation that takes longer than
 * the host allows takes the worker with it, and all else that runs there.
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

  /** Waits for the worker while it starts. @throws Error with what it said when it failed to. */
  worker(): Promise<WorkerProcess> {
    return this.#worker;
  }

  /**
   * Runs a function, and what goes on beside it. The invocation has ended when both have; one that takes too long ends its
   * worker.
   * @param beside gets what the worker answers, which is an error too when the worker ends.
   */
  async invoke(
    worker: WorkerProcess,
    request: InvocationRequest,
    beside: (invoked: Promise<InvocationResponse>) => Promise<void>,
  ): Promise<void> {
    const { functionTimeoutInMs, log } = this.#options;
    const { invocationId, functionName } = request;
    const giveUp = (): void => {
      log('error', 'host', `Function "${functionName}" ran longer than functionTimeout.`);
      worker.kill();
      this.#replace(worker);
    };
    const timer = functionTimeoutInMs === undefined ? undefined : setTimeout(giveUp, functionTimeoutInMs);
    const work = beside(
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

  /** Resolves when nothing runs, whatever it ended with. A worker that ends from now on is not replaced. */
  async drain(): Promise<void> {
    this.#isStopping = true;
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /** Ends the worker, which has this long for its `appTerminate` hooks. */
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
