import { GatewayError } from '../errors/gateway-error.ts';
import { judgeSubscription, splitRoles } from '../governance/principals.ts';
import type { Governance } from '../governance/governance.ts';
import { CallRecord, type RecordDependencies } from './call-record.ts';
import type { Call } from './call.ts';
import type { Caller, Callers } from './caller.ts';
import { type Deadline, readTimeLimit, startDeadline, type TimeLimits } from './deadline.ts';
import type { Dialect, ErrorDialect } from './dialect.ts';
import type { Reply } from './reply.ts';

/** The time after which another instance is sure to take the call, and some calls of this one are likely to have ended. */
const RETRY_AFTER_IN_MS = 1_000;
/** Bodies and answers of at most this size are small. */
const SMALL_BYTES = 262_144;
/** The share of the budget that only small bodies and answers may use. */
const KEPT_FOR_SMALL = 1 / 4;

/** The dependencies of every use case. */
export interface ServingDependencies extends TimeLimits, RecordDependencies {
  readonly callers: Callers;
  readonly governance: Governance;
  readonly running: RunningCalls;
  readonly memory: MemoryBudget;
  readonly maximumBodyBytes: number;
}

/** One call while it is served: its record, its time, and the memory that it holds. */
export interface ServedCall<Spoken extends ErrorDialect = Dialect> {
  readonly call: Call<Spoken>;
  readonly reply: Reply;
  readonly record: CallRecord;
  readonly deadline: Deadline;
  readonly heldBody: HeldBytes;
  readonly heldAnswer: HeldBytes;
  /** Takes the call off the running ones. */
  readonly leave: () => void;
}

/** Begins to serve a call: its record, its time limit and its place among the running calls. */
export function beginCall<Spoken extends ErrorDialect>(
  dependencies: ServingDependencies,
  call: Call<Spoken>,
  reply: Reply,
): ServedCall<Spoken> {
  const { running, memory } = dependencies;
  const deadline = startDeadline(dependencies, reply);
  return {
    call,
    reply,
    record: new CallRecord(dependencies, call),
    deadline,
    heldBody: memory.hold(),
    heldAnswer: memory.hold(),
    leave: running.enter((failure) => deadline.end(failure)),
  };
}

/**
 * Lets a call in and identifies its caller. The caller has the roles that count for its product; the record has all.
 * @throws GatewayError AUDIT_LEDGER_UNAVAILABLE, CALLER_NOT_AUTHENTICATED, CALLER_VERIFICATION_UNAVAILABLE,
 *   SUBSCRIPTION_NOT_ALLOWED.
 */
export async function identify(
  { callers, governance: { documents } }: Pick<ServingDependencies, 'callers' | 'governance'>,
  { call: { header }, record, deadline }: ServedCall<ErrorDialect>,
): Promise<Caller> {
  await record.admit();
  const timeLimitInMs = readTimeLimit(header);
  if (timeLimitInMs !== undefined) deadline.shorten(timeLimitInMs);
  const caller = await deadline.bound(callers.identify(header));
  record.noteCaller(caller);
  const counted = splitRoles(documents, caller);
  const denial = judgeSubscription(documents, counted);
  if (!denial) return counted;
  record.noteDecision(denial);
  throw new GatewayError(denial.code, denial.reason);
}

/**
 * Receives the whole body and notes it.
 * @throws GatewayError PAYLOAD_TOO_LARGE, INSTANCE_FULL, CALLER_GONE, CALL_TIMEOUT, ENCODING_NOT_SUPPORTED.
 */
export async function receiveBody(
  { maximumBodyBytes: maximumBytes }: Pick<ServingDependencies, 'maximumBodyBytes'>,
  { call, record, deadline, heldBody: held }: ServedCall<ErrorDialect>,
): Promise<Uint8Array> {
  const { abortSignal } = deadline;
  const body = await deadline.bound(call.readBody({ maximumBytes, held, abortSignal }));
  await deadline.bound(record.noteBody(body));
  refuseEncoding(call.header('content-encoding'));
  return body;
}

/** Bodies are judged by their bytes, and what a compressed one grows to has no bound. */
function refuseEncoding(encoding: string | null): void {
  if (/^(identity)?$/i.test((encoding ?? '').trim())) return;
  throw new GatewayError(
    'ENCODING_NOT_SUPPORTED',
    'The body is compressed, as its header content-encoding says. Send it without compression.',
  );
}

/** Ends a call that has been answered: gives back its memory, puts it on record and takes it off the running calls. */
export function endCall({
  record,
  deadline,
  heldBody,
  heldAnswer,
  reply,
  leave,
}: ServedCall<ErrorDialect>): void {
  heldBody.release();
  heldAnswer.release();
  record.end();
  deadline.clear();
  void reply.over.then(leave);
}

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

/** The part of the budget that one call holds, for its body or for its answer. */
export interface HeldBytes {
  /**
   * Sets the bytes that are held from now on.
   * @param expectedBytes the bytes that there will be in all, where that is known; they tell small bodies from large ones.
   * @throws GatewayError INSTANCE_FULL when there is no room for more; what was held before stays held.
   */
  resize(bytes: number, expectedBytes?: number): void;
  /** Gives all bytes back, for good: a later `resize` does nothing. */
  release(): void;
}

/**
 * Bounds the bytes of bodies and answers that all running calls hold together. The other memory of a body (its index, a
 * copy for Google) is in proportion to it, so it is bounded too. Large bodies and answers leave a quarter of the budget to
 * small ones.
 */
export class MemoryBudget {
  readonly #maximumBytes: number;
  #smallBytes = 0;
  #largeBytes = 0;

  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
  }

  /** The bytes that all calls hold together. */
  get bytes(): number {
    return this.#smallBytes + this.#largeBytes;
  }

  /** Begins to hold bytes for one call; none are held yet. */
  hold(): HeldBytes {
    let held = 0;
    let isLarge = false;
    let isReleased = false;
    const add = (bytes: number) => {
      if (isLarge) this.#largeBytes += bytes;
      else this.#smallBytes += bytes;
    };
    return {
      resize: (bytes, expectedBytes = 0) => {
        if (isReleased) return;
        const before = { held, isLarge };
        add(-held);
        isLarge = Math.max(bytes, expectedBytes) > SMALL_BYTES;
        const hasRoom = bytes <= before.held || this.#hasRoom(bytes, isLarge);
        held = hasRoom ? bytes : before.held;
        if (!hasRoom) ({ isLarge } = before);
        add(held);
        if (!hasRoom) throw full();
      },
      release: () => {
        add(-held);
        held = 0;
        isReleased = true;
      },
    };
  }

  #hasRoom(bytes: number, isLarge: boolean): boolean {
    if (this.bytes + bytes > this.#maximumBytes) return false;
    return !isLarge || this.#largeBytes + bytes <= maximumLargeBytes(this.#maximumBytes);
  }
}

function full(): GatewayError {
  return new GatewayError(
    'INSTANCE_FULL',
    'The instance that serves this call has no memory left for it. Wait for as long as the header ' +
      'Retry-After says, and send the call again.',
    { retryAfterInMs: RETRY_AFTER_IN_MS },
  );
}

/** Returns the bytes that large bodies and answers may hold together in a budget of `maximumBytes`. */
export function maximumLargeBytes(maximumBytes: number): number {
  return Math.floor(maximumBytes * (1 - KEPT_FOR_SMALL));
}
