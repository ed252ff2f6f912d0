import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { modelPath } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { generate, predict } from './sample-calls.ts';

const MONITORING = 'infra/azure/monitoring';
const RESOURCE = 'https://api.applicationinsights.io';

let observed: ObservedChain;
let dispatcher: Agent;

beforeAll(async () => {
  observed = await ObservedChain.start();
  const ca = readFileSync(observed.chain.environment.certificateAuthorityFile);
  dispatcher = new Agent({ connect: { ca } });
});

afterAll(async () => {
  await dispatcher.close();
  await observed.stop();
});

interface QueryAnswer {
  readonly tables: readonly {
    readonly columns: readonly { readonly name: string }[];
    readonly rows: readonly (readonly unknown[])[];
  }[];
}

/** Reads a query as it is deployed: one of records has the file that says what they are before it. */
function readQuery(name: string): string {
  const query = readFileSync(`${MONITORING}/queries/${name}.kql`, 'utf8');
  const needsRecords = /^(?: *\()?records$/m.test(query);
  return needsRecords ? `${readFileSync(`${MONITORING}/records.kql`, 'utf8')}${query}` : query;
}

/** Asks Application Insights over its API, as one who may read it, for the rows of a saved query. */
async function ask(name: string): Promise<Readonly<Record<string, unknown>>[]> {
  const { functionAppSettings: settings } = observed.chain.environment;
  const identity = await fetch(
    `${settings.IDENTITY_ENDPOINT ?? ''}?resource=${RESOURCE}&api-version=2019-08-01&client_id=${settings.AZURE_CLIENT_ID ?? ''}`,
    { headers: { 'x-identity-header': settings.IDENTITY_HEADER ?? '' } },
  );
  const { access_token: token } = (await identity.json()) as { access_token: string };
  const { APPLICATIONINSIGHTS_CONNECTION_STRING: connection = '' } = settings;
  const [, id = ''] = /ApplicationId=([^;]+)/.exec(connection) ?? [];
  const endpoint = settings.APPLICATIONINSIGHTS_QUERY_ENDPOINT ?? '';
  const answer = await request(`${endpoint}/v1/apps/${id}/query`, {
    method: 'POST',
    dispatcher,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: readQuery(name) }),
  });
  const text = await answer.body.text();
  expect([name, answer.statusCode, text]).toEqual([name, 200, expect.stringContaining('PrimaryResult')]);
  const [table] = (JSON.parse(text) as QueryAnswer).tables;
  return (table?.rows ?? []).map((row) =>
    Object.fromEntries(table?.columns.map(({ name: column }, index) => [column, row[index]]) ?? []),
  );
}

function idOf(application: string): string | undefined {
  return observed.chain.environment.applications[application]?.id;
}

test('twelve questions are answered from the records of calls that were made', async () => {
  const europe = {
    application: 'eu-analytics-app',
    body: '{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}',
  };
  const path = (location: string) => modelPath('generateContent', { location, model: 'gemini-3.5-flash' });
  const calls = [
    await predict(observed),
    await generate(observed),
    await observed.call({ ...europe, path: path('eu') }),
    await observed.call({ ...europe, path: path('us') }),
    await observed.call({ ...europe, application: 'agent-app', path: path('us') }),
    await predict(observed, { headers: { authorization: '' } }),
  ];
  expect(calls.map(({ status }) => status)).toEqual([200, 200, 200, 403, 200, 401]);
  await observed.expectAllOnRecord([]);
  const { policyVersion } =
    (await observed.chain.auditRecords(({ outcome }) => outcome === 'answered'))[0] ?? {};
  const [, , , outside, , nobody] = calls.map(({ requestId }) => requestId);

  const used = await ask('who-used-what-where');
  expect(used).toHaveLength(4);
  expect(used).toContainEqual(
    expect.objectContaining({
      applicationId: idOf('eu-analytics-app'),
      publisher: 'google',
      target: 'gemini-3.5-flash',
      location: 'eu',
      calls: 1,
      answered: 1,
    }),
  );
  expect(await ask('denials-and-why')).toEqual([
    expect.objectContaining({
      requestId: nobody,
      status: '401',
      rule: expect.stringMatching(/^edge\//) as unknown,
    }),
    expect.objectContaining({ requestId: outside, rule: 'eu-only', location: 'us' }),
  ]);
  expect(await ask('calls-outside-residency')).toEqual([]);
  const callers = await ask('top-callers');
  expect(callers).toContainEqual(
    expect.objectContaining({ applicationId: idOf('eu-analytics-app'), calls: 2, denied: 1 }),
  );
  expect(await ask('agents-and-whom-for')).toMatchObject([
    { agentId: 'assistants-agent', applicationId: idOf('agent-app'), calls: 1, answered: 1 },
  ]);
  expect(await ask('who-leaks-what')).toEqual([]);
  expect(await ask('kinds-by-application')).toEqual([]);
  expect(await ask('records-and-requests')).toEqual([]);
  expect(await ask('calls-that-did-not-end-well')).toEqual([]);
  const durabilities = await ask('strict-calls-and-corrections');
  expect(durabilities.length).toBeGreaterThan(0);
  for (const row of durabilities) expect(row).toMatchObject({ corrected: 0, recovered: 0 });
  expect(await ask('policy-versions')).toEqual([
    expect.objectContaining({ policyVersion, allowed: 4, denied: expect.any(Number) as unknown }),
  ]);
  await observed.chain.runTimer('audit-sweep');
  expect(await ask('content-and-the-trail')).toMatchObject([
    {
      calls: 4,
      callsWithContent: 0,
      findings: 0,
      failedChains: 0,
      unshippedBytes: expect.any(Number) as unknown,
    },
  ]);
});

test('a request without a record, and a call outside of residency, would be seen', async () => {
  const telemetry = (await observed.chain.control('application-insights', 'GET', 'telemetry')) as {
    data: { baseData: { properties?: Record<string, string> } };
  }[];
  const indexOf = (application: string) =>
    telemetry.findIndex(({ data }) => {
      const { applicationId, outcome } = data.baseData.properties ?? {};
      return applicationId === idOf(application) && outcome === 'answered';
    });
  await observed.chain.control('application-insights', 'PATCH', `telemetry/${indexOf('eu-analytics-app')}`, {
    properties: { location: 'us' },
  });
  await observed.chain.control('application-insights', 'DELETE', `telemetry/${indexOf('scoring-app')}`);
  expect(await ask('calls-outside-residency')).toMatchObject([
    { residency: 'eu-only', applicationId: idOf('eu-analytics-app'), location: 'us' },
  ]);
  expect(await ask('records-and-requests')).toMatchObject([{ finding: 'request without record' }]);
});

test('every saved query is asked here', () => {
  const source = readFileSync('test/end-to-end/saved-queries.test.ts', 'utf8');
  for (const name of readdirSync(`${MONITORING}/queries`))
    expect(source).toContain(`ask('${name.replace('.kql', '')}')`);
});
