import { request } from 'node:https';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import type { VerificationReport } from '@vertex-ai-gateway/audit-ledger/verification';
import { ObservedChain } from './observed-chain.ts';
import { generate, predict } from './sample-calls.ts';

const VERIFY = '/gateway/v1/audit:verify?graceInMinutes=0';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
});

afterAll(() => observed.stop());

/** Verifies as an auditor. */
async function verify(): Promise<VerificationReport> {
  const answer = await observed.call({ application: 'auditor-app', method: 'GET', path: VERIFY });
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text) as VerificationReport;
}

/** One request to the storage account, with the function app's identity. */
async function storage(method: string, path: string, headers = {}, body = ''): Promise<Buffer> {
  const { functionAppSettings: settings, certificateAuthorityFile } = observed.chain.environment;
  const url = `${settings.IDENTITY_ENDPOINT ?? ''}?resource=https://storage.azure.com&api-version=2019-08-01&client_id=${settings.AZURE_CLIENT_ID ?? ''}`;
  const secret = settings.IDENTITY_HEADER ?? '';
  const token = (await (await fetch(url, { headers: { 'x-identity-header': secret } })).json()) as {
    readonly access_token: string;
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(
      `${settings.AUDIT_STORAGE_URL ?? ''}/${path}`,
      {
        method,
        ca: readFileSync(certificateAuthorityFile),
        headers: {
          authorization: `Bearer ${token.access_token}`,
          'x-ms-version': '2023-11-03',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
      },
      resolve,
    );
    sent.on('error', reject);
    sent.end(body);
  });
  const content = await buffer(answer);
  expect(answer.statusCode).toBeLessThan(300);
  return content;
}

interface Telemetry {
  readonly data: { readonly baseData: { readonly properties?: Readonly<Record<string, string>> } };
}

const CALLS = 4;
const BUSY_RUNS = 3;
/** Paths of nobody's API, of health probes, and of our APIs, with and without an operation. */
const STRANGE_PATHS = [
  '/',
  '/favicon.ico',
  '/status-0123456789abcdef',
  '/api/health',
  '/vertex',
  '/vertex/v1/nothing',
  '/openai/v1/models',
  '/agents/mcp',
  '/AGENTS/mcp',
];

/** Waits until the ledger and Application Insights agree on everything. */
async function untilIntact(): Promise<VerificationReport> {
  for (let attempt = 0; ; attempt += 1) {
    const report = await verify();
    if (report.isIntact || attempt === 20) return report;
    await observed.chain.auditRecords((record) => record.operation === 'audit:verify', attempt + 2);
  }
}

test('nothing is wrong with the records of calls that were made', async () => {
  for (let call = 0; call < CALLS; call += 1) await predict(observed);
  await generate(observed);
  await observed.chain.auditRecords(({ dialect }) => dialect === 'vertex', CALLS + 1);
  const report = await untilIntact();
  expect(report).toMatchObject({ findings: [], chains: 1 });
  expect(report.closings).toBeGreaterThan(CALLS);
  const [question] = await observed.chain.auditRecords(({ operation }) => operation === 'audit:verify');
  expect(question).toMatchObject({ dialect: 'gateway', outcome: 'answered', status: '200' });
});

test('messages of agents and calls with a key in another place leave nothing unexplained', async () => {
  const { subscriptionKey } = observed.chain.environment.applications['sandbox-app'] ?? {};
  const keyed = await fetch(
    `${observed.chain.environment.gatewayUrl}/vertex/v1/publishers/google/models/gemini-3.5-flash:generateContent`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-goog-api-key': subscriptionKey ?? '' },
      body: '{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}',
    },
  );
  expect(keyed.status).toBe(200);
  await keyed.text();
  const tool = {
    name: 'predict',
    arguments: {
      version: 'v1',
      project: 'sample-project',
      location: 'us-central1',
      endpoint: '1234567890',
      instances: [[5.1, 3.5, 1.4, 0.2]],
    },
  };
  for (const message of [{ method: 'tools/list' }, { method: 'tools/call', params: tool }]) {
    const answer = await observed.chain.call('/agents/mcp', {
      application: 'scoring-app',
      method: 'POST',
      headers: { accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }),
    });
    expect(answer.status).toBe(200);
    await answer.text();
  }
  const refused = await observed.chain.call('/agents/mcp', { method: 'POST', body: '{}' });
  expect(refused.status).toBe(401);
  await refused.text();
  await observed.chain.auditRecords(({ subscriptionId }) => subscriptionId === 'sandbox-app');
  await observed.chain.auditRecords(({ code }) => code === 'SUBSCRIPTION_KEY_MISSING');
  expect(await untilIntact()).toMatchObject({ findings: [] });
});

test('whatever strangers ask, at the edge and at the function app, nothing is wrong', async () => {
  const before = await untilIntact();
  const calls = (['GET', 'HEAD', 'OPTIONS', 'POST'] as const).flatMap((method) =>
    STRANGE_PATHS.map((path) => ({ method, path })),
  );
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const keys = { 'x-api-key': 'nobody', traceparent };
  const preflight = { origin: 'https://example.com', 'access-control-request-method': 'GET' };
  for (const call of calls) {
    await observed.call({ ...call, headers: { traceparent } });
    await observed.callDirectly(call);
  }
  await observed.call({ method: 'GET', path: '/openai/v1/models', headers: keys });
  await observed.call({ method: 'OPTIONS', path: '/openai/v1/models', headers: preflight });
  const report = await untilIntact();
  expect(report).toMatchObject({ findings: [], isIntact: true });
  expect((report.requests ?? 0) - (before.requests ?? 0)).toBeGreaterThan(calls.length - 10);
});

test('a busy gateway is healthy whenever it is verified, with no time of grace', async () => {
  let isBusy = true;
  const callAll = async () => {
    while (isBusy)
      await Promise.all([
        predict(observed),
        generate(observed),
        observed.call({ method: 'GET', path: '/favicon.ico' }),
      ]);
  };
  const callers = Array.from({ length: 3 }, callAll);
  for (let run = 0; run < BUSY_RUNS; run += 1)
    expect(await verify()).toMatchObject({ findings: [], isIntact: true });
  isBusy = false;
  await Promise.all(callers);
});

test('only auditors may ask', async () => {
  const answer = await observed.call({ application: 'scoring-app', method: 'GET', path: VERIFY });
  expect(answer.status).toBe(403);
  const [record] = await observed.chain.auditRecords(({ requestId }) => requestId === answer.requestId);
  expect(record).toMatchObject({ operation: 'audit:verify', outcome: 'denied', code: 'NOT_GRANTED' });
});

test('a record that somebody took out of Application Insights is missed, and one that was changed differs', async () => {
  const telemetry = (await observed.chain.control('application-insights', 'GET', 'telemetry')) as Telemetry[];
  const predictions = telemetry.flatMap(({ data }, index) =>
    data.baseData.properties?.operation === 'predict'
      ? [{ index, properties: data.baseData.properties }]
      : [],
  );
  const [changed, removed] = predictions;
  if (!changed || !removed) throw new Error('Two predictions are on record.');
  await observed.chain.control('application-insights', 'PATCH', `telemetry/${changed.index}`, {
    properties: { outcome: 'denied' },
  });
  await observed.chain.control('application-insights', 'DELETE', `telemetry/${removed.index}`);
  const { findings } = await verify();
  const named = findings.map(({ kind, sequence }) => [kind, String(sequence)]);
  expect(named).toContainEqual(['contradicts-ledger', changed.properties.ledgerSequence]);
  expect(named).toContainEqual(['missing-in-application-insights', removed.properties.ledgerSequence]);
});

test('an entry that somebody took out of the ledger is named', async () => {
  const list = String(await storage('GET', 'audit-ledger?restype=container&comp=list'));
  const blob = `audit-ledger/${/<Name>([^<]+)<\/Name>/.exec(list)?.[1] ?? ''}`;
  const lines = String(await storage('GET', blob)).split('\n');
  await storage('DELETE', blob);
  await storage('PUT', blob, { 'x-ms-blob-type': 'AppendBlob' });
  const changed = lines.toSpliced(2, 1).join('\n');
  await storage('PUT', `${blob}?comp=appendblock`, {}, changed);
  const { findings } = await verify();
  expect(findings).toContainEqual(
    expect.objectContaining({
      kind: 'chain-changed',
      sequence: 2,
      part: 1,
      line: 3,
      message: expect.stringContaining(' was removed: ') as string,
    }),
  );
});
