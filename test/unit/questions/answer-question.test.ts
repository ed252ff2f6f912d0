import { inspect } from 'node:util';
import { gatewayDialect } from '../../../src/dialects/gateway-dialect.ts';
import { CODES, type GatewayErrorCode } from '../../../src/errors/codes.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { createSchemaCompiler } from '../../../src/governance/compile-schemas.ts';
import { createGovernance } from '../../../src/governance/governance.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { createAnswerQuestion, type QuestionDependencies } from '../../../src/questions/answer-question.ts';
import { MemoryBudget, RunningCalls } from '../../../src/prediction/served-call.ts';
import type { AuditArchive } from '@vertex-ai-gateway/audit-ledger/reading';
import type { AuditRecord } from '../../../src/prediction/audit-record.ts';
import type { Call } from '../../../src/prediction/call.ts';
import type { Caller } from '../../../src/prediction/caller.ts';
import type { QuestionDialect } from '../../../src/questions/question-dialect.ts';
import { fakeTrail } from '../prediction/fake-trail.ts';
import { createReply, type FakeReply } from '../prediction/fake-reply.ts';

const sample = loadGovernance('governance');
/** The sample documents without the list of who may use which APIM subscription. */
const governance = createGovernance(
  {
    ...sample.documents,
    limits: {
      ...sample.documents.limits,
      products: sample.documents.limits.products.map((product) => ({ ...product, subscriptions: undefined })),
    },
  },
  sample.policyVersion,
  createSchemaCompiler(),
);
const CALLER: Caller = {
  identityProvider: 'entra',
  tenantId: '11111111-1111-4111-8111-111111111111',
  objectId: '33333333-3333-4333-8333-333333333333',
  applicationId: '44444444-4444-4444-8444-444444444444',
  roles: ['Analytics.Eu'],
  isDelegated: false,
  subscriptionId: 'analytics',
  productId: 'production',
  requestId: '55555555-5555-4555-8555-555555555555',
};
const RECORD = {
  id: `19700101T000000000Z-${CALLER.requestId}`,
  requestId: CALLER.requestId,
  time: '1970-01-01T00:00:00Z',
  recordedBy: 'function-app',
} as const;
const AGENT_ID = 'a0000006-0000-4000-8000-000000000006';
const FLASH =
  '/vertex/v1/projects/sample-project/locations/eu/publishers/google/models/gemini-3.5-flash:generateContent';

/** An archive of one record, which is the caller's. */
const archive: AuditArchive = {
  listRecords: () => Promise.resolve([RECORD]),
  findRecord: (_, name) =>
    Promise.resolve('requestId' in name && name.requestId === RECORD.requestId ? RECORD : undefined),
  sumUsage: () => Promise.resolve([]),
};

interface Asked {
  readonly caller?: Partial<Caller>;
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly call?: Partial<Call<QuestionDialect>>;
  readonly dependencies?: Partial<QuestionDependencies>;
  readonly reply?: FakeReply;
}

interface Answered {
  readonly reply: FakeReply;
  readonly answer: unknown;
  readonly records: readonly AuditRecord[];
}

async function ask({
  caller,
  method = 'GET',
  path,
  body,
  call,
  dependencies,
  reply = createReply(),
}: Asked): Promise<Answered> {
  const records: AuditRecord[] = [];
  let time = 0;
  const answerQuestion = createAnswerQuestion({
    callers: { identify: () => Promise.resolve({ ...CALLER, ...caller }) },
    governance,
    archive,
    doctor: { examine: (edge, format) => Promise.resolve(JSON.stringify({ format, ...edge })) },
    audit: fakeTrail(records),
    running: new RunningCalls(),
    memory: new MemoryBudget(4_000),
    callTimeoutInMs: 1000,
    streamTimeoutInMs: 1000,
    maximumBodyBytes: 10_000,
    monotonicNow: () => (time += 1),
    now: () => new Date(0),
    ...dependencies,
  });
  await answerQuestion(
    {
      dialect: gatewayDialect,
      method,
      path,
      query: new URLSearchParams(),
      header: () => null,
      readBody: () => Promise.resolve(Buffer.from(body === undefined ? '' : JSON.stringify(body))),
      ...call,
    },
    reply,
  );
  return { reply, answer: JSON.parse(reply.body) as unknown, records };
}

function explain(path: string, caller?: Partial<Caller>): Promise<Answered> {
  return ask({
    method: 'POST',
    path: 'v1/policy:explain',
    body: { method: 'POST', path },
    ...(caller && { caller }),
  });
}

test('whoami says what the gateway takes the caller for', async () => {
  const { reply, answer } = await ask({ path: 'v1/whoami' });
  expect(reply).toMatchObject({
    status: 200,
    answers: 1,
    headers: { 'content-type': 'application/json', 'x-request-id': CALLER.requestId },
  });
  const { requestId, ...identity } = CALLER;
  expect(answer).toEqual({ ...identity, environment: 'production' });
  expect(reply.headers['request-id']).toBe(requestId);
});

test('whoami names the agent that an application is, in whichever case its id comes', async () => {
  const caller = { applicationId: AGENT_ID.toUpperCase(), isDelegated: true };
  const { answer } = await ask({ path: 'v1/whoami', caller });
  expect(answer).toMatchObject({
    isDelegated: true,
    agent: { id: 'assistants-agent', roles: ['Sandbox.Use'] },
  });
});

test('whoami knows no environment of a product that the limits do not have', async () => {
  const { answer } = await ask({ path: 'v1/whoami', caller: { productId: 'gold' } });
  expect(answer).not.toHaveProperty('environment');
});

test('models lists what the caller may use, where and for what', async () => {
  const { answer } = await ask({ path: 'v1/models' });
  expect(answer).toMatchObject({
    policyVersion: governance.policyVersion,
    models: [
      {
        name: 'gemini-3.5-flash',
        alias: 'gemini-fast',
        publisher: 'google',
        model: 'gemini-3.5-flash',
        project: 'sample-project',
        allowed: [
          {
            locations: ['eu'],
            operations: expect.arrayContaining(['generateContent', 'batchPredict']) as unknown,
          },
        ],
        classification: 'confidential',
        price: { perMillionInputTokens: 1.5, perMillionOutputTokens: 9 },
      },
      {
        name: 'gemini-3.5-flash-lite',
        allowed: [
          {
            locations: ['eu'],
            operations: expect.arrayContaining(['generateContent']) as unknown,
          },
        ],
      },
      { name: 'text-embedding-005', allowed: [{ locations: ['europe-west4'], operations: ['predict'] }] },
    ],
  });
});

test('a caller without a role may use no model', async () => {
  const { answer } = await ask({ path: 'v1/models', caller: { roles: [] } });
  expect(answer).toMatchObject({ models: [] });
});

test('an allowed call is explained with what would serve it', async () => {
  const { answer } = await explain(FLASH);
  expect(answer).toMatchObject({
    decision: 'allow',
    rule: 'analytics-gemini',
    reason: 'The analytics team summarises and searches European data with Gemini.',
    policyVersion: governance.policyVersion,
    entry: 'gemini-3.5-flash',
    project: 'sample-project',
    location: 'eu',
    limits: [{ scope: 'product', name: 'production', callsPerMinute: 600_000, callsPerDay: 50_000_000 }],
  });
});

test('a denied call is explained with 200: the rule, its code, and what is missing', async () => {
  const { reply, answer } = await explain(FLASH.replace('locations/eu', 'locations/us'));
  expect(reply.status).toBe(200);
  expect(answer).toMatchObject({
    decision: 'deny',
    rule: 'eu-only',
    code: 'LOCATION_NOT_ALLOWED',
    policyVersion: governance.policyVersion,
    nearestGrant: { id: 'analytics-gemini' },
    missing: expect.arrayContaining([expect.stringContaining('in eu') as string]) as unknown,
  });
});

test('a call of the wrong form is explained with the error that it would get', async () => {
  const { answer } = await explain(FLASH.replace('locations/eu', 'locations/%2565u'));
  expect(answer).toMatchObject({
    decision: 'deny',
    rule: 'request',
    code: 'INVALID_PATH',
    policyVersion: governance.policyVersion,
    violations: [{ field: 'location' }],
  });
});

test('usage is that of the caller’s APIM subscription, today', async () => {
  const { reply, answer } = await ask({ path: 'v1/usage' });
  expect(reply.status).toBe(200);
  expect(answer).toMatchObject({
    policyVersion: governance.policyVersion,
    subscriptionId: 'analytics',
    from: '1970-01-01T00:00:00.000Z',
    to: '1970-01-02T00:00:00.000Z',
    by: 'model',
    usage: [],
  });
});

test('records are read as a list and one by one', async () => {
  expect((await ask({ path: 'v1/audit' })).answer).toEqual({ records: [RECORD] });
  expect((await ask({ path: `v1/audit/${RECORD.requestId}` })).answer).toEqual(RECORD);
  const { answer } = await ask({ path: `v1/audit/${AGENT_ID}` });
  expect(answer).toMatchObject({ status: 404, code: 'AUDIT_RECORD_NOT_FOUND' });
});

test.each(['v1/usage', 'v1/audit', `v1/audit/${RECORD.requestId}`])(
  '%s cannot be answered where nothing says from where records are read',
  async (path) => {
    const { answer } = await ask({ path, dependencies: { archive: undefined } });
    expect(answer).toMatchObject({ status: 501, code: 'AUDIT_NOT_CONFIGURED' });
  },
);

test('a gateway without a ledger says so', async () => {
  const { answer } = await ask({ path: 'v1/audit:verify' });
  expect(answer).toMatchObject({ status: 501, code: 'AUDIT_NOT_CONFIGURED' });
});

test('an archive that hangs is waited for no longer than the call may last', async () => {
  const hanging = { ...archive, sumUsage: () => new Promise<never>(() => undefined) };
  const { answer } = await ask({
    path: 'v1/usage',
    dependencies: { archive: hanging, callTimeoutInMs: 1, monotonicNow: () => 0 },
  });
  expect(answer).toMatchObject({ status: 504, code: 'CALL_TIMEOUT' });
});

test('whoever goes away takes the query along', async () => {
  const aborted = Promise.withResolvers<unknown>();
  const waiting: AuditArchive['sumUsage'] = (_, abortSignal) => {
    queueMicrotask(leave);
    return new Promise((_resolve, reject) => {
      abortSignal.addEventListener('abort', () => {
        aborted.resolve(abortSignal.reason);
        reject(abortSignal.reason as Error);
      });
    });
  };
  const reply = createReply();
  const leave = () => reply.leave();
  const { records } = await ask({
    path: 'v1/usage',
    reply,
    dependencies: { archive: { ...archive, sumUsage: waiting } },
  });
  expect(await aborted.promise).toMatchObject({ code: 'CALLER_GONE' });
  expect(records).toMatchObject([{ question: 'usage', outcome: 'aborted', code: 'CALLER_GONE' }]);
});

test.each([
  ['GET', 'v1/whoami', 'whoami', undefined],
  ['GET', 'v1/usage', 'usage', undefined],
  ['GET', 'v1/audit', 'audit', undefined],
  ['GET', `v1/audit/${RECORD.requestId}`, 'audit', undefined],
  ['GET', 'v1/models', 'models', undefined],
  ['POST', 'v1/policy:explain', 'policy:explain', { method: 'POST', path: FLASH }],
  ['POST', 'v1/policy:explain', 'policy:explain', { method: 'POST', path: '/vertex/nonsense' }],
])('%s %s leaves one record of the question %s', async (method, path, question, body) => {
  const { reply, records } = await ask({ method, path, body });
  expect(records).toEqual([
    {
      id: RECORD.id,
      requestId: CALLER.requestId,
      startedAt: new Date(0),
      method,
      durability: 'standard',
      dialect: 'gateway',
      policyVersion: governance.policyVersion,
      caller: CALLER,
      question,
      revision: 0,
      outcome: 'answered',
      status: 200,
      facts: { usage: {} },
      requestBytes: body ? Buffer.byteLength(JSON.stringify(body)) : 0,
      responseBytes: Buffer.byteLength(reply.body),
      durationInMs: expect.any(Number) as number,
      firstByteDurationInMs: expect.any(Number) as number,
    },
  ]);
});

const fails = (code: GatewayErrorCode) => () => Promise.reject(new GatewayError(code, 'Refused.'));

test.each<[GatewayErrorCode, Partial<Asked>]>([
  ['PAYLOAD_TOO_LARGE', { call: { readBody: fails('PAYLOAD_TOO_LARGE') } }],
  ['OPERATION_NOT_FOUND', { path: 'v1/whoareyou' }],
  ['INVALID_REQUEST', { method: 'POST', path: 'v1/policy:explain', body: {} }],
  ['INTERNAL', { call: { readBody: () => Promise.reject(new Error('a-secret')) } }],
  [
    'CALL_TIMEOUT',
    { call: { readBody: () => new Promise(() => undefined) }, dependencies: { callTimeoutInMs: 1 } },
  ],
])('%s is a problem document and on record once', async (code, changes) => {
  const { reply, answer, records } = await ask({ path: 'v1/whoami', ...changes });
  const { status } = CODES[code];
  expect([reply.status, reply.answers, reply.headers['content-type']]).toEqual([
    status,
    1,
    'application/problem+json',
  ]);
  expect(answer).toMatchObject({ code, status, instance: `/requests/${records[0]?.requestId ?? ''}` });
  expect(records).toMatchObject([{ code, status, outcome: status < 500 ? 'denied' : 'failed' }]);
  expect(inspect([reply, records], { depth: null })).not.toContain('a-secret');
});
