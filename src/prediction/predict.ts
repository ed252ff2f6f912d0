import { GatewayError } from '../errors/gateway-error.ts';
import type { Governance } from '../governance/governance.ts';
import type { AuthorizedCall } from '../governance/authorize.ts';
import { restrictToTeam, reaches } from '../governance/owners.ts';
import type { Deadline } from './deadline.ts';
import { deliver } from './deliver.ts';
import type { AccessTokens, Vertex } from './vertex.ts';
import type { Call } from './call.ts';
import type { Caller } from './caller.ts';
import type { Reply } from './reply.ts';
import type { Seal, Seals } from '../audit/keys/seals.ts';
import type { OpenRecord } from './open-record.ts';
import type { Answer } from './answer.ts';
import { type GrantedCall, isStream, type Payload, type Prediction, type StreamShape } from './prediction.ts';
import { checkTimeLimits, readStartLimit } from './read-time-limit.ts';
import { type OpenCall, serveOnRecord, type ServingRooms } from './serve-on-record.ts';
import { createStreamSlots } from './stream-slots.ts';
import { createTokenBudgets } from './token-budgets.ts';

export interface PredictRooms extends ServingRooms {
  readonly accessTokens: AccessTokens;
  readonly vertex: Vertex;
  readonly seals: Seals;
  /** After how long without a part a stream is kept alive by a comment. */
  readonly keepAliveIntervalInMs: number;
}

/** A call that Vertex AI has been asked for. */
interface BegunCall {
  readonly coming: Promise<Answer>;
  /** Of a stream. */
  readonly shape: StreamShape | undefined;
  /** Gives back what the call took of its caller's limits. */
  readonly end: () => void;
}

/** Serves one call: always answers, never throws, and leaves exactly one audit record. */
export type Predict = (call: Call, reply: Reply) => Promise<void>;

/** The use case: identify → parse → authorize → credentials → predict → deliver, on record whatever happens. */
export function createPredict(rooms: PredictRooms): Predict {
  const streamSlots = createStreamSlots(rooms.governance);
  const tokenBudgets = createTokenBudgets(rooms.governance, rooms.now);
  return (call, reply) =>
    serveOnRecord(rooms, call, reply, async (open) => {
      const { record, settlement, deadline } = open;
      const { keepAliveIntervalInMs } = rooms;
      const { coming, shape, end } = await begin(call, open);
      try {
        await deliver(coming, shape, {
          ...{ call, reply, record, settlement, deadline, keepAliveIntervalInMs },
        });
      } finally {
        end();
      }
    });

  /** All that takes the body: nothing of it stays with the call while its answer goes out. */
  async function begin(call: Call, open: OpenCall): Promise<BegunCall> {
    const { caller, takeBody, heldBody, heldAnswer, record, settlement, deadline } = open;
    checkTimeLimits(call.header);
    const startLimitInMs = readStartLimit(call.header);
    if (startLimitInMs !== undefined) deadline.shortenStart(startLimitInMs);
    const requested = await deadline.bound(readPrediction(call, takeBody()));
    record.parsed(requested);
    const authorized = authorize(rooms.governance, caller, requested, record);
    requested.check?.(grant(rooms.governance, caller, authorized, undefined));
    const { payload, resource } = authorized.target;
    const checked = payload.kind === 'instances' ? payload : payload.checked;
    await deadline.bound(rooms.governance.checkInstances(resource, checked));
    const spendTokens = tokenBudgets.admit(caller, authorized);
    const freeSlots = streamSlots.take(caller, authorized);
    const end = () => {
      spendTokens(record.totalTokens);
      freeSlots();
    };
    try {
      const [accessToken, seal] = await Promise.all([
        obtainAccessToken(rooms, record, deadline),
        payload.kind === 'bytes' && payload.usesSeal ? deadline.bound(rooms.seals.open()) : undefined,
        deadline.bound(settlement.begin()),
      ]);
      deadline.reachVertex();
      const granted = grant(rooms.governance, caller, authorized, seal);
      const { abortSignal, timeoutInMs } = deadline;
      const limits = { abortSignal, timeoutInMs, held: heldAnswer };
      const coming = rooms.vertex.predict(authorized, granted, accessToken, limits);
      // An answer that is coming has been asked for, and with all of the body.
      const release = () => heldBody.release();
      coming.then(release, release);
      return { coming, shape: shapeOf(payload), end };
    } catch (error) {
      end();
      throw error;
    }
  }
}

function shapeOf(payload: Payload): StreamShape | undefined {
  return isStream(payload) ? { format: payload.format, framing: payload.framing } : undefined;
}

async function readPrediction(
  { dialect, method, path, query, header }: Call,
  body: Uint8Array,
): Promise<Prediction> {
  return dialect.readPrediction({ method, path, query, header, body });
}

async function obtainAccessToken(
  { accessTokens }: PredictRooms,
  record: OpenRecord,
  deadline: Deadline,
): Promise<string> {
  const accessToken = await deadline.bound(accessTokens.accessToken());
  record.credentialsObtained();
  return accessToken;
}

function authorize(
  governance: Governance,
  caller: Caller,
  requested: Prediction,
  record: OpenRecord,
): AuthorizedCall<Prediction> {
  const decision = governance.decide(caller, requested);
  record.decided(decision);
  if (decision.allowed) return decision.call;
  throw new GatewayError(decision.code, decision.reason);
}

function grant(
  governance: Governance,
  caller: Caller,
  { target, project, location, resource, owner }: AuthorizedCall<Prediction>,
  seal: Seal | undefined,
): GrantedCall {
  const owners = governance.ownersOf(caller);
  const maker = restrictToTeam(caller, target.operation, owner);
  return {
    ...{ project, location, resource, caller, owner, owners },
    reaches: (other) => reaches(owners, other),
    ...(seal && { seal }),
    isHere: (named, at) => at === location && governance.isProject(project, named),
    may: (target) => governance.decide(caller, target).allowed,
    judgePlace: (use, uri) => governance.judgePlace(maker, use, uri),
    judgeTool: (tool, sources = []) => governance.judgeTool(maker, { tool, sources, location }),
  };
}
