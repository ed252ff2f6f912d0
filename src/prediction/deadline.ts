import { GatewayError } from '../errors/gateway-error.ts';
import type { Reply } from './reply.ts';

/** The time limits of every call, and the clock that they are measured by. */
export interface TimeLimits {
  /** The longest that a call may take until it is answered, or its stream has begun. */
  readonly callTimeoutInMs: number;
  /** The longest that a stream may last, from its call's start. */
  readonly streamTimeoutInMs: number;
  /** Returns the milliseconds of a clock that never goes back. */
  readonly monotonicNow: () => number;
}

/** The time that one call may last, and whether its caller is still there. */
export interface Deadline {
  /** Aborted when the time is up, the caller is gone or the call is ended; its reason is the GatewayError to throw. */
  readonly abortSignal: AbortSignal;
  /** The limit that applies at the moment, counted from the call's start. */
  readonly timeoutInMs: number;
  /** Settles as the work does, or rejects with the signal's reason as soon as the signal is aborted. */
  bound<Result>(work: Promise<Result>): Promise<Result>;
  /** Applies a limit that the call carries for all of its answer, where that is shorter. */
  shorten(timeoutInMs: number): void;
  /** Applies a limit that the call carries until its answer begins, where that is shorter. */
  shortenStart(timeoutInMs: number): void;
  /**
   * Makes a timeout VERTEX_TIMEOUT from here on; before, it is CALL_TIMEOUT. A limit that the call carries is
   * CALLER_TIMEOUT all the time.
   */
  reachVertex(): void;
  /** Applies the limit of streams, or the one that the call carries for all of its answer where that is shorter. */
  beginStream(): void;
  /** Applies the limit of streams to an answer that is there, whatever limit the call carries. */
  beginDelivery(): void;
  /** Aborts the signal with this failure. */
  end(failure: GatewayError): void;
  /** Stops the timer. */
  clear(): void;
}

const CALL_LIMIT = 'the maximum duration of a call';
const STREAM_LIMIT = 'the maximum duration of a stream';
const CARRIED_LIMIT = 'the time limit that the call carries';

/** Starts the time of a call, with the limit of calls (`callTimeoutInMs`). */
export function startDeadline(
  { callTimeoutInMs, streamTimeoutInMs, monotonicNow }: TimeLimits,
  reply: Pick<Reply, 'onGone'>,
): Deadline {
  const controller = new AbortController();
  const start = monotonicNow();
  let isAtVertex = false;
  let carriedInMs = Infinity;
  let timeoutInMs = callTimeoutInMs;
  let what = CALL_LIMIT;
  let timer: NodeJS.Timeout | undefined;
  const expire = () => controller.abort(timedOut(`within ${timeoutInMs / 1000} s, ${what}`));
  const timedOut = (limit: string): GatewayError => {
    if (what === CARRIED_LIMIT)
      return new GatewayError(
        'CALLER_TIMEOUT',
        `The call was not answered completely ${limit}. Allow it more time.`,
      );
    if (isAtVertex)
      return new GatewayError('VERTEX_TIMEOUT', `Vertex AI did not answer completely ${limit}.`);
    return new GatewayError(
      'CALL_TIMEOUT',
      `The call did not reach Vertex AI ${limit}. Send its body whole and at once, then try again.`,
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
        // A signal that is aborted already fires no further event.
        if (signal.aborted) abort();
        signal.addEventListener('abort', abort, { once: true });
        work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
      }),
    shorten: (limitInMs) => {
      carriedInMs = limitInMs;
      if (limitInMs < timeoutInMs) limitTo(limitInMs, CARRIED_LIMIT);
    },
    shortenStart: (limitInMs) => {
      if (limitInMs < timeoutInMs) limitTo(limitInMs, CARRIED_LIMIT);
    },
    reachVertex: () => {
      isAtVertex = true;
    },
    beginStream: () => {
      if (carriedInMs < streamTimeoutInMs) limitTo(carriedInMs, CARRIED_LIMIT);
      else limitTo(streamTimeoutInMs, STREAM_LIMIT);
    },
    beginDelivery: () => limitTo(streamTimeoutInMs, STREAM_LIMIT),
    end: (failure) => controller.abort(failure),
    clear: () => clearTimeout(timer),
  };
}

/** Returns the failure of a call whose caller went away (CALLER_GONE). */
export function callerGone(): GatewayError {
  return new GatewayError('CALLER_GONE', 'The caller went away.');
}
