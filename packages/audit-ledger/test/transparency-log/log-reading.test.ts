import { LogReading } from '../../src/transparency-log/log-reading.ts';
import { DAY_IN_MS, isSigned, leaf, MemoryLog, NOW, openLog } from './memory-log.ts';

const PART = 'tree/20260301/000001.jsonl';
const NEXT_PART = 'tree/20260302/000001.jsonl';
const day = (number: number) => new Date(NOW.getTime() + number * DAY_IN_MS);

/** A log of two heads on each of four days. */
async function createLog(): Promise<MemoryLog> {
  const store = new MemoryLog();
  const { log } = openLog(store);
  for (let index = 0; index < 8; index += 1) {
    const now = new Date(day(Math.floor(index / 2)).getTime() + index);
    await log.grow([leaf(index), leaf(index + 100, 1, true)], now);
  }
  return store;
}

function read(store: MemoryLog, from = day(0)): Promise<LogReading> {
  return LogReading.read({ reader: store.reader, isSigned, period: { from, to: undefined } });
}

function faultsOf({ faults }: LogReading): string[] {
  return faults.map(({ kind, part, line }) => `${kind} ${part.day}/${part.part}:${line}`);
}

function withoutLine(number: number): (text: string) => string {
  return (text) =>
    text
      .split('\n')
      .filter((_, index) => index !== number - 1)
      .join('\n');
}

test('a log is read with its heads and leaves, and has no faults', async () => {
  const reading = await read(await createLog());
  expect(reading.faults).toEqual([]);
  expect([...reading.heads.keys()]).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
  expect(reading.leaves).toHaveLength(16);
  expect(reading.newest?.size).toBe(16);
});

test('a period is read from the last day before it', async () => {
  const reading = await read(await createLog(), day(2));
  expect(reading.first?.size).toBe(6);
  expect([...reading.heads.keys()]).toEqual([6, 8, 10, 12, 14, 16]);
  expect(reading.faults).toEqual([]);
});

test('a period ends with the parts of its last day', async () => {
  const store = await createLog();
  const reading = await LogReading.read({
    reader: store.reader,
    isSigned,
    period: { from: day(0), to: day(1) },
  });
  expect(reading.newest?.size).toBe(10);
  expect(reading.endsEarly).toBe(true);
});

test('what is appended later is read on', async () => {
  const store = await createLog();
  const reading = await read(store);
  const { log } = openLog(store);
  await log.grow([leaf(50)], day(3));
  await log.grow([leaf(51)], day(5));
  await log.grow([leaf(52)], day(5));
  await reading.readOn();
  expect(reading.newest?.size).toBe(19);
  expect(reading.faults).toEqual([]);
});

test('an empty log has no head', async () => {
  const reading = await read(new MemoryLog());
  expect(reading).toMatchObject({ newest: undefined, first: undefined, faultCount: 0 });
});

test.each([
  {
    what: 'a leaf that was changed',
    change: (text: string) => text.replace('"sequence":1', '"sequence":7'),
    faults: ['changed 20260301/1:3'],
  },
  { what: 'a leaf that was removed', change: withoutLine(1), faults: ['changed 20260301/1:2'] },
  {
    what: 'a head whose time was changed',
    change: (text: string) => text.replace('12:00:00.000Z', '11:00:00.000Z'),
    faults: ['unsigned 20260301/1:3'],
  },
  {
    what: 'a leaf that was put in for a chain that never was',
    change: (text: string) => `${JSON.stringify(leaf(66))}\n${text}`,
    faults: ['changed 20260301/1:4'],
  },
  {
    what: 'a leaf at the end that no head covers',
    change: (text: string) => `${text}${JSON.stringify(leaf(66))}\n`,
    faults: ['uncovered 20260301/1:10'],
  },
  {
    what: 'a line that is none',
    change: (text: string) => `${text}{}\n`,
    faults: ['unreadable 20260301/1:10'],
  },
  {
    what: 'half a line at the end',
    change: (text: string) => `${text}{"si`,
    faults: ['unreadable 20260301/1:10'],
  },
])('$what is a fault, and what follows is checked all the same', async ({ change, faults }) => {
  const store = await createLog();
  store.replace(PART, change);
  const reading = await read(store);
  expect(faultsOf(reading)).toEqual(faults);
  expect(reading.newest?.size).toBe(16);
  expect(reading.leaves.map(({ writer }) => writer)).not.toContain(leaf(66).writer);
});

test('an older head behind a newer one is named, and leads nobody back', async () => {
  const store = await createLog();
  const [, first = ''] = /([^\n]*"size":2,[^\n]*\n)/.exec(store.text(PART)) ?? [];
  store.replace(PART, (text) => text.replace(/(\{"size":6,)/, `${first}$1`));
  const reading = await read(store);
  expect(faultsOf(reading)).toEqual(['repeated 20260301/1:9']);
  expect(reading.leaves).toHaveLength(16);
});

test('the leaves of a head that was removed are covered by the next one', async () => {
  const store = await createLog();
  store.replace(PART, withoutLine(3));
  const reading = await read(store);
  expect(reading.faults).toEqual([]);
  expect(reading.leaves).toHaveLength(16);
  expect(reading.heads.has(2)).toBe(false);
});

test('a part that is missing is a gap', async () => {
  const store = await createLog();
  store.remove(NEXT_PART);
  expect(faultsOf(await read(store))).toEqual(['gap 20260303/1:1']);
});

test('lines that were cut off the end of a part are a gap', async () => {
  const store = await createLog();
  store.replace(NEXT_PART, (text) => text.split('\n').slice(0, 1).join('\n') + '\n');
  expect(faultsOf(await read(store))).toEqual(['gap 20260303/1:1']);
});

test('an older part that was copied is named', async () => {
  const store = await createLog();
  await store.create('tree/20260303/000009.jsonl');
  store.put('tree/20260303/000009.jsonl', Buffer.from(store.text(NEXT_PART)));
  const reading = await read(store);
  expect(faultsOf(reading)).toEqual(['copied 20260303/9:1', 'copied 20260303/9:4', 'copied 20260303/9:7']);
  expect(reading.leaves).toHaveLength(16);
});

test('a log that was rolled back while a process was new to it is forked', async () => {
  const store = await createLog();
  const part = store.text('tree/20260304/000001.jsonl');
  const [opening = ''] = part.split('\n');
  store.replace('tree/20260304/000001.jsonl', () => `${opening}\n`);
  const { log } = openLog(store);
  await log.grow([leaf(70), leaf(71)], day(3));
  await log.grow([leaf(72)], day(3));
  await store.create('tree/20260304/000002.jsonl');
  store.put('tree/20260304/000002.jsonl', Buffer.from(part));
  const reading = await read(store);
  expect(faultsOf(reading)).toContain('forked 20260304/2:4');
});

test('a part that begins anew is forked', async () => {
  const store = await createLog();
  const other = new MemoryLog();
  await openLog(other).log.grow([leaf(70)], day(3));
  await store.create('tree/20260305/000001.jsonl');
  store.put('tree/20260305/000001.jsonl', Buffer.from(other.text('tree/20260304/000001.jsonl')));
  expect(faultsOf(await read(store))).toEqual(['forked 20260305/1:2']);
});

test('of many faults a thousand are listed and all are counted', async () => {
  const store = await createLog();
  store.put('tree/20260304/000001.jsonl', Buffer.from('x\n'.repeat(1_500)));
  const reading = await read(store);
  expect(reading.faults).toHaveLength(1_000);
  expect(reading.faultCount).toBe(1_500);
});
