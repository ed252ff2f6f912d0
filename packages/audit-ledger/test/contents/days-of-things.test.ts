import { createBelievedReader } from '../../src/contents/read-believed.ts';
import { findErasure } from '../../src/contents/find-erasure.ts';
import { findRecord } from '../../src/contents/find-record.ts';
import { type EntryBody, hashEntry } from '../../src/ledger/ledger-entry.ts';
import { FLAT_RECORD } from '../flat-record.ts';
import {
  asText,
  auditPublicKeys,
  BEGINNING,
  callsOf,
  createMemoryLedger,
  writeChain,
} from '../verification/sample-chain.ts';
import { watchDays } from '../watch-days.ts';

const DAY_IN_MS = 86_400_000;
const FIRST = Date.parse('2025-06-01T00:00:00Z');
const DAYS = 365;
const CALL = '20260301T100000000Z-55555555-5555-4555-8555-555555555555';
const SUBJECT = 'a'.repeat(64);

const nameAt = (time: string | number) => `${new Date(time).toISOString().replaceAll(/[-:.]/g, '')}-0a1b2c3d`;
const closing = (members: object = {}, more: object = {}): EntryBody => ({
  kind: 'closing',
  record: { ...FLAT_RECORD, id: CALL, ...members },
  ...more,
});
const OPENING: EntryBody = { kind: 'opening', record: { id: CALL } };
const erasure = (reason: string): EntryBody => ({ kind: 'erasure', subject: SUBJECT, reason });

/** A ledger of a year with a chain at noon of each day, and others. */
function createOldLedger(others: Readonly<Record<string, readonly EntryBody[]>>) {
  const texts: Record<string, readonly string[]> = {};
  const small = asText(['{"kind":"none"}']);
  for (let day = 0; day < DAYS; day += 1) texts[nameAt(FIRST + day * DAY_IN_MS + DAY_IN_MS / 2)] = [small];
  for (const [time, bodies] of Object.entries(others))
    texts[nameAt(time)] = [asText(writeChain([BEGINNING, ...bodies], { writer: nameAt(time) }))];
  const watched = watchDays(createMemoryLedger(texts, new Date('2026-03-02T06:00:00Z')));
  const believed = createBelievedReader(watched.ledger, auditPublicKeys);
  return {
    ...watched,
    record: (id = CALL) => findRecord(watched.ledger, believed, id),
    erasure: () => findErasure(watched.ledger, believed, SUBJECT),
  };
}

test('for a record the day of its call is listed', async () => {
  const { record, listed } = createOldLedger({ '2026-03-01T09:00:00Z': [closing({ status: 201 })] });
  expect((await record())?.status).toBe(201);
  expect(listed).toEqual(['20260301']);
});

test('days are listed backwards, as far as that on which the process began that served the call', async () => {
  const { record, listed } = createOldLedger({ '2026-02-26T09:00:00Z': [closing({ status: 201 })] });
  expect((await record())?.status).toBe(201);
  expect(listed).toEqual(['20260301', '20260228', '20260227', '20260226']);
});

test('a call close to midnight has the day after, too', async () => {
  const id = CALL.replace('T100000000Z', 'T233000000Z');
  const { record, listed } = createOldLedger({ '2026-03-02T00:20:00Z': [closing({ id })] });
  expect((await record(id))?.id).toBe(id);
  expect(listed).toEqual(['20260302']);
});

test('what the process that served the call says counts more than what another one says for it', async () => {
  const opened = writeChain([BEGINNING, OPENING], { writer: nameAt('2026-02-28T09:00:00Z') });
  const recovered = {
    writer: nameAt('2026-02-28T09:00:00Z'),
    sequence: 1,
    hash: hashEntry(opened[1] ?? ''),
  };
  const recovery = closing({ status: 500 }, { recovered });
  const both = createOldLedger({
    '2026-02-28T09:00:00Z': [OPENING, closing({ status: 201 })],
    '2026-03-01T10:30:00Z': [recovery],
  });
  expect((await both.record())?.status).toBe(201);
  const lost = createOldLedger({
    '2026-02-28T09:00:00Z': [OPENING],
    '2026-03-01T10:30:00Z': [recovery],
  });
  expect((await lost.record())?.status).toBe(500);
  expect(lost.listed).toEqual(['20260301', '20260228']);
});

test('for a call that was left open three later days are listed', async () => {
  const opened = { '2026-03-01T09:00:00Z': [OPENING] };
  const { record, listed } = createOldLedger({
    ...opened,
    '2026-03-04T09:00:00Z': [
      closing(
        {},
        {
          recovered: { writer: nameAt('2026-03-01T09:00:00Z'), sequence: 1, hash: 'b'.repeat(64) },
        },
      ),
    ],
  });
  expect((await record())?.id).toBe(CALL);
  expect(listed).toEqual(['20260301', '20260302', '20260303', '20260304']);
  const without = createOldLedger(opened);
  expect(await without.record()).toBeUndefined();
  expect(without.listed).toEqual(['20260301', '20260302', '20260303', '20260304']);
});

test('for a record that is nowhere no later day is listed, and no chain is read that was written to before', async () => {
  const { record, listed, read } = createOldLedger({});
  expect(await record(CALL.replace('20260301T10', '20260302T08'))).toBeUndefined();
  expect([listed[0], listed.at(-1)]).toEqual(['20260302', '20250601']);
  expect(read.size).toBe(0);
});

test.each(['20261399T100000000Z', '99991231T235959999Z', '00000101T000000000Z'])(
  'an id of an impossible or a very far time, %s, is that of no record',
  async (time) => {
    const { record } = createOldLedger({});
    expect(await record(CALL.replace('20260301T100000000Z', time))).toBeUndefined();
  },
);

test('for an erasure days are listed backwards, as far as its own', async () => {
  const { erasure: find, listed } = createOldLedger({
    '2026-05-28T09:00:00Z': [erasure('asked for')],
    '2026-05-28T09:30:00Z': [erasure('asked for again')],
    '2026-05-01T09:30:00Z': [erasure('asked for first')],
  });
  expect((await find())?.reason).toBe('asked for again');
  expect(listed).toEqual(['20260531', '20260530', '20260529', '20260528']);
});

test('an erasure is looked for in the first bytes of a chain', async () => {
  const calls = callsOf(400).slice(1, -1);
  const { erasure: find } = createOldLedger({ '2026-05-28T09:00:00Z': [...calls, erasure('asked for')] });
  expect(await find()).toBeUndefined();
});
