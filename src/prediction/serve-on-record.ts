import { toGatewayError, type GatewayError } from '../errors/gateway-error.ts';
import type { Governance } from '../governance/governance.ts';
import { startDeadline, type Deadline, type TimeLimits } from './deadline.ts';
import type { AuditTrail, Call, Caller, Callers, ErrorDialect, Reply } from './interfaces.ts';
import { OpenRecord } from './open-record.ts';
import { readTimeLimit } from './read-time-limit.ts';

/** What serving any call takes. */
export interface ServingRooms extends TimeLimits {
  readonly callers: Callers;
  readonly governance: Governance;
  readonly audit: AuditTrail;
  readonly maximumBodyBytes: number;
  readonly now: () => Date;
}

/** A call whose caller is known and whose body is read. */
export interface OpenCall {
  readonly caller: Caller;
  readonly body: Uint8Array;
  readonly record: OpenRecord;
  readonly deadline: Deadline;
}

/**
 * Identifies the caller, reads the body and lets `answer` do the rest, within the time that a call may last. Never
 * throws: a failure is answered in the client's dialect. Leaves exactly one audit record.
 */
export async function serveOnRecord(
  rooms: ServingRooms,
  call: Call<ErrorDialect>,
  reply: Reply,
  answer: (open: OpenCall) => Promise<void>,
): Promise<void> {
  const record = new OpenRecord(call.dialect.name, rooms);
  const deadline = startDeadline(rooms, reply);
  try {
    const timeLimitInMs = readTimeLimit(call.header);
    if (timeLimitInMs !== undefined) deadline.shorten(timeLimitInMs);
    const caller = await deadline.bound(rooms.callers.identify(call.header));
    record.identified(caller);
    const body = await deadline.bound(call.readBody(rooms.maximumBodyBytes));
    record.received(body.byteLength);
    await answer({ caller, body, record, deadline });
  } catch (error) {
    const failure = toGatewayError(error);
    record.failed(failure);
    sendFailure(call, reply, record, failure);
  } finally {
    deadline.clear();
    rooms.audit.record(record.close());
  }
}

function sendFailure(
  call: Call<ErrorDialect>,
  reply: Reply,
  record: OpenRecord,
  failure: GatewayError,
): void {
  const { contentType, body } = call.dialect.writeError(failure, record.id, call.path);
  const { retryAfterInMs, facts } = failure;
  const headers = {
    ...record.headers(contentType),
    ...(retryAfterInMs !== undefined && {
      'retry-after': String(Math.ceil(retryAfterInMs / 1000)),
      'retry-after-ms': String(retryAfterInMs),
    }),
    ...(facts.retryable ? {} : { 'x-should-retry': 'false' }),
  };
  record.sent(Buffer.byteLength(body));
  reply.send(facts.status, headers, body);
}
