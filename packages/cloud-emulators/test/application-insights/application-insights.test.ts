import { gzipSync } from 'node:zlib';
import { Agent, request } from 'undici';
import {
  type ApplicationInsights,
  startApplicationInsights,
} from '../../src/application-insights/start-application-insights.ts';
import { ControlAnswer } from '../../src/control/server.ts';
import { createCertificateAuthority } from '../../src/loopback/certificate-authority.ts';

const KEY = '00000000-0000-4000-8000-000000000001';

let applicationInsights: ApplicationInsights;
let dispatcher: Agent;

beforeEach(async () => {
  const authority = await createCertificateAuthority();
  dispatcher = new Agent({ connect: { ca: authority.certificate } });
  applicationInsights = await startApplicationInsights({
    port: 0,
    tls: authority.server,
    instrumentationKey: KEY,
  });
});
afterEach(async () => {
  await dispatcher.destroy();
  await applicationInsights.close();
});

function envelope(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ver: 1,
    name: 'Microsoft.ApplicationInsights.Event',
    time: '2026-01-01T00:00:00.000Z',
    sampleRate: 100,
    iKey: KEY,
    tags: { 'ai.operation.id': 'o' },
    data: { baseType: 'EventData', baseData: { ver: 2, name: 'gateway.prediction' } },
    ...changes,
  };
}

function event(name: string, properties: object, measurements: object = {}): Record<string, unknown> {
  return envelope({ data: { baseType: 'EventData', baseData: { ver: 2, name, properties, measurements } } });
}

function trace(message: string, properties: object): Record<string, unknown> {
  return envelope({ data: { baseType: 'MessageData', baseData: { ver: 2, message, properties } } });
}

async function track(
  body: string | Buffer,
  { path = '/v2.1/track', headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: unknown }> {
  const url = `https://127.0.0.1:${applicationInsights.port}${path}`;
  const answer = await request(url, { method: 'POST', dispatcher, headers, body });
  const text = await answer.body.text();
  return { status: answer.statusCode, body: text === '' ? undefined : JSON.parse(text) };
}

test.each(['/v2/track', '/v2.1/track'])('accepts a JSON array at %s', async (path) => {
  expect(await track(JSON.stringify([envelope(), envelope()]), { path })).toEqual({
    status: 200,
    body: { itemsReceived: 2, itemsAccepted: 2, errors: [] },
  });
});

test('accepts one envelope a line, and a single envelope', async () => {
  const line = JSON.stringify(envelope());
  expect((await track(`${line}\n${line}\r\n`)).body).toMatchObject({ itemsAccepted: 2 });
  expect((await track(line)).body).toMatchObject({ itemsAccepted: 1 });
});

test('accepts gzip', async () => {
  const body = gzipSync(JSON.stringify([envelope()]));
  expect((await track(body, { headers: { 'content-encoding': 'gzip' } })).status).toBe(200);
});

test('keeps what it accepts, in order, until it is told to forget', async () => {
  await track(JSON.stringify([event('a', {}), event('b', {})]));
  expect(await applicationInsights.actions['GET telemetry']?.(undefined)).toMatchObject([
    {
      name: 'Microsoft.ApplicationInsights.Event',
      time: '2026-01-01T00:00:00.000Z',
      iKey: KEY,
      tags: { 'ai.operation.id': 'o' },
      data: { baseType: 'EventData', baseData: { name: 'a' } },
    },
    { data: { baseData: { name: 'b' } } },
  ]);
  await applicationInsights.actions['DELETE telemetry']?.(undefined);
  expect(applicationInsights.telemetry()).toEqual([]);
});

test.each([
  ['another instrumentation key', envelope({ iKey: 'x' }), 'Invalid instrumentation key'],
  [
    'no time',
    envelope({ time: undefined }),
    "109: Field 'time' on type 'Envelope' is required but missing or empty. Expected: string, Actual: undefined",
  ],
  ['a time that is none', envelope({ time: 'noon' }), /^110: /],
  ['no name', envelope({ name: '' }), /^109: Field 'name' on type 'Envelope'/],
  ['no data', envelope({ data: undefined }), /^109: Field 'data' on type 'Envelope'/],
  ['an unknown type', envelope({ data: { baseType: 'X', baseData: {} } }), 'Unknown telemetry type: X'],
  [
    'an event without a name',
    envelope({ data: { baseType: 'EventData', baseData: { ver: 2 } } }),
    /^109: Field 'name' on type 'EventData'/,
  ],
  ['a string', 'x', /^Invalid JSON/],
])('refuses an envelope with %s', async (_what, malformed, message) => {
  expect(await track(JSON.stringify([malformed]))).toEqual({
    status: 400,
    body: {
      itemsReceived: 1,
      itemsAccepted: 0,
      errors: [{ index: 0, statusCode: 400, message: expect.stringMatching(message) as string }],
    },
  });
  expect(applicationInsights.telemetry()).toEqual([]);
});

test('accepts the rest of a batch', async () => {
  expect(await track(JSON.stringify([envelope(), envelope({ iKey: 'x' }), envelope()]))).toEqual({
    status: 206,
    body: {
      itemsReceived: 3,
      itemsAccepted: 2,
      errors: [{ index: 1, statusCode: 400, message: 'Invalid instrumentation key' }],
    },
  });
});

test.each([
  ['an empty body', '', {}, 0],
  ['half an array', '[{}', {}, 1],
  ['what is not gzip', 'x', { 'content-encoding': 'gzip' }, 1],
])('refuses %s', async (_what, body, headers, itemsReceived) => {
  expect(await track(body, { headers: headers })).toMatchObject({
    status: 400,
    body: { itemsReceived, itemsAccepted: 0 },
  });
});

test('lists audit records of the function app and of the edge, flat and in order', async () => {
  await track(
    JSON.stringify([
      event('gateway.prediction', { outcome: 'answered' }, { durationInMs: 5 }),
      event('other', { outcome: 'x' }),
      trace('denied at the edge', { recordedBy: 'edge', outcome: 'denied' }),
      trace('chatter', { recordedBy: 'policy' }),
    ]),
  );
  expect(await applicationInsights.actions['GET audit-records']?.(undefined)).toEqual([
    { outcome: 'answered', durationInMs: 5 },
    { message: 'denied at the edge', recordedBy: 'edge', outcome: 'denied' },
  ]);
});

test('takes envelopes without HTTP, and says why it refuses one', async () => {
  await applicationInsights.ingest(trace('denied', { recordedBy: 'edge' }));
  expect(applicationInsights.auditRecords()).toEqual([{ message: 'denied', recordedBy: 'edge' }]);
  await expect(applicationInsights.ingest(envelope({ iKey: 'x' }))).rejects.toThrow(
    'Invalid instrumentation key',
  );
});

test('has no settings, live metrics or other address', async () => {
  expect((await track('{}', { path: '/QuickPulseService.svc/ping' })).status).toBe(404);
  expect((await track('{}', { path: '/settings/OneSettings' })).status).toBe(404);
});

/** Runs an action of the control surface and gives its answer's status. */
async function act(action: string, body?: unknown, ...path: string[]): Promise<number> {
  const target = { path, query: new URLSearchParams() };
  const result = await applicationInsights.actions[action]?.(body, target);
  return result instanceof ControlAnswer ? result.content.status : 200;
}

function names(): unknown[] {
  return applicationInsights.telemetry().map(({ data }) => data.baseData.name);
}

test('refuses every other item of a request, keeps the rest, and says which', async () => {
  expect(await act('POST item-refusals', { every: 2, statusCode: 500, message: 'Internal' })).toBe(200);
  const batch = JSON.stringify(['a', 'b', 'c', 'd'].map((name) => event(name, {})));
  expect(await track(batch)).toEqual({
    status: 206,
    body: {
      itemsReceived: 4,
      itemsAccepted: 2,
      errors: [
        { index: 0, statusCode: 500, message: 'Internal' },
        { index: 2, statusCode: 500, message: 'Internal' },
      ],
    },
  });
  expect(names()).toEqual(['b', 'd']);
  expect((await track(batch)).status).toBe(200);
});

test('refuses all items of some requests with their status', async () => {
  await act('POST item-refusals', { every: 1, statusCode: 439, times: 2 });
  for (const status of [439, 439, 200])
    expect((await track(JSON.stringify([envelope()]))).status).toBe(status);
  expect(names()).toHaveLength(1);
});

test.each([
  undefined,
  {},
  { every: 0, statusCode: 500 },
  { every: 1, statusCode: 418 },
  { every: 1, statusCode: 500, x: 1 },
])('takes no refusal of %j', async (refusal) => {
  expect(await act('POST item-refusals', refusal)).toBe(400);
  expect((await track(JSON.stringify([envelope()]))).status).toBe(200);
});

test.each([400, 402, 413, 429, 439, 500])(
  'answers %d to a whole request and keeps nothing',
  async (status) => {
    applicationInsights.control.inject({ path: '/track', status, headers: { 'retry-after': '1' } });
    expect((await track(JSON.stringify([envelope()]))).status).toBe(status);
    expect(names()).toEqual([]);
  },
);

test('keeps what it loses the answer to', async () => {
  applicationInsights.control.inject({ path: '/track', abortAfterChunks: 0 });
  await expect(track(JSON.stringify([envelope()]))).rejects.toThrow();
  expect(names()).toHaveLength(1);
});

test('takes a burst of 20,000 events', async () => {
  const bursts = Array.from({ length: 20 }, (_, burst) =>
    track(JSON.stringify(Array.from({ length: 1000 }, (__, index) => event(`${burst}-${index}`, {})))),
  );
  expect(new Set((await Promise.all(bursts)).map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(names()).size).toBe(20_000);
});

test('is told to lose or alter one item, as nobody may', async () => {
  await track(JSON.stringify(['a', 'b', 'c'].map((name) => event(name, { x: '1', y: '2' }, { z: 3 }))));
  expect(await act('DELETE telemetry', undefined, '1')).toBe(200);
  expect(names()).toEqual(['a', 'c']);
  expect(await act('PATCH telemetry', { properties: { x: 'other', y: null } }, '1')).toBe(200);
  expect(applicationInsights.telemetry()[1]?.data.baseData).toEqual({
    ver: 2,
    name: 'c',
    properties: { x: 'other' },
    measurements: { z: 3 },
  });
  expect(await act('DELETE telemetry', undefined, '2')).toBe(404);
  expect(await act('PATCH telemetry', { properties: {} }, '2')).toBe(400);
  expect(await act('PATCH telemetry', { name: 'x' }, '0')).toBe(400);
});
