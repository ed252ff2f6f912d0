import { createSealKey } from '../../src/keys/seal-key.ts';
import { ChainLines } from '../../src/ledger/chain-lines.ts';
import { hashEntry } from '../../src/ledger/ledger-entry.ts';
import type { LogLeaf } from '../../src/transparency-log/log-lines.ts';
import type { TransparencyLog } from '../../src/transparency-log/transparency-log.ts';
import { keepHead, type KeptHeads, readLogEvidence } from '../../src/verification/log-evidence.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import { signedCheckpoint } from '../memory-storage.ts';
import { MemoryLog, MemoryWitness, openLog } from '../transparency-log/memory-log.ts';
import {
  asText,
  auditPublicKeys,
  callsOf,
  createMemoryLedger,
  rehash,
  STARTED_AT,
  startSample,
  writeChain,
} from './sample-chain.ts';

const HOUR_IN_MS = 3_600_000;
const FIRST = '20260301T120000000Z-00000001';
const SECOND = '20260301T120000000Z-00000002';
const LATER = '20260301T180000000Z-00000003';
const PART = 'tree/20260301/000001.jsonl';

type Chains = Map<string, string[]>;

/** A ledger of two ended chains and one that began later, whose heads are in the log and with a witness. */
async function createTrail() {
  const chains: Chains = new Map([
    [FIRST, writeChain(callsOf(3, 'first'), { writer: FIRST })],
    [SECOND, writeChain(callsOf(2, 'second'), { writer: SECOND })],
  ]);
  const store = new MemoryLog();
  const witness = new MemoryWitness();
  const { log } = openLog(store);
  await grow(log, witness, [leafOf(chains, FIRST, 3), leafOf(chains, SECOND)], 0);
  await grow(log, witness, [leafOf(chains, FIRST)], 1);
  chains.set(LATER, laterChain(log));
  await grow(log, witness, [leafOf(chains, LATER)], 7);
  return { chains, store, witness, log };
}

/** A chain whose checkpoint names the newest head of the log. */
function laterChain({ head }: TransparencyLog): string[] {
  const chain = startSample({ writer: LATER, startedAt: STARTED_AT + 6 * HOUR_IN_MS });
  const [beginning] = callsOf(0);
  if (!beginning || !head) throw new Error('There is no head.');
  const { size, root } = head;
  const counts = { shipped: { sequence: -1, refused: 0 }, opened: 0, closed: 0 };
  chain.add(beginning);
  chain.add({ kind: 'checkpoint', ...counts, tree: { size, root } });
  chain.sign();
  chain.add({ kind: 'end', opened: 0, closed: 0 });
  chain.seal();
  return [...chain.lines];
}

/** The leaf of a chain; its last one unless the lines before an entry are meant. */
function leafOf(chains: Chains, writer: string, before?: number): LogLeaf {
  const lines = (chains.get(writer) ?? []).slice(0, before);
  const sequence = lines.length - 1;
  return { writer, sequence, hash: hashEntry(lines.at(-1) ?? ''), isLast: before === undefined };
}

async function grow(
  log: TransparencyLog,
  witness: MemoryWitness,
  leaves: readonly LogLeaf[],
  hours: number,
): Promise<void> {
  await log.grow(leaves, new Date(STARTED_AT + hours * HOUR_IN_MS));
  if (log.head) await witness.put(log.head);
}

interface Trail {
  readonly chains: Chains;
  readonly store: MemoryLog;
  readonly witness: KeptHeads | undefined;
}

async function verify({ chains, store, witness }: Trail, hours = 24) {
  const from = new Date(STARTED_AT - HOUR_IN_MS);
  const log = await readLogEvidence(
    { reader: store.reader, publicKeys: auditPublicKeys, witness },
    { from, to: undefined },
  );
  const ledger = createMemoryLedger(
    Object.fromEntries([...chains].map(([writer, lines]) => [writer, [asText(lines)]])),
    new Date(STARTED_AT + 7 * HOUR_IN_MS),
  );
  const now = new Date(STARTED_AT + hours * HOUR_IN_MS);
  return verifyLedger(
    ledger,
    { cursors: new Map(), publicKeys: auditPublicKeys, log },
    { period: { from, to: now }, now, graceInMs: 24 * HOUR_IN_MS, openForInMs: 0 },
  );
}

async function findingsOf(trail: Trail): Promise<string[]> {
  const { findings } = await verify(trail);
  return findings.map(({ kind, message }) => `${kind}: ${message}`);
}

const MISSING = (writer: string) =>
  `chain-changed: The whole chain of ${writer} is missing from the ledger, but an anchor names it.`;
const ROLLED_BACK = expect.stringMatching(
  /^tree-changed: The witness has a signed head of the transparency log with \d+ leaves that the log does not have/,
) as string;

test('a trail whose log and witness agree has nothing wrong', async () => {
  const report = await verify(await createTrail());
  expect(report).toMatchObject({ findings: [], leaves: 4, treeHeads: 3, witnessedHeads: 3 });
});

test.each([
  ['two hours', 2, []],
  [
    'longer',
    2.5,
    [
      'tree-changed: The transparency log did not grow after 2026-03-01T19:00:00.000Z, though 20260301T193000000Z-00000004 went on for hours: nothing but its own keys vouches for what was written since.',
    ],
  ],
])('a process that goes on for %s after the newest head', async (_, hours, found) => {
  const trail = await createTrail();
  const writer = '20260301T193000000Z-00000004';
  const chain = new ChainLines(writer, createSealKey());
  const at = (later: number) => new Date(STARTED_AT + (7.5 + later) * HOUR_IN_MS);
  const lines = [chain.begin('p', at(0))];
  lines.push(chain.add(signedCheckpoint(writer, chain.head), at(0)), chain.seal(at(0)));
  lines.push(chain.add({ kind: 'end', opened: 0, closed: 0 }, at(hours)), chain.seal(at(hours)));
  trail.chains.set(
    writer,
    lines.map((line) => line.toString().trimEnd()),
  );
  expect(await findingsOf(trail)).toEqual(found);
});

test('a chain that was deleted with its cursor is missing, without Application Insights', async () => {
  const trail = await createTrail();
  trail.chains.delete(SECOND);
  expect(await findingsOf(trail)).toEqual([MISSING(SECOND)]);
});

test('a chain that was written anew before its first signature is found by its leaf', async () => {
  const trail = await createTrail();
  const [first = '', second = '', ...others] = trail.chains.get(FIRST) ?? [];
  const forged = second.replace('"status":200', '"status":201');
  const lines = rehash([first, forged, ...others], 2).slice(0, 4);
  trail.chains.set(FIRST, lines);
  expect(await findingsOf(trail)).toContainEqual(
    expect.stringMatching(new RegExp(`^chain-changed: .*${FIRST}.* knows entry 2 by another hash`)),
  );
});

test('a chain that was cut after its last leaf is truncated', async () => {
  const trail = await createTrail();
  trail.chains.set(FIRST, (trail.chains.get(FIRST) ?? []).slice(0, 4));
  expect(await findingsOf(trail)).toContainEqual(
    expect.stringMatching(new RegExp(`^truncated: The chain of ${FIRST}`)),
  );
});

test('entries behind the last leaf of a chain are named', async () => {
  const trail = await createTrail();
  const before = trail.chains.get(SECOND) ?? [];
  const longer = startSample({ writer: SECOND });
  callsOf(4, 'second').forEach((body) => longer.add(body));
  const more = longer.lines.slice(before.length, before.length + 2);
  trail.chains.set(SECOND, rehash([...before, ...more], before.length));
  expect(await findingsOf(trail)).toContain(
    `chain-changed: The chain of ${SECOND} was ended with entry ${before.length - 1}, says the transparency log, but entries follow it.`,
  );
});

test('a log that was deleted is missed by checkpoints, by chains and by the witness', async () => {
  const trail = await createTrail();
  trail.store.remove(PART);
  const findings = await findingsOf(trail);
  expect(findings).toEqual(
    expect.arrayContaining([
      expect.stringContaining(`Entry 1 of ${LATER} names a head of the transparency log with 3 leaves`),
      expect.stringContaining(`The transparency log does not know the chain of ${FIRST}`),
      ROLLED_BACK,
    ]),
  );
});

test('a log that was rolled back together with its chains is found by the witness', async () => {
  const trail = await createTrail();
  const { store, chains } = trail;
  chains.delete(LATER);
  store.replace(PART, (text) => `${text.split('\n').slice(0, 5).join('\n')}\n`);
  expect(await findingsOf({ ...trail, witness: undefined })).toEqual([]);
  expect(await findingsOf(trail)).toEqual([ROLLED_BACK]);
});

test('a log that was rolled back alone is found by a checkpoint', async () => {
  const trail = await createTrail();
  trail.store.replace(PART, (text) => `${text.split('\n').slice(0, 3).join('\n')}\n`);
  expect(await findingsOf({ ...trail, witness: undefined })).toContain(
    `tree-changed: Entry 1 of ${LATER} names a head of the transparency log with 3 leaves that the log does not have: the log was rolled back, or is another one.`,
  );
});

test('a log that was forked for one auditor is found by the witness, and by a head that was put aside', async () => {
  const trail = await createTrail();
  const { chains, log, witness } = trail;
  const kept = log.head;
  chains.delete(LATER);
  const forked = new MemoryLog();
  const other = openLog(forked).log;
  await grow(other, new MemoryWitness(), [leafOf(chains, FIRST), leafOf(chains, SECOND)], 1);
  await grow(other, new MemoryWitness(), [leafOf(chains, FIRST, 2)], 7);
  const forOne = { ...trail, store: forked };
  expect(await findingsOf({ ...forOne, witness: undefined })).toEqual([]);
  expect(await findingsOf({ ...forOne, witness })).toContainEqual(ROLLED_BACK);
  expect(await findingsOf({ ...forOne, witness: kept && keepHead(kept) })).toEqual([ROLLED_BACK]);
});

test('a head of another log that a checkpoint names is found without a witness', async () => {
  const trail = await createTrail();
  const forked = new MemoryLog();
  const other = openLog(forked).log;
  for (const writer of [SECOND, FIRST, LATER])
    await grow(other, new MemoryWitness(), [leafOf(trail.chains, writer)], 7);
  expect(await findingsOf({ ...trail, store: forked, witness: undefined })).toEqual([
    expect.stringContaining(
      `tree-changed: Entry 1 of ${LATER} names a head of the transparency log with 3 leaves`,
    ),
  ]);
});

test('a head that was put aside before the period is held against the log of its day', async () => {
  const trail = await createTrail();
  const [line = ''] = trail.witness.heads.values();
  const head = JSON.parse(line) as Parameters<typeof keepHead>[0];
  const from = new Date(STARTED_AT + 48 * HOUR_IN_MS);
  const witness = keepHead(head);
  const { reading } = await readLogEvidence(
    { reader: trail.store.reader, publicKeys: auditPublicKeys, witness },
    { from, to: undefined },
  );
  expect(reading.heads.get(head.size)?.root).toBe(head.root);
});

test('a leaf for a chain that never was needs the audit key, and names a chain that is missing', async () => {
  const trail = await createTrail();
  const nobody = { ...leafOf(trail.chains, FIRST), writer: '20260301T120000000Z-0badc0de' };
  trail.store.put(PART, Buffer.from(`${JSON.stringify(nobody)}\n`));
  expect(await findingsOf(trail)).toEqual([
    `tree-changed: In line 8 of ${PART}, the transparency log has heads of chains that no signature covers.`,
  ]);
  const signed = await createTrail();
  await grow(signed.log, signed.witness, [nobody], 8);
  expect(await findingsOf(signed)).toEqual([MISSING(nobody.writer)]);
});

test('a chain that was put into the ledger later is not in the log', async () => {
  const trail = await createTrail();
  const writer = '20260301T130000000Z-00000009';
  trail.chains.set(writer, writeChain(callsOf(1, 'late'), { writer, startedAt: STARTED_AT + HOUR_IN_MS }));
  // The clock of a process may be behind, so that the log is given time to hear of the chain.
  expect(await findingsOf(trail)).toEqual([]);
  const next = '20260301T190000000Z-0000000a';
  trail.chains.set(
    next,
    writeChain(callsOf(1, 'next'), { writer: next, startedAt: STARTED_AT + 7 * HOUR_IN_MS }),
  );
  await grow(trail.log, trail.witness, [leafOf(trail.chains, next)], 10);
  expect(await findingsOf(trail)).toEqual([
    `tree-changed: The transparency log does not know the chain of ${writer}, though it should: the log was changed or did not grow, or the chain was put here later.`,
  ]);
});

test('a chain that went on for hours is not in the log, though it was written to just now', async () => {
  const trail = await createTrail();
  const writer = '20260301T130000000Z-00000009';
  const startedAt = STARTED_AT + HOUR_IN_MS;
  const lines = writeChain(callsOf(1, 'long'), { writer, startedAt, stepInMs: HOUR_IN_MS });
  trail.chains.set(writer, lines);
  expect(await findingsOf(trail)).toEqual([
    expect.stringContaining(`The transparency log does not know the chain of ${writer}`),
  ]);
});

test('a chain that is too young for the log, or that no audit key founded, is not missed there', async () => {
  const trail = await createTrail();
  const young = '20260301T173000000Z-00000009';
  const startedAt = STARTED_AT + 5.5 * HOUR_IN_MS;
  trail.chains.set(young, writeChain(callsOf(1, 'young'), { writer: young, startedAt }));
  expect(await findingsOf(trail)).toEqual([]);
});

test('a head of which the witness was told is missed there after an hour', async () => {
  const trail = await createTrail();
  const [, second] = [...trail.witness.heads.keys()];
  trail.witness.heads.delete(second ?? '');
  expect(await findingsOf(trail)).toEqual([]);
  const [, last] = [...trail.witness.heads.keys()];
  trail.witness.heads.delete(last ?? '');
  const { findings } = await verify(trail, 7.5);
  expect(findings).toMatchObject([{ kind: 'unwitnessed' }]);
  expect(findings[0]?.message).toContain('from 2026-03-01T13:00:00.000Z on (3 leaves)');
});

test('a witness that is away for less than an hour is none to complain of', async () => {
  const trail = await createTrail();
  const heads = [...trail.witness.heads.keys()];
  trail.witness.heads.delete(heads.at(-1) ?? '');
  expect((await verify(trail, 7.5)).findings).toEqual([]);
});

test('a head in the witness that nobody signed says that somebody else writes there', async () => {
  const trail = await createTrail();
  const [name = '', line = ''] = [...trail.witness.heads].at(-1) ?? [];
  const forged = line.replace(/"value":"..../, '"value":"AAAA');
  trail.witness.heads.set(name, forged);
  trail.witness.heads.set(name.replace('000000000004', '000000000099'), forged);
  expect(await findingsOf(trail)).toEqual([
    'tree-changed: The witness has a head with 99 leaves that the audit key did not sign: somebody else writes there.',
  ]);
});

test('a witness that cannot be read is not checked, and neither is a log without one', async () => {
  const trail = await createTrail();
  trail.witness.isAway = true;
  expect((await verify(trail)).notChecked).toContain(
    'The witness of the transparency log could not be read.',
  );
  expect((await verify({ ...trail, witness: undefined })).notChecked).toContainEqual(
    expect.stringContaining('set AUDIT_WITNESS_URL, or name a witness with --witness'),
  );
});

test('what comes into the log and the witness during the verification is no fault', async () => {
  const trail = await createTrail();
  const { chains, log, witness, store } = trail;
  const evidence = await readLogEvidence(
    { reader: store.reader, publicKeys: auditPublicKeys, witness },
    { from: new Date(STARTED_AT), to: undefined },
  );
  await grow(log, witness, [leafOf(chains, FIRST, 4)], 8);
  await grow(log, witness, [{ ...leafOf(chains, LATER), writer: FIRST, sequence: 99 }], 8);
  const now = new Date(STARTED_AT + 9 * HOUR_IN_MS);
  const report = await verifyLedger(
    createMemoryLedger({ [LATER]: [asText(laterChain(log))] }),
    { publicKeys: auditPublicKeys, log: evidence, cursors: new Map() },
    { period: { from: new Date(STARTED_AT), to: now }, now, graceInMs: 0, openForInMs: 0 },
  );
  expect(report.findings.filter(({ kind }) => kind === 'tree-changed')).toEqual([]);
});
