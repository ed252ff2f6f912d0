import { publicEncrypt, privateDecrypt, generateKeyPairSync, constants } from 'node:crypto';
import { createHandDrivenClock } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { hashEntry, LedgerEntry, NO_PREVIOUS } from '../../src/ledger/ledger-entry.ts';
import { LedgerWriter } from '../../src/ledger/ledger-writer.ts';
import { partName } from '../../src/ledger/part-names.ts';
import { DataKey } from '../../src/write-ahead/data-key.ts';
import { WriteAheadFile } from '../../src/write-ahead/write-ahead-file.ts';
import { WriteAheadRecovery } from '../../src/write-ahead/write-ahead-recovery.ts';
import { WriteAhead } from '../../src/write-ahead/write-ahead.ts';
import { MemoryAppendStore } from '../memory-append-store.ts';
import { MemoryFolder } from '../memory-folder.ts';

const STORAGE_URL = 'https://account.example';
const KEY_URL = 'https://vault.example/keys/audit';
const SUCCESSOR = '20260101T010000000Z-99999999';
const OTHER_SUCCESSOR = '20260101T010000000Z-88888888';
const LINE_BREAK = Buffer.from('\n');
const UNAWAITED = { isAwaited: false };
const closing = (id: string) => ({ kind: 'closing', record: { id } }) as const;

/** The audit key, whose private half this test has. */
function createKey() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const state = { isAway: false, unwraps: 0 };
  return {
    state,
    wrap: (secret: Uint8Array) =>
      Promise.resolve({ keyId: 'key/1', wrapped: publicEncrypt({ key: publicKey, ...padding }, secret) }),
    unwrap: ({ wrapped }: { wrapped: Uint8Array }) => {
      state.unwraps += 1;
      return state.isAway
        ? Promise.reject(new Error('vault'))
        : new Promise<Buffer>((resolve) => resolve(privateDecrypt({ key: privateKey, ...padding }, wrapped)));
    },
  };
}

/** A ledger and a folder that outlive processes. */
function world() {
  const clock = createHandDrivenClock();
  const store = new MemoryAppendStore();
  const folder = new MemoryFolder(clock.now);
  const key = createKey();
  const state = { isStorageAway: false };
  const guarded = {
    create: (name: string) => guard(() => store.create(name)),
    append: (name: string, bytes: Uint8Array, position: number) =>
      guard(() => store.append(name, bytes, position)),
    read: (name: string, position: number, length: number) => guard(() => store.read(name, position, length)),
  };
  const guard = <Result>(work: () => Promise<Result>): Promise<Result> =>
    state.isStorageAway ? Promise.reject(new Error('503')) : work();
  return { clock, store, folder, key, state, guarded };
}
type World = ReturnType<typeof world>;

/** A process that stops for good when the test no longer advances its own clock. */
function startProcess({ clock: common, guarded, folder, key }: World) {
  const clock = createHandDrivenClock(common.now());
  const writer = new LedgerWriter({
    loadStore: () => Promise.resolve(guarded),
    policyVersion: 'policy-1',
    now: () => new Date(clock.now()),
    schedule: clock.schedule,
    onWaiting: () => writeAhead.entriesWait(),
  });
  const writeAhead = new WriteAhead({
    writer,
    file: new WriteAheadFile({
      folder,
      writer: writer.name,
      storageUrl: STORAGE_URL,
      keyUrl: KEY_URL,
      maximumBytes: 1_000_000,
    }),
    dataKey: new DataKey(key, clock.schedule),
    now: clock.now,
    schedule: clock.schedule,
    log: () => undefined,
  });
  return { clock, writer };
}

function startRecovery(
  { clock, guarded, folder, key }: World,
  changes: Partial<ConstructorParameters<typeof WriteAheadRecovery>[0]> = {},
) {
  const logged: string[] = [];
  const recovery = new WriteAheadRecovery({
    folder,
    key,
    keyUrl: KEY_URL,
    storageUrl: STORAGE_URL,
    loadStore: () => Promise.resolve(guarded),
    owner: SUCCESSOR,
    now: clock.now,
    schedule: clock.schedule,
    log: (message) => logged.push(message),
    ...changes,
  });
  return { recovery, logged };
}

/** Commits `a`, then loses a process with `b` and `c` waiting. */
async function loseProcess(w: World): Promise<string> {
  const { clock, writer } = startProcess(w);
  await writer.append(closing('a'));
  w.state.isStorageAway = true;
  void writer.append(closing('b'), UNAWAITED);
  await clock.advance(600);
  void writer.append(closing('c'), UNAWAITED);
  await clock.advance(600);
  w.state.isStorageAway = false;
  return writer.name;
}

/** Expects one whole chain that ends with a seal, with the closings of these ids in their order. */
function expectChain({ store }: World, ids: readonly string[]): void {
  const { lines } = store;
  const entries = lines.map((line) => LedgerEntry.parse(JSON.parse(line)));
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index));
  expect(entries.map(({ previous }) => previous)).toEqual([
    NO_PREVIOUS,
    ...lines.slice(0, -1).map((line) => hashEntry(line)),
  ]);
  expect(entries.flatMap((entry) => (entry.kind === 'closing' ? [entry.record.id] : []))).toEqual(ids);
  expect(entries.at(-1)?.kind).toBe('seal');
}

test('what waited when a process ended is put on its chain by the next one, and the file is deleted', async () => {
  const w = world();
  const writer = await loseProcess(w);
  expectChain(w, ['a']);
  const { recovery, logged } = startRecovery(w);
  await w.clock.advance(11_000);
  await recovery.start();
  expectChain(w, ['a', 'b', 'c']);
  expect([...w.store.blobs.keys()]).toEqual([partName(writer, 1)]);
  expect([...w.folder.files.keys()]).toEqual([]);
  expect(logged).toEqual([
    `4 entries of the audit trail's writer ${writer} were waiting for the ledger when its process ended. They are on ` +
      'the ledger now.',
  ]);
  expect(w.clock.delays()).toEqual([]);
});

test('a chain of which the ledger has nothing is begun', async () => {
  const w = world();
  w.state.isStorageAway = true;
  const { clock, writer } = startProcess(w);
  void writer.append(closing('a'), UNAWAITED);
  await clock.advance(600);
  w.state.isStorageAway = false;
  await w.clock.advance(11_000);
  await startRecovery(w).recovery.start();
  expectChain(w, ['a']);
});

test('an empty folder is looked into once, and neither storage nor the audit key is asked', async () => {
  const w = world();
  const loads: string[] = [];
  const loadStore = () => Promise.resolve(loads.push('load')).then(() => w.guarded);
  await startRecovery(w, { loadStore }).recovery.start();
  await w.clock.advance(60_000);
  expect([w.folder.operations, loads, w.key.state.unwraps, w.clock.delays()]).toEqual([['list'], [], 0, []]);
});

test('the file of a living process is left alone, and looked at again', async () => {
  const w = world();
  const writer = await loseProcess(w);
  await startRecovery(w).recovery.start();
  expect([...w.folder.files.keys()]).toEqual([`${writer}.wal`]);
  await w.clock.advance(8_000);
  await w.folder.touch(`${writer}.wal`);
  await w.clock.advance(8_000);
  expectChain(w, ['a']);
  await w.clock.advance(4_000);
  expectChain(w, ['a', 'b', 'c']);
});

test('blocks that the ledger has already are found and not written twice', async () => {
  const w = world();
  const { clock, writer } = startProcess(w);
  await writer.append(closing('a'));
  w.store.faults.push('answer lost');
  const waiting = writer.append(closing('b'));
  await clock.advance(50);
  w.state.isStorageAway = true;
  await clock.advance(1_000);
  void writer.append(closing('c'), UNAWAITED);
  await clock.advance(1_000);
  w.state.isStorageAway = false;
  void waiting;
  expectChain(w, ['a', 'b']);
  await w.clock.advance(12_000);
  await startRecovery(w).recovery.start();
  expectChain(w, ['a', 'b', 'c']);
});

test('a file that was recovered before is recovered again without a trace', async () => {
  const w = world();
  const writer = await loseProcess(w);
  const bytes = w.folder.bytesOf(`${writer}.wal`);
  await w.clock.advance(11_000);
  await startRecovery(w).recovery.start();
  w.folder.put(`${writer}.wal`, bytes);
  await w.clock.advance(11_000);
  await startRecovery(w).recovery.start();
  expectChain(w, ['a', 'b', 'c']);
  expect(w.folder.files.size).toBe(0);
});

test('a part that takes no more, or has something else at the place, leads to the next part', async () => {
  for (const prepare of [
    (w: World) => void w.store.faults.push('closed'),
    (w: World, writer: string) => w.store.put(partName(writer, 1), Buffer.from('{"forged":true}\n')),
  ]) {
    const w = world();
    const writer = await loseProcess(w);
    prepare(w, writer);
    await w.clock.advance(11_000);
    await startRecovery(w).recovery.start();
    expect([...w.store.blobs.keys()]).toEqual([partName(writer, 1), partName(writer, 2)]);
    const second = Buffer.concat(w.store.blobs.get(partName(writer, 2)) ?? []).toString();
    expect(second.split('\n').filter((line) => line.includes('"closing"'))).toHaveLength(2);
    expect(w.folder.files.size).toBe(0);
  }
});

test('a chain that has gone on in the next part gets nothing more in the part before', async () => {
  const w = world();
  const { clock, writer } = startProcess(w);
  await writer.append(closing('a'));
  w.state.isStorageAway = true;
  void writer.append(closing('b'), UNAWAITED);
  await clock.advance(400);
  const file = w.folder.bytesOf(`${writer.name}.wal`);
  w.state.isStorageAway = false;
  w.store.faults.push('closed');
  await clock.advance(10_000);
  expect(w.store.blobs.size).toBe(2);
  expectChain(w, ['a', 'b']);
  // The process was killed before it had deleted the file, which still names the first part.
  w.folder.put(`${writer.name}.wal`, file);
  await w.clock.advance(60_000);
  await startRecovery(w).recovery.start();
  expectChain(w, ['a', 'b']);
  expect(w.folder.files.size).toBe(0);
});

test('entries that are more than 22 hours old are kept apart, unless they are on the chain already', async () => {
  for (const isThere of [false, true]) {
    const w = world();
    const writer = await loseProcess(w);
    const bytes = w.folder.bytesOf(`${writer}.wal`);
    if (isThere) {
      await w.clock.advance(11_000);
      await startRecovery(w).recovery.start();
      w.folder.put(`${writer}.wal`, bytes);
    }
    await w.clock.advance(22 * 3_600_000 + 60_000);
    const { recovery, logged } = startRecovery(w);
    await recovery.start();
    expectChain(w, isThere ? ['a', 'b', 'c'] : ['a']);
    expect(w.folder.files.size).toBe(isThere ? 0 : 1);
    expect(logged).toEqual([
      expect.stringContaining(isThere ? 'on the ledger now' : 'its entries are more than 22 hours old'),
    ]);
  }
});

test('while storage is away the file stays, Key Vault is not asked, and it is recovered when storage is back', async () => {
  const w = world();
  await loseProcess(w);
  w.state.isStorageAway = true;
  await w.clock.advance(11_000);
  const { recovery, logged } = startRecovery(w);
  await recovery.start();
  await w.clock.advance(60_000);
  expect([w.folder.files.size, w.key.state.unwraps, logged.length]).toEqual([1, 0, 1]);
  expect(logged[0]).toContain('is not recovered yet: storage cannot be used. It is tried again until it is.');
  w.state.isStorageAway = false;
  await w.clock.advance(2_000);
  expectChain(w, ['a', 'b', 'c']);
});

test('storage that fails in the middle of a recovery takes the rest at the next try', async () => {
  const w = world();
  await loseProcess(w);
  w.store.faults.push('answer lost', 'refused');
  await w.clock.advance(11_000);
  await startRecovery(w).recovery.start();
  await w.clock.advance(6_000);
  expectChain(w, ['a', 'b', 'c']);
  expect(w.folder.files.size).toBe(0);
});

test('a vault that is away leaves the file for an hour, and then it is kept apart', async () => {
  const w = world();
  const writer = await loseProcess(w);
  w.key.state.isAway = true;
  await w.clock.advance(11_000);
  const { recovery, logged } = startRecovery(w);
  await recovery.start();
  await w.clock.advance(3_590_000);
  expect([...w.folder.files.keys()]).toEqual([`${writer}.${SUCCESSOR}.wal`]);
  await w.clock.advance(20_000);
  expect([...w.folder.files.keys()]).toEqual([`${writer}.${SUCCESSOR}.wal.unreadable`]);
  expect(logged).toEqual([
    expect.stringContaining('the audit key cannot be used'),
    expect.stringContaining('the audit key does not unwrap its key. It is kept as'),
  ]);
  expect(w.clock.delays()).toEqual([]);
});

test('two processes that start at once recover a file once', async () => {
  const w = world();
  await loseProcess(w);
  await w.clock.advance(11_000);
  const one = startRecovery(w);
  const other = startRecovery(w, { owner: OTHER_SUCCESSOR });
  await Promise.all([one.recovery.start(), other.recovery.start()]);
  expectChain(w, ['a', 'b', 'c']);
  expect([...one.logged, ...other.logged]).toHaveLength(1);
});

test('a process that ends while it recovers leaves the file to the next', async () => {
  const w = world();
  const writer = await loseProcess(w);
  await w.clock.advance(11_000);
  w.state.isStorageAway = true;
  await startRecovery(w, { schedule: () => () => undefined }).recovery.start();
  w.state.isStorageAway = false;
  expect([...w.folder.files.keys()]).toEqual([`${writer}.${SUCCESSOR}.wal`]);
  const next = startRecovery(w, { owner: OTHER_SUCCESSOR });
  await next.recovery.start();
  expectChain(w, ['a']);
  await w.clock.advance(12_000);
  expectChain(w, ['a', 'b', 'c']);
  expect(w.folder.files.size).toBe(0);
});

test('a process that was taken for dead goes on, and nothing is written twice', async () => {
  const w = world();
  const { clock, writer } = startProcess(w);
  await writer.append(closing('a'));
  w.state.isStorageAway = true;
  void writer.append(closing('b'), UNAWAITED);
  await clock.advance(600);
  w.state.isStorageAway = false;
  await w.clock.advance(60_000);
  await startRecovery(w).recovery.start();
  expectChain(w, ['a', 'b']);
  void writer.append(closing('c'), UNAWAITED);
  await clock.advance(10_000);
  expectChain(w, ['a', 'b', 'c']);
  expect(w.folder.files.size).toBe(0);
});

test.each<[string, (w: World, name: string) => void, string]>([
  [
    'has a damaged header',
    (w, name) => w.folder.put(name, Buffer.concat([Buffer.from('x'), w.folder.bytesOf(name)])),
    'its first line is damaged',
  ],
  ['is empty', (w, name) => w.folder.put(name, Buffer.alloc(0)), 'its first line is damaged'],
  [
    'is of another storage account',
    (w, name) =>
      w.folder.put(name, replaceIn(w.folder.bytesOf(name), STORAGE_URL, 'https://accounT.example')),
    'it belongs to another storage account',
  ],
  [
    'is of another audit key',
    (w, name) => w.folder.put(name, replaceIn(w.folder.bytesOf(name), KEY_URL, KEY_URL.toUpperCase())),
    'it belongs to another audit key',
  ],
])('a file that %s is kept apart with a sentence, and nothing is written', async (_, change, why) => {
  const w = world();
  const writer = await loseProcess(w);
  change(w, `${writer}.wal`);
  await w.clock.advance(11_000);
  const { recovery, logged } = startRecovery(w);
  await recovery.start();
  expectChain(w, ['a']);
  expect([...w.folder.files.keys()]).toEqual([`${writer}.${SUCCESSOR}.wal.unreadable`]);
  expect(logged).toEqual([expect.stringContaining(`cannot be recovered: ${why}. It is kept as`)]);
  await w.clock.advance(3_600_000);
  expect(logged).toHaveLength(1);
});

function replaceIn(bytes: Buffer, text: string, by: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(text, by), 'latin1');
}

test('of a file that is damaged in the middle the frames before are put on the ledger, and the file is kept apart', async () => {
  const w = world();
  const writer = await loseProcess(w);
  const bytes = w.folder.bytesOf(`${writer}.wal`);
  bytes[bytes.byteLength - 20] = (bytes[bytes.byteLength - 20] ?? 0) ^ 1;
  await w.clock.advance(11_000);
  const { recovery, logged } = startRecovery(w);
  await recovery.start();
  expectChain(w, ['a', 'b']);
  expect([...w.folder.files.keys()]).toEqual([`${writer}.${SUCCESSOR}.wal.unreadable`]);
  expect(logged).toEqual([
    expect.stringContaining('it is damaged behind its first 2 entries, which are on the ledger'),
  ]);
});

test('of a file whose process ended while it wrote the whole frames are put on the ledger', async () => {
  const w = world();
  const writer = await loseProcess(w);
  w.folder.put(`${writer}.wal`, w.folder.bytesOf(`${writer}.wal`).subarray(0, -20));
  await w.clock.advance(11_000);
  await startRecovery(w).recovery.start();
  expectChain(w, ['a', 'b']);
  expect(w.folder.files.size).toBe(0);
});

test('a file that somebody made up with the audit key’s public half puts nothing on a chain', async () => {
  const w = world();
  const genuine = startProcess(w);
  await genuine.writer.append(closing('a'));
  // The forger has a seal key of its own, and gives its lines the name and the place of the genuine chain.
  const forged = world();
  const { writer } = startProcess({ ...forged, folder: w.folder, key: w.key });
  await writer.append(closing('b'));
  const file = new WriteAheadFile({
    folder: w.folder,
    writer: genuine.writer.name,
    storageUrl: STORAGE_URL,
    keyUrl: KEY_URL,
    maximumBytes: 1_000_000,
  });
  const lines = forged.store.lines.map((line) =>
    Buffer.concat([Buffer.from(line.replaceAll(writer.name, genuine.writer.name)), LINE_BREAK]),
  );
  const dataKey = new DataKey(w.key, w.clock.schedule);
  dataKey.prepare();
  await w.clock.advance(0);
  if (dataKey.current)
    await file.keep(
      [
        {
          part: 1,
          position: Buffer.concat(w.store.blobs.get(partName(genuine.writer.name, 1)) ?? []).byteLength,
          offset: 0,
          lines,
        },
      ],
      dataKey.current,
    );
  await w.clock.advance(11_000);
  const { recovery, logged } = startRecovery(w);
  await recovery.start();
  expectChain(w, ['a']);
  expect(logged).toEqual([expect.stringContaining('its entries do not carry the seal of their chain')]);
});

test('what is kept apart is deleted after seven days, and of many files the oldest are', async () => {
  const w = world();
  for (let file = 0; file < 12; file += 1) {
    w.folder.put(`${file}.wal.unreadable`, Buffer.from('x'));
    await w.clock.advance(1_000);
  }
  await startRecovery(w).recovery.start();
  expect([...w.folder.files.keys()]).toEqual(
    Array.from({ length: 8 }, (_, index) => `${index + 4}.wal.unreadable`),
  );
  await w.clock.advance(8 * 86_400_000);
  await startRecovery(w).recovery.start();
  expect(w.folder.files.size).toBe(0);
});

test('a folder that cannot be read is said once, and holds nothing up', async () => {
  const w = world();
  w.folder.faults.push(Object.assign(new Error('EACCES: /tmp/x'), { code: 'EACCES' }));
  const { recovery, logged } = startRecovery(w);
  await recovery.start();
  expect(logged).toEqual([
    'The folder of the write-ahead files of the audit trail cannot be read: its folder may not be used by this ' +
      'process. Records that earlier processes left there are not recovered.',
  ]);
});
