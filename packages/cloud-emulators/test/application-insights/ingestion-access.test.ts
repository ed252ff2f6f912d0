import { Agent, request } from 'undici';
import { ROLE_IDS } from '../../src/azure-rbac/built-in-roles.ts';
import { assignEverywhere } from '../../src/azure-rbac/role-assignments.ts';
import {
  type ApplicationInsights,
  startApplicationInsights,
} from '../../src/application-insights/start-application-insights.ts';
import { type Entra, startEntra } from '../../src/entra/start-entra.ts';
import { createCertificateAuthority } from '../../src/loopback/certificate-authority.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const KEY = '00000000-0000-4000-8000-000000000001';
const PUBLISHER = 'd0000001-0000-4000-8000-000000000001';
const OTHER = 'd0000002-0000-4000-8000-000000000002';
const AUDIENCE = 'https://monitor.azure.com';
const ISSUER = `https://sts.windows.net/${TENANT}/`;

let entra: Entra;
let insights: ApplicationInsights;
let dispatcher: Agent;

beforeAll(async () => {
  entra = await startEntra({ port: 0, tenantId: TENANT, applications: [], servicePrincipals: [] });
});
afterAll(() => entra.close());
afterEach(async () => {
  await dispatcher.destroy();
  await insights.close();
});

async function start(disableLocalAuth: boolean): Promise<void> {
  const authority = await createCertificateAuthority();
  dispatcher = new Agent({ connect: { ca: authority.certificate } });
  insights = await startApplicationInsights({
    port: 0,
    tls: authority.server,
    instrumentationKey: KEY,
    ingestion: {
      tenantId: TENANT,
      jwksUri: entra.jwksUri,
      resourceId: '/component',
      roleAssignments: assignEverywhere(ROLE_IDS.monitoringMetricsPublisher, PUBLISHER),
      disableLocalAuth,
    },
  });
}

function envelope(name = 'call'): object {
  return {
    name: 'Microsoft.ApplicationInsights.Event',
    time: '2026-01-01T00:00:00.000Z',
    iKey: KEY,
    data: { baseType: 'EventData', baseData: { ver: 2, name } },
  };
}

function issueToken(claims: object = {}): Promise<string> {
  return entra.issueToken({ iss: ISSUER, ver: '1.0', aud: AUDIENCE, oid: PUBLISHER, ...claims });
}

async function track(token: string | undefined, path = '/v2.1/track', count = 1) {
  const answer = await request(`https://127.0.0.1:${insights.port}${path}`, {
    method: 'POST',
    dispatcher,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: JSON.stringify(Array.from({ length: count }, () => envelope())),
  });
  const { statusCode, statusText } = answer;
  return { status: statusCode, reason: statusText, body: await answer.body.json() };
}

test('without local authentication the connection string alone opens nothing', async () => {
  await start(true);
  expect(await track(undefined, '/v2.1/track', 2)).toEqual({
    status: 401,
    reason: 'Authorization required',
    body: {
      itemsReceived: 2,
      itemsAccepted: 0,
      errors: [
        { index: 0, statusCode: 401, message: 'Authorization required' },
        { index: 1, statusCode: 401, message: 'Authorization required' },
      ],
    },
  });
  expect(insights.telemetry()).toEqual([]);
});

test.each([AUDIENCE, `${AUDIENCE}/`])('a publisher’s token for %s lets telemetry in', async (aud) => {
  await start(true);
  expect(await track(await issueToken({ aud }))).toMatchObject({ status: 200 });
  expect(insights.telemetry()).toHaveLength(1);
});

test.each([
  ['another resource', { aud: 'https://api.applicationinsights.io' }],
  ['another tenant', { iss: 'https://sts.windows.net/99999999-9999-4999-8999-999999999999/' }],
  ['v2.0, which this service never gets,', { iss: 'https://login.microsoftonline.com/x/v2.0' }],
  ['the past', { iat: 1, exp: 2 }],
  ['nobody', { oid: undefined }],
])('a token of %s is none', async (_, claims) => {
  await start(true);
  expect(await track(await issueToken(claims))).toMatchObject({ status: 401 });
  expect(await track('no-token')).toMatchObject({ status: 401 });
  expect(insights.telemetry()).toEqual([]);
});

test.each([true, false])(
  'an identity without the role is refused, whether local authentication is off: %p',
  async (disableLocalAuth) => {
    await start(disableLocalAuth);
    expect(await track(await issueToken({ oid: OTHER }))).toMatchObject({
      status: 403,
      reason: 'Unauthorized',
      body: { itemsAccepted: 0, errors: [{ statusCode: 403 }] },
    });
    expect(insights.telemetry()).toEqual([]);
  },
);

test('the older address does not know tokens, so that nothing gets in there without local authentication', async () => {
  await start(true);
  expect(await track(await issueToken(), '/v2/track')).toMatchObject({
    status: 400,
    reason: 'Authentication not supported',
  });
  expect(await track(undefined, '/v2/track')).toMatchObject({ status: 400 });
  expect(insights.telemetry()).toEqual([]);
});

test('with local authentication the connection string is enough at both addresses', async () => {
  await start(false);
  expect(await track(undefined)).toMatchObject({ status: 200 });
  expect(await track(await issueToken({ oid: OTHER }), '/v2/track')).toMatchObject({ status: 200 });
});

test('who delivers without HTTP is looked at alike', async () => {
  await start(true);
  expect(await insights.ingest(envelope())).toMatchObject({ status: 401 });
  expect(await insights.ingest(envelope(), `Bearer ${await issueToken({ oid: OTHER })}`)).toMatchObject({
    status: 403,
  });
  expect(await insights.ingest(envelope(), `Bearer ${await issueToken()}`)).toBeUndefined();
  expect(insights.telemetry()).toHaveLength(1);
});

test('publishers can be named anew', async () => {
  await start(true);
  const token = await issueToken();
  await insights.actions['PUT roles']?.({ publishers: [] });
  expect((await track(token)).status).toBe(403);
  await insights.actions['PUT roles']?.({ publishers: [PUBLISHER] });
  expect((await track(token)).status).toBe(200);
});
