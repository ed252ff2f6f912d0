import { GatewayError } from '../errors/gateway-error.ts';
import { splitRoles } from '../governance/applications.ts';
import type { Governance } from '../governance/governance.ts';
import { judgeSubscription } from '../governance/applications.ts';
import { CallRecord, type RecordDependencies } from './call-record.ts';
import type { Call } from './call.ts';
import type { Caller, Callers } from './caller.ts';
import { startDeadline, type Deadline, type TimeLimits } from './deadline.ts';
import type { Dialect, ErrorDialect } from './dialect.ts';
import type { HeldBytes, MemoryBudget } from './memory-budget.ts';
import { readTimeLimit } from './read-time-limit.ts';
import { readTraceId } from './read-trace-id.ts';
import type { Reply } from './reply.ts';
import type { RunningCalls } from './running-calls.ts';

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
  record.admit();
  const timeLimitInMs = readTimeLimit(header);
  if (timeLimitInMs !== undefined) deadline.shorten(timeLimitInMs);
  const caller = await deadline.bound(callers.identify(header));
  record.noteCaller(caller, readTraceId(header));
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
