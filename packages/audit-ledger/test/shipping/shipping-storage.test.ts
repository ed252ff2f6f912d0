import type { EntryBody } from '../../src/ledger/ledger-entry.ts';
import { createLedgerReader } from '../../src/ledger/ledger-reader.ts';
import { LedgerWriter } from '../../src/ledger/ledger-writer.ts';
import { EventDelivery } from '../../src/shipping/event-delivery.ts';
import { LedgerShipping } from '../../src/shipping/ledger-shipping.ts';
import { createStateStore } from '../../src/storage/state-store.ts';
import { stateName } from '../../src/shipping/state-names.ts';
import { FakeIngestion } from '../fake-ingestion.ts';
import { signedCheckpoint } from '../memory-storage.ts';
import { startStorageAccount } from '../storage-account.ts';
import { openGrowingLog } from '../transparency-log/memory-log.ts';
import { auditPublicKeys } from '../verification/sample-chain.ts';

let account: Awaited<ReturnType<typeof startStorageAccount>>;
let containers = 0;

beforeAll(async () => {
  account = await startStorageAccount([
    'state',
    'ledger',
    ...['a', 'b', 'c'].map((name) => `ledger-${name}`),
  ]);
});
afterEach(() => {
  account.control.clear();
  account.control.clearFaults();
});
afterAll(() => account.close());

const schedule = (task: () => void, delayInMs: number) => {
  const timer = setTimeout(task, delayInMs);
  return () => clearTimeout(timer);
};

/** Creates a ledger in a container of its own, and processes that write and ship it. */
function createLedger() {
  containers += 1;
  const name = `ledger-${'abc'.charAt(containers - 1)}`;
  const container = account.container(name);
  const ledger = createLedgerReader(container);
  const state = createStateStore(container);
  const ingestion = new FakeIngestion();
  const startProcess = () => {
    const writer = new LedgerWriter({
      loadStore: () => Promise.resolve(account.appendStore(name, 30_000)),
      policyVersion: 'v1',
      now: () => new Date(),
      schedule,
      onCommitted: () => shipping.committed(),
    });
    const shipping = new LedgerShipping({
      writer: writer.name,
      append: (body) => writer.append(body),
      sealKey: writer.sealKey,
      publicKeys: auditPublicKeys,
      heads: openGrowingLog(),
      ledger,
      state,
      delivery: new EventDelivery({
        loadSender: () => Promise.resolve(ingestion),
        now: () => new Date(),
        schedule,
        random: () => 0,
      }),
      describe: ({ id }) => ({ properties: { id: String(id) }, measurements: {} }),
      // A writer that does not write at this moment counts as lost.
      goneAfterInMs: 0,
      now: () => new Date(),
      schedule,
    });
    return { writer, shipping };
  };
  const ids = () => ingestion.named('gateway.prediction').map(({ properties }) => properties.id);
  return { ledger, state, ingestion, startProcess, ids };
}

function closings(count: number): EntryBody[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'closing',
    record: { id: `record-${index}` },
  }));
}

test('a ledger is listed and read as it stands', async () => {
  const container = account.container('ledger');
  const writer = '20260101T000000000Z-00000001';
  const later = '20260103T000000000Z-00000001';
  for (const [name, text] of [
    [`chains/20260101/${writer}/000002.jsonl`, 'two'],
    [`chains/20260101/${writer}/000001.jsonl`, 'first'],
    [`chains/20260101/${writer}/notes.txt`, 'other'],
    [`chains/20260102/${writer}/000001.jsonl`, 'another day'],
    [`chains/20260103/${later}/000001.jsonl`, 'later'],
    ['chains/20260104/stranger/000001.jsonl', 'other'],
    [`chains/${writer}/000001.jsonl`, 'no day'],
    [`${writer}/000001.jsonl`, 'no chain'],
  ] as const) {
    const blob = container.getAppendBlobClient(name);
    await blob.create();
    await blob.appendBlock(text, text.length);
  }
  const ledger = createLedgerReader(container);
  const { chains, asOf } = await ledger.listDay('20260101');
  expect(chains.map((chain) => [chain.writer, chain.parts.map(({ part, bytes }) => [part, bytes])])).toEqual([
    [
      writer,
      [
        [1, 5],
        [2, 3],
      ],
    ],
  ]);
  const writersOf = async (day: string) => (await ledger.listDay(day)).chains.map((chain) => chain.writer);
  expect((await ledger.listDays()).days).toEqual(['20260101', '20260102', '20260103', '20260104']);
  expect(await Promise.all(['20260101', '20260102', '20260103'].map(writersOf))).toEqual([
    [writer],
    [],
    [later],
  ]);
  const age = asOf.getTime() - (chains[0]?.parts[1]?.modifiedAt.getTime() ?? 0);
  expect(age).toBeGreaterThanOrEqual(0);
  expect(age).toBeLessThan(60_000);
  expect((await ledger.read(writer, 1, 1, 3)).toString()).toBe('irs');
  expect((await ledger.read(writer, 1, 3, 100)).toString()).toBe('st');
  expect((await ledger.read(writer, 1, 5, 100)).byteLength).toBe(0);
  expect((await ledger.read(writer, 3, 0, 100)).byteLength).toBe(0);
});

test('a ledger that does not answer is not an empty one', async () => {
  const ledger = createLedgerReader(account.container('ledger'));
  account.control.inject({ path: 'ledger', status: 503, times: 2 });
  await expect(ledger.read('20260101T000000000Z-00000001', 1, 0, 10)).rejects.toThrow();
  await expect(ledger.listDays()).rejects.toThrow();
  await expect(createLedgerReader(account.container('absent')).listDay('20260101')).rejects.toThrow();
});

test('state is written under a condition, and listed with its facts', async () => {
  const state = createStateStore(account.container('state'));
  expect(await state.read('shipping/one.json')).toBeUndefined();
  const first = await state.write('shipping/one.json', { offset: 1 }, { offset: '1' }, undefined);
  expect(first).toBeDefined();
  expect(await state.write('shipping/one.json', { offset: 0 }, { offset: '0' }, undefined)).toBeUndefined();
  const second = await state.write('shipping/one.json', { offset: 2 }, { offset: '2' }, first);
  expect(await state.write('shipping/one.json', { offset: 3 }, { offset: '3' }, first)).toBeUndefined();
  expect(await state.read('shipping/one.json')).toMatchObject({ value: { offset: 2 }, etag: second });
  await state.write('recovery/one.json', {}, {}, undefined);
  expect(await state.list('shipping/')).toEqual(new Map([['shipping/one.json', { offset: '2' }]]));
});

test('what a process writes is shipped, and its cursor kept', async () => {
  const { ids, state, startProcess } = createLedger();
  const { writer, shipping } = startProcess();
  await Promise.all(closings(1500).map((body) => writer.append(body)));
  await shipping.close(20_000);
  expect(ids()).toHaveLength(1500);
  expect(new Set(ids()).size).toBe(1500);
  const cursor = await state.read(stateName('shipping/', writer.name));
  expect(cursor?.value).toMatchObject({ writer: writer.name, part: 1, ...writer.head, refused: 0 });
});

test('what a lost process wrote is shipped and closed by another, once', async () => {
  const { ids, ingestion, ledger, startProcess } = createLedger();
  const lost = startProcess();
  ingestion.faults.push(...Array.from({ length: 10 }, () => 'silence' as const));
  await Promise.all([
    lost.writer.append({ kind: 'opening', record: { id: 'open' } }),
    ...closings(700).map((body) => lost.writer.append(body)),
  ]);
  await lost.writer.append(signedCheckpoint(lost.writer.name, lost.writer.head));
  await lost.shipping.close(0);
  ingestion.faults.length = 0;

  const sweeper = startProcess();
  expect(await sweeper.shipping.sweep()).toMatchObject({ failedChains: 0 });
  await sweeper.shipping.sweep();
  await sweeper.shipping.close(20_000);
  expect(ids()).toHaveLength(701);
  expect(new Set(ids()).size).toBe(701);
  const recovered = await ledger.read(sweeper.writer.name, 1, 0, 1_000_000);
  expect(recovered.toString().match(/PROCESS_LOST/g)).toHaveLength(1);
});

test('a cursor whose answer is lost keeps no record back and doubles none', async () => {
  const { ids, state, startProcess } = createLedger();
  const { writer, shipping } = startProcess();
  account.control.inject({ path: 'shipping', method: 'PUT', abortAfterChunks: 0 });
  await Promise.all(closings(600).map((body) => writer.append(body)));
  await shipping.close(20_000);
  expect(ids()).toHaveLength(600);
  expect((await state.read(stateName('shipping/', writer.name)))?.value).toMatchObject(writer.head);
});
