import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import {
  type ApplicationInsights,
  startApplicationInsights,
} from '../../../../emulators/application-insights/start-application-insights.ts';
import { createCertificateAuthority } from '../../../../emulators/loopback/certificate-authority.ts';
import { startAzureMonitorEventSender } from '../../../../src/audit/shipping/azure-monitor-event-sender.ts';
import type { AuditEvent, EventSender } from '../../../../src/audit/shipping/event-sender.ts';
import { FlatRecord } from '../../../../src/audit/record/record-schema.ts';

const WRITER = '20260101T000000000Z-00000001';
const trusted = getCACertificates('default');

let insights: ApplicationInsights;
let sender: EventSender;
let sequence = 0;

beforeAll(async () => {
  process.env.APPLICATION_INSIGHTS_NO_STATSBEAT = 'true';
  const authority = await createCertificateAuthority();
  setDefaultCACertificates([...trusted, authority.certificate]);
  insights = await startApplicationInsights({
    port: 0,
    tls: authority.server,
    instrumentationKey: '22222222-2222-4222-8222-222222222222',
  });
  sender = startAzureMonitorEventSender(insights.connectionString);
});
afterEach(() => {
  insights.control.clear();
  insights.control.clearFaults();
});
afterAll(async () => {
  await sender.close();
  await insights.close();
  setDefaultCACertificates(trusted);
});

function events(count: number): AuditEvent[] {
  return Array.from({ length: count }, () => {
    sequence += 1;
    return {
      name: 'gateway.prediction',
      time: new Date('2026-01-01T00:00:00.000Z'),
      properties: {
        ledgerWriter: WRITER,
        ledgerSequence: String(sequence),
        'gen_ai.request.model': 'gemini-2.5-flash',
        status: '200',
        code: 'NONE',
      },
      measurements: { durationInMs: 1.5 },
    };
  });
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

test.each([402, 403, 429, 439, 500, 503])('after %i every event is to be sent again', async (status) => {
  insights.control.inject({ status, headers: { 'retry-after': '7' } });
  expect(await sender.send(events(2))).toEqual({ outcomes: ['again', 'again'], retryAfterInMs: 7000 });
});

test.each([400, 413])('%i is told as what it is', async (status) => {
  insights.control.inject({ status });
  expect(await sender.send(events(2))).toEqual({ outcomes: [status, status] });
});

test('after a reset, or an answer that is none, every event is to be sent again', async () => {
  insights.control.inject({ reset: true });
  expect(await sender.send(events(2))).toEqual({ outcomes: ['again', 'again'] });
  insights.control.inject({ status: 200, body: '<html>' });
  expect(await sender.send(events(2))).toEqual({ outcomes: ['again', 'again'] });
});

test('a hang is cut after 10 s, and what was sent then is to be sent again', async () => {
  insights.control.inject({ hang: true });
  const startedAt = performance.now();
  const sent = events(2);
  expect(await sender.send(sent)).toEqual({ outcomes: ['again', 'again'] });
  expect(performance.now() - startedAt).toBeGreaterThan(9_000);
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
