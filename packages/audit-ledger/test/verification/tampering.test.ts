import fc from 'fast-check';
import { hashEntry } from '../../src/ledger/ledger-entry.ts';
import type { LedgerEvidence } from '../../src/verification/evidence.ts';
import type { FindingKind } from '../../src/verification/finding.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import { caseOf } from './case-of.ts';
import {
  asText,
  callsOf,
  createMemoryLedger,
  rehash,
  STARTED_AT,
  WRITER,
  writeChain,
} from './sample-chain.ts';

/** Kinds of findings about calls, which a change of lines can cause as well. */
const OF_CALLS: readonly FindingKind[] = ['never-closed', 'closed-twice'];

async function verify(text: string | readonly string[], evidence: LedgerEvidence = {}) {
  const reader = createMemoryLedger({ [WRITER]: typeof text === 'string' ? [text] : text });
  const report = await verifyLedger(reader, evidence, {
    period: { from: new Date(0), to: new Date(STARTED_AT * 2) },
    now: new Date(STARTED_AT + 86_400_000),
    graceInMs: 0,
    openForInMs: 0,
  });
  return report.findings
    .filter(({ kind }) => !OF_CALLS.includes(kind))
    .map((finding) => {
      const { sequence, lastSequence = sequence } = finding;
      return { kind: caseOf(finding), first: sequence, last: lastSequence };
    });
}

/** Anchors of the last two entries. */
function anchorsOf(lines: readonly string[]): LedgerEvidence {
  return {
    anchors: [lines.length - 2, lines.length - 1].map((sequence) => ({
      writer: WRITER,
      sequence,
      hash: hashEntry(lines[sequence] ?? ''),
    })),
  };
}

function alter(line: string, change: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...(JSON.parse(line) as object), ...change });
}

const aChain = fc.integer({ min: 1, max: 12 }).map((calls) => writeChain(callsOf(calls)));

/** A chain and two different entries of it, the lower one first. */
const aChainAndPlaces = aChain.chain((lines) =>
  fc
    .uniqueArray(fc.nat(lines.length - 1), { minLength: 2, maxLength: 2 })
    .map((places) => ({ lines, places: places.toSorted((one, other) => one - other) as [number, number] })),
);

/** Divides the lines of a chain into two parts. */
const asParts = (lines: readonly string[], cut: number) => [
  asText(lines.slice(0, cut)),
  asText(lines.slice(cut)),
];

test('nothing is found in an untouched chain, however it is cut into parts', async () => {
  await fc.assert(
    fc.asyncProperty(aChainAndPlaces, async ({ lines, places: [cut] }) => {
      expect(await verify(asParts(lines, cut), anchorsOf(lines))).toEqual([]);
      expect(await verify(asParts(lines, cut))).toEqual([]);
    }),
  );
});

test('a removed entry is named', async () => {
  await fc.assert(
    fc.asyncProperty(aChainAndPlaces, async ({ lines, places: [, at] }) => {
      const isLast = at === lines.length - 1;
      const found = await verify(asText(lines.toSpliced(at, 1)), anchorsOf(lines));
      expect(found).toEqual([{ kind: isLast ? 'truncated' : 'removed', first: at, last: at }]);
    }),
  );
});

test('removed entries in a row are named together, with the first one of the chain as well', async () => {
  await fc.assert(
    fc.asyncProperty(aChainAndPlaces, async ({ lines, places: [first, end] }) => {
      const found = await verify(asText(lines.toSpliced(first, end - first)), anchorsOf(lines));
      expect(found).toEqual([{ kind: 'removed', first, last: end - 1 }]);
    }),
  );
});

test('an altered entry is named, whatever was changed in it', async () => {
  const changes = fc.oneof(
    fc.constant({ record: { id: 'other' } }),
    fc.constant({ previous: 'f'.repeat(64) }),
    fc.constant({ writer: '20260301T120000000Z-ffffffff' }),
    fc.constant({ kind: 'unheard of' }),
    fc.constant({ v: 2 }),
    fc.integer({ min: 1000, max: 2000 }).map((sequence) => ({ sequence })),
    fc.constant({ time: '2020-01-01T00:00:00.000Z' }),
  );
  await fc.assert(
    fc.asyncProperty(aChainAndPlaces, changes, async ({ lines, places: [at] }, change) => {
      const changed = lines.with(at, alter(lines[at] ?? '', change));
      expect(await verify(asText(changed), anchorsOf(lines))).toEqual([
        { kind: 'altered', first: at, last: at },
      ]);
    }),
  );
});

test('a single changed byte is an alteration of its entry', async () => {
  await fc.assert(
    fc.asyncProperty(
      aChainAndPlaces,
      fc.nat(10_000),
      fc.integer({ min: 0x20, max: 0x7e }),
      async ({ lines, places: [, at] }, where, byte) => {
        const line = Buffer.from(lines[at] ?? '');
        fc.pre(line[where % line.byteLength] !== byte);
        line[where % line.byteLength] = byte;
        expect(await verify(asText(lines.with(at, line.toString())), anchorsOf(lines))).toEqual([
          { kind: 'altered', first: at, last: at },
        ]);
      },
    ),
  );
});

test('an end with the sequence of an entry before it is an alteration of its entry', async () => {
  await fc.assert(
    fc.asyncProperty(aChain, fc.nat(100), async (lines, sequence) => {
      const at = lines.length - 2;
      fc.pre(sequence < at);
      const changed = lines.with(at, alter(lines[at] ?? '', { sequence }));
      expect(await verify(asText(changed), anchorsOf(lines))).toEqual([
        { kind: 'altered', first: at, last: at },
      ]);
    }),
  );
});

test('two entries that changed places are named', async () => {
  await fc.assert(
    fc.asyncProperty(aChainAndPlaces, async ({ lines, places: [one, other] }) => {
      const swapped = lines.with(one, lines[other] ?? '').with(other, lines[one] ?? '');
      const found = await verify(asText(swapped), anchorsOf(lines));
      expect(found.length).toBeGreaterThan(0);
      expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['reordered']));
      // A report of other entries as moved explains the order as well if the two are closer together.
      if (other - one > 2) expect(found.map(({ first }) => first)).toEqual([one, other]);
    }),
  );
});

test('an entry that was moved is named', async () => {
  await fc.assert(
    fc.asyncProperty(aChainAndPlaces, fc.boolean(), async ({ lines, places: [one, other] }, isUp) => {
      const [from, to] = isUp ? [one, other] : [other, one];
      const moved = lines.toSpliced(from, 1).toSpliced(to, 0, lines[from] ?? '');
      const found = await verify(asText(moved), anchorsOf(lines));
      // A report of the other of two neighbours as moved explains the order as well.
      if (other - one > 2) expect(found).toEqual([{ kind: 'reordered', first: from, last: from }]);
      else expect(found).toEqual([expect.objectContaining({ kind: 'reordered' })]);
    }),
  );
});

test('an inserted entry is named, whatever it says of itself', async () => {
  await fc.assert(
    fc.asyncProperty(aChainAndPlaces, fc.nat(4), async ({ lines, places: [source, at] }, how) => {
      const forged = [
        alter(lines[source] ?? '', { record: { id: 'forged' } }),
        // The forged entry has the right sequence, and names the right hash of the entry before.
        alter(lines[at] ?? '', { record: { id: 'forged' } }),
        alter(lines[at] ?? '', { kind: 'closing', sequence: 5_000 }),
        'not an entry',
        '',
      ][how];
      const found = await verify(asText(lines.toSpliced(at, 0, forged ?? '')), anchorsOf(lines));
      expect(found).toEqual([{ kind: 'inserted', first: at, last: at }]);
    }),
  );
});

test('an entry that stands twice is named', async () => {
  await fc.assert(
    fc.asyncProperty(aChainAndPlaces, async ({ lines, places: [source, at] }) => {
      const found = await verify(asText(lines.toSpliced(at + 1, 0, lines[source] ?? '')), anchorsOf(lines));
      expect(found).toEqual([{ kind: 'inserted', first: at + 1, last: at + 1 }]);
    }),
  );
});

test('a chain that ends too early is truncated, if an anchor or the shipping knows its head', async () => {
  await fc.assert(
    fc.asyncProperty(aChainAndPlaces, async ({ lines, places: [, end] }) => {
      const text = asText(lines.slice(0, end));
      const truncated = { kind: 'truncated', first: end, last: lines.length - 1 };
      expect(await verify(text, anchorsOf(lines))).toEqual([truncated]);
      expect(await verify(text, { cursors: new Map([[WRITER, lines.length - 1]]) })).toEqual([truncated]);
    }),
  );
});

test('half a line at the end is a truncation', async () => {
  await fc.assert(
    fc.asyncProperty(aChain, fc.integer({ min: 1, max: 100 }), async (lines, bytes) => {
      const last = lines.length - 1;
      const text = asText(lines).slice(0, -bytes);
      expect(await verify(text, anchorsOf(lines))).toEqual([{ kind: 'truncated', first: last, last }]);
      expect(await verify(text)).toEqual([{ kind: 'truncated', first: last, last }]);
    }),
  );
});

test('a part that is missing as a whole is named', async () => {
  const lines = writeChain(callsOf(6));
  const parts = [asText(lines.slice(0, 4)), '', asText(lines.slice(9))];
  expect(await verify(parts, anchorsOf(lines))).toEqual([{ kind: 'removed', first: 4, last: 8 }]);
});

test('a chain whose hashes were made anew after a change is found by the next anchor', async () => {
  await fc.assert(
    fc.asyncProperty(aChainAndPlaces, async ({ lines, places: [at] }) => {
      fc.pre(at < lines.length - 2);
      const changed = lines.with(at, alter(lines[at] ?? '', { time: '2020-01-01T00:00:00.000Z' }));
      const found = await verify(asText(rehash(changed, at + 1)), anchorsOf(lines));
      const last = lines.length - 1;
      expect(found).toEqual([{ kind: 'rewritten', first: 0, last }]);
    }),
  );
});

test('a chain that is gone is named by its anchors, and by what was shipped of it', async () => {
  const missing = [{ kind: 'chain-missing', first: undefined, last: undefined }];
  expect(await verify([], anchorsOf(writeChain(callsOf(1))))).toEqual(missing);
  expect(await verify([], { cursors: new Map([[WRITER, 3]]) })).toEqual(missing);
});
