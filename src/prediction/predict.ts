import { GatewayError } from '../errors/gateway-error.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { Governance } from '../governance/governance.ts';
import type { Answer, WholeAnswer } from './answer.ts';
import { answerFailure } from './answer-failure.ts';
import type { CallRecord } from './call-record.ts';
import type { Call } from './call.ts';
import type { Caller } from './caller.ts';
import { createCallerLimits } from './caller-limits.ts';
import { checkTimeLimits, readStartLimit } from './deadline.ts';
import { deliverStream } from './deliver-stream.ts';
import { deliverWhole } from './deliver-whole.ts';
import type { Prediction, StreamShape } from './prediction.ts';
import type { CallProtection, ProtectAnswer, Protection } from './protection.ts';
import type { Reply } from './reply.ts';
import type { Seal, Seals } from '@vertex-ai-gateway/audit-ledger/keys';
import {
  beginCall,
  endCall,
  identify,
  receiveBody,
  type ServedCall,
  type ServingDependencies,
} from './served-call.ts';
import type { AccessTokens, Vertex } from './vertex.ts';

/** The dependencies of serving predictions. */
export interface PredictDependencies extends ServingDependencies {
  readonly accessTokens: AccessTokens;
  readonly vertex: Vertex;
  readonly seals: Seals;
  readonly protection: Protection;
  /** The time without a part after which the silence of a stream is filled. */
  readonly keepAliveIntervalInMs: number;
}

/** Serves one call: always answers, never throws, and leaves exactly one audit record. */
export type Predict = (call: Call, reply: Reply) => Promise<void>;

/** Creates the use case: the life of a prediction from top to bottom. */
export function createPredict(dependencies: PredictDependencies): Predict {
  const { governance, seals, keepAliveIntervalInMs } = dependencies;
  const limits = createCallerLimits(governance, dependencies.now);
  return async (call, reply) => {
    const served = beginCall(dependencies, call, reply);
    const { record, deadline } = served;
    const held = limits();
    try {
      // The steps are a function of their own: once it returns, nothing in memory refers to the body while the answer comes.
      const { coming, shape } = await (async (): Promise<AskedVertex> => {
        // Identify: API Management vouches for the caller.
        const caller = await identify(dependencies, served);
        // Parse: the dialect reads what the caller asks of which model.
        const read = await parse(dependencies, served);
        // Authorize: a rule of the governance documents lets the caller do this, here.
        const allowed = authorize(governance, caller, read.prediction, record);
        // Inspect: the caller may reach all that the prompt makes Google reach, and instances meet their schema.
        await inspect(governance, allowed, served);
        // Protect: values that must not leave are taken out of what the caller sent, or the call is refused.
        const { authorized, protection } = await protect(dependencies, served, {
          caller,
          allowed,
          body: read.body,
        });
        // Reserve: the caller's token budgets and stream slots.
        held.reserve(caller, authorized);
        // Credentials: obtained while the opening of a strict call is put on the ledger.
        const [accessToken, seal] = await Promise.all([
          obtainAccessToken(dependencies, served),
          usesSeal(authorized.target) ? deadline.bound(seals.open()) : undefined,
          deadline.bound(record.begin()),
        ]);
        // Predict: Vertex AI is asked, and the memory of the body given back as soon as it answers.
        return askVertex(dependencies, served, authorized, seal, accessToken, protection);
      })();
      // Deliver: the answer goes out part by part, or whole.
      if (shape) await deliverStream(served, coming, shape, keepAliveIntervalInMs);
      else await deliverWhole(served, await wholeAnswer(served, coming));
    } catch (error) {
      held.release(record.totalTokens);
      await answerFailure(served, error);
    } finally {
      // Record: whatever happened, the call ends with one audit record.
      held.release(record.totalTokens);
      endCall(served);
    }
  };
}

/** An answer that Vertex AI has been asked for. */
interface AskedVertex {
  readonly coming: Promise<Answer>;
  /** The shape of an answer that streams; undefined for a whole one. */
  readonly shape: StreamShape | undefined;
}

/** @throws GatewayError as `receiveBody` and the dialect do, and INVALID_REQUEST for a malformed time limit. */
async function parse(
  dependencies: PredictDependencies,
  served: ServedCall,
): Promise<{ readonly prediction: Prediction; readonly body: Uint8Array }> {
  const { record, deadline } = served;
  const { header } = served.call;
  const body = await receiveBody(dependencies, served);
  checkTimeLimits(header);
  const startLimitInMs = readStartLimit(header);
  if (startLimitInMs !== undefined) deadline.shortenStart(startLimitInMs);
  const prediction = await readPrediction(served, body);
  record.noteTarget(prediction);
  return { prediction, body };
}

function readPrediction({ call, deadline }: ServedCall, body: Uint8Array): Promise<Prediction> {
  const { dialect, method, path, query, header } = call;
  return deadline.bound(Promise.resolve(dialect.readPrediction({ method, path, query, header, body })));
}

function authorize(
  governance: Governance,
  caller: Caller,
  prediction: Prediction,
  record: CallRecord,
): AuthorizedCall<Prediction> {
  const decision = governance.decide(caller, prediction, record.startedAt);
  record.noteDecision(decision);
  if (decision.allowed) return decision.call;
  throw new GatewayError(decision.code, decision.reason);
}

/** @throws GatewayError STORAGE_NOT_ALLOWED, TOOL_NOT_ALLOWED, INVALID_REQUEST. */
async function inspect(
  governance: Governance,
  authorized: AuthorizedCall<Prediction>,
  { deadline }: ServedCall,
): Promise<void> {
  const { target, entry } = authorized;
  target.check?.(authorized);
  const { payload } = target;
  const instances = payload.kind === 'instances' ? payload : payload.checked;
  await deadline.bound(governance.checkInstances(entry, instances));
}

/** A call as it may leave, and the protection of its answer; undefined for a call to which no rule applies. */
interface ProtectedCall {
  readonly authorized: AuthorizedCall<Prediction>;
  readonly protection: CallProtection | undefined;
}

/**
 * Protects the request of a call to which protection rules apply. A body that is changed is read, decided and inspected
 * again, so that what leaves has passed every check.
 * @throws GatewayError as `protectRequest`, parsing and inspecting do.
 */
async function protect(
  { governance, accessTokens, protection: all }: PredictDependencies,
  served: ServedCall,
  { caller, allowed, body }: { caller: Caller; allowed: AuthorizedCall<Prediction>; body: Uint8Array },
): Promise<ProtectedCall> {
  if (!allowed.protection) return { authorized: allowed, protection: undefined };
  const { record, deadline, call } = served;
  const protection = all.begin(allowed.protection, (finding) => record.noteFindings([finding]), {
    operation: allowed.operation,
    resource: allowed.resource,
    location: allowed.location,
    googleToken: () => accessTokens.accessToken(),
    abortSignal: deadline.abortSignal,
  });
  const { body: json } = allowed.target;
  const sent = { body, json, contentType: call.header('content-type'), query: call.query };
  const changed = await deadline.bound(protection.protectRequest(sent));
  record.noteProtected(changed ?? body, (part) => protection.hideRestored(part));
  if (!changed) return { authorized: allowed, protection };
  const decision = governance.decide(caller, await readPrediction(served, changed), record.startedAt);
  if (!decision.allowed) throw new GatewayError(decision.code, decision.reason);
  await inspect(governance, decision.call, served);
  return { authorized: decision.call, protection };
}

async function obtainAccessToken(
  { accessTokens }: PredictDependencies,
  { record, deadline }: ServedCall,
): Promise<string> {
  const accessToken = await deadline.bound(accessTokens.accessToken());
  record.noteCredentials();
  return accessToken;
}

function usesSeal({ payload }: Prediction): boolean {
  return payload.kind === 'bytes' && payload.usesSeal === true;
}

function askVertex(
  { vertex }: PredictDependencies,
  { record, deadline, heldBody, heldAnswer }: ServedCall,
  authorized: AuthorizedCall<Prediction>,
  seal: Seal | undefined,
  accessToken: string,
  protection: CallProtection | undefined,
): AskedVertex {
  deadline.reachVertex();
  const { abortSignal, timeoutInMs } = deadline;
  const limits = { abortSignal, timeoutInMs, held: heldAnswer };
  const coming = vertex.predict(authorized, seal, accessToken, limits, protectAnswers(record, protection));
  // Vertex AI answers, or fails, only once it has all of the body.
  const release = () => heldBody.release();
  coming.then(release, release);
  const { payload } = authorized.target;
  const shape =
    payload.framing === undefined
      ? undefined
      : { format: payload.rewrite?.streamFormat ?? payload.format, framing: payload.framing };
  return { coming, shape };
}

/** Returns the protection of answers. What the model has used for an answer that is held back is on record all the same. */
function protectAnswers(
  record: CallRecord,
  protection: CallProtection | undefined,
): ProtectAnswer | undefined {
  const protect = protection?.protectAnswer;
  if (!protect) return undefined;
  return async (answer) => {
    try {
      return await protect(answer);
    } catch (error) {
      if (answer.kind === 'whole') record.noteAnswered(answer.facts);
      throw error;
    }
  };
}

/** Resolves with the answer to a call that does not stream. @throws GatewayError as Vertex AI's answer, and for a timeout. */
async function wholeAnswer({ deadline }: ServedCall, coming: Promise<Answer>): Promise<WholeAnswer> {
  const answer = await deadline.bound(coming);
  if (answer.kind === 'stream') throw new TypeError('nobody asked for a stream');
  return answer;
}
