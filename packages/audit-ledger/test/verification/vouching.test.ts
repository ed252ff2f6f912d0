import { createSealKey } from '../../src/keys/seal-key.ts';
import { type EntryBody, hashEntry, NO_PREVIOUS, sealedText } from '../../src/ledger/ledger-entry.ts';
import type { LedgerEvidence } from '../../src/verification/evidence.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import { caseOf } from './case-of.ts';
import {
  asText,
  auditPublicKeys,
  BEGINNING,
  closing,
  createMemoryLedger,
  opening,
  recordOf,
  rehash,
  startSample,
  STARTED_AT,
  WRITER,
  writeChain,
} from './sample-chain.ts';

const HOUR_IN_MS = 3_600_000;
const OTHER_WRITER = '20260301T110000000Z-0a1b2c3d';
const LATER_WRITER = '20260301T121000000Z-0a1b2c3d';
const END: EntryBody = { kind: 'end', opened: 3, closed: 3 };
const CALLS = ['one', 'two', 'three'];
const SUBJECT = 'a'.repeat(64);

/**
 * A chain of blocks: one with the beginning and its signature, one for each call, its end where it has one, and what its
 * key seals after that.
 */
function writeBlocks(
  calls: readonly string[],
  ending: readonly EntryBody[] = [END],
  writer = WRITER,
  later: readonly EntryBody[] = [],
): string[] {
  const chain = startSample({ writer });
  chain.add(BEGINNING);
  chain.sign();
  chain.seal();
  for (const id of calls) {
    chain.add(opening(id));
    chain.add(closing(id));
    chain.seal();
  }
  for (const body of ending) chain.add(body);
  if (ending.length > 0) chain.seal();
  for (const body of later) chain.add(body);
  if (later.length > 0) chain.seal();
  return [...chain.lines];
}

const APPENDED_AT = '2026-03-01T12:00:01.000Z';

/** Appends entries that link to a chain, as anybody can who may write there. */
function append(lines: readonly string[], bodies: readonly object[], writer = WRITER): string[] {
  const made = [...lines];
  for (const body of bodies) {
    const previous = made.length === 0 ? NO_PREVIOUS : hashEntry(made.at(-1) ?? '');
    const head = { v: 1, writer, sequence: made.length, previous, time: APPENDED_AT };
    made.push(JSON.stringify({ ...head, ...body }));
  }
  return made;
}

const strangersKey = createSealKey();

/** Appends entries, and a seal by a key of the attacker's own. */
function appendSealed(lines: readonly string[], bodies: readonly object[], writer = WRITER): string[] {
  const made = append(lines, bodies, writer);
  const place = { sequence: made.length, previous: hashEntry(made.at(-1) ?? ''), time: APPENDED_AT };
  return append(made, [{ kind: 'seal', value: strangersKey.sign(sealedText(writer, place)) }], writer);
}

function membersOf(line: string | undefined): Record<string, unknown> {
  return JSON.parse(line ?? '') as Record<string, unknown>;
}

interface Ledger {
  readonly chains: Readonly<Record<string, readonly string[]>>;
  readonly evidence?: LedgerEvidence;
  /** The time from the beginning of the first chain to its verification. */
  readonly ageInMs?: number;
}

function verify({ chains, evidence = {}, ageInMs = HOUR_IN_MS }: Ledger) {
  const texts = Object.entries(chains).map(([writer, lines]) => [writer, [asText(lines)]] as const);
  return verifyLedger(
    createMemoryLedger(Object.fromEntries(texts)),
    { publicKeys: auditPublicKeys, ...evidence },
    {
      period: { from: new Date(0), to: new Date(STARTED_AT * 2) },
      now: new Date(STARTED_AT + ageInMs),
      graceInMs: 0,
      openForInMs: 30 * 60_000,
    },
  );
}

async function find(ledger: Ledger) {
  const { findings } = await verify(ledger);
  return findings.map((finding) => {
    const { writer, sequence, lastSequence = sequence } = finding;
    return [caseOf(finding), writer, sequence, lastSequence];
  });
}

const ended = writeBlocks(CALLS);
const killed = writeBlocks(CALLS, []);
const genuineClosing = hashEntry(ended[4] ?? '');
const revision = { kind: 'closing', record: { ...recordOf('one'), revision: 1, objectId: 'somebody else' } };

test('nothing is found in a chain that its process ended or left, and all of it counts', async () => {
  for (const lines of [ended, killed])
    expect(await verify({ chains: { [WRITER]: lines } })).toMatchObject({
      findings: [],
      entries: lines.length,
      young: 0,
      openings: 3,
      closings: 3,
      signatures: 1,
    });
});

test.each(['{', '{}', '{"v":1}', (killed[1] ?? '').slice(0, 100)])(
  'a last line of a few letters (%s) is named, and verification goes on',
  async (rest) => {
    for (const lines of [
      [...ended, rest],
      [...killed, rest],
    ])
      expect((await find({ chains: { [WRITER]: lines } })).length).toBeGreaterThan(0);
    const cut = createMemoryLedger({ [WRITER]: [`${asText(killed)}${rest}`] });
    const { findings, entries } = await verifyLedger(
      cut,
      { publicKeys: auditPublicKeys },
      {
        period: { from: new Date(0), to: new Date(STARTED_AT * 2) },
        now: new Date(STARTED_AT + HOUR_IN_MS),
        graceInMs: 0,
        openForInMs: 0,
      },
    );
    expect(findings.map(({ kind, writer }) => [kind, writer])).toEqual([['truncated', WRITER]]);
    expect(entries).toBe(killed.length);
  },
);

test.each<[string, readonly object[]]>([
  ['a revision of a genuine call', [revision]],
  ['a revision that names the closing it corrects', [{ ...revision, corrects: genuineClosing }]],
  ['a second closing of a genuine call', [closing('one')]],
  ['the closing of a call that never was', [closing('never')]],
  ['the opening of a call that never was', [opening('never')]],
  [
    'a recovered closing',
    [{ ...closing('four'), recovered: { writer: OTHER_WRITER, sequence: 1, hash: genuineClosing } }],
  ],
  ['an erasure', [{ kind: 'erasure', subject: SUBJECT, reason: 'None.' }]],
  ['the proof of an erasure', [{ kind: 'erased', subject: SUBJECT, erasure: {}, key: true, contents: 0 }]],
  ['a refusal', [{ kind: 'refusal', refused: 4, status: 413 }]],
  ['calls that nobody vouched for', [{ kind: 'unverified', calls: 1_000_000, codes: {}, samples: [] }]],
  ['a key of digests', [{ kind: 'key', keyId: 'audit', digestKeyId: 'd', wrapped: 'AAAA' }]],
  ['an export', [{ kind: 'export', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }]],
  ['another beginning', [BEGINNING]],
  ['another end', [END]],
  [
    'an unsigned checkpoint',
    [{ kind: 'checkpoint', shipped: { sequence: 9, refused: 0 }, opened: 9, closed: 9 }],
  ],
  [
    'a copy of the genuine signature',
    [membersOf(ended[1])].map(({ kind, shipped, opened, closed, signature }) => ({
      kind,
      shipped,
      opened,
      closed,
      signature,
    })),
  ],
  ['a copy of the last seal', [{ kind: 'seal', value: membersOf(ended.at(-1)).value }]],
  ['a copy of an earlier seal', [{ kind: 'seal', value: membersOf(ended[2]).value }]],
  ['a seal that is none', [{ kind: 'seal' }]],
  ['many closings', CALLS.map(closing)],
])('%s that is appended counts for nothing and is named', async (_, bodies) => {
  for (const lines of [ended, killed])
    for (const forged of [append(lines, bodies), appendSealed(lines, bodies)])
      expect(await verify({ chains: { [WRITER]: forged } })).toMatchObject({
        findings: [
          {
            kind: 'unvouched',
            writer: WRITER,
            sequence: lines.length,
            ...(forged.length - 1 > lines.length && { lastSequence: forged.length - 1 }),
            message: expect.stringMatching(
              new RegExp(`entr(y ${lines.length}|ies ${lines.length} to ${forged.length - 1}) of ${WRITER}`),
            ) as string,
          },
        ],
        findingCount: 1,
        entries: lines.length,
        openings: 3,
        closings: 3,
        unverified: 0,
        signatures: 1,
        unsigned: 0,
      });
});

/** A chain that somebody makes up, with a seal key of his own. */
function makeUp(bodies: readonly object[], writer = OTHER_WRITER): string[] {
  return appendSealed([], [{ ...BEGINNING, sealKey: strangersKey.publicKey }, ...bodies], writer);
}

const checkpoint = membersOf(ended[1]);
const SIGNATURE = {
  kind: 'checkpoint',
  shipped: { sequence: -1, refused: 0 },
  opened: 0,
  closed: 0,
  signature: checkpoint.signature,
};
const WHOLE = ['unvouched', OTHER_WRITER, undefined, undefined];

test.each<[string, readonly string[], readonly unknown[]]>([
  ['has a seal key of its own', makeUp([closing('made up')]), [WHOLE]],
  [
    'has no seal key',
    append([], [{ kind: 'chain', policyVersion: 'p' }, closing('made up')], OTHER_WRITER),
    [WHOLE],
  ],
  ['has an end', makeUp([closing('made up'), END]), [WHOLE]],
  ['holds a revision of a genuine call', makeUp([{ ...revision, corrects: genuineClosing }]), [WHOLE]],
  [
    'has the signature of a genuine chain',
    makeUp([closing('made up'), SIGNATURE]),
    [['bad-signature', OTHER_WRITER, 2, 2], WHOLE],
  ],
  ['has a signature that is none', makeUp([{ ...SIGNATURE, signature: 'AAAA' }]), [WHOLE]],
  [
    'has a signature of itself by another key',
    makeUp([
      {
        ...SIGNATURE,
        signature: { keyId: 'own', algorithm: 'PS256', sequence: 0, hash: genuineClosing, value: 'AAAA' },
      },
    ]),
    [['unknown-key', OTHER_WRITER, 1, 1], WHOLE],
  ],
  [
    'is a copy of a genuine one under another name',
    rehash(
      ended.map((line) => line.replaceAll(WRITER, OTHER_WRITER)),
      0,
    ),
    [['bad-signature', OTHER_WRITER, 1, 1], WHOLE],
  ],
])('a chain that is made up and %s counts for nothing', async (_, forged, findings) => {
  const report = await verify({ chains: { [WRITER]: ended, [OTHER_WRITER]: forged } });
  expect(report).toMatchObject({ entries: ended.length, openings: 3, closings: 3, signatures: 1 });
  expect(await find({ chains: { [WRITER]: ended, [OTHER_WRITER]: forged } })).toEqual(findings);
});

/** Changes the closings of a chain, and makes all hashes anew. */
function rewrite(lines: readonly string[]): string[] {
  return rehash(
    lines.map((line) => line.replace('"outcome":"answered"', '"outcome":"denied"')),
    0,
  );
}

test('what comes before the first rewritten entry counts, and nothing after it', async () => {
  expect(await find({ chains: { [WRITER]: rewrite(ended) } })).toEqual([['unvouched', WRITER, 3, 13]]);
});

test('a chain whose beginning is rewritten has no beginning that the audit key vouches for', async () => {
  const key = { ...membersOf(ended[0]), sealKey: strangersKey.publicKey };
  expect(await find({ chains: { [WRITER]: rehash(ended.with(0, JSON.stringify(key)), 1) } })).toEqual([
    ['altered', WRITER, 0, 0],
    ['unvouched', WRITER, undefined, undefined],
  ]);
});

/** A chain whose signature stands after the entry that it signs and this many more. */
function signedLate(more: number): string[] {
  const beginning = writeChain([BEGINNING, closing('signed')]);
  const { signature } = membersOf(beginning[2]);
  const bodies = Array.from({ length: more }, (_, index) => closing(`call-${index}`));
  return append(beginning.slice(0, 2), [...bodies, { ...SIGNATURE, signature }]);
}

test('a signature that stands further behind its entry than a gateway signs is named', async () => {
  expect(await find({ chains: { [WRITER]: signedLate(16_383) } })).toEqual([
    ['unvouched', WRITER, 0, 16_385],
  ]);
  expect(await find({ chains: { [WRITER]: signedLate(16_384) } })).toEqual([
    ['bad-signature', WRITER, 16_386, 16_386],
    ['unvouched', WRITER, undefined, undefined],
  ]);
});

test('a signature that stands before its entry is named', async () => {
  const lines = append(
    [ended[0] ?? ''],
    [{ ...SIGNATURE, signature: { ...(checkpoint.signature as object), sequence: 1 } }],
  );
  expect(await find({ chains: { [WRITER]: lines } })).toEqual([
    ['bad-signature', WRITER, 1, 1],
    ['unvouched', WRITER, undefined, undefined],
  ]);
});

test('a signature over a hash that the entry does not have shows that the chain was rewritten', async () => {
  const lines = writeChain(CALLS.map(closing).toSpliced(0, 0, BEGINNING));
  expect(await find({ chains: { [WRITER]: rewrite(lines) } })).toEqual([
    ['rewritten', WRITER, 0, 3],
    ['unvouched', WRITER, undefined, undefined],
  ]);
});

test.each<[string, readonly string[], readonly unknown[], number]>([
  ['cut off after its first line', ended.slice(0, 1), [['unvouched', WRITER, undefined, undefined]], 0],
  ['cut off within a block', ended.slice(0, 5), [['unvouched', WRITER, 3, 4]], 0],
  ['cut off after a block', ended.slice(0, 6), [], 1],
  ['without its last seal', ended.slice(0, -1), [['unvouched', WRITER, 12, 12]], 3],
  [
    'with an altered entry',
    ended.with(7, (ended[7] ?? '').replace('answered', 'denied')),
    [
      ['altered', WRITER, 7, 7],
      ['unvouched', WRITER, 6, 7],
    ],
    2,
  ],
  [
    'without an entry',
    ended.toSpliced(7, 1),
    [
      ['removed', WRITER, 7, 7],
      ['unvouched', WRITER, 6, 6],
    ],
    2,
  ],
  ['without a block', ended.toSpliced(6, 3), [['removed', WRITER, 6, 8]], 2],
  [
    'with an entry twice',
    ended.toSpliced(8, 0, ended[7] ?? ''),
    [
      ['inserted', WRITER, 7, 7],
      ['unvouched', WRITER, 7, 7],
    ],
    3,
  ],
  [
    'with a block twice',
    ended.toSpliced(12, 0, ...ended.slice(6, 9)),
    [
      ['inserted', WRITER, 12, 12],
      ['unvouched', WRITER, 6, 8],
    ],
    3,
  ],
  [
    'with a block that was moved',
    ended.toSpliced(6, 3).toSpliced(9, 0, ...ended.slice(6, 9)),
    [['reordered', WRITER, 9, 11]],
    3,
  ],
  ['with a line that is no entry', ended.toSpliced(7, 0, 'nothing'), [['inserted', WRITER, 7, 7]], 3],
  [
    'with a forged entry in place of a genuine one',
    append(ended.slice(0, 7), [closing('forged')]).concat(ended.slice(8)),
    [
      ['altered', WRITER, 7, 7],
      ['unvouched', WRITER, 6, 7],
    ],
    2,
  ],
])('of a chain %s each genuine entry under a seal counts once', async (_, lines, findings, closings) => {
  expect(await find({ chains: { [WRITER]: lines } })).toEqual(findings);
  expect((await verify({ chains: { [WRITER]: lines } })).closings).toBe(closings);
});

test('nothing goes on after the end of a chain, not even under its own seal', async () => {
  const lines = writeBlocks(CALLS, [END, closing('late')]);
  expect(await find({ chains: { [WRITER]: lines } })).toEqual([['unvouched', WRITER, 13, 14]]);
  expect((await verify({ chains: { [WRITER]: lines } })).closings).toBe(3);
});

test('a block that follows on the sealed end of a chain does not count, though the key of the chain has sealed it', async () => {
  const added = writeBlocks(CALLS, [END], WRITER, [closing('late'), opening('later')]);
  const { findings, closings, isIntact } = await verify({ chains: { [WRITER]: added } });
  expect(findings).toMatchObject([
    { kind: 'unvouched', sequence: ended.length, message: expect.stringContaining('has ended') as string },
  ]);
  expect([closings, isIntact]).toEqual([3, false]);
});

test('a chain without a signature is tolerated for a minute, and named after that', async () => {
  const unsigned = append([], [BEGINNING, closing('one')]);
  expect(await verify({ chains: { [WRITER]: unsigned }, ageInMs: 59_000 })).toMatchObject({
    findings: [],
    entries: 2,
    young: 2,
    closings: 1,
  });
  expect(await verify({ chains: { [WRITER]: unsigned }, ageInMs: 60_000 })).toMatchObject({
    findings: [
      { kind: 'unvouched', message: expect.stringContaining('none of its 2 entries counts') as string },
    ],
    entries: 0,
    young: 0,
    closings: 0,
  });
});

test.each([
  ['two minutes from now', '20260301T130200000Z-0a1b2c3d', 2],
  ['in 2099', '20991231T235959999Z-0a1b2c3d', 2],
  ['at no time', '99999999T999999999Z-0a1b2c3d', 2],
])('a chain that by its name begins %s is not young', async (_, writer, count) => {
  const { findings } = await verify({ chains: { [writer]: makeUp([closing('made up')], writer) } });
  expect(findings.map(({ kind }) => kind)).toEqual(Array<string>(count).fill('unvouched'));
});

const orphaned = writeBlocks([], [opening('orphan')]);
const namesOrphan = { writer: WRITER, sequence: 3, hash: hashEntry(orphaned[3] ?? '') };
const young = '20260301T125930000Z-0a1b2c3d';

test.each<[string, Readonly<Record<string, readonly string[]>>]>([
  ['nothing', {}],
  ['a forged closing in its own chain', { [WRITER]: appendSealed(orphaned, [closing('orphan')]) }],
  ['a closing in a chain that was made up', { [OTHER_WRITER]: makeUp([closing('orphan')]) }],
  [
    'a recovered closing in a chain that was made up',
    { [OTHER_WRITER]: makeUp([{ ...closing('orphan'), recovered: namesOrphan }]) },
  ],
  [
    'a recovered closing in a chain that is too young',
    { [young]: makeUp([{ ...closing('orphan'), recovered: namesOrphan }], young) },
  ],
  [
    'a closing in a later genuine chain',
    { [LATER_WRITER]: writeBlocks([], [closing('orphan')], LATER_WRITER) },
  ],
  [
    'a closing in an earlier genuine chain',
    { [OTHER_WRITER]: writeBlocks([], [closing('orphan')], OTHER_WRITER) },
  ],
])('a call that was opened is not closed by %s', async (_, chains) => {
  const found = await find({ chains: { [WRITER]: orphaned, ...chains } });
  expect(found).toContainEqual(['never-closed', WRITER, 3, 3]);
  expect(found.map(([kind]) => kind)).not.toContain('closed-twice');
});

test('a call that is still open is not missed because of a forged end', async () => {
  const lines = appendSealed(orphaned, [END]);
  expect(await find({ chains: { [WRITER]: lines }, ageInMs: 20 * 60_000 })).toEqual([
    ['unvouched', WRITER, 5, 6],
  ]);
});

test('an erasure is not finished by a proof that nobody vouches for', async () => {
  const begun = writeBlocks([], [{ kind: 'erasure', subject: SUBJECT, reason: 'Asked for.' }]);
  const proof = { kind: 'erased', subject: SUBJECT, erasure: namesOrphan, key: true, contents: 1 };
  for (const chains of [
    { [WRITER]: appendSealed(begun, [proof]) },
    { [WRITER]: begun, [LATER_WRITER]: makeUp([proof], LATER_WRITER) },
    { [WRITER]: begun, [young]: makeUp([proof], young) },
  ])
    expect(await find({ chains })).toContainEqual(['erasure-unfinished', WRITER, 3, 3]);
});

test('a record that is missing is not excused by a refusal that nobody vouches for', async () => {
  const refusal = { kind: 'refusal', refused: 4, refusedWriter: WRITER, status: 413 };
  const chain = writeBlocks(['one'], []);
  for (const chains of [
    { [WRITER]: appendSealed(chain, [refusal]) },
    { [WRITER]: chain, [OTHER_WRITER]: makeUp([refusal]) },
    { [WRITER]: chain, [young]: makeUp([refusal], young) },
  ]) {
    const evidence = { records: none(), cursors: new Map([[WRITER, 5]]) };
    const kinds = (await find({ chains, evidence })).map(([kind]) => kind);
    expect(kinds).toContain('missing-in-application-insights');
    expect(kinds).not.toContain('refused');
  }
});

async function* none(): AsyncGenerator<never, void> {
  yield* await Promise.resolve([]);
}

test('300,000 seals that do not fit are looked through in seconds', async () => {
  const value = 'A'.repeat(86);
  const forged: string[] = [];
  let previous = hashEntry(killed.at(-1) ?? '');
  for (let sequence = killed.length; sequence < 300_000; sequence += 1) {
    const line = `{"v":1,"writer":"${WRITER}","sequence":${sequence},"previous":"${previous}","time":"2026-03-01T12:00:00Z","kind":"seal","value":"${value}"}`;
    previous = hashEntry(line);
    forged.push(line);
  }
  const lines = [...killed, ...forged];
  const startedAt = performance.now();
  expect(await find({ chains: { [WRITER]: lines } })).toEqual([
    ['unvouched', WRITER, killed.length, 299_999],
  ]);
  // Checking each would take half a minute.
  expect(performance.now() - startedAt).toBeLessThan(15_000);
}, 60_000);
