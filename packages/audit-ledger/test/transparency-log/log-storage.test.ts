import { compareWithWitness } from '../../src/transparency-log/compare-with-witness.ts';
import { createLogReader } from '../../src/transparency-log/log-parts.ts';
import { LogReading } from '../../src/transparency-log/log-reading.ts';
import { TransparencyLog } from '../../src/transparency-log/transparency-log.ts';
import { createWitness, type WitnessedName } from '../../src/transparency-log/witness.ts';
import { startStorageAccount } from '../storage-account.ts';
import { DAY_IN_MS, isSigned, KEY, leaf, NOW } from './memory-log.ts';

let account: Awaited<ReturnType<typeof startStorageAccount>>;

beforeAll(async () => {
  account = await startStorageAccount(['ledger', 'other', 'heads', 'more-heads']);
});
afterEach(() => account.control.clearFaults());
afterAll(() => account.close());

function openLog(name: string) {
  const container = account.container(name);
  const reader = createLogReader(container);
  const log = new TransparencyLog({
    reader,
    loadStore: () => Promise.resolve(account.appendStore(name, 10_000)),
    key: KEY,
    isSigned,
  });
  return { log, reader };
}

async function namesOf(witness: ReturnType<typeof createWitness>, fromDay = ''): Promise<WitnessedName[]> {
  const names: WitnessedName[] = [];
  for await (const name of witness.list(fromDay)) names.push(name);
  return names;
}

test('processes grow one log in append blobs, over days', async () => {
  const { log, reader } = openLog('ledger');
  const other = openLog('ledger').log;
  for (let index = 0; index < 4; index += 1) {
    const now = new Date(NOW.getTime() + index * DAY_IN_MS);
    await Promise.all([
      log.grow([leaf(index), leaf(50)], now),
      other.grow([leaf(index + 10), leaf(50)], now),
    ]);
  }
  const reading = await LogReading.read({ reader, isSigned, period: { from: NOW, to: undefined } });
  expect(reading.faults).toEqual([]);
  expect(reading.leaves).toHaveLength(9);
  expect([...log.problems, ...other.problems]).toEqual([]);
  expect((await reader.listParts()).map(({ day, part }) => `${day}/${part}`)).toEqual([
    '20260301/1',
    '20260302/1',
    '20260303/1',
    '20260304/1',
  ]);
});

test('chains are not parts of the log', async () => {
  const { reader } = openLog('other');
  await account.container('other').getAppendBlobClient('20260301T110000000Z-00000000/000001.jsonl').create();
  await account.container('other').getAppendBlobClient('tree/20260301/part.jsonl').create();
  expect(await reader.listParts()).toEqual([]);
});

test('the witness keeps each head once, and gives them by their days', async () => {
  const { log } = openLog('ledger');
  const witness = createWitness(account.container('heads'));
  await log.catchUp(NOW);
  expect(await compareWithWitness(log, { witness, isSigned }, NOW)).toBe(false);
  const { head } = log;
  if (!head) throw new Error('The log has no head.');
  await witness.put(head);
  await witness.put(head);
  expect(await compareWithWitness(log, { witness, isSigned }, NOW)).toBe(true);
  const [name, ...more] = await namesOf(witness);
  expect(more).toEqual([]);
  expect(name && (await witness.read(name))).toEqual(head);
  expect(await namesOf(witness, '20260304')).toHaveLength(1);
  expect(await namesOf(witness, '20260305')).toEqual([]);
});

test('what is no head is none', async () => {
  const container = account.container('more-heads');
  const witness = createWitness(container);
  const root = 'a'.repeat(64);
  const name = `20260301/000000000001-${root}.json`;
  await container.getBlockBlobClient(name).upload('{}', 2);
  await container.getBlockBlobClient('20260301/notes.txt').upload('{}', 2);
  await container.getBlockBlobClient('notes.txt').upload('{}', 2);
  expect(await namesOf(witness)).toEqual([{ day: '20260301', size: 1, root }]);
  expect(await witness.read({ day: '20260301', size: 1, root })).toBeUndefined();
});

test('a witness that does not answer is no reason to stop', async () => {
  const { log } = openLog('ledger');
  account.control.inject({ path: 'more-heads', status: 503, times: 5 });
  const witness = createWitness(account.container('more-heads'));
  expect(await compareWithWitness(log, { witness, isSigned }, NOW)).toBeUndefined();
  expect(log.head?.size).toBe(9);
});
