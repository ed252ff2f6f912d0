import { randomBytes } from 'node:crypto';
import { createHandDrivenClock, settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { LedgerWriter } from '../../src/ledger/ledger-writer.ts';
import { DataKey } from '../../src/write-ahead/data-key.ts';
import { readFrames, readHeader } from '../../src/write-ahead/file-format.ts';
import { WriteAheadFile } from '../../src/write-ahead/write-ahead-file.ts';
import { WriteAhead } from '../../src/write-ahead/write-ahead.ts';
import { MemoryAppendStore } from '../memory-append-store.ts';
import { MemoryFolder } from '../memory-folder.ts';

const MAXIMUM_BYTES = 100_000;
const UNAWAITED = { isAwaited: false };
const closing = (id: string) => ({ kind: 'closing', record: { id } }) as const;

function start({ keyFailures = 0 } = {}) {
  const clock = createHandDrivenClock();
  const store = new MemoryAppendStore();
  const folder = new MemoryFolder(clock.now);
  const logged: string[] = [];
  const secrets: Uint8Array[] = [];
  const key = {
    wrap: (secret: Uint8Array) => {
      secrets.push(secret);
      return secrets.length > keyFailures
        ? Promise.resolve({ keyId: 'key/1', wrapped: randomBytes(256) })
        : Promise.reject(new Error('vault'));
    },
  };
  const writer = new LedgerWriter({
    loadStore: () => Promise.resolve(store),
    policyVersion: 'policy-1',
    now: () => new Date(clock.now()),
    schedule: clock.schedule,
    onWaiting: () => writeAhead.entriesWait(),
  });
  const file = new WriteAheadFile({
    folder,
    writer: writer.name,
    storageUrl: 'https://account.example',
    keyUrl: 'https://vault.example/keys/audit',
    maximumBytes: MAXIMUM_BYTES,
  });
  const writeAhead = new WriteAhead({
    writer,
    file,
    dataKey: new DataKey(key, clock.schedule),
    now: clock.now,
    schedule: clock.schedule,
    log: (message) => logged.push(message),
  });
  const name = `${writer.name}.wal`;
  /** The lines in the file, in their order. */
  const kept = async (): Promise<string[]> => {
    const read = (position: number, length: number) =>
      Promise.resolve(folder.bytesOf(name).subarray(position, position + length));
    const header = await readHeader(read);
    if (!header) return [];
    const lines: string[] = [];
    for await (const { bytes } of readFrames(read, header.line, secrets[0] ?? Buffer.alloc(0)))
      lines.push(...Buffer.from(bytes).toString().split('\n').slice(0, -1));
    return lines;
  };
  const stall = () => store.faults.push(...Array.from({ length: 1_000 }, () => 'refused' as const));
  return { clock, store, folder, logged, secrets, writer, writeAhead, name, kept, stall };
}

function idsOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const { kind, record } = JSON.parse(line) as { kind: string; record?: { id: string } };
    return kind === 'closing' && record ? [record.id] : [];
  });
}

const kindsOf = (lines: readonly string[]) =>
  lines.map((line) => (JSON.parse(line) as { kind: string }).kind);

test('while the ledger takes entries in time nothing touches the disk', async () => {
  const { clock, folder, writer } = start();
  for (let call = 0; call < 200; call += 1) {
    void writer.append(closing(`${call}`), UNAWAITED);
    await clock.advance(10);
  }
  await clock.advance(1_000);
  expect(folder.operations).toEqual([]);
});

test('without entries nothing is planned, and the audit key is not asked', async () => {
  const { clock, secrets, writer } = start();
  await clock.advance(60_000);
  expect([clock.delays(), secrets]).toEqual([[], []]);
  await writer.append(closing('a'));
  await clock.advance(250);
  expect([clock.delays(), secrets.length]).toEqual([[], 1]);
});

test('an entry that has waited for 250 ms is on the disk, sealed, and is not readable there', async () => {
  const { clock, folder, writer, kept, stall, name } = start();
  stall();
  void writer.append(closing('a'), UNAWAITED);
  await clock.advance(249);
  expect(folder.operations).toEqual([]);
  await clock.advance(1);
  expect(kindsOf(await kept())).toEqual(['chain', 'closing', 'seal']);
  expect(folder.bytesOf(name).toString('latin1')).not.toContain('policy-1');
});

test('each later entry is on the disk within 250 ms too, once, behind those before it', async () => {
  const { clock, folder, writer, kept, stall } = start();
  stall();
  const added: { readonly id: string; readonly at: number }[] = [];
  for (let call = 0; call < 60; call += 1) {
    const id = String(call);
    void writer.append(closing(id), UNAWAITED);
    added.push({ id, at: clock.now() });
    await clock.advance(30);
    const due = added.filter(({ at }) => clock.now() - at >= 250).map(({ id: one }) => one);
    expect(idsOf(await kept())).toEqual(expect.arrayContaining(due));
  }
  await clock.advance(250);
  expect(idsOf(await kept())).toEqual(added.map(({ id }) => id));
  expect(kindsOf(await kept()).at(-1)).toBe('seal');
  expect(folder.operations.filter((one) => one === 'replace')).toHaveLength(1);
});

test('a file without new entries is touched, which says that its process lives', async () => {
  const { clock, folder, writer, stall, name } = start();
  stall();
  void writer.append(closing('a'), UNAWAITED);
  for (let second = 0; second < 30; second += 1) {
    await clock.advance(1_000);
    expect(clock.now() - (folder.files.get(name)?.modifiedAt ?? 0)).toBeLessThanOrEqual(250);
  }
  expect(new Set(folder.operations)).toEqual(new Set(['replace', 'touch']));
});

test('the file is gone soon after the ledger has taken everything, and its entries are the chain’s', async () => {
  const { clock, store, folder, writer, kept, stall } = start();
  stall();
  void writer.append(closing('a'), UNAWAITED);
  await clock.advance(1_000);
  void writer.append(closing('b'), UNAWAITED);
  await clock.advance(1_000);
  const lines = await kept();
  store.faults.length = 0;
  await clock.advance(5_000);
  expect(folder.files.size).toBe(0);
  expect(store.lines).toEqual(lines);
  const { length } = folder.operations;
  await clock.advance(60_000);
  expect(folder.operations).toHaveLength(length);
});

test('a ledger that is slow but takes entries keeps the file in its bound', async () => {
  const { clock, store, folder, writer, name } = start();
  for (let call = 0; call < 1_000; call += 1) {
    void writer.append(closing(`${call}`.padEnd(2_000, '-')), UNAWAITED);
    // Each append takes longer than the entries' 250 ms.
    if (store.faults.length === 0) store.faults.push(delayed(clock.schedule, 300));
    await clock.advance(20);
    expect(folder.bytesOf(name).byteLength).toBeLessThan(MAXIMUM_BYTES + 100_000);
  }
  expect(folder.operations.filter((one) => one === 'replace').length).toBeGreaterThan(2);
});

function delayed(
  schedule: (task: () => void, delayInMs: number) => unknown,
  delayInMs: number,
): Promise<void> {
  return new Promise((resolve) => void schedule(resolve, delayInMs));
}

test('a file that another process took over is written anew, with everything that waits', async () => {
  const { clock, folder, writer, kept, stall, name } = start();
  stall();
  void writer.append(closing('a'), UNAWAITED);
  await clock.advance(500);
  folder.files.delete(name);
  await clock.advance(250);
  expect(idsOf(await kept())).toEqual(['a']);
  folder.files.delete(name);
  void writer.append(closing('b'), UNAWAITED);
  await clock.advance(250);
  expect(idsOf(await kept())).toEqual(['a', 'b']);
});

test('a disk that fails is said once, calls go on, and the file is whole when the disk is back', async () => {
  const { clock, folder, logged, writer, kept, stall } = start();
  stall();
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  folder.faults.push(...Array.from({ length: 8 }, () => full));
  void writer.append(closing('a'), UNAWAITED);
  await clock.advance(1_000);
  void writer.append(closing('b'), UNAWAITED);
  await clock.advance(1_000);
  expect(logged).toEqual([
    'The write-ahead file of the audit trail cannot be written: the disk is full. Calls go on without it. Records that ' +
      'wait for the ledger are lost if this process is killed before the ledger takes them.',
  ]);
  await clock.advance(250);
  expect(idsOf(await kept())).toEqual(['a', 'b']);
  expect(logged).toHaveLength(1);
});

test('an append that left a part of itself is followed by a whole file', async () => {
  const { clock, folder, writer, kept, stall, name } = start();
  stall();
  void writer.append(closing('a'), UNAWAITED);
  await clock.advance(250);
  folder.faults.push(new Error('half'));
  void writer.append(closing('b'), UNAWAITED);
  await clock.advance(249);
  folder.put(name, Buffer.concat([folder.bytesOf(name), Buffer.from('half a frame')]));
  await clock.advance(251);
  expect(idsOf(await kept())).toEqual(['a', 'b']);
});

test('the audit key is asked once, long before the file is needed, and the vault may be away then', async () => {
  const { clock, secrets, writer, kept, stall } = start();
  await writer.append(closing('a'));
  expect(secrets).toHaveLength(1);
  stall();
  void writer.append(closing('b'), UNAWAITED);
  await clock.advance(60_000);
  expect(secrets).toHaveLength(1);
  expect(idsOf(await kept())).toEqual(['b']);
});

test('without the audit key since the start there is no file, which is said, and there is one when the key comes', async () => {
  const { clock, folder, logged, secrets, writer, kept, stall } = start({ keyFailures: 2 });
  stall();
  void writer.append(closing('a'), UNAWAITED);
  await clock.advance(2_900);
  expect([folder.operations, secrets.length]).toEqual([[], 2]);
  expect(logged).toEqual([
    expect.stringContaining('the audit key could not be read since this process started'),
  ]);
  await clock.advance(500);
  expect(idsOf(await kept())).toEqual(['a']);
});

test('at a stop everything that waits is put into the file at once', async () => {
  const { clock, writer, writeAhead, kept, stall } = start();
  stall();
  void writer.append(closing('a'), UNAWAITED);
  await settled();
  await writeAhead.keepNow();
  expect(idsOf(await kept())).toEqual(['a']);
  void writer.append(closing('b'), UNAWAITED);
  await writeAhead.keepNow();
  expect(idsOf(await kept())).toEqual(['a', 'b']);
  expect(clock.now()).toBe(Date.UTC(2026, 0, 1));
});

test('a clock that is set back does not put off the file', async () => {
  const folder: string[] = [];
  const clock = createHandDrivenClock();
  const writeAhead = new WriteAhead({
    writer: { pendingSince: clock.now() + 3_600_000, sealUncommitted: () => [] },
    file: { keep: () => Promise.resolve(void folder.push('keep')), remove: () => Promise.resolve() },
    dataKey: { current: { secret: Buffer.alloc(32), keyId: 'k', wrapped: '' }, prepare: () => undefined },
    now: clock.now,
    schedule: clock.schedule,
    log: () => undefined,
  });
  writeAhead.entriesWait();
  await clock.advance(500);
  expect(folder.length).toBeGreaterThan(0);
});
