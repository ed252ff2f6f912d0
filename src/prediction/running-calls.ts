import { GatewayError } from '../errors/gateway-error.ts';

/** The time after which another instance is sure to take the call. */
const RETRY_AFTER_IN_MS = 1_000;

/** The calls that this instance serves at the moment. */
export class RunningCalls {
  readonly #ends = new Set<(failure: GatewayError) => void>();
  #isStopping = false;
  #whenIdle: (() => void) | undefined;

  /**
   * Counts a call as running until the returned function is called.
   * @param end ends the call early; called at once when the instance is being stopped already.
   */
  enter(end: (failure: GatewayError) => void): () => void {
    this.#ends.add(end);
    if (this.#isStopping) end(stopping());
    return () => {
      this.#ends.delete(end);
      if (this.#ends.size === 0) this.#whenIdle?.();
    };
  }

  /** Ends all running calls, and each later one at once. Resolves when no call runs any more, or after `timeoutInMs`. */
  async stop(timeoutInMs: number): Promise<void> {
    this.#isStopping = true;
    for (const end of [...this.#ends]) end(stopping());
    if (this.#ends.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
      timer = setTimeout(resolve, timeoutInMs);
    });
    clearTimeout(timer);
  }
}

function stopping(): GatewayError {
  return new GatewayError(
    'INSTANCE_STOPPING',
    'The instance that serves this call is being stopped. Send the call again. Another instance will take it.',
    { retryAfterInMs: RETRY_AFTER_IN_MS },
  );
}
