import { GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import { countRoles } from '../governance/count-roles.ts';
import type { Governance } from '../governance/governance.ts';
import { judgeSubscription } from '../governance/judge-subscription.ts';
import { startDeadline, type Deadline, type TimeLimits } from './deadline.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { Call } from './call.ts';
import type { Caller, Callers } from './caller.ts';
import type { ErrorDialect } from './dialect.ts';
import type { Reply } from './reply.ts';
import type { HeldBytes, MemoryBudget } from './memory-budget.ts';
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
  readonly memory: MemoryBudget;
  readonly maximumBodyBytes: number;
}

/** A call whose caller is known and whose body is read. */
export interface OpenCall {
  /** With the roles that count for its product; the record has all. */
  readonly caller: Caller;
  /** Gives the body, once; nothing else keeps it. */
  readonly takeBody: () => Uint8Array;
  readonly heldBody: HeldBytes;
  readonly heldAnswer: HeldBytes;
  readonly record: OpenRecord;
  readonly settlement: Settlement;
  readonly deadline: Deadline;
}

/** A call that was let in. */
interface Serving {
  readonly caller: Caller;
  readonly record: OpenRecord;
  readonly deadline: Deadline;
}

/**
 * Identifies the caller, reads the body and lets `answer` do the rest, within the time that a call may last. Never
 * throws: a failure is answered in the client's dialect. Leaves exactly one audit record of a call whose caller is
 * verified, or says in its answer that the edge must; calls of others are counted.
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
  const deadline = startDeadline(rooms, reply);
  const leave = rooms.running.enter((failure) => deadline.end(failure));
  try {
    const caller = await identify(rooms, call, reply, { record, deadline });
    if (caller) await serve(rooms, call, reply, { caller, record, deadline }, answer);
  } finally {
    deadline.clear();
    void reply.over.then(leave);
  }
}

/** Answers whoever can't be verified. @returns undefined then. */
async function identify(
  { callers, governance, audit, now }: ServingRooms,
  call: Call<ErrorDialect>,
  reply: Reply,
  { record, deadline }: Omit<Serving, 'caller'>,
): Promise<Caller | undefined> {
  try {
    const timeLimitInMs = readTimeLimit(call.header);
    if (timeLimitInMs !== undefined) deadline.shorten(timeLimitInMs);
    const identified = await deadline.bound(callers.identify(call.header));
    record.identified(identified, readTraceId(call.header));
    return countRoles(governance.documents, identified);
  } catch (error) {
    const failure = toGatewayError(error);
    const { dialect, method } = call;
    audit.countUnverified({ time: now(), dialect: dialect.name, method, code: failure.code });
    sendUnrecorded(call, reply, record, failure, {
      ...record.headers(''),
      ...retryHeaders(failure),
      'x-gateway-unrecorded-detail': encodeURIComponent(failure.message),
    });
    return undefined;
  }
}

async function serve(
  rooms: ServingRooms,
  call: Call<ErrorDialect>,
  reply: Reply,
  { caller, record, deadline }: Serving,
  answer: (open: OpenCall) => Promise<void>,
): Promise<void> {
  const settlement = new Settlement(rooms.audit, record);
  const heldBody = rooms.memory.hold();
  const heldAnswer = rooms.memory.hold();
  try {
    checkSubscription(rooms, caller, record);
    const takeBody = await receiveBody(rooms, call, { record, deadline, heldBody });
    await answer({ caller, takeBody, heldBody, heldAnswer, record, settlement, deadline });
  } catch (error) {
    const failure = toGatewayError(error);
    record.failed(failure);
    const send = prepareFailure(call, record, failure);
    await settlement.attempt(failure);
    send(reply);
  } finally {
    heldBody.release();
    heldAnswer.release();
    settlement.end();
  }
}

/** In a function of its own, since one that waits keeps what it has ever had in hand. */
async function receiveBody(
  { maximumBodyBytes: maximumBytes }: ServingRooms,
  call: Call<ErrorDialect>,
  { record, deadline, heldBody: held }: Pick<OpenCall, 'record' | 'deadline' | 'heldBody'>,
): Promise<() => Uint8Array> {
  const { abortSignal } = deadline;
  let body: Uint8Array | undefined = await deadline.bound(call.readBody({ maximumBytes, held, abortSignal }));
  record.received(body);
  return () => {
    const taken = body;
    body = undefined;
    if (!taken) throw new TypeError('the body is taken once');
    return taken;
  };
}

function checkSubscription({ governance }: ServingRooms, caller: Caller, record: OpenRecord): void {
  const denial = judgeSubscription(governance.documents, caller);
  if (!denial) return;
  record.decided(denial);
  throw new GatewayError(denial.code, denial.reason);
}

/** Tells the edge why the call is not on record: the edge puts it there, and gives that reason in its own answer. */
function sendUnrecorded(
  { dialect, path }: Call<ErrorDialect>,
  reply: Reply,
  { requestId }: OpenRecord,
  failure: GatewayError,
  further: Readonly<Record<string, string>> = {},
): void {
  const { contentType, body } = dialect.writeError(failure, requestId, path);
  const headers = { ...further, 'content-type': contentType, 'x-gateway-unrecorded': failure.code };
  reply.send(failure.facts.status, headers, body);
}

function retryHeaders({ retryAfterInMs }: GatewayError): Record<string, string> {
  if (retryAfterInMs === undefined) return {};
  return {
    'retry-after': String(Math.ceil(retryAfterInMs / 1000)),
    'retry-after-ms': String(retryAfterInMs),
  };
}

function prepareFailure(
  call: Call<ErrorDialect>,
  record: OpenRecord,
  failure: GatewayError,
): (reply: Reply) => void {
  const { contentType, body } = call.dialect.writeError(failure, record.requestId, call.path);
  const { spent, facts } = failure;
  const headers = {
    ...record.headers(contentType),
    ...retryHeaders(failure),
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
