import { randomUUID } from 'node:crypto';
import type { Fault } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { INSTRUMENTATION_KEY } from '@vertex-ai-gateway/cloud-emulators/sample-resources';
import { governanceFolder } from '../support/governance-folder.ts';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import type { RecordedCall } from '@vertex-ai-gateway/audit-ledger/reading';
import type { RecordList } from '../../src/questions/list-records.ts';
import type { Usage } from '../../src/questions/sum-usage.ts';
import { today } from './days.ts';
import { modelPath } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { generate, predict } from './sample-calls.ts';
import type { Answer } from './send-bytes.ts';

const { policyVersion } = loadGovernance(governanceFolder());
/** Stands for what a caller would send; no record and no telemetry may hold it. */
const PROMPT = 'Ocelots nap at noon.';
const QUERY = '/v1/apps/';
/** Calls may have been made on the day before the one on which they are asked about. */
const FIRST_DAY = today();

let observed: ObservedChain;
/** Calls whose records the tests read, by outcome. */
let calls: Readonly<Record<'predicted' | 'generated' | 'denied' | 'invalid' | 'refusedByEdge', Answer>>;

beforeAll(async () => {
  observed = await ObservedChain.start();
  const prompt = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: PROMPT }] }] });
  calls = {
    predicted: await predict(observed),
    generated: await generate(observed, { body: prompt }),
    denied: await generate(observed, { path: modelPath('generateContent', { location: 'asia-east1' }) }),
    invalid: await predict(observed, { body: '{"instances":[[1]]}' }),
    refusedByEdge: await observed.call({
      application: 'eu-analytics-app',
      path: modelPath('generateContent'),
      body: prompt,
    }),
  };
  await untilOnRecord(Object.values(calls));
});

afterAll(() => observed.stop());

async function untilOnRecord(answers: readonly Answer[]): Promise<void> {
  const ids = new Set(answers.map(({ requestId }) => requestId));
  await observed.chain.auditRecords(({ requestId }) => ids.has(String(requestId)), ids.size);
}

/** Asks; whatever comes back is on record as a question of this operation, once. */
async function ask(application: string, path: string): Promise<Answer> {
  const answer = await observed.call({ application, method: 'GET', path: `/gateway/v1/${path}` });
  const outcome = answer.status === 200 ? 'answered' : answer.status < 500 ? 'denied' : 'failed';
  const operation = path.split(/[/?]/, 1)[0];
  observed.whenRecorded(answer, (record) => {
    expect(record).toMatchObject({
      dialect: 'gateway',
      outcome,
      status: String(answer.status),
      subscriptionId: application,
      ...(answer.status !== 400 && { operation }),
    });
  });
  return answer;
}

async function askForStream(
  application: string,
  query: string,
  headers: Record<string, string>,
): Promise<Answer> {
  const answer = await observed.call({
    application,
    method: 'GET',
    path: `/gateway/v1/audit?from=${FIRST_DAY}${query.replace('?', '&')}`,
    headers,
  });
  observed.whenRecorded(answer, {
    operation: 'audit',
    outcome: 'answered',
    responseBytes: Buffer.byteLength(answer.text),
  });
  return answer;
}

async function read<Result>(application: string, path: string): Promise<Result> {
  const answer = await ask(application, path);
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
  return JSON.parse(answer.text) as Result;
}

const list = (application: string, query = '') =>
  read<RecordList>(application, `audit?from=${FIRST_DAY}${query.replace('?', '&')}`);
const idsOf = ({ records }: RecordList) => records.map(({ requestId }) => requestId);

/** Gives back the sentence that the caller reads. */
function expectProblem(answer: Answer, status: number, code: string): string {
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
  const problem = JSON.parse(answer.text) as { code: string; detail: string };
  expect(problem).toMatchObject({ code, status, instance: `/requests/${answer.requestId}` });
  expect(problem.detail).toMatch(/^\S+( \S+){5,}\.$/);
  return problem.detail;
}

test('a caller reads the records of its own calls, newest first', async () => {
  const { records } = await list('assistants-app', '?limit=200');
  const ids = records.map(({ requestId }) => requestId);
  expect(ids.indexOf(calls.denied.requestId)).toBeLessThan(ids.indexOf(calls.generated.requestId));
  expect(records.find(({ requestId }) => requestId === calls.generated.requestId)).toMatchObject({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    recordedBy: 'function-app',
    dialect: 'vertex',
    outcome: 'answered',
    decision: 'allow',
    rule: 'assistants-chat',
    status: 200,
    subscriptionId: 'assistants-app',
    isDelegated: false,
    roles: ['Assistants.Use'],
    operation: 'generateContent',
    location: 'us',
    publisher: 'google',
    model: 'gemini-3.5-flash',
    inputTokens: expect.any(Number) as number,
    totalTokens: expect.any(Number) as number,
    policyVersion,
  });
  expect(JSON.stringify(records)).not.toContain('Ocelots');
});

test('what the edge refused is on the list too', async () => {
  const { records } = await list('eu-analytics-app');
  expect(records.find(({ requestId }) => requestId === calls.refusedByEdge.requestId)).toMatchObject({
    recordedBy: 'edge',
    outcome: 'denied',
    decision: 'deny',
    code: 'LOCATION_NOT_ALLOWED',
    status: 403,
    dialect: 'vertex',
    operation: 'generateContent',
    project: 'sample-project',
    location: 'us',
    publisher: 'google',
    model: 'gemini-3.5-flash',
  });
});

test('what the edge refused counts as a call of the model that was asked for', async () => {
  const { usage } = await read<Usage>('eu-analytics-app', `usage?from=${FIRST_DAY}`);
  expect(usage).toMatchObject([{ model: 'gemini-3.5-flash', calls: 1, outcomes: { denied: 1 } }]);
});

test('a question to the gateway that the edge refuses is on record, and no call of a model', async () => {
  const before = await read<Usage>('scoring-app', `usage?from=${FIRST_DAY}`);
  const refused = await observed.call({
    application: 'scoring-app',
    method: 'GET',
    path: '/gateway/v1/models',
    headers: { authorization: '' },
  });
  expect(refused.status).toBe(401);
  observed.whenRecorded(refused, {
    dialect: 'gateway',
    operation: 'models',
    outcome: 'denied',
    subscriptionId: 'scoring-app',
  });
  await untilOnRecord([refused]);
  const { usage } = await read<Usage>('scoring-app', `usage?from=${FIRST_DAY}`);
  expect(usage).toEqual(before.usage);
});

test('nobody reads the records of others, whatever they filter by', async () => {
  for (const query of ['', '?model=gemini-3.5-flash', '?outcome=answered', '?decision=allow']) {
    for (const application of ['scoring-app', 'nobody-app', 'sandbox-app']) {
      const { records } = await list(application, query);
      for (const { subscriptionId } of records) expect(subscriptionId).toBe(application);
    }
  }
});

test('an application with the key of another reads nothing of it', async () => {
  const { subscriptionKey } = observed.chain.environment.applications['assistants-app'] ?? {};
  const answer = await observed.call({
    application: 'nobody-app',
    method: 'GET',
    path: '/gateway/v1/audit',
    headers: { 'ocp-apim-subscription-key': subscriptionKey ?? '' },
  });
  observed.whenRecorded(answer, {
    operation: 'audit',
    subscriptionId: 'assistants-app',
    outcome: 'denied',
    code: 'SUBSCRIPTION_NOT_ALLOWED',
  });
  expect(answer.status).toBe(403);
});

test('a caller with a key alone reads what was called with that key alone', async () => {
  const withKeyAlone = () =>
    observed.call({
      application: 'sandbox-app',
      method: 'GET',
      path: '/gateway/v1/audit',
      headers: { authorization: '' },
    });
  const withToken = await ask('sandbox-app', 'audit');
  const first = await withKeyAlone();
  await untilOnRecord([withToken, first]);
  const second = await withKeyAlone();
  expect([withToken.status, first.status, second.status]).toEqual([200, 200, 200]);
  expect(idsOf(JSON.parse(second.text) as RecordList)).toEqual([first.requestId]);
  observed.whenRecorded(second, { operation: 'audit', identityProvider: 'subscription-key' });
});

test('an auditor reads the records of all', async () => {
  const ids = idsOf(await list('auditor-app', '?limit=200'));
  for (const { requestId } of Object.values(calls)) expect(ids).toContain(requestId);
  const { id, requestId } = await read<RecordedCall>('auditor-app', `audit/${calls.predicted.requestId}`);
  expect(requestId).toBe(calls.predicted.requestId);
  expect(await read<RecordedCall>('auditor-app', `audit/${id}`)).toMatchObject({ id, requestId });
});

test.each<[string, string, keyof typeof calls, readonly (keyof typeof calls)[]]>([
  ['assistants-app', 'model=gemini-fast', 'generated', []],
  ['assistants-app', 'model=google/gemini-3.5-flash&outcome=answered', 'generated', ['denied']],
  ['assistants-app', 'location=asia-east1', 'denied', ['generated']],
  ['assistants-app', 'decision=deny', 'denied', ['generated']],
  ['assistants-app', 'errorCode=LOCATION_NOT_ALLOWED', 'denied', ['generated']],
  ['assistants-app', 'rule=assistants-chat&operation=generateContent', 'generated', ['denied']],
  ['scoring-app', 'model=iris&decision=allow&outcome=denied', 'invalid', ['predicted']],
  ['scoring-app', 'model=1234567890&outcome=answered', 'predicted', ['invalid']],
])('%s filters by %s', async (application, query, included, excluded) => {
  const ids = idsOf(await list(application, `?${query}&limit=200`));
  expect(ids).toContain(calls[included].requestId);
  for (const name of excluded) expect(ids).not.toContain(calls[name].requestId);
});

test('an auditor reads what one caller did, by its object id or its application id', async () => {
  const own = (await list('scoring-app', '?limit=200')).records.find(
    ({ requestId }) => requestId === calls.predicted.requestId,
  );
  for (const id of [own?.objectId, own?.applicationId]) {
    const { records } = await list('auditor-app', `?limit=200&caller=${String(id)}`);
    expect(idsOf({ records })).toContain(calls.predicted.requestId);
    for (const { subscriptionId } of records) expect(subscriptionId).toBe('scoring-app');
    expect(idsOf(await list('scoring-app', `?limit=200&caller=${String(id)}`))).toContain(
      calls.predicted.requestId,
    );
    for (const query of ['', '&format=csv', '&format=jsonl']) {
      const refused = await ask('assistants-app', `audit?caller=${String(id)}${query}`);
      expect(expectProblem(refused, 403, 'NOT_GRANTED')).toContain('auditor');
    }
  }
});

test.each<[string, Record<string, string>]>([
  ['?format=jsonl&decision=allow', {}],
  ['?decision=allow', { accept: 'application/x-ndjson' }],
])('all records of a period come as JSON lines (%s)', async (query, headers) => {
  const answer = await askForStream('auditor-app', query, headers);
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/x-ndjson']);
  const records = answer.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedCall);
  const ids = idsOf({ records });
  expect(new Set(ids).size).toBe(ids.length);
  for (const name of ['predicted', 'generated', 'invalid'] as const)
    expect(ids).toContain(calls[name].requestId);
  expect(ids).not.toContain(calls.denied.requestId);
  expect(records.find(({ requestId }) => requestId === calls.predicted.requestId)).toEqual(
    await read<RecordedCall>('auditor-app', `audit/${calls.predicted.requestId}`),
  );
});

test('all records of a period come as CSV', async () => {
  const answer = await askForStream('scoring-app', '', { accept: 'text/csv' });
  expect([answer.status, answer.headers['content-type']]).toEqual([
    200,
    'text/csv; charset=utf-8; header=present',
  ]);
  const [head = '', ...rows] = answer.text.split('\r\n');
  expect(head).toMatch(/^id,requestId,time,.*,error$/);
  expect(rows.pop()).toBe('');
  expect(rows.filter((row) => row.includes(calls.predicted.requestId))).toHaveLength(1);
});

test('a list that breaks off before it began is an error like any other', async () => {
  await observed.chain.inject('application-insights', { path: QUERY, status: 503, body: SECRET });
  const answer = await ask('auditor-app', 'audit?format=csv');
  expectProblem(answer, 503, 'AUDIT_UNAVAILABLE');
});

test('pages follow one another without a gap or a repetition', async () => {
  const all = idsOf(await list('auditor-app', '?decision=allow&limit=200'));
  const paged: string[] = [];
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? '' : `&cursor=${cursor}`;
    const page = await list('auditor-app', `?decision=allow&limit=1${query}`);
    expect(page.records).toHaveLength(1);
    paged.push(...idsOf(page));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(paged).toEqual(all);
});

test('a cursor of somebody else is refused, and so is one for other filters', async () => {
  const { nextCursor = '' } = await list('auditor-app', '?limit=1');
  expect(nextCursor).toMatch(/^[\w-]+$/);
  const stolen = await ask('scoring-app', `audit?limit=1&cursor=${nextCursor}`);
  expect(expectProblem(stolen, 400, 'INVALID_REQUEST')).toContain('cursor: belongs to another question');
  const refiltered = await ask('auditor-app', `audit?limit=1&outcome=denied&cursor=${nextCursor}`);
  expectProblem(refiltered, 400, 'INVALID_REQUEST');
});

test('one record is read by the id of its call', async () => {
  const record = await read<RecordedCall>('scoring-app', `audit/${calls.predicted.requestId}`);
  expect(record).toMatchObject({
    requestId: calls.predicted.requestId,
    id: expect.stringMatching(/^\d{8}T\d{9}Z-/) as string,
    reason: expect.stringMatching(/^[A-Z].*\.$/) as string,
    requestedModel: '1234567890',
    requestedLocation: 'us-central1',
    costInUsd: 0.0001,
    endpoint: '1234567890',
    instances: 1,
    outcome: 'answered',
  });
});

test('somebody else’s record is as unknown as one that never was', async () => {
  const ids = [calls.predicted.requestId, randomUUID(), 'x', '%22%20or%20true', "'"];
  const details = new Set<string>();
  for (const id of ids) {
    const answer = await ask('assistants-app', `audit/${id}`);
    details.add(expectProblem(answer, 404, 'AUDIT_RECORD_NOT_FOUND'));
  }
  expect(details.size).toBe(1);
});

test('usage is that of the APIM subscription, by model', async () => {
  const usage = await read<Usage>('scoring-app', `usage?from=${FIRST_DAY}`);
  expect(usage).toEqual({
    policyVersion,
    subscriptionId: 'scoring-app',
    from: expect.stringMatching(/T00:00:00\.000Z$/) as string,
    to: expect.stringMatching(/T00:00:00\.000Z$/) as string,
    by: 'model',
    usage: [
      {
        model: 'iris',
        calls: 2,
        outcomes: { answered: 1, denied: 1, failed: 0, interrupted: 0, aborted: 0 },
        inputTokens: 0,
        outputTokens: 0,
        totalTokens: 0,
        cachedTokens: 0,
        cacheWriteTokens: 0,
        instances: 1,
        costInUsd: 0.0001,
      },
    ],
    total: expect.objectContaining({ calls: 2, costInUsd: 0.0001 }) as unknown,
  });
});

test('tokens and their cost are those of the answers', async () => {
  const { usageMetadata } = JSON.parse(calls.generated.text) as {
    usageMetadata: { promptTokenCount: number; totalTokenCount: number };
  };
  const { promptTokenCount, totalTokenCount } = usageMetadata;
  // The answer and the thoughts.
  const outputTokens = totalTokenCount - promptTokenCount;
  const { usage } = await read<Usage>('assistants-app', `usage?by=model&from=${FIRST_DAY}`);
  const flash = usage.find(({ model }) => model === 'gemini-3.5-flash');
  expect(flash).toMatchObject({
    calls: 2,
    outcomes: { answered: 1, denied: 1 },
    inputTokens: promptTokenCount,
    outputTokens,
    totalTokens: totalTokenCount,
  });
  // Tokens cost 10 % more in us than at global.
  const cost = ((promptTokenCount * 1.5 + outputTokens * 9) * 1.1) / 1e6;
  expect(flash?.costInUsd).toBeCloseTo(cost, 9);
});

test('usage by day and by operation has the same total', async () => {
  const [from, to] = [FIRST_DAY, today()];
  const byDay = await read<Usage>('assistants-app', `usage?by=day&from=${from}&to=${to}`);
  expect(byDay.usage.reduce((sum, { calls }) => sum + calls, 0)).toBe(2);
  expect(byDay.usage.filter(({ day }) => day !== from && day !== to)).toEqual([]);
  const byOperation = await read<Usage>('assistants-app', `usage?by=operation&from=${FIRST_DAY}`);
  expect(byOperation.usage).toMatchObject([{ operation: 'generateContent', calls: 2 }]);
  expect(byOperation.total).toEqual(byDay.total);
});

test('a period without calls has no usage', async () => {
  const past = 'from=2020-01-01&to=2020-01-31';
  expect(await read<Usage>('scoring-app', `usage?${past}`)).toMatchObject({
    from: '2020-01-01T00:00:00.000Z',
    to: '2020-02-01T00:00:00.000Z',
    usage: [],
    total: { calls: 0 },
  });
  expect(await read<RecordList>('scoring-app', `audit?${past}`)).toEqual({ records: [] });
});

/** The cursor of a page that ends at this instant. */
function cursorAt(instant: string): string {
  const id = `20260101T000000000Z-${randomUUID()}`;
  return Buffer.from([instant, instant, instant, id, 'x'.repeat(22)].join(' ')).toString('base64url');
}

test.each([
  ['usage?from=yesterday', 'from'],
  ['usage?to=2026-13-01', 'to'],
  ['usage?from=2026-02-30', 'from'],
  ['usage?from=2026-01-02&to=2026-01-01', 'from'],
  ['usage?from=2026-01-01&to=2026-02-01', 'from'],
  ['usage?by=caller', 'by'],
  ['usage?subscriptionId=scoring-app', 'subscriptionId'],
  ['usage?by=day&by=model', 'by'],
  ['audit?from=2026-01-01T00:00:00', 'from'],
  ['audit?limit=0', 'limit'],
  ['audit?limit=201', 'limit'],
  ['audit?limit=1e2', 'limit'],
  ['audit?model=%22%20or%201%3D%3D1', 'model'],
  ['audit?model=x%22)%20%7C%20union%20traces%20//', 'model'],
  ['audit?location=%27', 'location'],
  ['audit?location=a%0Ab', 'location'],
  ['audit?outcome=any', 'outcome'],
  ['audit?decision=ALLOW', 'decision'],
  ['audit?cursor=x', 'cursor'],
  ['audit?caller=%22', 'caller'],
  ['audit?rule=%27', 'rule'],
  ['audit?errorCode=denied', 'errorCode'],
  ['audit?operation=%7C', 'operation'],
  ['audit?servedFrom=model', 'servedFrom'],
  ['audit?format=xml', 'format'],
  ['audit?format=csv&limit=5', 'limit'],
  ['audit?cursor=%22', 'cursor'],
  ['audit?objectId=b0000002-0000-4000-8000-000000000002', 'objectId'],
  ...['usage', 'audit', 'audit:verify'].flatMap((operation) => [
    [`${operation}?from=9999-12-31`, 'from'],
    [`${operation}?to=9999-12-31`, 'to'],
    [`${operation}?to=0000-01-02`, 'to'],
    [`${operation}?from=0000-01-01T00:00:00%2B23:59`, 'from'],
    [`${operation}?to=9999-12-31T23:59:59-23:59`, 'to'],
  ]),
  [`audit?cursor=${cursorAt('9999-12-31T23:59:59.999Z')}`, 'cursor'],
  [`audit?cursor=${cursorAt('0000-01-01T00:00:00.000Z')}`, 'cursor'],
] as [string, string][])('%s is refused with the place', async (path, field) => {
  await observed.chain.control('application-insights', 'DELETE', 'requests');
  const answer = await ask('assistants-app', path);
  expect(expectProblem(answer, 400, 'INVALID_REQUEST')).toContain(`${field}: `);
  expect(JSON.parse(answer.text)).toMatchObject({ violations: [{ field }] });
  const queries = (await observed.chain.requests('application-insights')).filter((one) =>
    one.path.startsWith(QUERY),
  );
  expect(queries).toEqual([]);
});

test('a query carries a token of the function app’s identity, and no key', async () => {
  await observed.chain.control('application-insights', 'DELETE', 'requests');
  await list('assistants-app');
  const [query] = (await observed.chain.requests('application-insights')).filter((one) =>
    one.path.startsWith(QUERY),
  );
  expect(query?.headers.authorization).toMatch(/^Bearer eyJ/);
  expect(query?.headers).not.toHaveProperty('x-api-key');
  expect(query?.body).toContain(`['subscriptionId'] == \\"assistants-app\\"`);
});

const SECRET = 'not-for-callers';

test.each<[string, Fault, number, string]>([
  ['is overloaded', { status: 503, body: SECRET }, 503, 'AUDIT_UNAVAILABLE'],
  ['fails', { status: 500, body: { error: { message: SECRET } } }, 503, 'AUDIT_UNAVAILABLE'],
  ['drops the connection', { reset: true }, 503, 'AUDIT_UNAVAILABLE'],
  ['breaks its answer off', { abortAfterChunks: 0 }, 503, 'AUDIT_UNAVAILABLE'],
  ['answers no JSON', { status: 200, body: SECRET }, 503, 'AUDIT_UNAVAILABLE'],
  ['answers without tables', { status: 200, body: { tables: [] } }, 503, 'AUDIT_UNAVAILABLE'],
  [
    'answers other columns',
    { status: 200, body: { tables: [{ columns: [{ name: SECRET }], rows: [[SECRET]] }] } },
    503,
    'AUDIT_UNAVAILABLE',
  ],
  [
    'answers a part',
    {
      status: 200,
      body: { tables: [{ columns: [], rows: [] }], error: { code: 'PartialError', message: SECRET } },
    },
    503,
    'AUDIT_UNAVAILABLE',
  ],
  [
    'refuses the identity',
    { status: 403, body: { error: { message: SECRET } } },
    502,
    'AUDIT_QUERY_REJECTED',
  ],
  ['refuses the query', { status: 400, body: { error: { message: SECRET } } }, 502, 'AUDIT_QUERY_REJECTED'],
])(
  'Application Insights that %s is told as it is, and nothing of its answer',
  async (_, fault, status, code) => {
    for (const path of ['audit', `audit/${randomUUID()}`]) {
      await observed.chain.inject('application-insights', { ...fault, path: QUERY });
      const answer = await ask('assistants-app', path);
      expectProblem(answer, status, code);
      expect(answer.headers['x-should-retry']).toBe(status === 503 ? undefined : 'false');
      expect(answer.text).not.toContain(SECRET);
    }
    await list('assistants-app');
  },
);

test('how long Application Insights wants to be left alone is told', async () => {
  await observed.chain.inject('application-insights', {
    path: QUERY,
    status: 429,
    headers: { 'retry-after': '7' },
    body: { error: { code: 'ThrottledError', message: SECRET } },
  });
  const answer = await ask('assistants-app', 'usage');
  expectProblem(answer, 503, 'AUDIT_UNAVAILABLE');
  expect(answer.headers['retry-after']).toBe('7');
});

test('Application Insights that hangs is waited for no longer than is set', async () => {
  await observed.chain.restartFunctionApp({ AUDIT_QUERY_TIMEOUT_IN_MS: '1500' });
  await observed.chain.inject('application-insights', { path: QUERY, hang: true });
  const answer = await ask('assistants-app', 'audit');
  expect(expectProblem(answer, 503, 'AUDIT_UNAVAILABLE')).toContain('did not answer in time');
  await list('assistants-app');
});

test('a function app whose identity gives no token tells so', async () => {
  await observed.chain.restartFunctionApp({ APPLICATIONINSIGHTS_QUERY_RESOURCE: 'https://vault.azure.net' });
  const refused = await ask('assistants-app', 'audit');
  expectProblem(refused, 502, 'AUDIT_QUERY_REJECTED');
  await observed.chain.restartFunctionApp({ APPLICATIONINSIGHTS_QUERY_RESOURCE: '' });
  await observed.chain.inject('managed-identity', {
    path: 'applicationinsights',
    status: 400,
    times: 10,
    body: SECRET,
  });
  const answer = await ask('assistants-app', 'audit');
  expect(expectProblem(answer, 503, 'AUDIT_UNAVAILABLE')).toContain('managed identity');
  expect(answer.text).not.toContain(SECRET);
});

test('a function app that is not told from where to read says so', async () => {
  const [received] = await observed.chain.requests('application-insights');
  const ingestion = `https://${received?.headers.host ?? ''}/`;
  await observed.chain.restartFunctionApp({
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${INSTRUMENTATION_KEY};IngestionEndpoint=${ingestion}`,
  });
  for (const path of ['usage', 'audit', `audit/${calls.predicted.requestId}`]) {
    const answer = await ask('assistants-app', path);
    expect(expectProblem(answer, 501, 'AUDIT_NOT_CONFIGURED')).toContain('operators');
    expect(answer.headers['x-should-retry']).toBe('false');
  }
});

test('every question is on record once, without what it was asked about', async () => {
  await observed.expectAllOnRecord([PROMPT, 'ocelots', SECRET]);
});
