import type { AuditEvent } from '../../src/shipping/event-sender.ts';
import type { FindingKind } from '../../src/verification/finding.ts';
import { type AuditedTrail, createAuditedTrail, headOf } from './audited-trail.ts';

/**
 * The rights of these rows are on Application Insights alone. `sends`: to send telemetry, which the connection string is
 * enough for where local authentication is on, and the role Monitoring Metrics Publisher where it is off. `purges`: to
 * delete telemetry too.
 */
interface Attack {
  readonly right: 'sends' | 'purges';
  readonly deed: string;
  readonly attack: (trail: AuditedTrail) => unknown;
  /** The kinds of findings of which each must be there; none for what verification does not find. */
  readonly found: readonly FindingKind[];
}

const SOMEBODY = '99999999-9999-4999-8999-999999999999';

function recordsIn({ ingestion, ended }: AuditedTrail): AuditEvent[] {
  return ingestion.named('gateway.prediction').filter(({ properties }) => properties.ledgerWriter === ended);
}

/** Gives the first record of the ended process. */
function recordIn(trail: AuditedTrail): AuditEvent {
  const [record] = recordsIn(trail);
  if (!record) throw new Error('no record');
  return record;
}

/** Sends a copy of a genuine record with changes. */
function sendCopy(
  trail: AuditedTrail,
  properties: Readonly<Record<string, string>>,
  measurements: Readonly<Record<string, number>> = {},
): void {
  const record = recordIn(trail);
  trail.ingestion.accepted.push({
    ...record,
    properties: { ...record.properties, ...properties },
    measurements: { ...record.measurements, ...measurements },
  });
}

/** Deletes the events for which this is true. */
function purge({ ingestion }: AuditedTrail, isGone: (event: AuditEvent, index: number) => boolean): void {
  const kept = ingestion.accepted.filter((event, index) => !isGone(event, index));
  ingestion.accepted.splice(0, ingestion.accepted.length, ...kept);
}

const ATTACKS: readonly Attack[] = [
  {
    right: 'sends',
    deed: 'a copy of a record with a higher revision',
    attack: (trail) => sendCopy(trail, { revision: '7' }),
    found: ['contradicts-ledger'],
  },
  {
    right: 'sends',
    deed: 'a copy of a record with a higher revision, another person and another cost',
    attack: (trail) =>
      sendCopy(trail, { revision: '7', personId: SOMEBODY, agentId: 'agent' }, { costInUsd: 101 }),
    found: ['contradicts-ledger'],
  },
  ...(
    [
      ['outcome', 'denied'],
      ['personId', SOMEBODY],
      ['code', 'PROCESS_LOST'],
      ['findings', '[]'],
      ['recovered', 'true'],
      ['recordedBy', 'edge'],
      ['somethingNew', 'x'],
      ['ledgerHash', 'a'.repeat(64)],
      ['ledgerSequence', '999999'],
      ['ledgerSequence', '0'],
      ['ledgerSequence', '-1'],
      ['ledgerWriter', '20260101T000000000Z-deadbeef'],
      ['ledgerWriter', ''],
    ] as const
  ).map(([name, value]): Attack => ({
    right: 'sends',
    deed: `a copy of a record with the ${name} "${value}"`,
    attack: (trail) => sendCopy(trail, { [name]: value }),
    found: ['contradicts-ledger'],
  })),
  {
    right: 'sends',
    deed: 'a copy of a record with another cost',
    attack: (trail) => sendCopy(trail, {}, { costInUsd: 0 }),
    found: ['contradicts-ledger'],
  },
  {
    right: 'sends',
    deed: 'a copy of a record with a number that it did not have',
    attack: (trail) => sendCopy(trail, {}, { revision: 3 }),
    found: ['contradicts-ledger'],
  },
  {
    right: 'sends',
    deed: 'a copy of a record without one of its fields',
    attack: (trail) => {
      const { properties, ...record } = recordIn(trail);
      const { reason, ...others } = properties;
      expect(reason).toBeDefined();
      trail.ingestion.accepted.push({ ...record, properties: others });
    },
    found: ['contradicts-ledger'],
  },
  {
    right: 'sends',
    deed: 'a record at the place of a seal',
    attack: (trail) => {
      const { sequence, hash } = headOf(trail, trail.ended);
      sendCopy(trail, { ledgerSequence: String(sequence), ledgerHash: hash });
    },
    found: ['contradicts-ledger'],
  },
  {
    right: 'sends',
    deed: 'a copy of a record once more, which says nothing new',
    attack: (trail) => sendCopy(trail, {}),
    found: [],
  },
  {
    right: 'sends',
    deed: 'an anchor of a chain that never was',
    attack: ({ ingestion, clock }) =>
      ingestion.accepted.push({
        name: 'gateway.audit.anchor',
        time: new Date(clock.now()),
        properties: { writer: '20260101T000000000Z-deadbeef', sequence: '4', hash: 'a'.repeat(64) },
        measurements: {},
      }),
    found: ['chain-changed'],
  },
  {
    right: 'sends',
    deed: 'an anchor with another hash',
    attack: ({ ingestion, clock, ended }) =>
      ingestion.accepted.push({
        name: 'gateway.audit.anchor',
        time: new Date(clock.now()),
        properties: { writer: ended, sequence: '4', hash: 'a'.repeat(64) },
        measurements: {},
      }),
    found: ['chain-changed'],
  },
  {
    right: 'sends',
    deed: 'a request that never was',
    attack: (trail) => {
      trail.nextRecord();
    },
    found: ['request-without-record'],
  },
  {
    right: 'sends',
    deed: 'a request that says it stands for two',
    attack: ({ requests }) => {
      const [first] = requests;
      if (first) requests.push({ ...first, requestId: '', isCall: false, isSampled: true });
    },
    found: ['sampled-requests'],
  },
  {
    right: 'sends',
    deed: 'a request that says it stands for two, and a record without a request',
    attack: ({ requests, edgeRecords, clock }) => {
      const [first] = requests;
      if (first) requests.push({ ...first, requestId: '', isCall: false, isSampled: true });
      const requestId = '55555555-5555-4555-8555-999999999999';
      edgeRecords.push({ requestId, traceId: 'f'.repeat(32), time: new Date(clock.now()), isOfEdge: true });
    },
    found: ['sampled-requests', 'record-without-request'],
  },
  {
    right: 'sends',
    deed: 'a refusal of the edge without its request',
    attack: ({ edgeRecords, clock }) =>
      edgeRecords.push({
        requestId: '55555555-5555-4555-8555-999999999999',
        traceId: 'f'.repeat(32),
        time: new Date(clock.now()),
        isOfEdge: true,
      }),
    found: ['record-without-request'],
  },
  {
    right: 'sends',
    deed: 'a refusal of the edge with its request, which is why neither is evidence by itself',
    attack: (trail) => {
      const { requestId, traceId } = trail.nextRecord();
      trail.edgeRecords.push({ requestId, traceId, time: new Date(trail.clock.now()), isOfEdge: true });
    },
    found: [],
  },
  {
    right: 'purges',
    deed: 'one record',
    attack: (trail) => purge(trail, (event) => event === recordIn(trail)),
    found: ['missing-in-application-insights'],
  },
  {
    right: 'purges',
    deed: 'all records of a process',
    attack: (trail) => {
      const gone = new Set(recordsIn(trail));
      purge(trail, (event) => gone.has(event));
    },
    found: ['missing-in-application-insights'],
  },
  {
    right: 'purges',
    deed: 'the anchors alone, which is found nowhere because seals and signatures still vouch',
    attack: (trail) => purge(trail, ({ name }) => name === 'gateway.audit.anchor'),
    found: [],
  },
  {
    right: 'purges',
    deed: 'the request of a call',
    attack: ({ requests }) => requests.shift(),
    found: ['record-without-request'],
  },
  {
    right: 'purges',
    deed: 'a record, and sends another in its place',
    attack: (trail) => {
      const record = recordIn(trail);
      sendCopy(trail, { personId: SOMEBODY });
      purge(trail, (event) => event === record);
    },
    found: ['contradicts-ledger'],
  },
  {
    right: 'purges',
    deed: 'a record and its request',
    attack: (trail) => {
      purge(trail, (event) => event === recordIn(trail));
      trail.requests.shift();
    },
    found: ['missing-in-application-insights'],
  },
];

test.each(ATTACKS)('who $right $deed', async ({ attack, found }) => {
  const trail = await createAuditedTrail();
  await attack(trail);
  await trail.goOn();
  const { findings, isIntact } = await trail.verify();
  expect(findings.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...found]));
  expect(isIntact).toBe(found.length === 0);
});

test.each(ATTACKS)('who $right $deed changes nothing in the ledger', async ({ attack }) => {
  const trail = await createAuditedTrail();
  await attack(trail);
  await trail.goOn();
  const { findings } = await trail.verify('ledger');
  expect(findings).toEqual([]);
});
