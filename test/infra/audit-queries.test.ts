import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { writeDateTime } from '@vertex-ai-gateway/cloud-emulators/application-insights/query/date-time';
import { runQuery } from '@vertex-ai-gateway/cloud-emulators/application-insights/query/run-query';
import { telemetryTables } from '@vertex-ai-gateway/cloud-emulators/application-insights/query/telemetry-tables';
import type { TelemetryItem } from '@vertex-ai-gateway/cloud-emulators/application-insights/telemetry-item';
import { createApplicationInsightsArchive } from '@vertex-ai-gateway/audit-ledger/reading';
import { FlatRecord, toEventAttributes } from '@vertex-ai-gateway/audit-ledger/record';
import { type CheckQuery, loadKustoLanguage } from './kusto-language.ts';
import { TELEMETRY_SCHEMA } from './telemetry-schema.ts';

const MONITORING = 'infra/azure/monitoring';
const QUERIES = join(MONITORING, 'queries');
const ALERTS = join(MONITORING, 'alerts');
const RECORDS = join(MONITORING, 'records.kql');
/** Columns of the gateway's events other than records, and of a record's position in the ledger. */
const EVENT_PROPERTIES = [
  'writer',
  'sequence',
  'hash',
  'problem',
  'ledgerWriter',
  'ledgerSequence',
  'ledgerHash',
  'recovered',
];
const files = ['queries', 'alerts'].flatMap((folder) =>
  readdirSync(join(MONITORING, folder)).map((name) => join(MONITORING, folder, name)),
);

let check: CheckQuery;
beforeAll(() => {
  check = loadKustoLanguage(TELEMETRY_SCHEMA);
});

/** Reads a query as it is deployed: one of records has the file that says what they are before it. */
function readWhole(file: string): string {
  const query = readFileSync(file, 'utf8');
  return usesRecords(query) ? `${readFileSync(RECORDS, 'utf8')}${query}` : query;
}

function usesRecords(query: string): boolean {
  return /^(?: *\()?records$/m.test(query);
}

function readQuery(name: string, folder = QUERIES): string {
  return readWhole(join(folder, `${name}.kql`));
}

test.each(files)('%s is right by Microsoft’s own parser and types', (file) => {
  expect(check(readWhole(file))).toEqual([]);
});

test.each(files)('%s is deployed with what it needs before it', (file) => {
  const [, folder, name] = /(queries|alerts)\/([\w-]+)\.kql$/.exec(file) ?? [];
  const template = readFileSync(
    join(MONITORING, folder === 'alerts' ? 'alerts.bicep' : 'main.bicep'),
    'utf8',
  );
  const [before] = template.split(`loadTextContent('${folder}/${name}.kql')`);
  expect(before?.endsWith("'${records}${")).toBe(usesRecords(readFileSync(file, 'utf8')));
  expect(template).toContain("var records = loadTextContent('records.kql')");
});

/** The archive of the function app, on this telemetry. It also gives the queries that it asked. */
function archiveOf(telemetry: readonly TelemetryItem[]) {
  const asked: string[] = [];
  const tables = telemetryTables(telemetry);
  const archive = createApplicationInsightsArchive((query) => {
    asked.push(query);
    const { columns, rows } = runQuery(query, tables);
    const toJson = (value: unknown) => (typeof value === 'bigint' ? writeDateTime(value) : value);
    return Promise.resolve(
      rows.map((row) => Object.fromEntries(columns.map(({ name }) => [name, toJson(row[name])]))),
    );
  });
  return { archive, asked };
}

const { signal } = new AbortController();
const YEAR = { from: new Date(Date.UTC(2026, 0, 1)), to: new Date(Date.UTC(2027, 0, 1)) };

test('the function app’s own queries are right by Microsoft’s parser and types', async () => {
  const { archive, asked } = archiveOf([]);
  const owner = { identityProvider: 'entra', subscriptionId: 's', objectId: 'o', applicationId: 'a' };
  const filter = {
    period: YEAR,
    names: ['m'],
    caller: 'c',
    outcome: 'denied',
    finding: 'email',
  } as const;
  const after = { time: '2026-01-01T00:00:00Z', id: 'i' };
  await archive.listRecords(owner, filter, { limit: 5, after }, signal);
  await archive.findRecord('everybody', { requestId: 'r' }, signal);
  const names = { publishers: ['p'], models: ['m'], endpoints: ['e'] };
  for (const by of ['model', 'day', 'operation', 'finding'] as const)
    await archive.sumUsage({ subscriptionId: 's', period: YEAR, by, names }, signal);
  expect(asked).toHaveLength(6);
  for (const query of asked) expect(check(query)).toEqual([]);
});

test('the saved queries and the function app take the same rows for records', async () => {
  const forged = { revision: '7', outcome: 'denied' };
  const telemetry = [
    shipped(1, {}),
    shipped(1, {}, forged),
    shipped(2, {}, { ledgerHash: 'none' }),
    shipped(3, { revision: 1, outcome: 'failed' }),
    shipped(3, {}),
    shipped(4, { revision: 1, outcome: 'failed' }),
    traced(5, { outcome: 'denied' }),
    traced(6, { outcome: 'failed' }),
    shipped(6, {}),
    shipped(7, { outcome: 'interrupted', code: 'PROCESS_LOST' }),
    shipped(7, {}, { ledgerWriter: '20260101T110000000Z-ffffffff', outcome: 'aborted' }),
    traced(8, { outcome: 'denied', recordedBy: 'somebody' }),
    shipped(9, {}, { ledgerSequence: '-1', recordedBy: 'edge' }),
  ];
  const { archive } = archiveOf(telemetry);
  const records = await archive.listRecords('everybody', { period: YEAR }, { limit: 100 }, signal);
  const own = records.map(({ requestId, outcome }) => [requestId, outcome]).toSorted();
  const saved = runQuery(`${readFileSync(RECORDS, 'utf8')}records`, telemetryTables(telemetry)).rows.map(
    ({ requestId, customDimensions }) => [requestId, (customDimensions as { outcome: string }).outcome],
  );
  expect(saved.toSorted()).toEqual(own);
  expect(own).toEqual([
    [requestIdOf(1), 'answered'],
    [requestIdOf(3), 'failed'],
    [requestIdOf(5), 'denied'],
    [requestIdOf(6), 'answered'],
    [requestIdOf(7), 'aborted'],
  ]);
});

test('a column that is misspelt, and a wrong type, are found', () => {
  const query = readQuery('denials-and-why');
  expect(check(query.replace('by requestId', 'by requestID'))).toEqual([
    expect.stringContaining("The name 'requestID' does not refer to any known column"),
  ]);
  expect(check(query.replaceAll('customDimensions', 'customDimension'))).not.toEqual([]);
  expect(check(`${query}| where startofday(reason) == timestamp`)).not.toEqual([]);
});

test('what queries read of telemetry is the gateway’s own, or listed as the platform’s', () => {
  const ownQueries = ['reading/record-queries', 'verification/evidence-queries'].map(
    (name) => `packages/audit-ledger/src/${name}.ts`,
  );
  const properties = [...files, RECORDS, ...ownQueries].flatMap((file) =>
    [
      ...readFileSync(file, 'utf8').matchAll(
        /(?:customDimensions\[|text\(|property\()["']([^"']+)["'][\])]/g,
      ),
    ].map(([, name = '']) => name),
  );
  const own = new Set([...Object.keys(FlatRecord.shape), ...EVENT_PROPERTIES, 'recordedBy']);
  const others = [...new Set(properties)].filter((name) => !own.has(name)).sort();
  expect(others).toEqual(['API Name', 'Request Id', 'Response-x-request-id', 'Service Type']);
  const documentation = readFileSync('docs/audit.md', 'utf8');
  for (const name of others) expect(documentation).toContain(`\`${name}\``);
});

test('the edge’s records have no field that the schema of a record does not have', () => {
  const fields = new Set([...Object.keys(FlatRecord.shape), 'recordedBy']);
  for (const file of ['apim/apis/vertex/policy.xml', 'apim/policy-fragments/record-denial/policy.xml']) {
    const [, ...traces] = readFileSync(file, 'utf8').split('<trace source="audit"');
    const names = traces.flatMap((trace) =>
      [...(trace.split('</trace>')[0] ?? '').matchAll(/<metadata\s+name="([^"]+)"/g)].map(
        ([, name = '']) => name,
      ),
    );
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !fields.has(name))).toEqual([]);
  }
});

test('there are twelve questions, and each file says which, for what criterion, and how to read the answer', () => {
  const names = readdirSync(QUERIES);
  expect(names).toHaveLength(12);
  for (const name of names) {
    const [question, criterion, read] = readFileSync(join(QUERIES, name), 'utf8').split('\n');
    expect(question).toMatch(/^\/\/ .*\?/);
    expect(criterion).toMatch(/^\/\/ SOC 2 .*\.$/);
    expect(read).toMatch(/^\/\/ Read: /);
  }
});

test('the rules of residency in the query are those of governance', () => {
  const query = readQuery('calls-outside-residency');
  const { residency } = parse(readFileSync('governance/access.yaml', 'utf8')) as {
    residency: { id: string; roles: string[]; locations: string[] }[];
  };
  const lines = residency.flatMap(({ id, roles, locations }) =>
    roles.map(
      (role) =>
        `iff(held contains_cs " ${role} " and not(location in (${locations.map((location) => `"${location}"`).join(', ')})), "${id}", "")`,
    ),
  );
  expect(query.match(/iff\(held .*\)/g)).toEqual(lines);
});

const APP = 'a0000004-0000-4000-8000-000000000004';
const AGENT = 'a0000006-0000-4000-8000-000000000006';
const PERSON = 'b0000001-0000-4000-8000-000000000001';
const WRITER = '20260101T095900000Z-1a2b3c4d';
const SWEEPER = '20260101T105900000Z-1a2b3c4d';

function requestIdOf(call: number): string {
  return `00000000-0000-4000-8000-${String(call).padStart(12, '0')}`;
}

function traceIdOf(call: number): string {
  return String(call).padStart(32, '0');
}

function timeOf(call: number): string {
  return `2026-01-01T10:00:${String(call).padStart(2, '0')}.000Z`;
}

function item(baseType: string, call: number, baseData: object): TelemetryItem {
  return {
    name: `Microsoft.ApplicationInsights.${baseType}`,
    time: timeOf(call),
    iKey: 'key',
    tags: { 'ai.operation.id': traceIdOf(call) },
    data: { baseType, baseData: { ver: 2, ...baseData } },
  };
}

/** The place of a record in the ledger: corrections follow in the same chain, and another process recovers a lost one's calls. */
function placeOf(call: number, { revision = 0, code }: Partial<FlatRecord>): object {
  return {
    ledgerWriter: code === 'PROCESS_LOST' ? SWEEPER : WRITER,
    ledgerSequence: String(call * 10 + revision),
    ledgerHash: 'a'.repeat(64),
  };
}

/** The telemetry by which the function app ships the record of a call. */
function shipped(call: number, fields: Partial<FlatRecord>, extra: object = {}): TelemetryItem {
  const { properties, measurements } = toEventAttributes({
    requestId: requestIdOf(call),
    traceId: traceIdOf(call),
    dialect: 'vertex',
    policyVersion: 'p1',
    durability: 'standard',
    decision: 'allow',
    outcome: 'answered',
    status: 200,
    applicationId: APP,
    productId: 'production',
    publisher: 'google',
    'gen_ai.request.model': 'gemini-3.5-flash',
    operation: 'generateContent',
    project: 'sample-project',
    location: 'europe-west4',
    roles: ['Analytics.Eu'],
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.output_tokens': 5,
    totalTokens: 15,
    costInUsd: 0.25,
    usageCompleteness: 'complete',
    durationInMs: 100,
    ...fields,
  });
  return item('EventData', call, {
    name: 'gateway.prediction',
    properties: {
      ...placeOf(call, fields),
      time: timeOf(call),
      id: requestIdOf(call),
      ...properties,
      ...extra,
    },
    measurements,
  });
}

/** The telemetry by which API Management records a call that it ends itself. */
function traced(call: number, properties: Readonly<Record<string, string>>): TelemetryItem {
  return item('MessageData', call, {
    message: 'Edge',
    severityLevel: 1,
    properties: {
      recordedBy: 'edge',
      id: requestIdOf(call),
      requestId: requestIdOf(call),
      applicationId: APP,
      ...properties,
    },
  });
}

function requested(
  call: number,
  name = 'POST /v1',
  properties: object = { 'API Name': 'vertex' },
): TelemetryItem {
  return item('RequestData', call, {
    id: `span-${call}`,
    name,
    success: true,
    responseCode: '200',
    duration: '00:00:00.1',
    properties: { 'Service Type': 'API Management', 'Request Id': requestIdOf(call), ...properties },
  });
}

function event(name: string, call: number, properties: object, measurements: object = {}): TelemetryItem {
  return item('EventData', call, { name, properties, measurements });
}

/** Runs a query. Each row is an object of its columns that are not empty. */
function rowsOf(name: string, telemetry: readonly TelemetryItem[], folder = QUERIES): object[] {
  const { rows } = runQuery(readQuery(name, folder), telemetryTables(telemetry));
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([, value]) => value !== '' && value !== null)
        .map(([column, value]) => [column, typeof value === 'bigint' ? writeDateTime(value) : value]),
    ),
  );
}

test('who used what where: calls of both recorders, each once, and none that was denied', () => {
  const first = shipped(1, {});
  const telemetry = [
    first,
    first,
    shipped(2, { outcome: 'interrupted' }),
    traced(2, { outcome: 'failed', decision: '' }),
    shipped(3, { 'gen_ai.request.model': undefined, publisher: undefined, endpoint: '123' }),
    shipped(4, { outcome: 'denied', decision: 'deny' }),
    shipped(5, { dialect: 'gateway' }),
  ];
  const common = {
    applicationId: APP,
    productId: 'production',
    operation: 'generateContent',
    project: 'sample-project',
    location: 'europe-west4',
  };
  expect(rowsOf('who-used-what-where', telemetry)).toEqual([
    {
      ...common,
      publisher: 'google',
      target: 'gemini-3.5-flash',
      calls: 2,
      answered: 1,
      firstSeen: '2026-01-01T10:00:01Z',
      lastSeen: '2026-01-01T10:00:02Z',
    },
    {
      ...common,
      target: '123',
      calls: 1,
      answered: 1,
      firstSeen: '2026-01-01T10:00:03Z',
      lastSeen: '2026-01-01T10:00:03Z',
    },
  ]);
});

test('denials and why: of the edge and of the function app, newest first', () => {
  const rows = rowsOf('denials-and-why', [
    shipped(1, {
      outcome: 'denied',
      decision: 'deny',
      rule: 'eu-only',
      reason: 'It stays in the EU.',
      status: 403,
    }),
    traced(2, {
      outcome: 'denied',
      decision: 'deny',
      rule: 'edge/rate-limit',
      reason: 'Too many.',
      status: '429',
    }),
    shipped(3, {}),
  ]);
  expect(rows).toMatchObject([
    { requestId: requestIdOf(2), rule: 'edge/rate-limit', reason: 'Too many.', status: '429' },
    {
      requestId: requestIdOf(1),
      rule: 'eu-only',
      reason: 'It stays in the EU.',
      status: '403',
      policyVersion: 'p1',
    },
  ]);
});

test('calls outside residency: only calls that were let through, of those whom a rule binds', () => {
  const rows = rowsOf('calls-outside-residency', [
    shipped(1, {}),
    shipped(2, { location: 'us-central1', outcome: 'denied', decision: 'deny' }),
    shipped(3, { location: 'us-central1', roles: ['Assistants.Use', 'Analytics.Europe'] }),
    shipped(4, { location: 'global', roles: ['Other', 'Analytics.Eu'], outcome: 'aborted' }),
    traced(5, {
      decision: 'allow',
      outcome: 'answered',
      location: 'us-central1',
      roles: 'Analytics.Eu',
      servedFrom: 'cache',
    }),
  ]);
  expect(rows).toMatchObject([
    { requestId: requestIdOf(5), residency: 'eu-only', location: 'us-central1' },
    { requestId: requestIdOf(4), residency: 'eu-only', location: 'global', outcome: 'aborted' },
  ]);
});

test('top callers: sums of tokens and money, the last correction of a record alone', () => {
  const rows = rowsOf('top-callers', [
    shipped(1, {}),
    shipped(2, {}),
    shipped(2, { revision: 1, outcome: 'failed', costInUsd: 1, usageCompleteness: 'partial' }),
    traced(3, { outcome: 'answered', servedFrom: 'cache', productId: 'production' }),
    shipped(4, { applicationId: AGENT, personId: PERSON, costInUsd: 2 }),
  ]);
  const tokens = { inputTokens: 20, outputTokens: 10, totalTokens: 30 };
  expect(rows).toEqual([
    {
      applicationId: AGENT,
      personId: PERSON,
      productId: 'production',
      calls: 1,
      denied: 0,
      fromCache: 0,
      partialCalls: 0,
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 15,
      costInUsd: 2,
    },
    {
      applicationId: APP,
      productId: 'production',
      calls: 3,
      denied: 0,
      fromCache: 1,
      partialCalls: 1,
      ...tokens,
      costInUsd: 1.25,
    },
  ]);
});

test('agents and whom for: calls of agents, and of applications that act for people', () => {
  const rows = rowsOf('agents-and-whom-for', [
    shipped(1, { applicationId: AGENT, agentId: 'assistants-agent', personId: PERSON, isDelegated: true }),
    shipped(2, {
      applicationId: AGENT,
      agentId: 'assistants-agent',
      personId: PERSON,
      isDelegated: true,
      outcome: 'denied',
    }),
    traced(3, { personId: PERSON, isDelegated: 'true', outcome: 'denied' }),
    shipped(4, { isDelegated: false }),
  ]);
  expect(rows).toMatchObject([
    { agentId: 'assistants-agent', applicationId: AGENT, personId: PERSON, calls: 2, answered: 1, denied: 1 },
    { applicationId: APP, personId: PERSON, calls: 1, answered: 0, denied: 1 },
  ]);
});

test('records and requests: what only one side has', () => {
  const rows = rowsOf('records-and-requests', [
    requested(1),
    shipped(1, {}),
    shipped(1, { revision: 1 }),
    traced(1, { outcome: 'failed' }),
    requested(2),
    traced(2, { outcome: 'denied' }),
    requested(3),
    shipped(4, {}),
    requested(5, 'OPTIONS /v1'),
    requested(6, 'GET /status', {}),
    item('RequestData', 7, { id: 'own', name: 'predict', properties: {} }),
    // A call that is refused, although it matches no API.
    requested(8, 'GET /nothing', {}),
    traced(8, { outcome: 'denied' }),
    requested(9, 'POST /agents/mcp', { 'API Name': 'agents' }),
    // The same call, sent to the edge again with the key in the right place.
    requested(10, 'POST /v1', {
      'API Name': 'vertex',
      'Product Name': 'open',
      'Request Id': requestIdOf(11),
      'Response-x-request-id': requestIdOf(10),
    }),
    item('RequestData', 10, {
      id: 'span-10-again',
      name: 'POST /v1',
      properties: {
        'Service Type': 'API Management',
        'API Name': 'vertex',
        'Product Name': 'sandbox',
        'Request Id': requestIdOf(10),
        'Response-x-request-id': requestIdOf(10),
      },
    }),
    shipped(10, {}),
    shipped(10, { requestId: requestIdOf(11) }),
    // A call whose client left before its answer. It has a record of its own.
    requested(12, 'POST /v1', { 'API Name': 'vertex', 'Product Name': 'open' }),
    traced(12, { outcome: 'aborted' }),
    requested(13, 'POST /v1', { 'API Name': 'vertex', 'Product Name': 'open' }),
  ]);
  expect(rows).toMatchObject([
    { requestId: requestIdOf(13), traceId: traceIdOf(13), finding: 'request without record' },
    // A made-up record for the request that the edge handed on.
    { requestId: requestIdOf(11), finding: 'record without request' },
    { requestId: requestIdOf(4), traceId: traceIdOf(4), finding: 'record without request' },
    { requestId: requestIdOf(3), traceId: traceIdOf(3), finding: 'request without record' },
  ]);
});

test('calls that did not end well: failed, interrupted, aborted and withheld', () => {
  const rows = rowsOf('calls-that-did-not-end-well', [
    shipped(1, {}),
    shipped(2, { outcome: 'interrupted', code: 'PROCESS_LOST' }, { recovered: 'true' }),
    shipped(3, { outcome: 'aborted' }),
    shipped(4, {}),
    shipped(4, { revision: 1, outcome: 'failed', code: 'AUDIT_LEDGER_UNAVAILABLE', status: 503 }),
    // A call with both records: the process that was taken for dead wrote its own after all.
    shipped(5, { outcome: 'interrupted', code: 'PROCESS_LOST' }, { recovered: 'true' }),
    shipped(5, {}),
  ]);
  expect(rows).toMatchObject([
    { requestId: requestIdOf(4), code: 'AUDIT_LEDGER_UNAVAILABLE', revision: '1', status: '503' },
    { requestId: requestIdOf(3), outcome: 'aborted', durationInMs: 100 },
    { requestId: requestIdOf(2), outcome: 'interrupted', code: 'PROCESS_LOST' },
  ]);
});

test('strict calls and corrections: by day and durability', () => {
  const rows = rowsOf('strict-calls-and-corrections', [
    shipped(1, { durability: 'strict' }),
    shipped(2, { durability: 'strict' }),
    shipped(2, { durability: 'strict', revision: 1, outcome: 'failed' }),
    shipped(3, { durability: 'strict', outcome: 'interrupted', code: 'PROCESS_LOST' }, { recovered: 'true' }),
    shipped(4, {}),
    shipped(6, {}, { ledgerWriter: '' }),
    traced(5, { outcome: 'denied' }),
  ]);
  const common = { day: '2026-01-01T00:00:00Z', target: 'gemini-3.5-flash' };
  expect(rows).toEqual([
    {
      ...common,
      durability: 'standard',
      calls: 1,
      answered: 1,
      corrected: 0,
      recovered: 0,
    },
    {
      ...common,
      durability: 'strict',
      calls: 3,
      answered: 1,
      corrected: 1,
      recovered: 1,
    },
  ]);
});

const EMAIL = { kind: 'email', direction: 'request', action: 'redact', detector: 'email', count: 2 } as const;
const SECRET = { ...EMAIL, kind: 'jwt', action: 'block', detector: 'jwt', count: 1 } as const;

test('who leaks what: values by caller, kind, direction and action, each record once', () => {
  const rows = rowsOf('who-leaks-what', [
    shipped(1, { findings: [EMAIL, { ...EMAIL, direction: 'response', count: 1 }] }),
    shipped(1, { findings: [EMAIL] }),
    shipped(2, { findings: [EMAIL, { ...EMAIL, detector: 'azure-ai-language', count: 1 }] }),
    shipped(3, {}),
    shipped(4, { applicationId: AGENT, personId: PERSON, outcome: 'denied', findings: [SECRET] }),
    traced(5, { outcome: 'denied' }),
  ]);
  const own = { applicationId: APP, productId: 'production', valueKind: 'email', action: 'redact' };
  expect(rows).toMatchObject([
    { ...own, direction: 'request', found: 5, calls: 2, lastAt: '2026-01-01T10:00:02Z' },
    { applicationId: APP, direction: 'response', found: 1, calls: 1 },
    { applicationId: AGENT, personId: PERSON, valueKind: 'jwt', action: 'block', found: 1, calls: 1 },
  ]);
});

test('kinds by application: what became of values of each kind', () => {
  const rows = rowsOf('kinds-by-application', [
    shipped(1, { findings: [EMAIL, { ...EMAIL, action: 'allow', count: 4 }] }),
    shipped(2, { findings: [{ ...EMAIL, action: 'restore' }, SECRET] }),
    shipped(3, {}),
  ]);
  expect(rows).toMatchObject([
    { applicationId: APP, valueKind: 'email', found: 8, allowed: 4, restored: 2, redacted: 2, blocked: 0 },
    { applicationId: APP, valueKind: 'jwt', found: 1, allowed: 0, restored: 0, redacted: 0, blocked: 1 },
  ]);
});

test('values that were stopped count by application, and those that were restored or allowed do not', () => {
  const telemetry = [
    shipped(1, { findings: [EMAIL, SECRET, { ...EMAIL, action: 'restore', count: 90 }] }),
    shipped(1, { findings: [EMAIL, SECRET] }),
    shipped(2, { applicationId: AGENT, findings: [{ ...EMAIL, action: 'allow' }] }),
    shipped(3, {}),
  ];
  expect(rowsOf('finding-spike', telemetry, ALERTS)).toEqual([{ applicationId: APP, found: 3 }]);
});

test('records are listed by a kind of finding, and summed by kind', async () => {
  const subscriptionId = 'analytics';
  const { archive } = archiveOf([
    shipped(1, { subscriptionId, findings: [EMAIL, { ...EMAIL, direction: 'response' }] }),
    shipped(2, { subscriptionId, findings: [SECRET, { ...EMAIL, count: 1 }] }),
    shipped(3, { subscriptionId, findings: [{ ...SECRET, kind: 'other', detector: 'email' }] }),
    shipped(4, { subscriptionId }),
  ]);
  const page = { limit: 100 };
  const listed = await archive.listRecords('everybody', { period: YEAR, finding: 'email' }, page, signal);
  expect(listed.map(({ requestId }) => requestId).toSorted()).toEqual([requestIdOf(1), requestIdOf(2)]);
  expect(listed.find(({ requestId }) => requestId === requestIdOf(2))).toMatchObject({
    findings: [SECRET, { ...EMAIL, count: 1 }],
  });
  const names = { publishers: [], models: [], endpoints: [] };
  const sums = await archive.sumUsage({ subscriptionId, period: YEAR, by: 'finding', names }, signal);
  expect(
    sums.map(({ finding, findings, calls, totalTokens }) => ({ finding, findings, calls, totalTokens })),
  ).toEqual([
    { finding: 'email', findings: 5, calls: 2, totalTokens: 30 },
    { finding: 'jwt', findings: 1, calls: 1, totalTokens: 15 },
    { finding: 'other', findings: 1, calls: 1, totalTokens: 15 },
  ]);
});

test('policy versions: when each was in force and what it decided', () => {
  const rows = rowsOf('policy-versions', [
    shipped(1, {}),
    shipped(2, { decision: 'deny', outcome: 'denied' }),
    shipped(3, { policyVersion: 'p2' }),
    traced(4, { outcome: 'denied', decision: 'deny', policyVersion: '' }),
  ]);
  expect(rows).toEqual([
    {
      policyVersion: 'p2',
      firstSeen: '2026-01-01T10:00:03Z',
      lastSeen: '2026-01-01T10:00:03Z',
      calls: 1,
      allowed: 1,
      denied: 0,
    },
    {
      policyVersion: 'p1',
      firstSeen: '2026-01-01T10:00:01Z',
      lastSeen: '2026-01-01T10:00:02Z',
      calls: 2,
      allowed: 1,
      denied: 1,
    },
  ]);
});

test('content and the trail: calls, content, heads, findings and the largest backlog of a day', () => {
  const content = { subject: 's', blob: 's/1.json', sha256: 'a'.repeat(64) };
  const anchor = event('gateway.audit.anchor', 3, { writer: WRITER, sequence: '9', hash: 'h', closed: '4' });
  const rows = rowsOf('content-and-the-trail', [
    shipped(1, { content }),
    shipped(1, { content, revision: 1 }),
    shipped(2, {}),
    anchor,
    anchor,
    event('gateway.audit.verification', 4, { writer: WRITER, sequence: '3', problem: 'unsealed' }),
    event(
      'gateway.audit.backlog',
      5,
      { writer: WRITER },
      { bytes: 100, oldestAgeInMs: 9, failedChains: 0, unvouchedChains: 2 },
    ),
    event(
      'gateway.audit.backlog',
      6,
      { writer: WRITER },
      { bytes: 0, oldestAgeInMs: 0, failedChains: 1, unvouchedChains: 0 },
    ),
  ]);
  expect(rows).toEqual([
    {
      day: '2026-01-01T00:00:00Z',
      calls: 2,
      callsWithContent: 1,
      heads: 1,
      findings: 1,
      unshippedBytes: 100,
      unshippedAgeInMs: 9,
      failedChains: 1,
      unvouchedChains: 2,
    },
  ]);
});

test('denials count by application, each once', () => {
  const denied = traced(1, { outcome: 'denied', decision: 'deny' });
  expect(
    rowsOf('denial-spike', [denied, denied, shipped(2, { outcome: 'denied' }), shipped(3, {})], ALERTS),
  ).toEqual([{ applicationId: APP, denials: 2 }]);
});

test('a ledger that cannot be written shows in the records of the edge and in corrections', () => {
  const code = 'AUDIT_LEDGER_UNAVAILABLE';
  const rows = rowsOf(
    'ledger-unwritable',
    [
      traced(1, { outcome: 'failed', code }),
      shipped(2, {}),
      shipped(2, { revision: 1, code }),
      shipped(3, {}),
    ],
    ALERTS,
  );
  expect(rows).toMatchObject([{ requestId: requestIdOf(2) }, { requestId: requestIdOf(1) }]);
});

test('a break in a chain, and the backlog of each sweep, are rows for alerts', () => {
  const telemetry = [
    event('gateway.audit.verification', 1, { writer: WRITER, sequence: '3', problem: 'unsealed' }),
    event(
      'gateway.audit.backlog',
      2,
      { writer: WRITER },
      { bytes: 9, oldestAgeInMs: 60_000, failedChains: 0, unvouchedChains: 0 },
    ),
    event(
      'gateway.audit.backlog',
      3,
      { writer: WRITER },
      { bytes: 0, oldestAgeInMs: 0, failedChains: 0, unvouchedChains: 2 },
    ),
  ];
  expect(rowsOf('verification-failure', telemetry, ALERTS)).toMatchObject([
    { writer: WRITER, problem: 'unsealed' },
  ]);
  expect(rowsOf('unshipped-backlog', telemetry, ALERTS)).toMatchObject([
    { oldestAgeInMs: 60_000 },
    { oldestAgeInMs: 0 },
  ]);
  expect(rowsOf('unvouched-chains', telemetry, ALERTS)).toMatchObject([{ unvouchedChains: 2 }]);
  expect(rowsOf('silent-sweep', telemetry, ALERTS)).toHaveLength(2);
});

test('a sweep that reached neither the log nor the witness is a row for an alert', () => {
  const sweeps = [
    { unlogged: 0, unwitnessed: 0 },
    { unlogged: 0, unwitnessed: 1 },
    { unlogged: 1, unwitnessed: 1 },
  ].map((measurements, minute) => event('gateway.audit.backlog', minute, { writer: WRITER }, measurements));
  const rows = rowsOf('unwitnessed-log', sweeps, ALERTS);
  expect(rows).toHaveLength(3);
  expect(rows).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ unreached: 0 }),
      expect.objectContaining({ unreached: 1 }),
    ]),
  );
});

test('without a single call, no question fails', () => {
  for (const name of readdirSync(QUERIES)) expect(rowsOf(name.replace('.kql', ''), [])).toEqual([]);
});
