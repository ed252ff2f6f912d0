import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { AuditedChain, requestIdsOf } from './audited-chain.ts';

const TRACK = '/v2.1/track';
const FOR_GOOD = 100_000;
const CALLS = 3;
const POLL_INTERVAL_IN_MS = 20;
const EVENT = {
  name: 'Microsoft.ApplicationInsights.Event',
  time: '2026-01-01T00:00:00.000Z',
  data: { baseType: 'EventData', baseData: { ver: 2, name: 'gateway.prediction' } },
};

let audited: AuditedChain;
const recorded: string[] = [];

beforeAll(async () => {
  audited = await AuditedChain.start();
});
afterAll(() => audited.stop());

async function callAll(): Promise<void> {
  const answers = await Promise.all([audited.call('strict', CALLS), audited.call('standard', CALLS)]);
  expect(new Set(answers.flat().map(({ status }) => status))).toEqual(new Set([200]));
  recorded.push(...requestIdsOf(answers.flat()));
}

async function expectNothingLost(): Promise<void> {
  await audited.expectOnBothStores(recorded, await audited.settled(recorded));
}

test('Application Insights takes nothing for the connection string alone', async () => {
  const { functionAppSettings, certificateAuthorityFile } = audited.observed.chain.environment;
  const connectionString = functionAppSettings.APPLICATIONINSIGHTS_CONNECTION_STRING ?? '';
  const [, iKey, endpoint = ''] =
    /^InstrumentationKey=([^;]+);IngestionEndpoint=([^;]+)/.exec(connectionString) ?? [];
  const dispatcher = new Agent({ connect: { ca: readFileSync(certificateAuthorityFile, 'utf8') } });
  const forged = JSON.stringify([{ ...EVENT, iKey }]);
  const answer = await request(new URL(TRACK, endpoint), { method: 'POST', dispatcher, body: forged });
  expect([answer.statusCode, answer.statusText]).toEqual([401, 'Authorization required']);
  await answer.body.dump();
  await dispatcher.destroy();
});

test('the function app and the edge ship as their identities', async () => {
  await callAll();
  await expectNothingLost();
  const refused = await audited.observed.call({ path: '/vertex/v1/nothing', body: '{}' });
  const [record] = await audited.observed.chain.auditRecords(
    ({ requestId }) => requestId === refused.requestId,
    1,
  );
  expect(record).toMatchObject({ recordedBy: 'edge', code: 'OPERATION_NOT_FOUND' });
});

test.each([
  ['a token is refused once', 401, 1],
  ['tokens are refused for a while', 401, 6],
  ['the role is missing for a while', 403, 3],
])('no record is lost or doubled when %s', async (_, status, times) => {
  await audited.observed.chain.inject('application-insights', { path: TRACK, status, times });
  await callAll();
  await expectNothingLost();
});

test('no record is lost while the managed identity gives no token for it, and calls do not wait', async () => {
  const { chain } = audited.observed;
  // A new process has no token yet.
  await chain.control('managed-identity', 'DELETE', 'requests');
  await chain.inject('managed-identity', { path: 'monitor.azure.com', status: 500, times: FOR_GOOD });
  await chain.restartFunctionApp();
  const [answer] = await audited.call('standard');
  expect(answer?.status).toBe(200);
  const requestId = answer?.requestId ?? '';
  recorded.push(requestId);
  const asked = async () =>
    (await chain.requests('managed-identity')).filter(({ path }) => path.includes('monitor.azure.com'));
  while ((await asked()).length === 0) await pause(POLL_INTERVAL_IN_MS);
  expect(await chain.auditRecords((record) => record.requestId === requestId, 0)).toEqual([]);
  await chain.control('managed-identity', 'DELETE', 'faults');
  await expectNothingLost();
  await audited.expectIntact();
});
