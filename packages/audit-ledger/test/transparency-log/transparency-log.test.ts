import { MerkleTree } from '../../src/transparency-log/merkle-tree.ts';
import { DAY_IN_MS, leaf, MemoryLog, NOW, openLog } from './memory-log.ts';

const PART = 'tree/20260301/000001.jsonl';
const SECOND_PART = 'tree/20260301/000002.jsonl';
const NEXT_DAY = new Date(NOW.getTime() + DAY_IN_MS);

/** The leaves of a part, in order, without those of heads that are not in it. */
function writersIn(store: MemoryLog, name = PART): string[] {
  return store
    .text(name)
    .split('\n')
    .flatMap((line) => {
      const { writer } = JSON.parse(line || '{}') as { writer?: string };
      return writer === undefined ? [] : [writer];
    });
}

test('the first leaves come under a signed head over their lines', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  await log.grow([leaf(1), leaf(2)], NOW);
  const lines = store.text(PART).trimEnd().split('\n');
  expect(lines.slice(0, 2).map((line) => JSON.parse(line) as unknown)).toEqual([leaf(1), leaf(2)]);
  const tree = MerkleTree.empty();
  lines.slice(0, 2).forEach((line) => tree.append(Buffer.from(line)));
  expect(store.heads(PART)).toMatchObject([{ size: 2, root: tree.root, time: NOW.toISOString() }]);
  expect(log.head).toEqual(store.heads(PART)[0]);
});

test('leaves that the log has are not added again, and nothing new makes no head', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  await log.grow([leaf(1, 5)], NOW);
  await log.grow([leaf(1, 5), leaf(1, 4)], NOW);
  expect(store.heads(PART)).toHaveLength(1);
  await log.grow([leaf(1, 5, true)], NOW);
  await log.grow([leaf(1, 5)], NOW);
  expect(store.heads(PART)).toHaveLength(2);
});

test('a later process goes on from where the log ends', async () => {
  const store = new MemoryLog();
  await openLog(store).log.grow([leaf(1)], NOW);
  const { log } = openLog(store);
  await log.grow([leaf(1), leaf(2)], NOW);
  expect(store.heads(PART).map(({ size }) => size)).toEqual([1, 2]);
  expect(log.problems).toEqual([]);
});

test('processes that grow the log at the same time add each leaf once, one after the other', async () => {
  const store = new MemoryLog();
  const processes = Array.from({ length: 5 }, () => openLog(store));
  await Promise.all(
    processes.map(({ log }, index) => log.grow([leaf(index), leaf(100), leaf(index + 10)], NOW)),
  );
  const { log } = openLog(store);
  await log.catchUp(NOW);
  expect(log.head?.size).toBe(11);
  expect(writersIn(store).toSorted()).toEqual(
    [...processes.keys(), 100, ...[...processes.keys()].map((index) => index + 10)]
      .map((index) => leaf(index).writer)
      .toSorted(),
  );
  expect([log, ...processes.map((process) => process.log)].flatMap(({ problems }) => problems)).toEqual([]);
});

test('a block whose answer was lost is in the log once', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  store.faults.push('answer lost');
  await expect(log.grow([leaf(1)], NOW)).rejects.toThrow('socket hang up');
  await log.grow([leaf(1), leaf(2)], NOW);
  expect(writersIn(store)).toEqual([leaf(1).writer, leaf(2).writer]);
  expect(log.problems).toEqual([]);
});

test('a process that dies amid an append leaves a log that goes on', async () => {
  const store = new MemoryLog();
  store.faults.push('refused');
  await expect(openLog(store).log.grow([leaf(1)], NOW)).rejects.toThrow('503');
  const { log } = openLog(store);
  await log.grow([leaf(1)], NOW);
  expect(log.head?.size).toBe(1);
});

test('the part of a new day begins with the head before it', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  await log.grow([leaf(1)], NOW);
  await log.grow([leaf(2)], NEXT_DAY);
  await log.grow([leaf(3)], NEXT_DAY);
  const next = 'tree/20260302/000001.jsonl';
  expect(store.heads(PART).map(({ size }) => size)).toEqual([1, 2]);
  expect(store.heads(next).map(({ size }) => size)).toEqual([2, 3]);
  expect(store.heads(next)[0]).toEqual(store.heads(PART)[1]);
  const { log: later } = openLog(store);
  await later.grow([leaf(4)], NEXT_DAY);
  expect(store.heads(next).map(({ size }) => size)).toEqual([2, 3, 4]);
  expect(later.problems).toEqual([]);
});

test('processes whose clocks differ at midnight stay on one log', async () => {
  const store = new MemoryLog();
  const early = openLog(store).log;
  const late = openLog(store).log;
  await early.grow([leaf(1)], NOW);
  await late.grow([leaf(2)], NEXT_DAY);
  await early.grow([leaf(3)], NOW);
  await late.grow([leaf(4)], NEXT_DAY);
  const { log } = openLog(store);
  await log.catchUp(NEXT_DAY);
  expect(log.head?.size).toBe(4);
  expect(log.problems).toEqual([]);
});

test('a part that takes no more is followed by another', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  await log.grow([leaf(1)], NOW);
  store.faults.push('closed');
  await log.grow([leaf(2)], NOW);
  expect(store.heads(SECOND_PART).map(({ size }) => size)).toEqual([1, 2]);
  expect(log.problems).toEqual([]);
});

test.each([
  { what: 'a line that is none of the log', line: 'anything\n' },
  { what: 'half a line', line: '{"writer":' },
  { what: 'leaves without a head', line: `${JSON.stringify(leaf(9))}\n` },
])('$what ends a part, is reported once, and never counts', async ({ line }) => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  await log.grow([leaf(1)], NOW);
  store.put(PART, Buffer.from(line));
  await log.grow([leaf(2)], NOW);
  await log.grow([leaf(3)], NOW);
  expect(log.problems).toEqual(['changed']);
  expect(store.heads(SECOND_PART).map(({ size }) => size)).toEqual([1, 2, 3]);
  const other = openLog(store);
  await other.log.grow([leaf(4)], NOW);
  expect(store.heads(SECOND_PART).map(({ size }) => size)).toEqual([1, 2, 3, 4]);
});

test('a head that the audit key did not sign is not gone on from', async () => {
  const store = new MemoryLog();
  const forged = new MemoryLog();
  const key = { sign: () => Promise.resolve({ keyId: 'audit', value: Buffer.alloc(256) }) };
  await openLog(forged, { key }).log.grow([leaf(1), leaf(2), leaf(3)], NOW);
  await openLog(store).log.grow([leaf(1)], NOW);
  store.put(PART, Buffer.from(forged.text(PART)));
  const { log } = openLog(store);
  await log.grow([leaf(4)], NOW);
  expect(log.head?.size).toBe(2);
  expect(log.problems).toEqual(['changed']);
});

test('a copy of an older head does not lead back to it', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  await log.grow([leaf(1)], NOW);
  const [older] = store.heads(PART);
  await log.grow([leaf(2)], NOW);
  store.put(PART, Buffer.from(`${JSON.stringify(older)}\n`));
  await store.create('tree/20260301/000007.jsonl');
  store.put('tree/20260301/000007.jsonl', Buffer.from(`${JSON.stringify(older)}\n`));
  const other = openLog(store);
  await other.log.grow([leaf(3)], NOW);
  expect(other.log.head?.size).toBe(3);
  expect(store.heads(SECOND_PART).map(({ size }) => size)).toEqual([2, 3]);
  await log.grow([leaf(4)], NOW);
  expect(store.heads(SECOND_PART).map(({ size }) => size)).toEqual([2, 3, 4]);
});

test('a part that somebody made before its time is passed over', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  await store.create(SECOND_PART);
  store.put(SECOND_PART, Buffer.from('mine\n'));
  await log.grow([leaf(1)], NOW);
  store.faults.push('closed');
  await log.grow([leaf(2)], NOW);
  expect(store.heads('tree/20260301/000003.jsonl').map(({ size }) => size)).toEqual([1, 2]);
  expect(log.problems).toEqual(['changed']);
});

test('a part of a day to come is not gone on in', async () => {
  const store = new MemoryLog();
  await openLog(store).log.grow([leaf(1)], NOW);
  const [head] = store.heads(PART);
  await store.create('tree/20991231/000001.jsonl');
  store.put('tree/20991231/000001.jsonl', Buffer.from(`${JSON.stringify(head)}\n`));
  await openLog(store).log.grow([leaf(2)], NOW);
  expect(store.heads(PART).map(({ size }) => size)).toEqual([1, 2]);
});

test('a process that has seen more than the log has goes on from what it has seen', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  await log.grow([leaf(1)], NOW);
  const short = store.text(PART);
  await log.grow([leaf(2)], NOW);
  store.replace(PART, () => short);
  await log.grow([leaf(3)], NOW);
  expect(log.problems).toEqual(['cut']);
  expect(log.head?.size).toBe(3);
  expect(store.heads(SECOND_PART).map(({ size }) => size)).toEqual([2, 3]);
});

test('a log that was deleted goes on from what the process has seen', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  await log.grow([leaf(1)], NOW);
  await log.grow([leaf(2)], NOW);
  store.remove(PART);
  await log.grow([leaf(3)], NOW);
  expect(log.problems).toEqual(['cut']);
  expect(store.heads(SECOND_PART).map(({ size }) => size)).toEqual([2, 3]);
});

test('what the witness has is gone on from where the log was rolled back', async () => {
  const store = new MemoryLog();
  const before = openLog(store).log;
  await before.grow([leaf(1)], NOW);
  const short = store.text(PART);
  await before.grow([leaf(2)], NOW);
  const witnessed = before.head;
  store.replace(PART, () => short);
  const { log } = openLog(store);
  await log.catchUp(NOW);
  if (witnessed) log.compare(witnessed);
  await log.grow([leaf(3)], NOW);
  expect(log.problems).toEqual(['cut']);
  expect(store.heads(SECOND_PART).map(({ size }) => size)).toEqual([2, 3]);
});

test('nothing is signed while the witness has another head of the same size', async () => {
  const store = new MemoryLog();
  const other = openLog(new MemoryLog()).log;
  await other.grow([leaf(8), leaf(9)], NOW);
  const { log } = openLog(store);
  await log.grow([leaf(1), leaf(2)], NOW);
  const witnessed = other.head;
  expect(() => witnessed && log.compare(witnessed)).toThrow('The witness has another head');
  expect(log.problems).toEqual(['forked']);
});

test('problems are reported until they are known, and once', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  await log.grow([leaf(1)], NOW);
  store.put(PART, Buffer.from('one\n'));
  await log.grow([leaf(2)], NOW);
  const { problems } = log;
  store.put(SECOND_PART, Buffer.from('two\n'));
  await log.grow([leaf(3)], NOW);
  log.reported(problems);
  expect(log.problems).toEqual(['changed']);
  log.reported(log.problems);
  await log.grow([leaf(4)], NOW);
  expect(log.problems).toEqual([]);
});

test('without the audit key nothing is appended', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store, { key: { sign: () => Promise.reject(new Error('no key')) } });
  await expect(log.grow([leaf(1)], NOW)).rejects.toThrow('no key');
  expect(store.appends).toEqual([]);
});

test('more leaves than one head may add come under several heads', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  await log.grow(
    Array.from({ length: 20_001 }, (_, index) => leaf(index)),
    NOW,
  );
  expect(store.heads(PART).map(({ size }) => size)).toEqual([10_000, 20_000, 20_001]);
});

test('growing reads and writes no more in a long log than in a short one', async () => {
  const store = new MemoryLog();
  const { log } = openLog(store);
  await log.grow(
    Array.from({ length: 9_000 }, (_, index) => leaf(index)),
    NOW,
  );
  let read = 0;
  const { reader } = store;
  const readAll = reader.read;
  Object.assign(reader, {
    read: async (...given: Parameters<typeof readAll>) => {
      const bytes = await readAll(...given);
      read += bytes.byteLength;
      return bytes;
    },
  });
  const before = store.text(PART).length;
  await log.grow([leaf(9_001)], NOW);
  expect(read).toBe(0);
  expect(store.text(PART).length - before).toBeLessThan(2_500);
});
