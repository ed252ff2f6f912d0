import { type EntryBody, hashEntry } from '../../../src/ledger/ledger-entry.ts';
import type { LedgerReader } from '../../../src/ledger/ledger-reader.ts';
import { Attestation, type AttestedChain } from '../../../src/verification/attestation/attestation.ts';
import type { CheckedChain } from '../../../src/verification/check.ts';
import { noteVerifiedChains } from '../../../src/verification/checks/note-verified-chains.ts';
import type { ContentsEvidence } from '../../../src/verification/contents-evidence.ts';
import { readChain } from '../../../src/verification/read-chain.ts';
import { startChain } from '../../../src/verification/start-chain.ts';
import { verifyLedger } from '../../../src/verification/verify-ledger.ts';
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
} from '../sample-chain.ts';

const HOUR_IN_MS = 3_600_000;
const DAY_IN_MS = 86_400_000;
const NOW = STARTED_AT + 100 * DAY_IN_MS;
const RETENTION_IN_MS = 90 * DAY_IN_MS;
const LATER = '20260302T120000000Z-0a1b2c3d';
const TIME = new Date(STARTED_AT + 1_000).toISOString();

const lines = writeChain(callsOf(2));
const others = writeChain(callsOf(2, 'other'), { writer: LATER, startedAt: STARTED_AT + DAY_IN_MS });

function attestedOf(writer: string, text: readonly string[]): AttestedChain {
  const part = { part: 1, bytes: Buffer.byteLength(asText(text)), modifiedAt: TIME, etag: '"1"' };
  const sequence = text.length - 1;
  return { writer, sequence, hash: hashEntry(text[sequence] ?? ''), shipped: sequence, parts: [part] };
}
const [OWN, OTHER] = [attestedOf(WRITER, lines), attestedOf(LATER, others)];

const ATTESTATION = Attestation.parse({
  version: 1,
  ledger: '',
  scope: 'ledger',
  verifiedAt: new Date(STARTED_AT + 2 * DAY_IN_MS).toISOString(),
  from: new Date(STARTED_AT - DAY_IN_MS).toISOString(),
  to: new Date(STARTED_AT + 2 * DAY_IN_MS).toISOString(),
  comparedUntil: new Date(STARTED_AT + 2 * DAY_IN_MS - HOUR_IN_MS).toISOString(),
  head: { size: 1, root: 'a'.repeat(64), time: TIME },
  chains: 2,
  sha256: 'a'.repeat(64),
});

async function* each<Item>(...items: readonly Item[]): AsyncGenerator<Item, void> {
  for (const item of items) yield await Promise.resolve(item);
}

interface Given {
  readonly attested?: readonly AttestedChain[];
  readonly chains?: Readonly<Record<string, readonly string[]>>;
  readonly etag?: string;
}

/** Verifies two chains that are attested. @returns the report, and the writers whose chains were read. */
async function verify({ attested = [OWN, OTHER], chains, etag = '"1"' }: Given) {
  const texts = chains ?? { [WRITER]: lines, [LATER]: others };
  const memory = createMemoryLedger(
    Object.fromEntries(Object.entries(texts).map(([writer, text]) => [writer, [asText(text)]])),
  );
  const read = new Set<string>();
  const reader: LedgerReader = {
    ...memory,
    listDay: async (day) => {
      const { chains: listed, asOf } = await memory.listDay(day);
      return {
        asOf,
        chains: listed.map(({ writer, parts }) => ({
          writer,
          parts: parts.map((part) => ({ ...part, etag })),
        })),
      };
    },
    read: (writer, ...place) => {
      read.add(writer);
      return memory.read(writer, ...place);
    },
  };
  const contents: ContentsEvidence = { retentionInMs: RETENTION_IN_MS, list: () => each() };
  const kept: string[] = [];
  const report = await verifyLedger(
    reader,
    { publicKeys: auditPublicKeys, contents, cursors: new Map() },
    {
      period: { from: new Date(ATTESTATION.from), to: new Date(NOW) },
      now: new Date(NOW),
      graceInMs: 0,
      openForInMs: 0,
      scope: 'ledger',
      attested: { attestation: ATTESTATION, chains: () => each(...attested) },
      notes: {
        begin: () => Promise.resolve(),
        note: () => Promise.resolve(),
        keep: ({ writer }) => {
          kept.push(writer);
          return Promise.resolve();
        },
      },
    },
  );
  return {
    report,
    read: [...read],
    kept,
    findings: report.findings.map(({ kind, writer }) => [kind, writer]),
  };
}

test('attested chains that storage has as they were are not read, and are taken over', async () => {
  const { report, ...rest } = await verify({});
  expect(rest).toEqual({ read: [], kept: [WRITER, LATER], findings: [] });
  const entries = lines.length + others.length;
  expect(report).toMatchObject({ chains: 0, attestedChains: 2, attestedEntries: entries, readAgain: 0 });
  expect(report.notRead?.[0]).toMatch(/^The attested chains: .* of before 2026-03-03T11:00:00.000Z\.$/);
});

const [part] = OWN.parts;
if (!part) throw new Error('It has one.');
const contentsAt = (time: number) => ({ contentsUntil: new Date(time).toISOString() });

test.each<[string, Partial<AttestedChain>, boolean]>([
  ['of another size', { parts: [{ ...part, bytes: part.bytes - 1 }] }, true],
  ['of another time', { parts: [{ ...part, modifiedAt: ATTESTATION.from }] }, true],
  ['of another version', { parts: [{ ...part, etag: '"2"' }] }, true],
  ['of another number', { parts: [{ ...part, part: 2 }] }, true],
  ['of which one is more', { parts: [part, { ...part, part: 2 }] }, true],
  ['with an erasure', { isReadAgain: true }, true],
  ['with a content that is still kept', contentsAt(NOW - RETENTION_IN_MS), true],
  ['with a content that is deleted by now', contentsAt(NOW - RETENTION_IN_MS - 1), false],
])('an attested chain %s is read again, or not', async (_, change, isReadAgain) => {
  const { report, read, kept, findings } = await verify({ attested: [{ ...OWN, ...change }, OTHER] });
  expect({ read, kept, findings }).toEqual({
    read: isReadAgain ? [WRITER] : [],
    kept: isReadAgain ? [LATER] : [WRITER, LATER],
    findings: [],
  });
  expect(report.readAgain).toBe(isReadAgain ? 1 : 0);
});

test('a chain that is gone is found, wherever its name stands among the others', async () => {
  const gone = (writer: string) => ({ findings: [['chain-changed', writer]] });
  expect(await verify({ chains: { [LATER]: others } })).toMatchObject(gone(WRITER));
  expect(await verify({ chains: { [WRITER]: lines } })).toMatchObject(gone(LATER));
});

test('an attested chain that was rewritten is held against its attested end', async () => {
  const rewritten = writeChain(callsOf(2, 'forged'));
  const { findings } = await verify({ chains: { [WRITER]: rewritten, [LATER]: others }, etag: '"1"' });
  expect(findings).toEqual([['chain-changed', WRITER]]);
});

/** Gives what is noted of a chain. */
async function note(text: readonly string[], change: object = {}, until = STARTED_AT + HOUR_IN_MS) {
  const memory = createMemoryLedger({ [WRITER]: [asText(text)] });
  const [listed] = (await memory.list()).chains;
  if (!listed) throw new Error('There is one.');
  const parts = listed.parts.map((one) => ({ ...one, etag: '"1"' }));
  const last = text.length - 1;
  const chain: CheckedChain = { ...startChain({ ...listed, parts }, last, 'founded'), last, ...change };
  const leaf = { writer: WRITER, sequence: last, hash: hashEntry(text[last] ?? ''), isLast: true };
  const leaves = 'leaf' in change ? [{ ...leaf, ...(change.leaf as object) }] : [leaf];
  const noted: AttestedChain[] = [];
  const check = noteVerifiedChains(
    {
      note: (one) => {
        noted.push(one);
        return Promise.resolve();
      },
    },
    leaves,
    new Date(until),
  );
  check.beginChain?.(chain);
  for await (const read of readChain(memory, listed, true, undefined)) check.visit?.(read, chain);
  const end = check.endChain?.(chain);
  if (end) for await (const found of end) throw new Error(`Nothing is found: ${JSON.stringify(found)}`);
  return noted[0];
}

test('a chain is noted with its last entry and the facts about its blobs', async () => {
  expect(await note(lines)).toEqual(OWN);
});

test.each<[string, Readonly<Record<string, unknown>> & { readonly until?: number }]>([
  ['has no last head in the log', { leaf: { isLast: false } }],
  ['goes on after its last head', { leaf: { sequence: lines.length - 2 } }],
  ['has another last head', { leaf: { hash: 'f'.repeat(64) } }],
  ['nothing vouches for', { founding: 'unknown' }],
  ['has a fault', { faults: [{}] }],
  ['was written to after everything was due', { until: STARTED_AT + 1_000 }],
  ['has blobs without a version', { parts: [{ part: 1, bytes: 1, modifiedAt: new Date(STARTED_AT) }] }],
])('a chain that %s is not noted', async (_, { until, ...change }) => {
  expect(await note(lines, change, until)).toBeUndefined();
});

test('a chain whose entries are of a later time than its writing is not noted', async () => {
  const blobs = [{ part: 1, bytes: 1, modifiedAt: new Date(0), etag: '"1"' }];
  expect(await note(lines, { parts: blobs }, STARTED_AT + lines.length)).toBeDefined();
  expect(await note(lines, { parts: blobs }, STARTED_AT + lines.length - 1)).toBeUndefined();
});

test('the last content of a chain is noted, and every entry of an erasure', async () => {
  const time = new Date(STARTED_AT + 5).toISOString();
  const withContent = (id: string, at: string): EntryBody => ({
    kind: 'closing',
    record: {
      ...recordOf(id),
      time: at,
      content: { subject: 'a'.repeat(64), blob: 'b', sha256: 'c'.repeat(64) },
    },
  });
  expect(
    await note(writeChain([BEGINNING, withContent('two', time), withContent('one', TIME)])),
  ).toMatchObject({
    contentsUntil: TIME,
  });
  const subject = 'a'.repeat(64);
  for (const kind of ['erasure', 'erased'])
    expect(
      await note(writeChain([BEGINNING, { kind, subject, reason: 'r' } as unknown as EntryBody])),
    ).toMatchObject({
      isReadAgain: true,
    });
});
