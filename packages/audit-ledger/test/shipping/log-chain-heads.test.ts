import type { LedgerChain } from '../../src/ledger/ledger-reader.ts';
import type { EntryBody } from '../../src/ledger/ledger-entry.ts';
import { logChainHeads } from '../../src/shipping/log-chain-heads.ts';
import { createFoundings } from '../../src/shipping/vouched-chain.ts';
import type { LogLeaf } from '../../src/transparency-log/log-lines.ts';
import { LogReading } from '../../src/transparency-log/log-reading.ts';
import { stateName } from '../../src/shipping/state-names.ts';
import { MemoryLedger, MemoryState, MemoryWriter } from '../memory-storage.ts';
import { isSigned, MemoryLog, MemoryWitness, openGrowingLog } from '../transparency-log/memory-log.ts';
import { auditPublicKeys } from '../verification/sample-chain.ts';

const MINUTE_IN_MS = 60_000;
const HOUR_IN_MS = 60 * MINUTE_IN_MS;
const GONE_AFTER_IN_MS = 3 * MINUTE_IN_MS;
const START = Date.parse('2026-01-01T00:00:00.000Z');
const CLOSING: EntryBody = { kind: 'closing', record: { id: 'call' } };
const END: EntryBody = { kind: 'end', opened: 0, closed: 0 };
const NAME = '20260101T000000000Z-00000001';

/** Storage, and processes that sweep it. */
function createWorld() {
  let time = START;
  const now = () => time;
  const ledger = new MemoryLedger(now);
  const state = new MemoryState(now);
  const store = new MemoryLog();
  const witness = new MemoryWitness();
  const startSweeper = () => {
    const heads = openGrowingLog(store, { witness });
    const own = new MemoryWriter(ledger, '20260101T000000000Z-0000000f', now);
    const foundings = createFoundings({
      ledger,
      publicKeys: auditPublicKeys,
      writer: own.name,
      sealKey: own.sealKey,
    });
    const isGone = ({ parts }: LedgerChain) =>
      time - (parts.at(-1)?.modifiedAt.getTime() ?? 0) >= GONE_AFTER_IN_MS;
    const sweep = async () => {
      const { chains, asOf } = await ledger.list();
      const { days } = await ledger.listDays();
      return logChainHeads({ ledger, state, ...heads }, { asOf, days, chains, isGone, foundings });
    };
    return { sweep, own, heads };
  };
  /** The leaves of the log, each as its sequence, with an exclamation mark for the last one. */
  const leaves = async (writer = NAME): Promise<string[]> => {
    const period = { from: new Date(0), to: undefined };
    const { leaves: all } = await LogReading.read({ reader: store.reader, isSigned, period });
    return all.filter((leaf) => leaf.writer === writer).map(describe);
  };
  return {
    ledger,
    state,
    store,
    witness,
    startSweeper,
    leaves,
    pass: (inMs: number) => (time += inMs),
    startWriter: (name = NAME) => new MemoryWriter(ledger, name, now),
  };
}

/** Writes a chain that has ended. */
function writeEnded(writer: MemoryWriter): void {
  writer.append(CLOSING);
  writer.append(END);
}

function describe({ sequence, isLast }: LogLeaf): string {
  return `${sequence}${isLast ? '!' : ''}`;
}

test('a chain gets a leaf when it is first seen founded, each hour while it lives, and when it has ended', async () => {
  const { startWriter, startSweeper, pass, leaves } = createWorld();
  const { sweep } = startSweeper();
  const writer = startWriter();
  writer.append(CLOSING);
  await sweep();
  expect(await leaves()).toEqual(['3']);
  for (let minute = 0; minute < 90; minute += 1) {
    pass(MINUTE_IN_MS);
    writer.append(CLOSING);
    await sweep();
  }
  expect(await leaves()).toEqual(['3', '123']);
  writer.append(END);
  pass(GONE_AFTER_IN_MS);
  await sweep();
  await sweep();
  expect(await leaves()).toEqual(['3', '123', '185!']);
});

test('a leaf is the last seal of the chain, and its hash', async () => {
  const { startWriter, startSweeper, ledger, store } = createWorld();
  const { sweep } = startSweeper();
  writeEnded(startWriter());
  await sweep();
  const period = { from: new Date(0), to: undefined };
  const { leaves } = await LogReading.read({ reader: store.reader, isSigned, period });
  expect(leaves).toEqual([{ writer: NAME, ...ledger.placeOf(NAME, 5), isLast: true }]);
});

test('the chain of a lost process gets a leaf when it is seen lost, and its last one a day later', async () => {
  const { startWriter, startSweeper, pass, leaves } = createWorld();
  const { sweep } = startSweeper();
  const writer = startWriter();
  writer.append(CLOSING);
  await sweep();
  writer.append(CLOSING);
  pass(GONE_AFTER_IN_MS);
  await sweep();
  pass(HOUR_IN_MS);
  await sweep();
  expect(await leaves()).toEqual(['3', '5']);
  pass(24 * HOUR_IN_MS);
  await sweep();
  await sweep();
  expect(await leaves()).toEqual(['3', '5', '5!']);
});

test('a quiet chain gets no second leaf for the same entry', async () => {
  const { startWriter, startSweeper, pass, leaves } = createWorld();
  const { sweep } = startSweeper();
  startWriter().append(CLOSING);
  await sweep();
  pass(2 * HOUR_IN_MS);
  await sweep();
  expect(await leaves()).toEqual(['3']);
});

test('a process puts its own chain into the log too', async () => {
  const { startSweeper, leaves } = createWorld();
  const { sweep, own } = startSweeper();
  own.append(CLOSING);
  await sweep();
  expect(await leaves(own.name)).toEqual(['3']);
});

test('a later process knows which leaves there are', async () => {
  const { startWriter, startSweeper, pass, leaves, store } = createWorld();
  writeEnded(startWriter());
  await startSweeper().sweep();
  pass(30 * HOUR_IN_MS);
  await startSweeper().sweep();
  pass(30 * HOUR_IN_MS);
  await startSweeper().sweep();
  expect(await leaves()).toEqual(['5!']);
  expect(store.blobs.size).toBe(1);
});

test('a chain that nobody founded gets no leaf', async () => {
  const { ledger, startSweeper, store } = createWorld();
  ledger.write(NAME, 1, `${JSON.stringify({ v: 1, writer: NAME, kind: 'chain' })}\n`);
  await startSweeper().sweep();
  expect(store.blobs.size).toBe(0);
});

test('thousands of forged chains keep no genuine one out of the log', async () => {
  const { ledger, startSweeper, startWriter, leaves } = createWorld();
  for (let index = 0; index < 2_100; index += 1)
    ledger.write(`20200101T000000000Z-${String(index).padStart(8, '0')}`, 1, 'x');
  writeEnded(startWriter());
  await startSweeper().sweep();
  expect(await leaves()).toHaveLength(1);
});

test('entries that no seal vouches for get no leaf', async () => {
  const { ledger, startWriter, startSweeper, leaves, pass } = createWorld();
  startWriter().append(CLOSING);
  pass(GONE_AFTER_IN_MS);
  const [last] = ledger.bytes(NAME, 1).toString().trimEnd().split('\n').slice(-1);
  ledger.write(NAME, 1, `${last?.replace('"sequence":3', '"sequence":4')}\n`);
  await startSweeper().sweep();
  expect(await leaves()).toEqual(['3']);
});

test('a chain that was cut gets no leaf for what is left', async () => {
  const { ledger, startWriter, startSweeper, leaves, pass } = createWorld();
  const { sweep } = startSweeper();
  const writer = startWriter();
  writer.append(CLOSING);
  const before = ledger.bytes(NAME, 1).toString();
  writer.append(CLOSING, CLOSING);
  await sweep();
  ledger.rewrite(NAME, 1, before);
  pass(30 * HOUR_IN_MS);
  await sweep();
  await startSweeper().sweep();
  expect(await leaves()).toEqual(['6']);
});

test('a chain that was cut gets no leaf either where its last leaf is days old', async () => {
  const { ledger, startWriter, startSweeper, leaves, pass } = createWorld();
  const writer = startWriter();
  writer.append(CLOSING);
  const before = ledger.bytes(NAME, 1).toString();
  writer.append(CLOSING);
  await startSweeper().sweep();
  for (let day = 2; day < 6; day += 1) {
    pass(24 * HOUR_IN_MS);
    startWriter(`2026010${day}T000000000Z-00000002`).append(CLOSING);
    if (day === 3) ledger.rewrite(NAME, 1, before);
    if (day > 3) await startSweeper().sweep();
  }
  expect(await leaves()).toEqual(['5']);
});

test('a sweeper that dies between the log and its state adds no second leaf that matters', async () => {
  const { startWriter, startSweeper, state, leaves } = createWorld();
  writeEnded(startWriter());
  state.faults.push({ isCarriedOut: false });
  await expect(startSweeper().sweep()).rejects.toThrow('away');
  await startSweeper().sweep();
  expect(await leaves()).toEqual(['5!']);
});

test('a state that is none keeps no chain out', async () => {
  const { startWriter, startSweeper, state, leaves } = createWorld();
  startWriter().append(CLOSING);
  const forged = { part: 'x', bytes: '0', sequence: '99', last: 'maybe', at: '0' };
  await state.write(stateName('logged/', NAME), forged, forged, undefined);
  await startSweeper().sweep();
  expect(await leaves()).toEqual(['3']);
});

test('sweepers at the same time put each chain into the log once', async () => {
  const { startWriter, startSweeper, leaves } = createWorld();
  writeEnded(startWriter());
  await Promise.all([startSweeper().sweep(), startSweeper().sweep(), startSweeper().sweep()]);
  expect(await leaves()).toEqual(['5!']);
});

test('the witness gets each head, also of another process', async () => {
  const { startWriter, startSweeper, witness } = createWorld();
  startWriter().append(CLOSING);
  const first = startSweeper();
  expect(await first.sweep()).toBe(true);
  expect([...witness.heads.values()]).toEqual([JSON.stringify(first.heads.log.head)]);
  witness.heads.clear();
  const second = startSweeper();
  expect(await second.sweep()).toBe(true);
  expect([...witness.heads.values()]).toEqual([JSON.stringify(first.heads.log.head)]);
});

test('while the witness is away the log grows, and the newest head gets there later', async () => {
  const { startWriter, startSweeper, witness, pass, leaves } = createWorld();
  const { sweep, heads } = startSweeper();
  const writer = startWriter();
  writer.append(CLOSING);
  witness.isAway = true;
  expect(await sweep()).toBe(false);
  pass(HOUR_IN_MS);
  writer.append(CLOSING);
  expect(await sweep()).toBe(false);
  expect(await leaves()).toEqual(['3', '5']);
  witness.isAway = false;
  expect(await sweep()).toBe(true);
  expect([...witness.heads.values()]).toEqual([JSON.stringify(heads.log.head)]);
});

test('a log that was rolled back with its chains is gone on from where the witness saw it', async () => {
  const { startWriter, startSweeper, store, ledger, witness, leaves, state } = createWorld();
  const part = 'tree/20260101/000001.jsonl';
  writeEnded(startWriter('20260101T000000000Z-00000002'));
  await startSweeper().sweep();
  const before = store.text(part);
  writeEnded(startWriter());
  await startSweeper().sweep();
  store.replace(part, () => before);
  ledger.removePart(NAME, 1);
  state.delete(stateName('logged/', NAME));
  writeEnded(startWriter('20260101T000000000Z-00000003'));
  const { sweep, heads } = startSweeper();
  expect(await sweep()).toBe(true);
  expect(heads.log.problems).toEqual(['cut']);
  expect(heads.log.head?.size).toBe(3);
  expect(witness.heads.size).toBe(3);
  expect(await leaves('20260101T000000000Z-00000003')).toEqual(['5!']);
});

test('a log that the witness contradicts does not grow', async () => {
  const { startWriter, startSweeper, store, witness } = createWorld();
  writeEnded(startWriter());
  const other = createWorld();
  writeEnded(other.startWriter('20260101T000000000Z-00000005'));
  await other.startSweeper().sweep();
  const { sweep, heads } = startSweeper();
  await sweep();
  for (const [name, head] of other.witness.heads) witness.heads.set(name, head);
  writeEnded(startWriter('20260101T000000000Z-00000002'));
  await expect(sweep()).rejects.toThrow('The witness has another head');
  expect(heads.log.problems).toEqual(['forked']);
  expect(store.heads('tree/20260101/000001.jsonl')).toHaveLength(1);
});
