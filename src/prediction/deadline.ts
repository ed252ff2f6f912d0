import { GatewayError } from '../errors/gateway-error.ts';
import type { Reply } from './interfaces.ts';

/** Bounds one call in time; also ends it when the caller goes away. The signal's reason is the GatewayError to throw. */
export interface Deadline {
  readonly abortSignal: AbortSignal;
  readonly timeoutInMs: number;
  /** Waits for the work, but no longer than the call may last. */
  bound<Result>(work: Promise<Result>): Promise<Result>;
  /** From here on a timeout is Vertex AI's. */
  reachVertex(): void;
  clear(): void;
}

export function startDeadline(timeoutInMs: number, reply: Pick<Reply, 'onGone'>): Deadline {
  const controller = new AbortController();
  let isAtVertex = false;
  const timer = setTimeout(() => {
    const limit = `within ${timeoutInMs / 1000} s, the longest that a call may last`;
    controller.abort(
      isAtVertex
        ? new GatewayError('VERTEX_TIMEOUT', `Vertex AI did not answer completely ${limit}.`)
        : new GatewayError(
            'CALL_TIMEOUT',
            `The call was not ready to be served ${limit}. Send its body whole and at once, then try again.`,
          ),
    );
  }, timeoutInMs);
  reply.onGone(() => controller.abort(new GatewayError('CALLER_GONE', 'The caller went away.')));
  const { signal } = controller;
  return {
    abortSignal: signal,
    timeoutInMs,
    bound: (work) =>
      new Promise((resolve, reject) => {
        const abort = () => reject(signal.reason as GatewayError);
        // A signal that is aborted already fires no more.
        if (signal.aborted) abort();
        signal.addEventListener('abort', abort, { once: true });
        work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
      }),
    reachVertex: () => {
      isAtVertex = true;
    },
    clear: () => clearTimeout(timer),
  };
}
