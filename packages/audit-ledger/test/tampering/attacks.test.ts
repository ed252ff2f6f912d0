import type { EntryBody } from '../../src/ledger/ledger-entry.ts';
import { partOf } from '../../src/ledger/part-names.ts';
import type { LedgerEvidence } from '../../src/verification/evidence.ts';
import type { FindingKind } from '../../src/verification/finding.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import {
  asText,
  auditPublicKeys,
  BEGINNING,
  callsOf,
  createMemoryLedger,
  recordOf,
  STARTED_AT,
  WRITER,
  writeChain,
  writeLines,
} from '../verification/sample-chain.ts';

const HOUR_IN_MS = 3_600_000;
const NOW = STARTED_AT + HOUR_IN_MS;
const SUBJECT = 'a'.repeat(64);
const REQUEST_ID = '55555555-5555-4555-8555-555555555555';

/** The name of a chain that began a second before the verification. Its writer deletes it before it is a minute old. */
const YOUNG = `${new Date(NOW - 1_000).toISOString().replaceAll(/[-:.]/g, '')}-ffffffff`;

/** The id of a call that arrived at the beginning of the genuine chain. */
const RECORD_ID = `${new Date(STARTED_AT).toISOString().replaceAll(/[-:.]/g, '')}-${REQUEST_ID}`;
const CONTENT = `${SUBJECT}/${RECORD_ID}.json`;

async function* each<Item>(...items: readonly Item[]): AsyncGenerator<Item, void> {
  for (const item of items) yield await Promise.resolve(item);
}

const withContent = (names: readonly string[]): NonNullable<LedgerEvidence['contents']> => ({
  retentionInMs: 24 * HOUR_IN_MS,
  list: () => each(...names.map((name) => ({ name, modifiedAt: new Date(STARTED_AT) }))),
});

const withRequest = (): NonNullable<LedgerEvidence['traffic']> => {
  const time = new Date(STARTED_AT);
  const request = { requestId: REQUEST_ID, traceId: '', time, operation: '', isCall: true, isSampled: false };
  return each({ to: new Date(NOW), requests: [request], records: [] });
};

function closingWith(members: object): EntryBody {
  return { kind: 'closing', record: { ...recordOf(RECORD_ID), ...members } };
}

const CONTENT_OF_CALL = { content: { subject: SUBJECT, blob: CONTENT, sha256: 'd'.repeat(64) } };

/**
 * The right of these rows: to write and delete blobs. A chain without a signature is tolerated while it is younger than a
 * minute, so its holder has one at every moment that is.
 */
test.each<
  [
    what: string,
    made: EntryBody,
    evidence: () => Pick<LedgerEvidence, 'contents' | 'traffic' | 'records'>,
    found: readonly FindingKind[],
  ]
>([
  [
    'explains no content that no record names',
    closingWith(CONTENT_OF_CALL),
    () => ({ contents: withContent([CONTENT]) }),
    ['content-unknown'],
  ],
  ['misses no content', closingWith(CONTENT_OF_CALL), () => ({ contents: withContent([]) }), []],
  [
    'is no record of a request that has none',
    closingWith({ requestId: REQUEST_ID }),
    () => ({ traffic: withRequest(), records: each() }),
    ['request-without-record'],
  ],
])('a chain that is younger than a minute %s', async (_, made, evidence, found) => {
  const genuine = writeChain(callsOf(0));
  const forged = writeLines([BEGINNING, made], { writer: YOUNG, startedAt: NOW - 1_000 });
  const ledger = createMemoryLedger(
    { [WRITER]: [asText(genuine)], [YOUNG]: [asText(forged)] },
    new Date(NOW),
  );
  const { findings } = await verifyLedger(
    ledger,
    { publicKeys: auditPublicKeys, cursors: new Map(), ...evidence() },
    {
      period: { from: new Date(STARTED_AT - HOUR_IN_MS), to: new Date(NOW) },
      now: new Date(NOW),
      graceInMs: 60_000,
      openForInMs: 0,
    },
  );
  expect(findings.map(({ kind }) => kind)).toEqual(found);
});

test('a chain whose last part is deleted is found though all others are older than the period', async () => {
  const genuine = writeChain(callsOf(2).slice(0, -1));
  const ledger = createMemoryLedger({ [WRITER]: [asText(genuine)] }, new Date(STARTED_AT + 1_000));
  const anchor = { writer: WRITER, sequence: genuine.length + 2, hash: 'a'.repeat(64) };
  const verifyWith = async (anchors: LedgerEvidence['anchors'] = []) => {
    const { findings } = await verifyLedger(
      ledger,
      { publicKeys: auditPublicKeys, anchors },
      {
        period: { from: new Date(STARTED_AT + HOUR_IN_MS), to: new Date(STARTED_AT + 2 * HOUR_IN_MS) },
        now: new Date(STARTED_AT + 3 * HOUR_IN_MS),
        graceInMs: 0,
        openForInMs: 0,
      },
    );
    return findings.map(({ kind, sequence }) => [kind, sequence]);
  };
  expect(await verifyWith()).toEqual([]);
  expect(await verifyWith([anchor])).toEqual([['truncated', genuine.length]]);
});

test.each([
  ['000001.jsonl', 1],
  ['999999.jsonl', 999_999],
  ['1000000.jsonl', 1_000_000],
  ['000000.jsonl', undefined],
  ['0000001.jsonl', undefined],
  ['1.jsonl', undefined],
  [`${'9'.repeat(400)}.jsonl`, undefined],
  ['000001.JSONL', undefined],
  ['٠٠٠٠٠١.jsonl', undefined],
])('the file %s is the part %s, so that no part has two files', (file, part) => {
  expect(partOf(file)).toBe(part);
});

/** The right of these rows: to write contents. Its holder puts another content in the place of one. */
test.each<[when: string, writtenAfterInMs: number, isRead: boolean, found: readonly FindingKind[]]>([
  ['within ten minutes of its call', 300_000, true, ['content-changed']],
  ['within ten minutes of its call, and contents are not read', 300_000, false, []],
  ['later', 660_000, true, ['content-changed']],
  ['later, and contents are not read', 660_000, false, ['content-changed']],
])('a content is overwritten %s', async (_, writtenAfterInMs, isRead, found) => {
  const chain = writeChain([BEGINNING, closingWith({ ...CONTENT_OF_CALL, durationInMs: 10 })]);
  const modifiedAt = new Date(STARTED_AT + writtenAfterInMs);
  const { findings } = await verifyLedger(
    createMemoryLedger({ [WRITER]: [asText(chain)] }),
    {
      publicKeys: auditPublicKeys,
      contents: {
        retentionInMs: 24 * HOUR_IN_MS,
        list: () => each({ name: CONTENT, modifiedAt }),
        ...(isRead && { hash: () => Promise.resolve('e'.repeat(64)) }),
      },
    },
    {
      period: { from: new Date(STARTED_AT - HOUR_IN_MS), to: new Date(NOW) },
      now: new Date(NOW),
      graceInMs: 60_000,
      openForInMs: 2_100_000,
    },
  );
  expect(findings.map(({ kind }) => kind)).toEqual(found);
});
