import { GatewayError } from '../errors/gateway-error.ts';
import type { ReadHeader } from './caller.ts';
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

/** The clocks of the system, by which calls are timed. */
export const systemClock = { monotonicNow: () => performance.now(), now: () => new Date() };

/** The header that Google's clients send: https://github.com/googleapis/js-genai/blob/main/src/_api_client.ts */
const WHOLE = 'x-server-timeout';
/** The header that OpenAI's and Anthropic's clients send: https://github.com/openai/openai-node/blob/master/src/client.ts */
const START = 'x-stainless-timeout';

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
  /** The time from the call's start at which the timer fires. */
  let firesInMs = Infinity;
  const expire = () => {
    // The limit has been raised since the timer was set.
    if (timeoutInMs > firesInMs) setTimer();
    else controller.abort(timedOut(`within ${timeoutInMs / 1000} s, ${what}`));
  };
  const setTimer = () => {
    firesInMs = timeoutInMs;
    timer = setTimeout(expire, Math.max(0, timeoutInMs - (monotonicNow() - start)));
  };
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
    if (limitInMs >= firesInMs) return;
    clearTimeout(timer);
    setTimer();
  };
  limitTo(timeoutInMs, what);
  reply.onGone(() => controller.abort(callerGone()));
  const { signal } = controller;
  /** Rejects the work that is waited for. */
  const rejections = new Set<(reason: GatewayError) => void>();
  const rejectAll = () => {
    for (const reject of rejections) reject(signal.reason as GatewayError);
  };
  signal.addEventListener('abort', rejectAll, { once: true });
  return {
    abortSignal: signal,
    get timeoutInMs() {
      return timeoutInMs;
    },
    bound: (work) =>
      new Promise((resolve, reject) => {
        const fail: (failure: GatewayError) => void = reject;
        // A signal that is aborted already fires no further event.
        if (signal.aborted) fail(signal.reason as GatewayError);
        rejections.add(fail);
        work.then(
          (result) => {
            rejections.delete(fail);
            resolve(result);
          },
          (error: unknown) => {
            rejections.delete(fail);
            fail(error as GatewayError);
          },
        );
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

/**
 * Reads the time limit that a call carries for all of its answer, in milliseconds; undefined when there is none. It is
 * undefined for a malformed one too, which `checkTimeLimits` refuses once the caller is known.
 */
export function readTimeLimit(header: ReadHeader): number | undefined {
  const seconds = readSeconds(header, WHOLE);
  return seconds !== undefined && seconds > 0 ? seconds * 1000 : undefined;
}

/**
 * Reads the time limit that a call carries until its answer begins, in milliseconds; undefined when there is none.
 * Clients cut it to whole seconds, so a second is added to a whole number.
 */
export function readStartLimit(header: ReadHeader): number | undefined {
  const seconds = readSeconds(header, START);
  if (seconds === undefined) return undefined;
  return (Number.isInteger(seconds) ? seconds + 1 : seconds) * 1000;
}

/** Checks the time limits that a call carries. @throws GatewayError INVALID_REQUEST for a malformed one. */
export function checkTimeLimits(header: ReadHeader): void {
  if (header(WHOLE) !== null && readTimeLimit(header) === undefined)
    throw malformed(WHOLE, 'must be a positive number of seconds');
  if (header(START) !== null && readStartLimit(header) === undefined)
    throw malformed(START, 'must be a number of seconds');
}

function readSeconds(header: ReadHeader, name: string): number | undefined {
  const value = header(name);
  return value !== null && /^\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : undefined;
}

function malformed(name: string, description: string): GatewayError {
  return new GatewayError(
    'INVALID_REQUEST',
    `The time limit in the header ${name} is not valid: it ${description}.`,
    {
      violations: [{ field: name, description }],
    },
  );
}
