import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { TelemetryItem } from '@vertex-ai-gateway/cloud-emulators/application-insights/telemetry-item';
import type { VerificationReport } from '@vertex-ai-gateway/audit-ledger/verification';
import { ObservedChain } from './observed-chain.ts';
import { predict } from './sample-calls.ts';

const VERIFY = '/gateway/v1/audit:verify?graceInMinutes=0';
/** The tag by which forged telemetry is found again. */
const FORGED = { 'ai.internal.sdkVersion': 'forged' };

let observed: ObservedChain;
let dispatcher: Agent;
/** The telemetry of a call that the function app recorded, and of one that the edge refused. */
let shipped: TelemetryItem;
let refused: { readonly trace: TelemetryItem; readonly request: TelemetryItem };

beforeAll(async () => {
  observed = await ObservedChain.start();
  dispatcher = new Agent({
    connect: { ca: readFileSync(observed.chain.environment.certificateAuthorityFile, 'utf8') },
  });
  const made = await predict(observed);
  const denied = await predict(observed, { headers: { authorization: '' } });
  await observed.chain.auditRecords(({ requestId }) => requestId === made.requestId);
  await observed.chain.auditRecords(({ requestId }) => requestId === denied.requestId);
  const all = await telemetry();
  const find = (matches: (item: TelemetryItem, properties: Record<string, unknown>) => boolean) => {
    const found = all.find((item) => matches(item, propertiesOf(item)));
    if (!found) throw new Error('There is no such telemetry.');
    return found;
  };
  shipped = find(({ data }, { requestId }) => data.baseType === 'EventData' && requestId === made.requestId);
  refused = {
    trace: find((_, { recordedBy, requestId }) => recordedBy === 'edge' && requestId === denied.requestId),
    request: find((_, properties) => properties['Request Id'] === denied.requestId),
  };
});

afterEach(async () => {
  for (;;) {
    const index = (await telemetry()).findIndex(({ tags }) => tags['ai.internal.sdkVersion'] === 'forged');
    if (index === -1) return;
    await observed.chain.control('application-insights', 'DELETE', `telemetry/${index}`);
  }
});

afterAll(async () => {
  await dispatcher.close();
  await observed.stop();
});

async function telemetry(): Promise<TelemetryItem[]> {
  return (await observed.chain.control('application-insights', 'GET', 'telemetry')) as TelemetryItem[];
}

function propertiesOf({ data }: TelemetryItem): Record<string, unknown> {
  return (data.baseData.properties ?? {}) as Record<string, unknown>;
}

/** Copies telemetry with other properties, and for another trace where one is given. */
function copyOf(item: TelemetryItem, changes: Record<string, string>, traceId?: string): TelemetryItem {
  const properties = { ...propertiesOf(item), ...changes };
  return {
    ...item,
    tags: { ...item.tags, ...FORGED, ...(traceId !== undefined && { 'ai.operation.id': traceId }) },
    data: { ...item.data, baseData: { ...item.data.baseData, properties } },
  };
}

/** The properties by which a request has an id. */
function askedBy(requestId: string): Record<string, string> {
  return { 'Request Id': requestId, 'Response-x-request-id': requestId };
}

/** Sends telemetry as the function app's identity, which has the role Monitoring Metrics Publisher. */
async function forge(...items: readonly TelemetryItem[]): Promise<void> {
  const { functionAppSettings: settings } = observed.chain.environment;
  const identity = await fetch(
    `${settings.IDENTITY_ENDPOINT ?? ''}?resource=https://monitor.azure.com&api-version=2019-08-01&client_id=${settings.AZURE_CLIENT_ID ?? ''}`,
    { headers: { 'x-identity-header': settings.IDENTITY_HEADER ?? '' } },
  );
  const { access_token: token } = (await identity.json()) as { access_token: string };
  const connectionString = settings.APPLICATIONINSIGHTS_CONNECTION_STRING ?? '';
  const [, endpoint = ''] = /IngestionEndpoint=([^;]+)/.exec(connectionString) ?? [];
  const answer = await request(new URL('/v2.1/track', endpoint), {
    method: 'POST',
    dispatcher,
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(items),
  });
  expect(answer.statusCode).toBe(200);
  await answer.body.dump();
}

/** The findings of a verification, as an auditor has them. */
async function findings(): Promise<VerificationReport['findings']> {
  const answer = await observed.call({ application: 'auditor-app', method: 'GET', path: VERIFY });
  expect(answer.status).toBe(200);
  return (JSON.parse(answer.text) as VerificationReport).findings;
}

/** The record of a request id as an auditor reads it; undefined where there is none. */
async function readRecord(requestId: unknown): Promise<Record<string, unknown> | undefined> {
  const path = `/gateway/v1/audit/${String(requestId)}`;
  const answer = await observed.call({ application: 'auditor-app', method: 'GET', path });
  return answer.status === 404 ? undefined : (JSON.parse(answer.text) as Record<string, unknown>);
}

test('a copy of a record with a higher revision and other fields is not read, and is found', async () => {
  const { requestId } = propertiesOf(shipped);
  const before = await readRecord(requestId);
  await forge(copyOf(shipped, { revision: '7', personId: randomUUID(), agentId: 'nobody' }));
  expect(await readRecord(requestId)).toEqual(before);
  expect(before).not.toHaveProperty('personId');
  expect(await findings()).toEqual([
    expect.objectContaining({
      kind: 'contradicts-ledger',
      sequence: Number(propertiesOf(shipped).ledgerSequence),
      message: expect.stringMatching(
        /it differs in revision, (?:personId, agentId|agentId, personId)\.$/,
      ) as string,
    }),
  ]);
});

test.each([
  ['no place', { ledgerWriter: '', ledgerSequence: '', ledgerHash: '' }, undefined],
  ['a place that is none', { ledgerHash: 'f' }, undefined],
])('an event with %s in the ledger is no record, and is found', async (_, place, read) => {
  const requestId = randomUUID();
  await forge(copyOf(shipped, { requestId, ...place }));
  expect(await readRecord(requestId)).toEqual(read);
  expect((await findings()).map(({ kind }) => kind)).toContain('contradicts-ledger');
});

test('an event with a made-up place is read until verification finds it', async () => {
  const requestId = randomUUID();
  const ledgerWriter = '20260101T000000000Z-0a1b2c3d';
  await forge(copyOf(shipped, { requestId, ledgerWriter, id: `20260101T000000000Z-${requestId}` }));
  expect(await readRecord(requestId)).toMatchObject({ recordedBy: 'function-app' });
  expect((await findings()).map(({ kind }) => kind)).toContain('contradicts-ledger');
});

test('a refusal of the edge that somebody makes up together with its request is found by nothing', async () => {
  const [requestId, traceId] = [randomUUID(), randomUUID().replaceAll('-', '')];
  await forge(
    copyOf(refused.trace, { requestId, traceId }, traceId),
    copyOf(refused.request, askedBy(requestId), traceId),
  );
  expect(await readRecord(requestId)).toMatchObject({ recordedBy: 'edge', outcome: 'denied' });
  expect(await findings()).toEqual([]);
});

test('a refusal of the edge without a request, and a request without a record, are found', async () => {
  const traceIds = [randomUUID(), randomUUID()].map((id) => id.replaceAll('-', ''));
  await forge(
    copyOf(refused.trace, { requestId: randomUUID(), traceId: traceIds[0] ?? '' }, traceIds[0]),
    copyOf(refused.request, askedBy(randomUUID()), traceIds[1]),
  );
  const kinds = (await findings()).map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(['record-without-request', 'request-without-record']);
});

test('of telemetry that somebody purges, a request or a record of the edge is missed, and both together are not', async () => {
  const remove = async (gone: TelemetryItem) => {
    const index = (await telemetry()).findIndex((item) => JSON.stringify(item) === JSON.stringify(gone));
    await observed.chain.control('application-insights', 'DELETE', `telemetry/${index}`);
  };
  await remove(refused.request);
  expect((await findings()).map(({ kind }) => kind)).toEqual(['record-without-request']);
  await remove(refused.trace);
  expect(await findings()).toEqual([]);
});
