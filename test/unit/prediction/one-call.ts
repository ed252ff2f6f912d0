import { fillSilence } from '../../../src/dialects/fill-silence.ts';
import type { AuditRecord } from '../../../src/prediction/audit-record.ts';
import type { AuditTrail } from '../../../src/prediction/audit-trail.ts';
import type { Call } from '../../../src/prediction/call.ts';
import type { Caller } from '../../../src/prediction/caller.ts';
import type { Dialect } from '../../../src/prediction/dialect.ts';
import { createPredict, type PredictDependencies } from '../../../src/prediction/predict.ts';
import { MemoryBudget, RunningCalls } from '../../../src/prediction/served-call.ts';
import type { AnswerFacts, Framing, StreamedAnswer, WholeAnswer } from '../../../src/prediction/answer.ts';
import type { Prediction } from '../../../src/prediction/prediction.ts';
import { fakeTrail } from './fake-trail.ts';
import { createReply, type FakeReply } from './fake-reply.ts';
import { endpointEntry, governanceOf } from '../governance/governance-of.ts';
import { jsonOf } from '../json-of.ts';

export const CALLER: Caller = {
  identityProvider: 'entra',
  isDelegated: false,
  tenantId: '11111111-1111-4111-8111-111111111111',
  objectId: '33333333-3333-4333-8333-333333333333',
  applicationId: '44444444-4444-4444-8444-444444444444',
  roles: ['Team'],
  subscriptionId: 'sandbox-team',
  productId: 'production',
  requestId: '55555555-5555-4555-8555-555555555555',
};
export const PREDICTION: Prediction = {
  project: 'sample-project',
  location: 'us-central1',
  operation: 'predict',
  resource: { kind: 'endpoint', endpoint: '1234567890' },
  payload: { kind: 'instances', instances: jsonOf(['payload-secret']) },
};
export const TOKEN = 'access-token-secret';
export const FACTS: AnswerFacts = { usage: { instances: 1 }, modelVersion: '7' };
export const WHOLE: WholeAnswer = {
  kind: 'whole',
  contentType: 'application/json',
  body: Buffer.from('{"predictions":[1]}'),
  facts: FACTS,
};
export const STARTED_AT = new Date(Date.UTC(2026, 0, 1));
export const TIMEOUT_IN_MS = 1000;
const KEEP_ALIVE_INTERVAL_IN_MS = 20_000;
/** A prediction whose answer comes in parts; the fakes of Vertex AI never ask for its request. */
export const STREAMED: Prediction = {
  ...PREDICTION,
  payload: {
    kind: 'bytes',
    format: 'gemini',
    framing: 'sse',
    checked: { instances: jsonOf(['payload-secret']) },
    request: () => ({ method: 'POST', path: '/' }),
  },
};

/** Makes a stream of these parts; an error among them breaks the stream there. */
export function stream(
  parts: readonly (string | Error)[],
  framing: Framing = 'sse',
  onEnd: () => void = () => undefined,
): StreamedAnswer {
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (const part of parts) {
        if (part instanceof Error) throw part;
        yield await Promise.resolve(Buffer.from(part));
      }
    } finally {
      onEnd();
    }
  }
  const contentType = framing === 'sse' ? 'text/event-stream' : 'application/json';
  return { kind: 'stream', contentType, framing, parts: read(), facts: () => FACTS };
}

const dialect: Dialect = {
  name: 'vertex',
  readPrediction: () => PREDICTION,
  writeError: ({ code, message }, requestId) => ({
    contentType: 'application/json',
    body: JSON.stringify({ code, message, requestId }),
  }),
  writeStreamError: ({ code }, { format, framing, lastPart }) =>
    `<${code} ${format} ${framing}${lastPart ? '' : ' first'}>`,
  fillSilence,
};

/** The differences of a call from one that is answered. */
export interface Changes extends Partial<Omit<PredictDependencies, 'audit' | 'now'>> {
  readonly trail?: Partial<AuditTrail>;
  readonly call?: Partial<Call>;
  readonly readPrediction?: Dialect['readPrediction'];
  readonly writeStreamError?: Dialect['writeStreamError'];
}

/** One call through the use case, its answer and its records. */
export interface OneCall {
  readonly reply: FakeReply;
  readonly records: readonly AuditRecord[];
  readonly run: () => Promise<void>;
}

/** The governance of all calls, made once because compiling its schema takes longer than a call. */
const governance = governanceOf({
  entries: [
    endpointEntry({ name: 'iris', operations: ['predict', 'explain'], instances: { type: 'string' } }),
  ],
  grants: [{ id: 'team-iris', reason: 'Tests.', roles: ['Team'], entries: ['iris'] }],
});

/** Makes a call through the use case with fakes for all other dependencies; each step takes a known time on a fake clock. */
export function oneCall({
  call,
  readPrediction,
  writeStreamError,
  trail,
  ...dependencies
}: Changes = {}): OneCall {
  const reply = createReply();
  const records: AuditRecord[] = [];
  const clock = { time: 5000 };
  const after = <Result>(inMs: number, result: Result): Promise<Result> => {
    clock.time += inMs;
    return Promise.resolve(result);
  };
  const predict = createPredict({
    callers: { identify: () => after(1, CALLER) },
    governance,
    accessTokens: { accessToken: () => after(20, TOKEN) },
    vertex: { predict: () => after(300, WHOLE) },
    protection: {
      begin: () => {
        throw new Error('no call of these has a plan of protection');
      },
    },
    seals: { open: () => Promise.reject(new Error('no call of these needs the seal')) },
    callTimeoutInMs: TIMEOUT_IN_MS,
    streamTimeoutInMs: TIMEOUT_IN_MS,
    keepAliveIntervalInMs: KEEP_ALIVE_INTERVAL_IN_MS,
    maximumBodyBytes: 100,
    running: new RunningCalls(),
    memory: new MemoryBudget(4_000),
    monotonicNow: () => clock.time,
    ...dependencies,
    audit: fakeTrail(records, trail),
    now: () => STARTED_AT,
  });
  const whole: Call = {
    dialect: {
      ...dialect,
      ...(readPrediction && { readPrediction }),
      ...(writeStreamError && { writeStreamError }),
    },
    method: 'POST',
    path: 'v1/projects/…',
    query: new URLSearchParams(),
    header: () => null,
    readBody: () => after(4, Buffer.from('0123456789')),
    ...call,
  };
  return { reply, records, run: () => predict(whole, reply) };
}
