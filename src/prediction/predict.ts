import { GatewayError } from '../errors/gateway-error.ts';
import type { Governance } from '../governance/governance.ts';
import type { AuthorizedCall } from '../governance/authorize.ts';
import { deliver } from './deliver.ts';
import type { AccessTokens, Call, Caller, Reply, Vertex } from './interfaces.ts';
import type { OpenRecord } from './open-record.ts';
import type { Prediction } from './prediction.ts';
import { serveOnRecord, type ServingRooms } from './serve-on-record.ts';

export interface PredictRooms extends ServingRooms {
  readonly accessTokens: AccessTokens;
  readonly vertex: Vertex;
}

/** Serves one call: always answers, never throws, and leaves exactly one audit record. */
export type Predict = (call: Call, reply: Reply) => Promise<void>;

/** The use case: identify → parse → authorize → credentials → predict → deliver, on record whatever happens. */
export function createPredict(rooms: PredictRooms): Predict {
  return (call, reply) =>
    serveOnRecord(rooms, call, reply, async ({ caller, body, record, deadline }) => {
      const prediction = readPrediction(call, body);
      record.parsed(prediction);
      const authorized = authorize(rooms.governance, caller, prediction, record);
      const accessToken = await deadline.bound(rooms.accessTokens.accessToken());
      record.credentialsObtained();
      deadline.reachVertex();
      const answer = await deadline.bound(rooms.vertex.predict(authorized, accessToken, deadline));
      await deliver(answer, { call, reply, record, deadline });
    });
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
