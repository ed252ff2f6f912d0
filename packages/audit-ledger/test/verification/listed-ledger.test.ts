import { type EntryBody, hashEntry } from '../../src/ledger/ledger-entry.ts';
import type { LedgerReader } from '../../src/ledger/ledger-reader.ts';
import type { LedgerEvidence } from '../../src/verification/evidence.ts';
import { chooseDays, listLedger } from '../../src/verification/listed-ledger.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import {
  asText,
  auditPublicKeys,
  BEGINNING,
  callsOf,
  createMemoryLedger,
  opening,
  recordOf,
  STARTED_AT,
  WRITER,
  writeChain,
  writeLines,
} from './sample-chain.ts';

const MINUTE_IN_MS = 60_000;
const DAY_IN_MS = 86_400_000;
const PERIOD = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-02T00:00:00Z') };
const NOW = new Date('2026-03-04T12:00:00Z');
const OLD = '20260201T120000000Z-0a1b2c3d';
const NEW = '20260303T120000000Z-0a1b2c3d';

test.each<[string, boolean]>([
  ['20260227', false],
  ['20260228', true],
  ['20260301', true],
  ['20260302', true],
  ['20260303', false],
  ['20260304', false],
  ['20260305', true],
  ['20260101', true],
  ['20260231', true],
  ['20261399', true],
  ['00000000', true],
])('the day %s belongs to a period of another day, or to one that names it: %s', (day, isChosen) => {
  const named = [{ writer: '20260101T000000000Z-0a1b2c3d' }];
  expect(chooseDays(PERIOD, named, NOW)(day)).toBe(isChosen);
});

test('a period of all time has all days', () => {
  const isChosen = chooseDays({ from: new Date(-8.64e15), to: new Date(8.64e15) }, [], NOW);
  expect(['00000101', '19690720', '20260301', '99991231'].map((day) => isChosen(day))).toEqual(
    Array(4).fill(true),
  );
});

interface Options {
  readonly evidence?: LedgerEvidence;
  /** The times of the last writings of chains, where they are not those of their names. */
  readonly writtenAt?: Readonly<Record<string, number>>;
  readonly now?: Date;
  readonly period?: typeof PERIOD;
}

/** Verifies the sample period of a ledger. @returns the findings, the days that were listed and the chains that were read. */
async function verify(chains: Readonly<Record<string, readonly string[]>>, options: Options = {}) {
  const { evidence = {}, writtenAt = {}, now = NOW, period = PERIOD } = options;
  const memory = createMemoryLedger(
    Object.fromEntries(Object.entries(chains).map(([writer, lines]) => [writer, [asText(lines)]])),
  );
  const listed = new Set<string>();
  const read = new Set<string>();
  const reader: LedgerReader = {
    ...memory,
    listDay: async (day, abortSignal) => {
      listed.add(day);
      const { chains: found, asOf } = await memory.listDay(day, abortSignal);
      const timed = found.map(({ writer, parts }) => ({
        writer,
        parts: parts.map((part) => ({ ...part, modifiedAt: new Date(writtenAt[writer] ?? startOf(writer)) })),
      }));
      return { chains: timed, asOf };
    },
    read: (writer, ...place) => {
      read.add(writer);
      return memory.read(writer, ...place);
    },
  };
  const report = await verifyLedger(
    reader,
    { publicKeys: auditPublicKeys, ...evidence },
    { period, now, graceInMs: 0, openForInMs: 30 * MINUTE_IN_MS },
  );
  return {
    report,
    findings: report.findings.map(({ kind, writer }) => `${kind} ${writer}`),
    listed: [...listed].sort(),
    read: [...read].sort(),
  };
}

function startOf(writer: string): number {
  return Date.parse(
    writer.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d).*$/, (_, year, month, day, hour, minute) =>
      [`${year}-${month}-${day}T`, `${hour}:${minute}:01Z`].join(''),
    ),
  );
}

const chainOf = (writer: string, bodies: readonly EntryBody[] = callsOf(1, writer)) =>
  writeChain(bodies, { writer, startedAt: startOf(writer) });

test('only the days of the period are listed, and only its chains are read', async () => {
  const chains = { [OLD]: chainOf(OLD), [WRITER]: chainOf(WRITER), [NEW]: chainOf(NEW) };
  const { report, listed, read } = await verify(chains);
  expect({ listed, read, findings: report.findings }).toEqual({
    listed: ['20260301'],
    read: [WRITER],
    findings: [],
  });
  expect(report.notRead).toEqual([
    expect.stringMatching(/^Chains that began before 2026-03-01T00:00:00.000Z,/),
  ]);
});

test.each(['an anchor', 'a cursor'])('a chain that began earlier is read when %s names it', async (by) => {
  const lines = chainOf(OLD);
  const place = { writer: OLD, sequence: lines.length - 1, hash: hashEntry(lines.at(-1) ?? '') };
  const evidence =
    by === 'an anchor' ? { anchors: [place] } : { cursors: new Map([[OLD, lines.length - 1]]) };
  const { read, findings } = await verify(
    { [OLD]: lines },
    { evidence, writtenAt: { [OLD]: PERIOD.from.getTime() } },
  );
  expect({ read, findings }).toEqual({ read: [OLD], findings: [] });
});

test('a chain that somebody makes up in the folder of an older day is found by a period that has this day', async () => {
  const forged = writeLines(callsOf(1), { writer: OLD });
  const writtenAt = { [OLD]: PERIOD.from.getTime() };
  expect((await verify({ [OLD]: forged }, { writtenAt })).findings).toEqual([]);
  const period = { ...PERIOD, from: new Date('2026-02-01T00:00:00Z') };
  expect((await verify({ [OLD]: forged }, { writtenAt, period })).findings).toEqual([`unvouched ${OLD}`]);
});

/** A chain of the period that opens a call and does not close it. */
const opened = writeChain([BEGINNING, opening('one')], { writer: WRITER });
const place = { writer: WRITER, sequence: 1, hash: hashEntry(opened[1] ?? '') };
const recovery: EntryBody = { kind: 'closing', record: recordOf('one'), recovered: place };
const recovering = chainOf(NEW, [BEGINNING, recovery]);

test('for a call that was never closed, the chains are read that were written to after it was opened', async () => {
  const chains = { [OLD]: chainOf(OLD), [WRITER]: opened };
  expect(await verify(chains)).toMatchObject({ findings: [`never-closed ${WRITER}`], read: [WRITER] });
  expect(await verify({ ...chains, [NEW]: recovering })).toMatchObject({ findings: [], read: [WRITER, NEW] });
  const writtenAt = { [OLD]: STARTED_AT - 3_599_000 };
  expect((await verify(chains, { writtenAt })).read).toEqual([OLD, WRITER]);
  expect((await verify(chains, { writtenAt: { [OLD]: STARTED_AT - 3_601_000 } })).read).toEqual([WRITER]);
});

test('for a call that may still be running, no other chain is read', async () => {
  const chains = { [OLD]: chainOf(OLD), [WRITER]: opened, [NEW]: recovering };
  const now = new Date(STARTED_AT + MINUTE_IN_MS);
  const period = { ...PERIOD, to: now };
  const { report, findings, read } = await verify(chains, { now, period });
  expect({ findings, read, open: report.open }).toEqual({ findings: [], read: [WRITER], open: 1 });
});

test('for a closing that names an opening in another chain, that chain is read and no other', async () => {
  const period = { from: new Date(startOf(NEW) - DAY_IN_MS), to: NOW };
  const writtenAt = { [OLD]: startOf(NEW) - 2 * DAY_IN_MS };
  const chains = { [OLD]: chainOf(OLD), [WRITER]: opened, [NEW]: recovering };
  expect(await verify(chains, { period, writtenAt })).toMatchObject({ findings: [], read: [WRITER, NEW] });
  const { [WRITER]: gone, ...without } = chains;
  expect(gone).toBe(opened);
  expect(await verify(without, { period, writtenAt })).toMatchObject({
    findings: [`false-closing ${NEW}`],
    read: [NEW],
  });
});

test('the other chains of a ledger are listed as they are when they are asked for', async () => {
  const chains = { [OLD]: [asText(chainOf(OLD))], [WRITER]: [asText(chainOf(WRITER))] };
  const listed = await listLedger(
    createMemoryLedger(chains),
    (day) => day === '20260301',
    () => true,
    undefined,
  );
  const others: string[] = [];
  for await (const { writer } of listed.others()) others.push(writer);
  expect(others).toEqual([OLD]);
  expect((await listed.find([OLD, NEW])).map(({ writer }) => writer)).toEqual([OLD]);
  expect(await listed.find([])).toEqual([]);
});
