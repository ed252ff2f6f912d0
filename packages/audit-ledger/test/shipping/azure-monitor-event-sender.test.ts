import { ROLE_IDS } from '@vertex-ai-gateway/cloud-emulators/azure-rbac/built-in-roles';
import { assignEverywhere } from '@vertex-ai-gateway/cloud-emulators/azure-rbac/role-assignments';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { TokenCredential } from '@azure/identity';
import {
  type ApplicationInsights,
  startApplicationInsights,
} from '@vertex-ai-gateway/cloud-emulators/application-insights/start-application-insights';
import { type Entra, startEntra } from '@vertex-ai-gateway/cloud-emulators/entra/start-entra';
import { createCertificateAuthority } from '@vertex-ai-gateway/cloud-emulators/loopback/certificate-authority';
import {
  type ManagedIdentity,
  startManagedIdentity,
} from '@vertex-ai-gateway/cloud-emulators/managed-identity/start-managed-identity';
import { keepTokens } from '../../src/azure/keep-tokens.ts';
import { startAzureMonitorEventSender } from '../../src/shipping/azure-monitor-event-sender.ts';
import type { AuditEvent, EventSender } from '../../src/shipping/event-sender.ts';
import { createRenewingIdentity } from '../renewing-identity.ts';
import { FlatRecord } from '../../src/record/record-schema.ts';

const WRITER = '20260101T000000000Z-00000001';
const trusted = getCACertificates('default');

const NO_ANSWER = 'Application Insights does not answer. Check the network to it.';
const TENANT = '11111111-1111-4111-8111-111111111111';
const PUBLISHER = { name: 'publisher', clientId: 'c1', objectId: 'd1' };
const IDENTITY_OF_NOBODY = { getToken: () => Promise.reject(new Error('SDK error with a secret')) };

let entra: Entra;
let identity: ManagedIdentity;
let insights: ApplicationInsights;
let sender: EventSender;
let sequence = 0;

beforeAll(async () => {
  process.env.APPLICATION_INSIGHTS_NO_STATSBEAT = 'true';
  const authority = await createCertificateAuthority();
  setDefaultCACertificates([...trusted, authority.certificate]);
  entra = await startEntra({ port: 0, tenantId: TENANT, applications: [], servicePrincipals: [PUBLISHER] });
  identity = await startManagedIdentity({
    port: 0,
    identities: [PUBLISHER],
    issueToken: entra.issueIdentityToken,
  });
  Object.assign(process.env, identity.environmentOf('publisher'));
  insights = await startApplicationInsights({
    port: 0,
    tls: authority.server,
    instrumentationKey: '22222222-2222-4222-8222-222222222222',
    ingestion: {
      tenantId: TENANT,
      jwksUri: entra.jwksUri,
      resourceId: '/component',
      roleAssignments: assignEverywhere(ROLE_IDS.monitoringMetricsPublisher, PUBLISHER.objectId),
      disableLocalAuth: true,
    },
  });
  await restart(createRenewingIdentity());
});
afterEach(() => jest.useRealTimers());
beforeEach(() => {
  for (const { control } of [insights, identity]) {
    control.clear();
    control.clearFaults();
  }
});
afterAll(async () => {
  await sender.close();
  await Promise.all([insights.close(), identity.close(), entra.close()]);
  delete process.env.IDENTITY_ENDPOINT;
  delete process.env.IDENTITY_HEADER;
  setDefaultCACertificates(trusted);
});

async function restart(credential: TokenCredential, connectionString = insights.connectionString) {
  await (sender as EventSender | undefined)?.close();
  sender = startAzureMonitorEventSender({ connectionString, credential: keepTokens(credential, Date.now) });
}

function events(count: number): AuditEvent[] {
  return Array.from({ length: count }, () => {
    sequence += 1;
    return {
      name: 'gateway.prediction',
      time: new Date('2026-01-01T00:00:00.000Z'),
      properties: {
        ledgerWriter: WRITER,
        ledgerSequence: String(sequence),
        'gen_ai.request.model': 'gemini-3.5-flash',
        status: '200',
        code: 'NONE',
      },
      measurements: { durationInMs: 1.5 },
    };
  });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resume) => setImmediate(resume));
}

function received(): unknown[] {
  return insights
    .telemetry()
    .map(({ data }) => (data.baseData.properties as Record<string, string>).ledgerSequence);
}

test('events arrive as they are', async () => {
  const [event] = events(1);
  expect(event && (await sender.send([event]))).toEqual({ outcomes: ['accepted'] });
  const [item] = insights.telemetry();
  expect(item?.time).toBe('2026-01-01T00:00:00.000Z');
  expect(item?.data).toMatchObject({
    baseType: 'EventData',
    baseData: {
      name: 'gateway.prediction',
      properties: event?.properties,
      measurements: { durationInMs: 1.5 },
    },
  });
  expect(Object.keys(item?.data.baseData.properties ?? {})).toHaveLength(5);
});

test('no name of a record is one that the exporter keeps for itself', async () => {
  const properties = Object.fromEntries(Object.keys(FlatRecord.shape).map((name) => [name, 'x']));
  const sent = events(1).map((event) => ({ ...event, properties: { ...event.properties, ...properties } }));
  await sender.send(sent);
  const arrived = insights.telemetry().at(-1)?.data.baseData.properties as object;
  expect(Object.keys(arrived)).toEqual(expect.arrayContaining(Object.keys(properties)));
});

test('500 events go out in one request, and none is left behind', async () => {
  const sent = events(500);
  const { outcomes } = await sender.send(sent);
  expect(outcomes).toEqual(sent.map(() => 'accepted'));
  expect(insights.control.requests()).toHaveLength(1);
  expect(received().slice(-500)).toEqual(sent.map(({ properties }) => properties.ledgerSequence));
});

test.each([
  [402, 'Application Insights takes no more telemetry for now (402); check its daily cap.'],
  [
    403,
    'Application Insights refuses the function app’s managed identity (403); give it the role Monitoring Metrics Publisher there.',
  ],
  [429, 'Application Insights answers 429.'],
  [439, 'Application Insights takes no more telemetry for now (439); check its daily cap.'],
  [500, 'Application Insights answers 500.'],
  [503, 'Application Insights answers 503.'],
])('after %i every event is to be sent again, and why is said', async (status, problem) => {
  insights.control.inject({ status, headers: { 'retry-after': '7' } });
  expect(await sender.send(events(2))).toEqual({
    outcomes: ['again', 'again'],
    retryAfterInMs: 7000,
    problem,
  });
});

test.each([400, 413])('%i is told as what it is', async (status) => {
  insights.control.inject({ status });
  expect(await sender.send(events(2))).toEqual({ outcomes: [status, status] });
});

test('after a reset, or an answer that is none, every event is to be sent again', async () => {
  insights.control.inject({ reset: true });
  expect(await sender.send(events(2))).toEqual({ outcomes: ['again', 'again'], problem: NO_ANSWER });
  insights.control.inject({ status: 200, body: '<html>' });
  expect(await sender.send(events(2))).toEqual({
    outcomes: ['again', 'again'],
    problem: 'Application Insights answers 200.',
  });
});

test('a hang is cut after 10 s, and what was sent then is to be sent again', async () => {
  insights.control.inject({ hang: true });
  // Only time limits stand still: tokens have expiries, and sockets go on.
  jest.useFakeTimers({
    doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'],
  });
  const sent = events(2);
  let result: unknown;
  const sending = sender.send(sent).then((received) => (result = received));
  await until(() => insights.control.requests().length > 0);
  await jest.advanceTimersByTimeAsync(9_999);
  expect(result).toBeUndefined();
  await jest.advanceTimersByTimeAsync(1);
  expect(await sending).toEqual({ outcomes: ['again', 'again'], problem: NO_ANSWER });
  jest.useRealTimers();
  expect(await sender.send(sent)).toEqual({ outcomes: ['accepted', 'accepted'] });
});

test('an item that the service leaves out is told apart from those that it accepts', async () => {
  const sent = events(3);
  const body = {
    itemsReceived: 3,
    itemsAccepted: 2,
    errors: [{ index: 1, statusCode: 400, message: 'x' }],
  };
  insights.control.inject({ status: 206, body });
  expect(await sender.send(sent)).toEqual({ outcomes: ['accepted', 400, 'accepted'] });
});

const shownTokens = () => insights.control.requests().map(({ headers }) => headers.authorization);

test('a token that is refused once is fetched anew, and the events go out with the new one', async () => {
  await sender.send(events(1));
  identity.control.clear();
  insights.control.inject({ status: 401 });
  expect(await sender.send(events(2))).toEqual({ outcomes: ['accepted', 'accepted'] });
  const [before, refused, fresh] = shownTokens();
  expect(refused).toBe(before);
  expect(fresh).toMatch(/^Bearer ./);
  expect(fresh).not.toBe(before);
  expect(identity.control.requests()).toHaveLength(1);
  await sender.send(events(1));
  expect(shownTokens().at(-1)).toBe(fresh);
  expect(identity.control.requests()).toHaveLength(1);
});

test('a service that refuses every token is asked twice, and the events are to be sent again', async () => {
  insights.control.inject({ status: 401, times: 2 });
  expect(await sender.send(events(1))).toEqual({
    outcomes: ['again'],
    problem: 'Application Insights does not accept the token of the function app’s managed identity (401).',
  });
  expect(insights.control.requests()).toHaveLength(2);
});

test('without a token nothing goes out; the events are to be sent again, and why is said', async () => {
  await restart(IDENTITY_OF_NOBODY);
  expect(await sender.send(events(2))).toEqual({
    outcomes: ['again', 'again'],
    problem:
      'The function app’s managed identity gives no token for https://monitor.azure.com; check its identity and AZURE_CLIENT_ID.',
  });
  expect(insights.control.requests()).toEqual([]);
});

test('an identity without the role is told which one it needs', async () => {
  const token = await entra.issueToken({
    iss: `https://sts.windows.net/${TENANT}/`,
    aud: 'https://monitor.azure.com',
    oid: 'd2',
  });
  await restart({ getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) });
  expect(await sender.send(events(1))).toEqual({
    outcomes: ['again'],
    problem: expect.stringContaining('Monitoring Metrics Publisher') as string,
  });
});

test('the token is for the audience that the connection string names, where it names one', async () => {
  const asked: unknown[] = [];
  const credential: TokenCredential = {
    getToken: (scopes) => {
      asked.push(scopes);
      return Promise.resolve({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 });
    },
  };
  await restart(credential, `${insights.connectionString};AADAudience=https://monitor.azure.us/`);
  await sender.send(events(1));
  await restart(credential);
  await sender.send(events(1));
  expect(new Set(asked.flat())).toEqual(
    new Set(['https://monitor.azure.us/', 'https://monitor.azure.com/.default']),
  );
});
