import { GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import { countRoles } from '../governance/count-roles.ts';
import type { Governance } from '../governance/governance.ts';
import { judgeSubscription } from '../governance/judge-subscription.ts';
import { startDeadline, type Deadline, type TimeLimits } from './deadline.ts';
import type { AuditTrail, Call, Caller, Callers, ErrorDialect, Reply } from './interfaces.ts';
import { OpenRecord, type RecordingRooms } from './open-record.ts';
import { readTimeLimit } from './read-time-limit.ts';
import { readTraceId } from './read-trace-id.ts';
import type { RunningCalls } from './running-calls.ts';
import { Settlement } from './settlement.ts';

/** What serving any call takes. */
export interface ServingRooms extends TimeLimits, RecordingRooms {
  readonly callers: Callers;
  readonly governance: Governance;
  readonly audit: AuditTrail;
  readonly running: RunningCalls;
  readonly maximumBodyBytes: number;
}

/** A call whose caller is known and whose body is read. */
export interface OpenCall {
  /** With the roles that count for its product; the record has all. */
  readonly caller: Caller;
  readonly body: Uint8Array;
  readonly record: OpenRecord;
  readonly settlement: Settlement;
  readonly deadline: Deadline;
}

/**
 * Identifies the caller, reads the body and lets `answer` do the rest, within the time that a call may last. Never
 * throws: a failure is answered in the client's dialect. Leaves exactly one audit record, or says in its answer that
 * the edge must.
 */
export async function serveOnRecord(
  rooms: ServingRooms,
  call: Call<ErrorDialect>,
  reply: Reply,
  answer: (open: OpenCall) => Promise<void>,
): Promise<void> {
  const record = new OpenRecord(call, rooms);
  try {
    rooms.audit.admit();
  } catch (error) {
    sendUnrecorded(call, reply, record, toGatewayError(error));
    return;
  }
  const settlement = new Settlement(rooms.audit, record);
  const deadline = startDeadline(rooms, reply);
  const leave = rooms.running.enter((failure) => deadline.end(failure));
  try {
    const timeLimitInMs = readTimeLimit(call.header);
    if (timeLimitInMs !== undefined) deadline.shorten(timeLimitInMs);
    const identified = await deadline.bound(rooms.callers.identify(call.header));
    record.identified(identified, readTraceId(call.header));
    const caller = countRoles(rooms.governance.documents, identified);
    checkSubscription(rooms, caller, record);
    const body = await deadline.bound(call.readBody(rooms.maximumBodyBytes));
    record.received(body);
    await answer({ caller, body, record, settlement, deadline });
  } catch (error) {
    const failure = toGatewayError(error);
    record.failed(failure);
    const send = prepareFailure(call, record, failure);
    await settlement.attempt(failure);
    send(reply);
  } finally {
    deadline.clear();
    settlement.end();
    void reply.over.then(leave);
  }
}

function checkSubscription({ governance }: ServingRooms, caller: Caller, record: OpenRecord): void {
  const denial = judgeSubscription(governance.documents, caller);
  if (!denial) return;
  record.decided(denial);
  throw new GatewayError(denial.code, denial.reason);
}

/** Without the request id, which tells the edge that the call is on record, and with the reason why it is not. */
function sendUnrecorded(
  { dialect, path }: Call<ErrorDialect>,
  reply: Reply,
  { requestId }: OpenRecord,
  failure: GatewayError,
): void {
  const { contentType, body } = dialect.writeError(failure, requestId, path);
  const headers = { 'content-type': contentType, 'x-gateway-unrecorded': failure.code };
  reply.send(failure.facts.status, headers, body);
}

function prepareFailure(
  call: Call<ErrorDialect>,
  record: OpenRecord,
  failure: GatewayError,
): (reply: Reply) => void {
  const { contentType, body } = call.dialect.writeError(failure, record.requestId, call.path);
  const { retryAfterInMs, spent, facts } = failure;
  const headers = {
    ...record.headers(contentType),
    ...(retryAfterInMs !== undefined && {
      'retry-after': String(Math.ceil(retryAfterInMs / 1000)),
      'retry-after-ms': String(retryAfterInMs),
    }),
    // As OpenAI names them; API Management leaves them as they are.
    ...(spent && {
      [`x-ratelimit-limit-${spent.what}`]: String(spent.limit),
      [`x-ratelimit-remaining-${spent.what}`]: '0',
    }),
    ...(facts.retryable ? {} : { 'x-should-retry': 'false' }),
  };
  if (failure.code !== 'CALLER_GONE') record.sent(body);
  return (reply) => reply.send(facts.status, headers, body);
}
