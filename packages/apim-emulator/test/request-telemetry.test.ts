import type { RequestTelemetry } from '../src/engine/request-telemetry.ts';
import { type RecordingBackend, startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { KEY, policies, startTestGateway, type TestGateway } from './start-test-gateway.ts';

const TIME = Date.parse('2026-01-01T10:00:00Z');
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const DIAGNOSTIC = 'diagnostics/applicationinsights/diagnosticInformation.json';
const LOGGER = 'loggers/insights/loggerInformation.json';

let backend: RecordingBackend;
let gateway: TestGateway;
let rows: RequestTelemetry[];
let arrived: () => void;
/** The sampling's throw of the dice. */
let random: number;

beforeAll(async () => {
  backend = await startBackend();
});
beforeEach(() => {
  rows = [];
  random = 0;
  backend.received.length = 0;
});
afterEach(() => gateway.close());
afterAll(() => backend.close());

async function start(properties: object, inbound = '<base />', credentials: object = {}): Promise<void> {
  gateway = await startTestGateway({
    backend: backend.url,
    now: () => TIME,
    random: () => random,
    emitRequests: (telemetry) => {
      rows.push(...telemetry);
      arrived();
    },
    files: {
      [DIAGNOSTIC]: JSON.stringify({ properties: { loggerId: '/loggers/insights', ...properties } }),
      [LOGGER]: JSON.stringify({
        properties: {
          loggerType: 'applicationInsights',
          credentials: { connectionString: 'x', ...credentials },
        },
      }),
      'apis/echo/policy.xml': policies({ inbound }),
    },
  });
}

/** Sends requests and gives the rows about them. */
async function send(...requests: Parameters<TestGateway['send']>[0][]): Promise<RequestTelemetry[]> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  arrived = () => resolve(undefined);
  for (const request of requests) await gateway.send(request);
  await promise;
  return rows;
}

test('one row tells of a request what a real service does', async () => {
  await start({ httpCorrelationProtocol: 'W3C', operationNameFormat: 'Name' });
  const [row] = await send({
    path: '/echo/items/1?a=b',
    headers: { traceparent: `00-${TRACE_ID}-${PARENT_ID}-00` },
  });
  expect(row).toEqual({
    time: new Date(TIME),
    id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    operationId: TRACE_ID,
    parentId: PARENT_ID,
    name: 'GET /echo/items/1',
    operationName: 'echo;rev=1 - get-item',
    url: `http://127.0.0.1:${gateway.port}/echo/items/1?a=b`,
    resultCode: 200,
    success: true,
    durationInMs: 0,
    clientIp: undefined,
    samplingPercentage: 100,
    properties: {
      'Service ID': 'api-management',
      'Service Name': '127.0.0.1',
      'Service Type': 'API Management',
      Region: 'local',
      'Request Id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'HTTP Method': 'GET',
      Cache: 'None',
      'API Name': 'echo',
      'API Revision': '1',
      'Operation Name': 'get-item',
      'Product Name': 'starter',
      'Subscription Name': 'First',
    },
  });
});

test('the backend goes on with the caller’s trace, and traces of the policies belong to it', async () => {
  await start(
    { httpCorrelationProtocol: 'W3C' },
    '<set-header name="traceparent" exists-action="delete" /><trace source="s" severity="information"><message>m</message></trace>',
  );
  const [row] = await send({
    path: '/echo/items/1',
    headers: { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` },
  });
  const { traceparent } = backend.received[0]?.headers ?? {};
  expect(traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-01$`));
  expect(traceparent).not.toContain(PARENT_ID);
  expect(traceparent).not.toContain(row?.id);
  expect(gateway.traces).toMatchObject([{ operationId: TRACE_ID }]);
});

test.each([undefined, 'none', `00-${'0'.repeat(32)}-${PARENT_ID}-01`, `ff-${TRACE_ID}-${PARENT_ID}-01`])(
  'a caller with the traceparent %s begins a trace of its request’s id',
  async (traceparent) => {
    await start({ httpCorrelationProtocol: 'W3C' });
    const [row] = await send({ path: '/echo/items/1', headers: traceparent ? { traceparent } : {} });
    expect(row?.operationId).toBe(row?.properties['Request Id']?.replaceAll('-', ''));
    expect(row?.parentId).toBe('');
    expect(backend.received[0]?.headers.traceparent).toContain(row?.operationId);
  },
);

test('without W3C the backend gets what the caller sent', async () => {
  await start({ httpCorrelationProtocol: 'None' });
  await send({ path: '/echo/items/1', headers: { traceparent: 'as it came' } }, { path: '/echo/items/1' });
  expect(backend.received.map(({ headers }) => headers.traceparent)).toEqual(['as it came', undefined]);
});

test('what the gateway refuses has its row too', async () => {
  await start({ operationNameFormat: 'Url' });
  await send(
    { path: '/echo/items/1', headers: { 'ocp-apim-subscription-key': 'wrong' } },
    { path: '/nowhere' },
  );
  expect(
    rows.map(({ name, operationName, resultCode, success }) => [name, operationName, resultCode, success]),
  ).toEqual([
    ['GET /echo/items/1', 'GET /echo/items/1', 401, false],
    ['GET /nowhere', 'GET /nowhere', 404, false],
  ]);
  expect(rows[1]?.properties).not.toHaveProperty('API Name');
});

test('a sample is sent, and every error where that is asked for', async () => {
  await start({ sampling: { samplingType: 'fixed', percentage: 25 }, alwaysLog: 'allErrors' });
  random = 0.25;
  await send({ path: '/echo/items/1' }, { path: '/nowhere' });
  random = 0.24;
  await send({ path: '/echo/items/2' });
  expect(rows.map(({ name, samplingPercentage }) => [name, samplingPercentage])).toEqual([
    ['GET /nowhere', 100],
    ['GET /echo/items/2', 25],
  ]);
});

test('headers are sent by name, hidden or masked as told, and never a key', async () => {
  await start({
    frontend: {
      request: {
        headers: ['X-Shown', 'X-Masked', 'X-Hidden', 'X-Missing'],
        dataMasking: {
          headers: [
            { value: 'X-Masked', mode: 'Mask' },
            { value: 'X-Hidden', mode: 'Hide' },
          ],
          queryParams: [
            { value: 'masked', mode: 'Mask' },
            { value: 'hidden', mode: 'Hide' },
          ],
        },
      },
      response: { headers: ['Content-Type'] },
    },
  });
  const [row] = await send({
    path: `/echo/items/1?shown=1&masked=2&hidden=3&Subscription-Key=${KEY}`,
    headers: { 'x-shown': 'a', 'x-masked': 'b', 'x-hidden': 'c' },
  });
  expect(row?.url).toMatch(/\?shown=1&masked=\*$/);
  expect(row?.properties).toMatchObject({
    'Request-x-shown': 'a',
    'Request-x-masked': '*',
    'Response-content-type': 'application/json',
  });
  expect(JSON.stringify(row)).not.toContain(KEY);
  expect(row?.properties).not.toHaveProperty('Request-x-hidden');
});

test('traces below the verbosity are not sent', async () => {
  const traces = ['verbose', 'information', 'error']
    .map((severity) => `<trace source="s" severity="${severity}"><message>${severity}</message></trace>`)
    .join('');
  await start({ verbosity: 'information' }, traces);
  await send({ path: '/echo/items/1' });
  expect(gateway.traces.map(({ message }) => message)).toEqual(['information', 'error']);
});

test('without a diagnostic there are no rows', async () => {
  gateway = await startTestGateway({ backend: backend.url, emitRequests: () => rows.push() });
  await gateway.send({ path: '/echo/items/1' });
  expect(backend.received[0]?.headers.traceparent).toBeUndefined();
});

test.each([
  [{ sampling: { percentage: 101 } }, '"percentage" is a number from 0 to 100.'],
  [{ sampling: { samplingType: 'adaptive' } }, '"samplingType" is "fixed".'],
  [{ verbosity: 'loud' }, '"verbosity" is one of verbose, information, error.'],
  [{ httpCorrelationProtocol: 'Legacy' }, '"httpCorrelationProtocol" is one of None, W3C.'],
  [{ frontend: { response: { body: { bytes: 100 } } } }, 'The emulator sends no bodies'],
])('a diagnostic with %j is refused', async (properties, reason) => {
  await expect(start(properties)).rejects.toThrow(reason);
  await start({});
});

test.each([
  ['identityClientId', { identityClientId: 7 }, '"identityClientId" is a client id, or "SystemAssigned".'],
  ['a key beside it', { instrumentationKey: 'k' }, '"connectionString" or "instrumentationKey"'],
  [
    'an identity with a key',
    { connectionString: undefined, instrumentationKey: 'k', identityClientId: 'SystemAssigned' },
    'An identity goes with the connection string',
  ],
  ['a misspelt credential', { identity: 'SystemAssigned' }, '"credentials" has no "identity".'],
])('a logger with %s is refused', async (_, credentials, problem) => {
  await expect(start({}, '<base />', credentials)).rejects.toThrow(problem);
  await start({});
});

test.each([
  [{ loggerId: '/loggers/other' }, 'The file is missing.'],
  [{ loggerId: undefined }, '"loggerId" is "/loggers/{name}".'],
])('a diagnostic that names no logger which is there is refused', async (properties, problem) => {
  await expect(start(properties)).rejects.toThrow(problem);
  await start({});
});
