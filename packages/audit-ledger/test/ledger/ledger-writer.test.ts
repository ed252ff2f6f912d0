import { checkSeal } from '../../src/keys/seal-key.ts';
import { hashEntry, LedgerEntry, NO_PREVIOUS, sealedText } from '../../src/ledger/ledger-entry.ts';
import { LedgerWriter } from '../../src/ledger/ledger-writer.ts';
import { createHandDrivenClock, settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { MemoryAppendStore } from '../memory-append-store.ts';

const closing = (id: string) => ({ kind: 'closing', record: { id } }) as const;

function start() {
  const clock = createHandDrivenClock();
  const store = new MemoryAppendStore();
  const commits = { count: 0 };
  const waits = { count: 0 };
  const writer = new LedgerWriter({
    loadStore: () => Promise.resolve(store),
    policyVersion: 'policy-1',
    now: () => new Date(clock.now()),
    schedule: clock.schedule,
    onCommitted: () => (commits.count += 1),
    onWaiting: () => (waits.count += 1),
  });
  return { clock, store, writer, commits, waits };
}

/** Expects that no line is missing, doubled or out of order, and that the chain ends with a seal. */
function expectWholeChain(lines: readonly string[], ids: readonly string[]): void {
  const entries = lines.map((line) => LedgerEntry.parse(JSON.parse(line)));
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index));
  expect(entries.map(({ previous }) => previous)).toEqual([
    NO_PREVIOUS,
    ...lines.slice(0, -1).map((line) => hashEntry(line)),
  ]);
  const [chain] = entries;
  if (chain?.kind !== 'chain') throw new Error('the chain does not begin with its own entry');
  expect(chain.policyVersion).toBe('policy-1');
  for (const entry of entries)
    if (entry.kind === 'seal')
      expect(checkSeal(chain.sealKey, sealedText(entry.writer, entry), entry.value)).toBe(true);
  expect(entries.at(-1)?.kind).toBe('seal');
  const others = entries.slice(1).filter(({ kind }) => kind !== 'seal');
  expect(others.map((entry) => (entry.kind === 'closing' ? entry.record.id : ''))).toEqual(ids);
}

function kindsOf(lines: readonly string[]): string[] {
  return lines.map((line) => LedgerEntry.parse(JSON.parse(line)).kind);
}

test('a chain begins with its own entry, and each entry names the hash of the one before', async () => {
  const { store, writer } = start();
  await writer.append(closing('a'));
  await writer.append(closing('b'));
  expectWholeChain(store.lines, ['a', 'b']);
  expect(writer.head).toEqual({ sequence: 4, hash: hashEntry(store.lines[4] ?? '') });
  expect(writer.name).toMatch(/^20260101T000000000Z-[0-9a-f]{8}$/);
});

test('each block ends with one seal by the key that the chain names', async () => {
  const { store, writer } = start();
  await Promise.all(['a', 'b'].map((id) => writer.append(closing(id))));
  await writer.append(closing('c'));
  expectWholeChain(store.lines, ['a', 'b', 'c']);
  expect(kindsOf(store.lines)).toEqual(['chain', 'closing', 'closing', 'seal', 'closing', 'seal']);
  expect(LedgerEntry.parse(JSON.parse(store.lines[0] ?? ''))).toMatchObject({ sealKey: writer.sealKey });
  expect(start().writer.sealKey).not.toEqual(writer.sealKey);
});

test('what waits for its block can be sealed before, once for the entries so far', async () => {
  const { store, writer } = start();
  writer.sealUncommitted();
  expect(writer.pendingBytes).toBe(0);
  store.faults.push('refused');
  const all = [writer.append(closing('a'))];
  writer.sealUncommitted();
  writer.sealUncommitted();
  expect(writer.head.sequence).toBe(2);
  all.push(writer.append(closing('b')));
  await settled();
  writer.hurry();
  await Promise.all(all);
  writer.sealUncommitted();
  expect(kindsOf(store.lines)).toEqual(['chain', 'closing', 'seal', 'closing', 'seal']);
  expect(writer.head.sequence).toBe(4);
  expectWholeChain(store.lines, ['a', 'b']);
  expect(store.blobs.size).toBe(1);
});

test('a block that was sealed while it waited gets no other seal', async () => {
  const { store, writer } = start();
  const committed = writer.append(closing('a'));
  writer.sealUncommitted();
  await committed;
  expect(kindsOf(store.lines)).toEqual(['chain', 'closing', 'seal']);
});

test('what is not committed is given with the places that it is going to have', async () => {
  const { clock, store, writer, waits } = start();
  await writer.append(closing('a'));
  store.faults.push('refused', 'refused', 'refused');
  const all = [writer.append(closing('b'))];
  await settled();
  all.push(...['c', 'd'].map((id) => writer.append(closing(id))));
  const blocks = writer.sealUncommitted();
  expect(blocks.map(({ lines }) => lines.length)).toEqual([2, 3]);
  expect(waits.count).toBe(2);
  await clock.advance(1_000);
  await Promise.all(all);
  const [name = ''] = store.blobs.keys();
  const part = Buffer.concat(store.blobs.get(name) ?? []);
  for (const { part: number, position, offset, lines } of blocks) {
    const bytes = Buffer.concat(lines);
    expect([number, offset]).toEqual([1, position]);
    expect(part.subarray(position, position + bytes.byteLength)).toEqual(bytes);
  }
  expect(writer.sealUncommitted()).toEqual([]);
  expect(waits.count).toBe(2);
});

test('what is not committed is given with its place in the next part, and in the whole chain', async () => {
  const { store, writer } = start();
  await writer.append(closing('a'));
  store.faults.push('closed');
  await writer.append(closing('b'));
  void writer.append(closing('c'), { isAwaited: false });
  const [block] = writer.sealUncommitted();
  const sizes = [...store.blobs.values()].map((blocks) => Buffer.concat(blocks).byteLength);
  expect(block).toMatchObject({ part: 2, position: sizes[1], offset: (sizes[0] ?? 0) + (sizes[1] ?? 0) });
});

test('an entry is the head until its caller awaits something', async () => {
  const { store, writer } = start();
  const committed = writer.append(closing('a'));
  const { head } = writer;
  await committed;
  expect(head).toEqual({ sequence: 1, hash: hashEntry(store.lines[1] ?? '') });
});

test('entries that arrive while a block is on its way go into the next block together', async () => {
  const { store, writer, commits } = start();
  let letGo = (): void => undefined;
  store.faults.push(new Promise<void>((resolve) => (letGo = resolve)));
  const all = [writer.append(closing('a'))];
  await settled();
  all.push(...['b', 'c', 'd'].map((id) => writer.append(closing(id))));
  letGo();
  await Promise.all(all);
  expect(store.appends).toHaveLength(2);
  expect(commits.count).toBe(2);
  expectWholeChain(store.lines, ['a', 'b', 'c', 'd']);
});

test('an entry that nobody waits for is committed right after the answer, the next ones 50 ms later together', async () => {
  const { clock, store, writer } = start();
  void writer.append(closing('a'), { isAwaited: false });
  expect(store.appends).toEqual([]);
  await clock.advance(1);
  expect(store.appends).toHaveLength(1);
  await clock.advance(10);
  void writer.append(closing('b'), { isAwaited: false });
  await clock.advance(30);
  void writer.append(closing('c'), { isAwaited: false });
  await clock.advance(9);
  expect(store.appends).toHaveLength(1);
  await clock.advance(1);
  expect(store.appends).toHaveLength(2);
  expectWholeChain(store.lines, ['a', 'b', 'c']);
});

test('what gathers behind a block waits for its time, unless somebody waits for it', async () => {
  const { clock, store, writer } = start();
  let letGo = (): void => undefined;
  const hold = () => store.faults.push(new Promise<void>((resolve) => (letGo = resolve)));
  hold();
  void writer.append(closing('a'), { isAwaited: false });
  await clock.advance(1);
  void writer.append(closing('b'), { isAwaited: false });
  letGo();
  await settled();
  expect(store.appends).toHaveLength(1);
  hold();
  await clock.advance(50);
  expect(store.appends).toHaveLength(2);
  void writer.append(closing('c'), { isAwaited: false });
  const awaited = writer.append(closing('d'));
  letGo();
  await awaited;
  expect(store.appends).toHaveLength(3);
  expectWholeChain(store.lines, ['a', 'b', 'c', 'd']);
});

test('one that is waited for takes those along that are not', async () => {
  const { store, writer } = start();
  void writer.append(closing('a'), { isAwaited: false });
  await writer.append(closing('b'));
  expect(store.appends).toHaveLength(1);
  expectWholeChain(store.lines, ['a', 'b']);
});

test('an append that fails is tried again until it succeeds, less and less often', async () => {
  const { clock, store, writer } = start();
  store.faults.push('refused', 'refused', 'refused', 'refused', 'refused', 'refused', 'refused', 'refused');
  const state = { isCommitted: false };
  void writer.append(closing('a')).then(() => (state.isCommitted = true));
  const delays: number[] = [];
  await settled();
  while (!state.isCommitted) {
    const [delay = 0] = clock.delays();
    delays.push(delay);
    await clock.advance(delay);
  }
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  expectWholeChain(store.lines, ['a']);
});

test('what waits for its next try is tried at once when there is no more time', async () => {
  const { clock, store, writer } = start();
  store.faults.push('refused', 'refused', 'refused', 'refused');
  const committed = writer.append(closing('a'));
  await settled();
  await clock.advance(100 + 200 + 400);
  expect(clock.delays()).toContain(800);
  writer.hurry();
  await committed;
  expectWholeChain(store.lines, ['a']);
});

test('a call that waits for the ledger is not kept waiting by the pause that went before', async () => {
  const { clock, store, writer } = start();
  store.faults.push('refused', 'refused', 'refused', 'refused', 'refused', 'refused');
  void writer.append(closing('a'), { isAwaited: false });
  await clock.advance(1 + 100 + 200 + 400 + 800 + 1600);
  expect(clock.delays()).toContain(3200);
  await clock.advance(100);
  const state = { isCommitted: false };
  void writer.append(closing('b')).then(() => (state.isCommitted = true));
  await clock.advance(149);
  expect(state.isCommitted).toBe(false);
  await clock.advance(1);
  expect(state.isCommitted).toBe(true);
  expectWholeChain(store.lines, ['a', 'b']);
});

test('one who waits for the ledger to take entries again is called back at the next block, unless it gave up', async () => {
  const { clock, store, writer } = start();
  store.faults.push('refused', 'refused', 'refused', 'refused', 'refused', 'refused');
  void writer.append(closing('a'), { isAwaited: false });
  await clock.advance(1 + 100 + 200 + 400 + 800 + 1600);
  const called: string[] = [];
  writer.whenCaughtUp(() => called.push('stayed'));
  writer.whenCaughtUp(() => called.push('gave up'))();
  await clock.advance(249);
  expect(called).toEqual([]);
  await clock.advance(1);
  expect(called).toEqual(['stayed']);
  writer.whenCaughtUp(() => called.push('at once'));
  expect(called).toEqual(['stayed', 'at once']);
});

test('a clock that jumps backwards holds up nothing, and leaves a whole chain', async () => {
  const store = new MemoryAppendStore();
  const clock = createHandDrivenClock();
  let offsetInMs = 0;
  const writer = new LedgerWriter({
    loadStore: () => Promise.resolve(store),
    policyVersion: 'policy-1',
    now: () => new Date(clock.now() + offsetInMs),
    schedule: clock.schedule,
  });
  await writer.append(closing('a'));
  offsetInMs = -86_400_000;
  const committed = writer.append(closing('b'), { isAwaited: false });
  await clock.advance(50);
  await committed;
  await writer.append(closing('c'));
  expectWholeChain(store.lines, ['a', 'b', 'c']);
  const times = store.lines.map((line) => LedgerEntry.parse(JSON.parse(line)).time);
  expect(times.toSorted()).not.toEqual(times);
});

test('a block whose answer was lost is not written twice', async () => {
  const { clock, store, writer } = start();
  store.faults.push('answer lost');
  const all = [writer.append(closing('a')), writer.append(closing('b'))];
  await settled();
  await clock.advance(100);
  await Promise.all(all);
  expectWholeChain(store.lines, ['a', 'b']);
  expect(store.blobs.size).toBe(1);
});

test('a blob that takes no more is followed by another part, whose chain goes on', async () => {
  const { store, writer } = start();
  await writer.append(closing('a'));
  store.faults.push('closed');
  await writer.append(closing('b'));
  expect([...store.blobs.keys()].map((name) => name.slice(-12))).toEqual(['000001.jsonl', '000002.jsonl']);
  expectWholeChain(store.lines, ['a', 'b']);
});

test('a blob is left after 50,000 blocks', async () => {
  const { store, writer } = start();
  for (let count = 0; count < 50_001; count += 1) await writer.append(closing('a'));
  expect(store.appends.at(-2)).toMatch(/^000001\.jsonl@/);
  expect(store.appends.at(-1)).toBe('000002.jsonl@0');
});

test('what somebody else has put behind our last entry is left alone, and the chain goes on in a new part', async () => {
  const { store, writer } = start();
  await writer.append(closing('a'));
  const [name = ''] = store.blobs.keys();
  store.put(name, Buffer.from('{"forged":true}\n'));
  await writer.append(closing('b'));
  expectWholeChain(
    store.lines.filter((line) => !line.includes('forged')),
    ['a', 'b'],
  );
});

test('a part that is gone is followed by another', async () => {
  const { store, writer } = start();
  await writer.append(closing('a'));
  store.blobs.clear();
  await writer.append(closing('b'));
  expect([...store.blobs.keys()].map((name) => name.slice(-12))).toEqual(['000002.jsonl']);
});

test('a store that takes nothing at all is not asked in a tight loop', async () => {
  const { clock, store, writer } = start();
  store.faults.push('closed', 'closed', 'closed');
  const committed = writer.append(closing('a'));
  await settled();
  expect(store.appends).toHaveLength(1);
  await clock.advance(100 + 200 + 400);
  await committed;
  expectWholeChain(store.lines, ['a']);
});

test('no part stays empty before another, which its readers would take for the end', async () => {
  const { clock, store, writer } = start();
  await writer.append(closing('a'));
  store.faults.push('closed', 'closed', 'closed');
  const committed = writer.append(closing('b'));
  await settled();
  await clock.advance(100 + 200 + 400);
  await committed;
  expect([...store.blobs].map(([name, blocks]) => [name.slice(-12), blocks.length])).toEqual([
    ['000001.jsonl', 1],
    ['000002.jsonl', 1],
  ]);
});

test('a store that cannot be loaded is loaded again', async () => {
  const clock = createHandDrivenClock();
  const store = new MemoryAppendStore();
  const loads = [Promise.reject(new Error('no such package')), Promise.resolve(store)];
  loads[0]?.catch(() => undefined);
  const writer = new LedgerWriter({
    loadStore: () => loads.shift() ?? Promise.resolve(store),
    policyVersion: 'policy-1',
    now: () => new Date(clock.now()),
    schedule: clock.schedule,
  });
  const committed = writer.append(closing('a'));
  await settled();
  expect(loads).toHaveLength(1);
  await clock.advance(100);
  await committed;
  expectWholeChain(store.lines, ['a']);
});

test('blocks that are full go out one after the other, also when nobody waits for them', async () => {
  const { clock, store, writer } = start();
  const ids = Array.from({ length: 20_000 }, (_, index) => `${index}`.padEnd(400, '-'));
  for (const id of ids) void writer.append(closing(id), { isAwaited: false });
  await clock.advance(1);
  for (let turn = 0; turn < 5; turn += 1) await settled();
  expect(store.appends).toHaveLength(2);
  await clock.advance(50);
  expect(store.appends).toHaveLength(3);
  expectWholeChain(store.lines, ids);
});

test('a burst of 20,000 entries is written in blocks of 4 MiB at most, in order', async () => {
  const { store, writer } = start();
  const ids = Array.from({ length: 20_000 }, (_, index) => `${index}`.padEnd(400, '-'));
  await Promise.all(ids.map((id) => writer.append(closing(id))));
  expectWholeChain(store.lines, ids);
  expect(store.appends.length).toBeLessThan(10);
  const blocks = [...store.blobs.values()].flat();
  expect(Math.max(...blocks.map(({ byteLength }) => byteLength))).toBeLessThanOrEqual(4 * 1024 * 1024);
  for (const block of blocks)
    expect(kindsOf(Buffer.from(block).toString().trimEnd().split('\n')).at(-1)).toBe('seal');
  expect(kindsOf(store.lines).filter((kind) => kind === 'seal')).toHaveLength(blocks.length);
  expect(writer.pendingBytes).toBe(0);
});

test('it tells how much waits, and since when', async () => {
  const { clock, store, writer } = start();
  expect(writer.pendingSince).toBeUndefined();
  store.faults.push('refused');
  const since = clock.now();
  const first = writer.append(closing('a'));
  await settled();
  await clock.advance(50);
  const second = writer.append(closing('b'));
  expect(writer.pendingSince).toBe(since);
  expect(writer.pendingBytes).toBeGreaterThan(500);
  await clock.advance(50);
  await Promise.all([first, second]);
  expect([writer.pendingBytes, writer.pendingSince]).toEqual([0, undefined]);
});
