import { GatewayError } from '../errors/gateway-error.ts';
import type { Reply } from './reply.ts';

export interface TimeLimits {
  /** The longest that a call may take until it is answered, or its stream has begun. */
  readonly callTimeoutInMs: number;
  /** The longest that a stream may last, from its call's start. */
  readonly streamTimeoutInMs: number;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicNow: () => number;
}

/** The time that one call may last, and whether its caller is still there. */
export interface Deadline {
  /** Aborted when the time is up or the caller is gone; its reason is the GatewayError to throw. */
  readonly abortSignal: AbortSignal;
  /** The longest that the call may last in all; for a stream, until it begins. */
  readonly timeoutInMs: number;
  /** Waits for the work, but no longer than the call may last. */
  bound<Result>(work: Promise<Result>): Promise<Result>;
  /** Holds the call to a limit that it carries itself, where that is shorter. */
  shorten(timeoutInMs: number): void;
  /** Holds the call to a shorter limit, but only until it is answered or its stream has begun. */
  shortenStart(timeoutInMs: number): void;
  /** From here on a timeout is Vertex AI's. */
  reachVertex(): void;
  /** A stream that has begun may last longer than a call. */
  beginStream(): void;
  /** An answer that is there may be taken for as long as a stream, whatever limit the call carries. */
  beginDelivery(): void;
  /** Ends the call before its time. */
  end(failure: GatewayError): void;
  clear(): void;
}

const CARRIED = 'the time limit that the call carries';

export function startDeadline(
  { callTimeoutInMs, streamTimeoutInMs, monotonicNow }: TimeLimits,
  reply: Pick<Reply, 'onGone'>,
): Deadline {
  const controller = new AbortController();
  const start = monotonicNow();
  let isAtVertex = false;
  let carriedInMs = Infinity;
  let timeoutInMs = callTimeoutInMs;
  let what = 'the longest that a call may last';
  let timer: NodeJS.Timeout | undefined;
  const expire = () => {
    const limit = `within ${timeoutInMs / 1000} s, ${what}`;
    controller.abort(
      isAtVertex
        ? new GatewayError('VERTEX_TIMEOUT', `Vertex AI did not answer completely ${limit}.`)
        : new GatewayError(
            'CALL_TIMEOUT',
            `The call was not ready to be served ${limit}. Send its body whole and at once, then try again.`,
          ),
    );
  };
  const limitTo = (limitInMs: number, meaning: string) => {
    timeoutInMs = limitInMs;
    what = meaning;
    clearTimeout(timer);
    timer = setTimeout(expire, Math.max(0, limitInMs - (monotonicNow() - start)));
  };
  limitTo(timeoutInMs, what);
  reply.onGone(() => controller.abort(callerGone()));
  const { signal } = controller;
  return {
    abortSignal: signal,
    get timeoutInMs() {
      return timeoutInMs;
    },
    bound: (work) =>
      new Promise((resolve, reject) => {
        const abort = () => reject(signal.reason as GatewayError);
        // A signal that is aborted already fires no more.
        if (signal.aborted) abort();
        signal.addEventListener('abort', abort, { once: true });
        work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
      }),
    shorten: (limitInMs) => {
      carriedInMs = limitInMs;
      if (limitInMs < timeoutInMs) limitTo(limitInMs, CARRIED);
    },
    shortenStart: (limitInMs) => {
      if (limitInMs < timeoutInMs) limitTo(limitInMs, CARRIED);
    },
    reachVertex: () => {
      isAtVertex = true;
    },
    beginStream: () => {
      if (carriedInMs < streamTimeoutInMs) limitTo(carriedInMs, CARRIED);
      else limitTo(streamTimeoutInMs, 'the longest that a stream may last');
    },
    beginDelivery: () => limitTo(streamTimeoutInMs, 'the longest that a stream may last'),
    end: (failure) => controller.abort(failure),
    clear: () => clearTimeout(timer),
  };
}

export function callerGone(): GatewayError {
  return new GatewayError('CALLER_GONE', 'The caller went away.');
}
