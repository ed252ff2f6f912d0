import { GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import type { Governance } from '../governance/governance.ts';
import type { AuthorizedCall } from '../governance/authorize.ts';
import { startDeadline } from './deadline.ts';
import { deliver } from './deliver.ts';
import type { AccessTokens, AuditTrail, Call, Callers, Caller, Reply, Vertex } from './interfaces.ts';
import { OpenRecord } from './open-record.ts';
import type { Prediction } from './prediction.ts';

export interface PredictRooms {
  readonly callers: Callers;
  readonly governance: Governance;
  readonly accessTokens: AccessTokens;
  readonly vertex: Vertex;
  readonly audit: AuditTrail;
  readonly callTimeoutInMs: number;
  readonly maximumBodyBytes: number;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicNow: () => number;
  readonly now: () => Date;
}

/** Serves one call: always answers, never throws, and leaves exactly one audit record. */
export type Predict = (call: Call, reply: Reply) => Promise<void>;

/** The use case: identify → parse → authorize → credentials → predict → deliver, on record whatever happens. */
export function createPredict(rooms: PredictRooms): Predict {
  return async (call, reply) => {
    const record = new OpenRecord(call.dialect.name, rooms);
    const deadline = startDeadline(rooms.callTimeoutInMs, reply);
    try {
      const caller = await deadline.bound(rooms.callers.identify(call.header));
      record.identified(caller);
      const body = await deadline.bound(call.readBody(rooms.maximumBodyBytes));
      record.received(body.byteLength);
      const prediction = readPrediction(call, body);
      record.parsed(prediction);
      const authorized = authorize(rooms.governance, caller, prediction, record);
      const accessToken = await deadline.bound(rooms.accessTokens.accessToken());
      record.credentialsObtained();
      deadline.reachVertex();
      const answer = await deadline.bound(rooms.vertex.predict(authorized, accessToken, deadline));
      await deliver(answer, { call, reply, record, deadline });
    } catch (error) {
      const failure = toGatewayError(error);
      record.failed(failure);
      sendFailure(call, reply, record, failure);
    } finally {
      deadline.clear();
      rooms.audit.record(record.close());
    }
  };
}

function readPrediction({ dialect, method, path, query }: Call, body: Uint8Array): Prediction {
  return dialect.readPrediction({ method, path, query, body });
}

function authorize(
  governance: Governance,
  caller: Caller,
  prediction: Prediction,
  record: OpenRecord,
): AuthorizedCall<Prediction> {
  const decision = governance.decide(caller, prediction);
  record.decided(decision);
  if (decision.allowed) return decision.call;
  throw new GatewayError(decision.code, decision.reason);
}

function sendFailure(call: Call, reply: Reply, record: OpenRecord, failure: GatewayError): void {
  const { contentType, body } = call.dialect.writeError(failure, record.id);
  const { retryAfterInSeconds, facts } = failure;
  const headers = {
    ...record.headers(contentType),
    ...(retryAfterInSeconds === undefined ? {} : { 'retry-after': String(retryAfterInSeconds) }),
    ...(facts.retryable ? {} : { 'x-should-retry': 'false' }),
  };
  record.sent(Buffer.byteLength(body));
  reply.send(facts.status, headers, body);
}
