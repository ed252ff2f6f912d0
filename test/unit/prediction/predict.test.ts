import { inspect } from 'node:util';
import type { GatewayErrorCode } from '../../../src/errors/codes.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { Seal } from '@vertex-ai-gateway/audit-ledger/keys';
import type { AuditRecord } from '../../../src/prediction/audit-record.ts';
import type { Digester } from '@vertex-ai-gateway/audit-ledger/recording';
import type { UnverifiedCall } from '../../../src/prediction/audit-trail.ts';
import type { Vertex } from '../../../src/prediction/vertex.ts';
import type { AuthorizedCall } from '../../../src/governance/decide.ts';
import type { Prediction } from '../../../src/prediction/prediction.ts';
import { RunningCalls } from '../../../src/prediction/served-call.ts';
import { endpointEntry, governanceOf } from '../governance/governance-of.ts';
import {
  CALLER,
  type Changes,
  FACTS,
  oneCall,
  type OneCall,
  PREDICTION,
  STARTED_AT,
  stream,
  STREAMED,
  TIMEOUT_IN_MS,
  TOKEN,
  WHOLE,
} from './one-call.ts';
import { jsonOf } from '../json-of.ts';

const BROKEN = new GatewayError('VERTEX_STREAM_BROKEN', 'Vertex AI broke off the stream.');
const { project, location, operation, resource } = PREDICTION;

async function run(changes: Changes = {}): Promise<OneCall & { record: AuditRecord | undefined }> {
  const call = oneCall(changes);
  await call.run();
  expect(call.records).toHaveLength(1);
  expect(call.reply.answers).toBe(1);
  expect(call.reply.ends).toBe(1);
  return { ...call, record: call.records[0] };
}

function fails(code: GatewayErrorCode, message = 'It failed.'): () => Promise<never> {
  return () => Promise.reject(new GatewayError(code, message));
}

test('a call that is answered whole has its answer, its headers and its record', async () => {
  const { reply, record } = await run();
  expect(reply).toMatchObject({ status: 200, body: '{"predictions":[1]}' });
  expect(reply.headers).toEqual({
    'content-type': 'application/json',
    'x-request-id': CALLER.requestId,
    'request-id': CALLER.requestId,
    'x-policy-version': 'policy-1',
  });
  expect(record).toEqual({
    id: `20260101T000000000Z-${CALLER.requestId}`,
    requestId: CALLER.requestId,
    startedAt: STARTED_AT,
    dialect: 'vertex',
    method: 'POST',
    policyVersion: 'policy-1',
    durability: 'standard',
    caller: CALLER,
    requested: { project, location, operation, resource },
    target: { project, location, operation, resource },
    decision: 'allow',
    rule: 'team-iris',
    revision: 0,
    reason: 'Tests.',
    outcome: 'answered',
    status: 200,
    facts: FACTS,
    requestBytes: 10,
    responseBytes: 19,
    durationInMs: 325,
    credentialsDurationInMs: 20,
    firstByteDurationInMs: 325,
  });
});

test('an answer whose tokens are known tells the edge how many', async () => {
  const facts = { usage: { inputTokens: 5, outputTokens: 7, totalTokens: 12 } };
  const { reply } = await run({ vertex: { predict: () => Promise.resolve({ ...WHOLE, facts }) } });
  expect(reply.headers).toMatchObject({ 'x-gateway-total-tokens': '12' });
});

test('a call that is answered as a stream passes every part on and has one record', async () => {
  const { reply, record } = await run({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['data: 1\n\n', 'data: 2\n\n'])) },
  });
  expect(reply).toMatchObject({ status: 200, body: 'data: 1\n\ndata: 2\n\n' });
  expect(reply.headers['content-type']).toBe('text/event-stream');
  expect(record).toMatchObject({ outcome: 'answered', status: 200, facts: FACTS, responseBytes: 18 });
});

test('a raw stream goes out as it comes, with nothing behind it', async () => {
  const { reply } = await run({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['one', 'two'], 'raw')) },
  });
  expect(reply.body).toBe('onetwo');
});

test('an empty stream is an answer', async () => {
  const { reply, record } = await run({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream([])) },
  });
  expect(reply).toMatchObject({ status: 200, body: '' });
  expect(record).toMatchObject({ outcome: 'answered', responseBytes: 0 });
  expect(record).not.toHaveProperty('firstByteDurationInMs');
});

test('Vertex AI gets the authorized call, the access token and the limits', async () => {
  const calls: Parameters<Vertex['predict']>[] = [];
  await run({
    vertex: {
      predict: (...all) => {
        calls.push(all);
        return Promise.reject(BROKEN);
      },
    },
  });
  expect(calls).toHaveLength(1);
  const [authorized, seal, token, limits] = calls[0] ?? [];
  expect(authorized).toMatchObject({ target: PREDICTION, rule: 'team-iris' });
  expect(authorized).toMatchObject({ project, location, resource });
  expect(seal).toBeUndefined();
  expect(token).toBe(TOKEN);
  expect(limits).toMatchObject({ timeoutInMs: TIMEOUT_IN_MS });
});

test('what is granted says what else the caller may do', async () => {
  let granted: AuthorizedCall | undefined;
  await run({
    vertex: {
      predict: (authorized) => {
        granted = authorized;
        return Promise.resolve(WHOLE);
      },
    },
  });
  const elsewhere = { ...PREDICTION, location: 'europe-west4' };
  expect([granted?.may(PREDICTION), granted?.may(elsewhere)]).toEqual([true, false]);
});

test.each<[GatewayErrorCode, number]>([
  ['CALLER_NOT_AUTHENTICATED', 401],
  ['CALLER_VERIFICATION_UNAVAILABLE', 503],
])(
  'a call without a verified caller is counted, and leaves its record to the edge: %s',
  async (code, status) => {
    const counted: UnverifiedCall[] = [];
    const {
      reply,
      records,
      run: serve,
    } = oneCall({
      callers: { identify: fails(code) },
      trail: { countUnverified: (call) => counted.push(call) },
    });
    await serve();
    expect([reply.status, reply.answers, reply.ends]).toEqual([status, 1, 1]);
    expect(counted).toEqual([{ time: STARTED_AT, dialect: 'vertex', method: 'POST', code }]);
    expect(records).toEqual([]);
    expect(reply.headers).toMatchObject({ 'content-type': 'application/json', 'x-gateway-unrecorded': code });
    // An id would stand for a record.
    expect(Object.keys(reply.headers)).not.toEqual(expect.arrayContaining(['x-request-id']));
    expect(Object.keys(reply.headers)).not.toEqual(expect.arrayContaining(['request-id']));
    const { message } = JSON.parse(reply.body) as { message: string };
    expect(decodeURIComponent(String(reply.headers['x-gateway-unrecorded-detail']))).toBe(message);
  },
);

test('a caller who leaves before it is verified is counted, and leaves its record to the edge', async () => {
  const counted: UnverifiedCall[] = [];
  const call = oneCall({
    callers: { identify: () => new Promise(() => call.reply.leave()) },
    trail: { countUnverified: (one) => counted.push(one) },
  });
  await call.run();
  expect(counted).toMatchObject([{ code: 'CALLER_GONE' }]);
  expect(call.records).toEqual([]);
});

test('a body of an unverified caller is not read', async () => {
  let isRead = false;
  const call = oneCall({
    callers: { identify: fails('CALLER_NOT_AUTHENTICATED') },
    call: {
      readBody: () => {
        isRead = true;
        return Promise.resolve(Buffer.of());
      },
    },
  });
  await call.run();
  expect(isRead).toBe(false);
});

test('a call that no grant covers is denied with the rule on record', async () => {
  const stranger = { ...CALLER, roles: ['Stranger'] };
  let isVertexCalled = false;
  const { reply, record } = await run({
    callers: { identify: () => Promise.resolve(stranger) },
    vertex: {
      predict: () => {
        isVertexCalled = true;
        return Promise.reject(BROKEN);
      },
    },
  });
  expect(reply.status).toBe(403);
  expect(reply.headers['x-should-retry']).toBe('false');
  expect(JSON.parse(reply.body)).toMatchObject({
    code: 'NOT_GRANTED',
    message: 'No role of your application is granted iris. Ask for one of these roles: Team.',
  });
  expect(record).toMatchObject({
    outcome: 'denied',
    decision: 'deny',
    rule: 'default-deny',
    code: 'NOT_GRANTED',
    status: 403,
    caller: stranger,
    target: { project, location, operation, resource },
    requestBytes: 10,
    responseBytes: Buffer.byteLength(reply.body),
  });
  expect(isVertexCalled).toBe(false);
});

test('an instance that breaks its schema is refused after the decision, with its place, without any call', async () => {
  let credentials = 0;
  const bad = {
    ...PREDICTION,
    payload: { kind: 'instances', instances: jsonOf(['good', { bad: 'payload-secret' }]) },
  };
  const accessTokens = { accessToken: () => Promise.resolve(String((credentials += 1))) };
  const { reply, record } = await run({ readPrediction: () => bad as Prediction, accessTokens });
  expect(reply.status).toBe(400);
  expect(JSON.parse(reply.body)).toMatchObject({
    code: 'INVALID_REQUEST',
    message: 'The body is not valid: instances[1]: must be string.',
  });
  expect(record).toMatchObject({ decision: 'allow', outcome: 'denied', code: 'INVALID_REQUEST' });
  expect(credentials).toBe(0);
});

test('who may not call an endpoint learns nothing of its schema', async () => {
  const bad = { ...PREDICTION, payload: { kind: 'instances', instances: jsonOf([7]) } };
  const { record } = await run({
    readPrediction: () => bad as Prediction,
    callers: { identify: () => Promise.resolve({ ...CALLER, roles: [] }) },
  });
  expect(record).toMatchObject({ code: 'NOT_GRANTED', status: 403 });
});

test.each<[GatewayErrorCode, AuditRecord['outcome'], number, Changes]>([
  ['PAYLOAD_TOO_LARGE', 'denied', 413, { call: { readBody: fails('PAYLOAD_TOO_LARGE') } }],
  [
    'INVALID_JSON',
    'denied',
    400,
    {
      readPrediction: () => {
        throw new GatewayError('INVALID_JSON', 'Bad.');
      },
    },
  ],
  [
    'UNSUPPORTED_PARAMETER',
    'denied',
    400,
    {
      readPrediction: () => {
        throw new GatewayError('UNSUPPORTED_PARAMETER', 'Not served.');
      },
    },
  ],
  [
    'MANAGED_IDENTITY_UNAVAILABLE',
    'failed',
    503,
    { accessTokens: { accessToken: fails('MANAGED_IDENTITY_UNAVAILABLE') } },
  ],
  [
    'TOKEN_EXCHANGE_REJECTED',
    'failed',
    502,
    { accessTokens: { accessToken: fails('TOKEN_EXCHANGE_REJECTED') } },
  ],
  [
    'IMPERSONATION_UNAVAILABLE',
    'failed',
    503,
    { accessTokens: { accessToken: fails('IMPERSONATION_UNAVAILABLE') } },
  ],
  ['VERTEX_INVALID_ARGUMENT', 'failed', 400, { vertex: { predict: fails('VERTEX_INVALID_ARGUMENT') } }],
  ['VERTEX_RATE_LIMITED', 'failed', 429, { vertex: { predict: fails('VERTEX_RATE_LIMITED') } }],
  ['VERTEX_UNAVAILABLE', 'failed', 503, { vertex: { predict: fails('VERTEX_UNAVAILABLE') } }],
  [
    'VERTEX_STREAM_BROKEN',
    'failed',
    502,
    { readPrediction: () => STREAMED, vertex: { predict: () => Promise.resolve(stream([BROKEN])) } },
  ],
  ['INTERNAL', 'failed', 500, { vertex: { predict: () => Promise.reject(new Error(TOKEN)) } }],
])('%s is %s with HTTP %i, in answer and record', async (code, outcome, status, changes) => {
  const { reply, record } = await run(changes);
  expect(reply.status).toBe(status);
  expect(JSON.parse(reply.body)).toMatchObject({ code, requestId: record?.requestId });
  expect(record).toMatchObject({ code, outcome, status, responseBytes: Buffer.byteLength(reply.body) });
  expect(record).not.toHaveProperty('facts');
  expect(inspect([reply, record], { depth: null })).not.toContain(TOKEN);
});

test('the delay that the upstream asks for is a header', async () => {
  const error = new GatewayError('VERTEX_RATE_LIMITED', 'Later.', { retryAfterInMs: 6500 });
  const { reply } = await run({ vertex: { predict: () => Promise.reject(error) } });
  expect(reply.headers).toMatchObject({ 'retry-after': '7', 'retry-after-ms': '6500' });
  expect(reply.headers).not.toHaveProperty('x-should-retry');
});

test('a stream that breaks ends with an error in its own framing, and is on record as interrupted', async () => {
  const { reply, record } = await run({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['data: 1\n\n', BROKEN])) },
  });
  expect(reply).toMatchObject({ status: 200, body: 'data: 1\n\n<VERTEX_STREAM_BROKEN gemini sse>' });
  expect(record).toMatchObject({
    outcome: 'interrupted',
    status: 200,
    code: 'VERTEX_STREAM_BROKEN',
    facts: FACTS,
  });
});

test('a stream that breaks ends with the error that it writes itself, where it does', async () => {
  const writeError = ({ code }: GatewayError) => `<own ${code}>`;
  const { reply, record } = await run({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve({ ...stream(['data: 1\n\n', BROKEN]), writeError }) },
  });
  expect(reply).toMatchObject({ status: 200, body: 'data: 1\n\n<own VERTEX_STREAM_BROKEN>' });
  expect(record).toMatchObject({ outcome: 'interrupted', code: 'VERTEX_STREAM_BROKEN' });
});

test('a JSON array that breaks ends with an error in its own framing', async () => {
  const { reply } = await run({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['[1', BROKEN], 'json-array')) },
  });
  expect(reply.body).toBe('[1<VERTEX_STREAM_BROKEN gemini json-array>');
});

test('a stream that breaks with a strange error tells nothing of it', async () => {
  const { reply, record } = await run({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['data: 1\n\n', new Error(TOKEN)])) },
  });
  expect(reply.body).toBe('data: 1\n\n<INTERNAL gemini sse>');
  expect(record).toMatchObject({ outcome: 'interrupted', code: 'INTERNAL' });
});

test('a caller that no longer takes parts is on record as aborted, and the upstream stream is ended', async () => {
  let isEnded = false;
  const call = oneCall({
    readPrediction: () => STREAMED,
    vertex: {
      predict: () =>
        Promise.resolve(stream(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n'], 'sse', () => (isEnded = true))),
    },
  });
  call.reply.take = (part) => Promise.resolve(part !== 'data: 2\n\n');
  await call.run();
  expect(call.records).toMatchObject([
    { outcome: 'aborted', status: 200, code: 'CALLER_GONE', facts: FACTS },
  ]);
  expect(call.reply.body).toBe('data: 1\n\ndata: 2\n\n');
  expect(call.reply.ends).toBe(1);
  expect(isEnded).toBe(true);
});

test('what a payload of bytes holds of instances is held against the schema', async () => {
  let isVertexCalled = false;
  const vertex: Vertex = {
    predict: () => {
      isVertexCalled = true;
      return Promise.resolve(WHOLE);
    },
  };
  const raw = (instance: unknown): Prediction => ({
    ...STREAMED,
    payload: {
      kind: 'bytes',
      format: 'opaque',
      checked: { instances: jsonOf([instance]) },
      request: () => ({ method: 'POST', path: '/' }),
    },
  });
  expect((await run({ readPrediction: () => raw(7), vertex })).record?.code).toBe('INVALID_REQUEST');
  expect(isVertexCalled).toBe(false);
  expect((await run({ readPrediction: () => raw('seven'), vertex })).record?.outcome).toBe('answered');
});

test('a call that names an operation waits for the seal, and without it nothing is asked of Google', async () => {
  const seal = { write: () => 'sealed', isOf: () => true };
  const granted: (Seal | undefined)[] = [];
  const vertex: Vertex = {
    predict: (_authorized, given) => {
      granted.push(given);
      return Promise.resolve(WHOLE);
    },
  };
  const using = (usesSeal: boolean): Prediction => ({
    ...PREDICTION,
    payload: {
      kind: 'bytes',
      format: 'opaque',
      checked: { instances: jsonOf(['seven']) },
      usesSeal,
      request: () => ({ method: 'POST', path: '/' }),
    },
  });
  const open = () => Promise.resolve(seal);
  await run({ readPrediction: () => using(true), vertex, seals: { open } });
  await run({ readPrediction: () => using(false), vertex, seals: { open: fails('SEALS_UNAVAILABLE') } });
  expect(granted).toEqual([seal, undefined]);
  const refused = await run({
    readPrediction: () => using(true),
    vertex,
    seals: { open: fails('SEALS_UNAVAILABLE') },
  });
  expect(refused.reply.status).toBe(503);
  expect(refused.record).toMatchObject({ outcome: 'failed', code: 'SEALS_UNAVAILABLE' });
  expect(granted).toHaveLength(2);
});

test('a whole answer to a call for a stream is handed on whole', async () => {
  const { reply, record } = await run({ readPrediction: () => STREAMED });
  expect(reply).toMatchObject({ status: 200, body: '{"predictions":[1]}' });
  expect(record).toMatchObject({ outcome: 'answered', facts: FACTS });
});

test('no record holds a payload or a token', async () => {
  for (const changes of [{}, { vertex: { predict: fails('VERTEX_FAILED') } }]) {
    const { record } = await run(changes);
    expect(inspect(record, { depth: null })).not.toMatch(/secret/);
  }
});

test('the trace that API Management put a call into is on record', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const callers = { identify: () => Promise.resolve({ ...CALLER, traceId }) };
  expect((await run({ callers })).record).toMatchObject({ traceId });
});

/** A digester whose digests are the parts that it was given. */
const DIGESTER: Digester = {
  start: () => {
    const parts: string[] = [];
    return { update: (part) => void parts.push(Buffer.from(part).toString()), digest: () => parts.join('|') };
  },
};

test('the digests of a record are of the body and of what was sent', async () => {
  const whole = await run({ digester: DIGESTER });
  expect(whole.record).toMatchObject({ requestDigest: '0123456789', responseDigest: whole.reply.body });
  const streamed = await run({
    digester: DIGESTER,
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['one', 'two', BROKEN])) },
  });
  expect(streamed.record?.responseDigest).toBe('one|two|<VERTEX_STREAM_BROKEN gemini sse>');
  expect(streamed.record?.responseBytes).toBe(Buffer.byteLength(streamed.reply.body));
  const refused = await run({ digester: DIGESTER, call: { readBody: fails('PAYLOAD_TOO_LARGE') } });
  expect(refused.record).not.toHaveProperty('requestDigest');
  expect(refused.record?.responseDigest).toBe(refused.reply.body);
});

test('where names are resolved, the record has both the names that were sent and those that served', async () => {
  const requested = { ...PREDICTION, project: undefined, location: undefined };
  const { record } = await run({ readPrediction: () => requested });
  expect(record?.requested).toEqual({ project: undefined, location: undefined, operation, resource });
  expect(record?.target).toEqual({ project, location, operation, resource });
});

test('the cost of a call is on record by the price of what served it', async () => {
  const governance = governanceOf({
    entries: [endpointEntry({ price: { perCall: 0.25 } })],
    grants: [{ id: 'team-iris', reason: 'Tests.', roles: ['Team'], entries: ['iris'] }],
  });
  expect((await run({ governance })).record?.costInUsd).toBe(0.25);
  const failed = await run({ governance, vertex: { predict: fails('VERTEX_UNAVAILABLE') } });
  expect(failed.record).not.toHaveProperty('costInUsd');
});

test('a stream that breaks has no price of a call', async () => {
  const governance = governanceOf({
    entries: [endpointEntry({ price: { perCall: 0.25 } })],
    grants: [{ id: 'team-iris', reason: 'Tests.', roles: ['Team'], entries: ['iris'] }],
  });
  const { record } = await run({
    governance,
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['one', BROKEN])) },
  });
  expect(record).toMatchObject({ outcome: 'interrupted' });
  expect(record).toHaveProperty('facts');
  expect(record).not.toHaveProperty('costInUsd');
});

test('an answer that its caller does not take costs what it costs', async () => {
  const governance = governanceOf({
    entries: [endpointEntry({ price: { perCall: 0.25 } })],
    grants: [{ id: 'team-iris', reason: 'Tests.', roles: ['Team'], entries: ['iris'] }],
  });
  const call = oneCall({ governance });
  call.reply.send = () => call.reply.leave();
  await call.run();
  expect(call.records).toMatchObject([{ outcome: 'aborted', costInUsd: 0.25 }]);
});

test('an agent is on record by its id', async () => {
  const governance = governanceOf({
    entries: [endpointEntry()],
    grants: [{ id: 'team-iris', reason: 'Tests.', roles: ['Team'], entries: ['iris'] }],
    agents: [{ id: 'helper', reason: 'Tests.', applicationId: CALLER.applicationId, roles: ['Team'] }],
  });
  expect((await run({ governance })).record?.agentId).toBe('helper');
  expect((await run()).record).not.toHaveProperty('agentId');
});

test('an answer that is nearly out when the instance stops is let go, and is on record as answered', async () => {
  const running = new RunningCalls();
  const call = oneCall({ running });
  call.reply.send = (status) => {
    call.reply.status = status;
    void running.stop(1000);
    setImmediate(() => call.reply.end());
  };
  await call.run();
  expect(call.records).toMatchObject([{ outcome: 'answered', status: 200 }]);
});
