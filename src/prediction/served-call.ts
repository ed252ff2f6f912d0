import { GatewayError } from '../errors/gateway-error.ts';
import { judgeSubscription, splitRoles } from '../governance/applications.ts';
import type { Governance } from '../governance/governance.ts';
import { CallRecord, type RecordDependencies } from './call-record.ts';
import type { Call } from './call.ts';
import type { Caller, Callers } from './caller.ts';
import { type Deadline, readTimeLimit, startDeadline, type TimeLimits } from './deadline.ts';
import type { Dialect, ErrorDialect } from './dialect.ts';
import type { HeldBytes, MemoryBudget } from './memory-budget.ts';
import type { Reply } from './reply.ts';

/** The time after which another instance is sure to take the call. */
const RETRY_AFTER_IN_MS = 1_000;

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

/** Receives the whole body and notes it. @throws GatewayError PAYLOAD_TOO_LARGE, INSTANCE_FULL, CALLER_GONE, CALL_TIMEOUT. */
export async function receiveBody(
  { maximumBodyBytes: maximumBytes }: Pick<ServingDependencies, 'maximumBodyBytes'>,
  { call, record, deadline, heldBody: held }: ServedCall<ErrorDialect>,
): Promise<Uint8Array> {
  const { abortSignal } = deadline;
  const body = await deadline.bound(call.readBody({ maximumBytes, held, abortSignal }));
  await deadline.bound(record.noteBody(body));
  return body;
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
