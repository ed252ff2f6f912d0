import fc from 'fast-check';
import type { EntryBody } from '../../src/ledger/ledger-entry.ts';
import { MAXIMUM_LINE_BYTES } from '../../src/ledger/read-lines.ts';
import { FlatOpening, FlatRecord } from '../../src/record/record-schema.ts';
import { EventDelivery } from '../../src/shipping/event-delivery.ts';
import { lazyLedgerReader, lazyStateStore } from '../../src/shipping/lazy-storage.ts';
import { LedgerShipping } from '../../src/shipping/ledger-shipping.ts';
import { loadOnce } from '../../src/time/load-once.ts';
import { stateName } from '../../src/shipping/state-names.ts';
import { createHandDrivenClock, settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { FakeIngestion, type IngestionFault } from '../fake-ingestion.ts';
import { MemoryLedger, MemoryState, MemoryWriter } from '../memory-storage.ts';
import { MemoryLog, MemoryWitness, openGrowingLog } from '../transparency-log/memory-log.ts';
import { auditPublicKeys } from '../verification/sample-chain.ts';

const GONE_AFTER_IN_MS = 180_000;

/** Creates storage, an ingestion service, and processes that write and ship. */
function createWorld() {
  const clock = createHandDrivenClock();
  const ledger = new MemoryLedger(clock.now);
  const state = new MemoryState(clock.now);
  const ingestion = new FakeIngestion();
  let processes = 0;
  const deliveryTo = (sender: FakeIngestion) =>
    new EventDelivery({
      loadSender: () => Promise.resolve(sender),
      now: () => new Date(clock.now()),
      schedule: clock.schedule,
      random: () => 1,
    });
  const startProcess = ({
    loadStorage = () => Promise.resolve({ ledger, state }),
    heads = openGrowingLog(),
  } = {}) => {
    processes += 1;
    const writer = new MemoryWriter(ledger, `20260101T000000000Z-0000000${processes}`, clock.now);
    const load = loadOnce(loadStorage);
    const shipping = new LedgerShipping({
      writer: writer.name,
      append: (body) => {
        append(body);
        return Promise.resolve();
      },
      sealKey: writer.sealKey,
      publicKeys: auditPublicKeys,
      heads,
      ledger: lazyLedgerReader(async () => (await load()).ledger),
      state: lazyStateStore(async () => (await load()).state),
      delivery: deliveryTo(ingestion),
      describe: (record) => {
        if (typeof record.id !== 'string') throw new TypeError('no record');
        return { properties: { id: record.id, outcome: String(record.outcome) }, measurements: {} };
      },
      goneAfterInMs: GONE_AFTER_IN_MS,
      now: () => new Date(clock.now()),
      schedule: clock.schedule,
    });
    const append = (...bodies: EntryBody[]) => {
      writer.append(...bodies);
      shipping.committed();
    };
    return { writer, shipping, append };
  };
  /** Lets the clock run for some seconds, and everything happen that is due. */
  const pass = async (seconds = 1) => {
    for (let second = 0; second < seconds; second += 1) {
      for (let turn = 0; turn < 100; turn += 1) await settled();
      await clock.advance(1000);
      for (let turn = 0; turn < 100; turn += 1) await settled();
    }
  };
  const sweep = async ({ shipping }: { readonly shipping: LedgerShipping }) => {
    const sweeping = shipping.sweep();
    sweeping.catch(() => undefined);
    await pass();
    return sweeping;
  };
  return { clock, ledger, state, ingestion, deliveryTo, startProcess, pass, sweep };
}

function opening(id: string): EntryBody {
  return { kind: 'opening', record: { id, time: '2026-01-01T00:00:00.000Z', decision: 'allow' } };
}

function closing(id: string): EntryBody {
  return { kind: 'closing', record: { id, time: '2026-01-01T00:00:00.000Z', outcome: 'answered' } };
}

function closings(count: number, prefix = 'record'): EntryBody[] {
  return Array.from({ length: count }, (_, index) => closing(`${prefix}-${index}`));
}

function idsOf(ingestion: FakeIngestion): (string | undefined)[] {
  return ingestion.named('gateway.prediction').map(({ properties }) => properties.id);
}

/** The closings on the chain of a process. */
function closingsOf(ledger: MemoryLedger, { writer }: { readonly writer: MemoryWriter }): EntryBody[] {
  return ledger.entries(writer.name).filter(({ kind }) => kind === 'closing');
}

function expectEachOnce(ingestion: FakeIngestion, count: number): void {
  expect(ingestion.named('gateway.prediction')).toHaveLength(count);
  expect(new Set(idsOf(ingestion)).size).toBe(count);
}

test('a committed record is shipped with its place in the ledger', async () => {
  const { ingestion, startProcess, pass, ledger } = createWorld();
  const { append, writer, shipping } = startProcess();
  append(opening('one'), closing('one'));
  await pass();
  const [event, ...more] = ingestion.named('gateway.prediction');
  expect(more).toEqual([]);
  expect(event?.time).toEqual(new Date('2026-01-01T00:00:00.000Z'));
  expect(event?.properties).toEqual({
    id: 'one',
    outcome: 'answered',
    ledgerWriter: writer.name,
    ledgerSequence: '2',
    ledgerHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
  expect(ingestion.accepted.map(({ name }) => name)).toEqual(['gateway.prediction', 'gateway.audit.anchor']);
  expect(ledger.entries(writer.name)).toHaveLength(5);
  expect(shipping.shipped()).toEqual({ sequence: 4, refused: 0 });
});

test('checkpoints and the end of a chain are shipped as anchors', async () => {
  const { ingestion, startProcess, pass } = createWorld();
  const { append, writer } = startProcess();
  append({ kind: 'checkpoint', shipped: { sequence: -1, refused: 0 }, opened: 4, closed: 7 });
  append({ kind: 'end', opened: 4, closed: 8 });
  await pass();
  const place = (sequence: string, closed: string) => ({
    writer: writer.name,
    sequence,
    closed,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    time: '2026-01-01T00:00:00.000Z',
  });
  expect(ingestion.accepted.map(({ name, properties }) => [name, properties])).toEqual([
    ['gateway.audit.anchor', place('1', '7')],
    ['gateway.audit.anchor', place('2', '0')],
    ['gateway.audit.anchor', place('4', '8')],
  ]);
});

test('what is committed within a quarter of a second goes out together', async () => {
  const { clock, ingestion, startProcess, pass } = createWorld();
  const { append } = startProcess();
  append(closing('one'));
  append(closing('two'));
  await clock.advance(249);
  expect(ingestion.requests).toEqual([]);
  await pass();
  expect(ingestion.requests).toEqual([3]);
});

test('a burst of 20,000 goes out in batches of at most 500, and none is lost or doubled', async () => {
  const { ingestion, ledger, startProcess, pass } = createWorld();
  const { append, shipping } = startProcess();
  for (let burst = 0; burst < 20; burst += 1) append(...closings(1000, `burst-${burst}`));
  await pass(20);
  expectEachOnce(ingestion, 20_000);
  expect(Math.max(...ingestion.requests)).toBeLessThanOrEqual(500);
  expect(ledger.largestRead).toBeLessThanOrEqual(1024 * 1024);
  expect(shipping.shipped().sequence).toBe(20_000 + 1 + 20);
});

test('events of one batch are less than 1 MB together', async () => {
  const { ingestion, startProcess, pass } = createWorld();
  const { append } = startProcess();
  const long = 'x'.repeat(8000);
  append(
    ...Array.from({ length: 300 }, (_, index): EntryBody => {
      return { kind: 'closing', record: { id: `${index}-${long}`, outcome: 'answered' } };
    }),
    closing('last'),
  );
  await pass(3);
  expectEachOnce(ingestion, 301);
  expect(Math.max(...ingestion.requests)).toBeLessThan(120);
});

test.each([
  ['500', { status: 500 }],
  ['429 with Retry-After', { status: 429, retryAfter: '5' }],
  ['400 in passing', { status: 400 }],
  ['413 in passing', { status: 413 }],
  ['402', { status: 402 }],
  ['a hang or a reset', 'silence' as const],
  ['half of it accepted', 'half' as const],
])('ingestion answers %s: every record arrives once', async (_, fault) => {
  const { ingestion, startProcess, pass } = createWorld();
  const { append, shipping } = startProcess();
  ingestion.faults.push(fault, fault, fault);
  append(...closings(1200));
  await pass(60);
  expectEachOnce(ingestion, 1200);
  expect(shipping.shipped()).toEqual({ sequence: 1202, refused: 0 });
});

test('a record that Application Insights will not take is on the ledger as a refusal, and the others arrive', async () => {
  const { ingestion, ledger, startProcess, pass } = createWorld();
  const { append, shipping, writer } = startProcess();
  ingestion.refuses = ({ properties }) => (properties.id === 'record-7' ? 400 : undefined);
  append(...closings(20));
  await pass(3);
  expectEachOnce(ingestion, 19);
  expect(ledger.entries(writer.name).at(-2)).toMatchObject({ kind: 'refusal', refused: 8, status: 400 });
  expect(shipping.shipped()).toEqual({ sequence: 24, refused: 1 });
});

test('a chain that goes on in the next part is shipped on from there', async () => {
  const { ingestion, startProcess, pass } = createWorld();
  const { append, writer } = startProcess();
  append(...closings(3, 'first'));
  writer.part = 2;
  append(...closings(3, 'second'));
  await pass();
  writer.part = 3;
  append(...closings(3, 'third'));
  await pass();
  expectEachOnce(ingestion, 9);
  expect(ingestion.named('gateway.audit.verification')).toEqual([]);
});

test('what is committed to a part after its end was read, and before the next part begins, is not passed over', async () => {
  const { ingestion, ledger, startProcess, pass } = createWorld();
  const { append, writer } = startProcess();
  append(closing('one'));
  ledger.afterRead = (part, bytes) => {
    if (part !== 1 || bytes > 0) return;
    ledger.afterRead = () => undefined;
    writer.append(closing('two'));
    writer.part = 2;
    writer.append(closing('three'));
  };
  await pass(3);
  expect(idsOf(ingestion)).toEqual(['one', 'two', 'three']);
  expect(ingestion.named('gateway.audit.verification')).toEqual([]);
});

test('a ledger that cannot be read, or storage that cannot be loaded, is tried again', async () => {
  const { ingestion, ledger, state, startProcess, pass } = createWorld();
  let loads = 0;
  const { append } = startProcess({
    loadStorage: () => {
      loads += 1;
      return loads === 1 ? Promise.reject(new Error('not there')) : Promise.resolve({ ledger, state });
    },
  });
  ledger.faults.push(new Error('away'), new Error('away'));
  append(...closings(3));
  await pass(10);
  expectEachOnce(ingestion, 3);
});

test.each([true, false])(
  'a cursor that cannot be kept keeps no record back (carried out: %s)',
  async (isCarriedOut) => {
    const { ingestion, state, startProcess, pass } = createWorld();
    const { append, writer } = startProcess();
    state.faults.push({ isCarriedOut }, { isCarriedOut }, { isCarriedOut });
    append(...closings(3));
    await pass(10);
    append(...closings(3, 'later'));
    await pass(10);
    expectEachOnce(ingestion, 6);
    expect((await state.read(stateName('shipping/', writer.name)))?.value).toMatchObject({ sequence: 9 });
  },
);

test('a process that dies in the middle of shipping has the rest shipped by another, and what is doubled has the same id', async () => {
  const { ingestion, clock, state, startProcess, pass, sweep } = createWorld();
  const dying = startProcess();
  const survivor = startProcess();
  dying.writer.append(...closings(2000));
  // The second batch is accepted, but the process dies before its cursor is kept.
  let writes = 0;
  state.beforeWrite = () => {
    writes += 1;
    if (writes === 1) return;
    state.faults.push({ isCarriedOut: false });
    ingestion.faults.push(...Array.from({ length: 10 }, () => 'silence' as const));
  };
  dying.shipping.committed();
  await pass();
  state.beforeWrite = () => undefined;
  state.faults.length = 0;
  void dying.shipping.close(0);
  await clock.advance(GONE_AFTER_IN_MS);
  ingestion.faults.length = 0;
  const shippedBefore = idsOf(ingestion).length;
  expect(shippedBefore).toBe(1000);
  await sweep(survivor);
  await pass(5);
  expect(new Set(idsOf(ingestion)).size).toBe(2000);
  expect(idsOf(ingestion)).toHaveLength(2500);
});

test('chains of writers that live are left to them', async () => {
  const { ingestion, clock, startProcess, sweep } = createWorld();
  const other = startProcess();
  const sweeper = startProcess();
  other.writer.append(opening('one'), closing('two'));
  await clock.advance(GONE_AFTER_IN_MS - 2000);
  const backlog = await sweep(sweeper);
  expect(idsOf(ingestion)).toEqual([]);
  expect(backlog).toMatchObject({ chains: 1, oldestAgeInMs: GONE_AFTER_IN_MS - 2000, failedChains: 0 });
});

test('what a lost writer has left open is closed once, in the sweeper’s chain, and shipped', async () => {
  const { ingestion, ledger, clock, startProcess, pass, sweep } = createWorld();
  const lost = startProcess();
  const sweeper = startProcess();
  lost.writer.append(opening('one'), opening('two'), closing('one'), opening('three'));
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  await pass();
  await sweep(sweeper);
  await pass();
  expect(closingsOf(ledger, sweeper)).toMatchObject([
    {
      kind: 'closing',
      recovered: { writer: lost.writer.name, sequence: 2 },
      record: { id: 'two', decision: 'allow', outcome: 'interrupted', code: 'PROCESS_LOST', status: 500 },
    },
    {
      kind: 'closing',
      recovered: { writer: lost.writer.name, sequence: 4 },
      record: { id: 'three', outcome: 'interrupted' },
    },
  ]);
  expect(idsOf(ingestion).toSorted()).toEqual(['one', 'three', 'two']);
  const recovered = ingestion.accepted.filter(({ properties }) => properties.recovered === 'true');
  expect(recovered.map(({ properties }) => properties.ledgerWriter)).toEqual([
    sweeper.writer.name,
    sweeper.writer.name,
  ]);
});

test('what is closed for a lost writer is a whole record', async () => {
  const { ledger, clock, startProcess, sweep } = createWorld();
  const lost = startProcess();
  const sweeper = startProcess();
  const record = FlatOpening.parse({
    version: 1,
    id: '20260101T000000000Z-11111111-1111-4111-8111-111111111111',
    requestId: '11111111-1111-4111-8111-111111111111',
    time: '2026-01-01T00:00:00.000Z',
    dialect: 'vertex',
    policyVersion: 'v1',
    durability: 'strict',
    decision: 'allow',
    requestBytes: 12,
  });
  lost.writer.append({ kind: 'opening', record });
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  const [entry] = closingsOf(ledger, sweeper);
  expect(entry?.kind).toBe('closing');
  expect(FlatRecord.safeParse(entry?.kind === 'closing' && entry.record).success).toBe(true);
});

test('a sweep reads nothing of chains that are shipped and closed', async () => {
  const { ledger, clock, startProcess, sweep } = createWorld();
  const sweeper = startProcess();
  for (let count = 0; count < 30; count += 1) startProcess().writer.append(...closings(2, `chain-${count}`));
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  const readsBefore = ledger.reads;
  expect(await sweep(sweeper)).toMatchObject({ chains: 0, failedChains: 0 });
  expect(ledger.reads).toBe(readsBefore);
});

test('two sweepers at once close each call once', async () => {
  const { ingestion, ledger, clock, startProcess, pass } = createWorld();
  const lost = startProcess();
  const [one, two] = [startProcess(), startProcess()];
  lost.writer.append(...Array.from({ length: 200 }, (_, index) => opening(`call-${index}`)));
  await clock.advance(GONE_AFTER_IN_MS);
  const sweeps = Promise.all([one.shipping.sweep(), two.shipping.sweep()]);
  await pass(5);
  await sweeps;
  expect(closingsOf(ledger, one).length + closingsOf(ledger, two).length).toBe(200);
  expectEachOnce(ingestion, 200);
});

test('a sweeper that dies in the middle is followed by one that closes only the rest', async () => {
  const { ingestion, ledger, state, clock, startProcess, pass, sweep } = createWorld();
  const lost = startProcess();
  const dying = startProcess();
  const next = startProcess();
  lost.writer.append(opening('one'), opening('two'), opening('three'));
  await clock.advance(GONE_AFTER_IN_MS);
  // The sweeper adds its name, closes one of the calls and dies.
  await state.write(
    stateName('recovery/', lost.writer.name),
    { sweepers: [dying.writer.name], part: 1, bytes: 1, isDone: false },
    {},
    undefined,
  );
  dying.writer.append({
    kind: 'closing',
    record: { id: 'two', time: '2026-01-01T00:00:00.000Z', outcome: 'interrupted' },
    recovered: { writer: lost.writer.name, ...ledger.placeOf(lost.writer.name, 2) },
  });
  await sweep(next);
  expect(closingsOf(ledger, next)).toEqual([]);
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(next);
  await pass();
  expect(closingsOf(ledger, next)).toMatchObject([{ record: { id: 'one' } }, { record: { id: 'three' } }]);
  expectEachOnce(ingestion, 3);
});

test('a sweeper that could not say that it is done is followed by one that closes nothing', async () => {
  const { ingestion, ledger, state, clock, startProcess, pass, sweep } = createWorld();
  const lost = startProcess();
  const sweeper = startProcess();
  lost.writer.append(opening('one'));
  await clock.advance(GONE_AFTER_IN_MS);
  let writes = 0;
  state.beforeWrite = (name) => {
    if (!name.startsWith('recovery/')) return;
    writes += 1;
    if (writes === 2) state.faults.push({ isCarriedOut: false });
  };
  expect(await sweep(sweeper)).toMatchObject({ failedChains: 1 });
  await pass();
  expect(await sweep(sweeper)).toMatchObject({ failedChains: 0 });
  expect(closingsOf(ledger, sweeper)).toHaveLength(1);
  expectEachOnce(ingestion, 1);
});

test('a broken chain is shipped up to the last seal before the break, and one event says where it is broken', async () => {
  const { ingestion, ledger, clock, startProcess, pass, sweep } = createWorld();
  const lost = startProcess();
  const sweeper = startProcess();
  lost.writer.append(closing('one'));
  lost.writer.append(...closings(5));
  ledger.replace(lost.writer.name, 1, (text) => text.replace('record-1', 'record-X'));
  ledger.write(lost.writer.name, 1, 'no entry\n{"v":1,"writer"');
  await clock.advance(GONE_AFTER_IN_MS);
  expect(await sweep(sweeper)).toMatchObject({ unvouchedChains: 1, failedChains: 0, bytes: 0 });
  await pass(2);
  expect(await sweep(sweeper)).toMatchObject({ unvouchedChains: 0, failedChains: 0 });
  expect(idsOf(ingestion)).toEqual(['one']);
  expect(ingestion.named('gateway.audit.verification').map(({ properties }) => properties)).toEqual([
    { writer: lost.writer.name, sequence: '4', problem: 'unsealed' },
  ]);
});

test.each([
  ['a line that is longer than any entry', `${'x'.repeat(3 * MAXIMUM_LINE_BYTES)}\n`, 'unreadable'],
  ['half a line', '{"v":1,"writer"', 'truncated'],
])(
  '%s is left out, and what its writer goes on with in the next part is shipped',
  async (_, text, problem) => {
    const { ingestion, ledger, clock, startProcess, pass, sweep } = createWorld();
    const lost = startProcess();
    const sweeper = startProcess();
    lost.writer.append(closing('one'));
    ledger.write(lost.writer.name, 1, text);
    lost.writer.part = 2;
    lost.writer.append(closing('two'));
    await clock.advance(GONE_AFTER_IN_MS);
    await sweep(sweeper);
    await pass(2);
    expect(idsOf(ingestion)).toEqual(['one', 'two']);
    expect(ingestion.named('gateway.audit.verification').map(({ properties }) => properties)).toEqual([
      { writer: lost.writer.name, sequence: '4', problem },
    ]);
  },
);

test('a closing whose record is none is said to be broken, and those that follow are shipped', async () => {
  const { ingestion, startProcess, pass } = createWorld();
  const { append } = startProcess();
  append({ kind: 'closing', record: {} }, { kind: 'closing' } as unknown as EntryBody, closing('one'));
  await pass();
  expect(idsOf(ingestion)).toEqual(['one']);
  expect(ingestion.named('gateway.audit.verification').map(({ properties }) => properties)).toMatchObject([
    { sequence: '1', problem: 'unreadable' },
    { sequence: '2', problem: 'unreadable' },
  ]);
});

test('a part that is missing does not keep back what follows', async () => {
  const { ingestion, ledger, clock, startProcess, pass, sweep } = createWorld();
  const lost = startProcess();
  const sweeper = startProcess();
  lost.writer.append(closing('one'));
  lost.writer.part = 2;
  lost.writer.append(closing('two'));
  lost.writer.part = 3;
  lost.writer.append(closing('three'));
  ledger.removePart(lost.writer.name, 2);
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  await pass();
  expect(idsOf(ingestion)).toEqual(['one', 'three']);
  expect(ingestion.named('gateway.audit.verification').map(({ properties }) => properties)).toMatchObject([
    { sequence: '6', problem: 'unlinked' },
  ]);
});

test('half a line of a writer that lives is waited for', async () => {
  const { ingestion, ledger, startProcess, pass } = createWorld();
  const { append, shipping, writer } = startProcess();
  append(closing('one'));
  ledger.write(writer.name, 1, '{"v":1,');
  await pass(3);
  expect(idsOf(ingestion)).toEqual(['one']);
  expect(ingestion.named('gateway.audit.verification')).toEqual([]);
  expect(shipping.shipped().sequence).toBe(3);
});

test('each sweep tells the backlog, also when there is none', async () => {
  const { ingestion, startProcess, sweep } = createWorld();
  const sweeper = startProcess();
  expect(await sweep(sweeper)).toEqual({
    chains: 0,
    bytes: 0,
    oldestAgeInMs: 0,
    failedChains: 0,
    unvouchedChains: 0,
    isLogged: true,
    isWitnessed: true,
  });
  const measurements = { chains: 0, bytes: 0, unlogged: 0, unwitnessed: 0 };
  expect(ingestion.named('gateway.audit.backlog')).toMatchObject([
    { properties: { writer: sweeper.writer.name }, measurements },
  ]);
});

test('a transparency log that cannot grow keeps no record back, and the backlog says so', async () => {
  const { ingestion, clock, startProcess, sweep } = createWorld();
  const lost = startProcess();
  lost.writer.append(...closings(3));
  await clock.advance(GONE_AFTER_IN_MS);
  const store = new MemoryLog();
  store.faults.push('refused');
  await sweep(startProcess({ heads: openGrowingLog(store) }));
  expectEachOnce(ingestion, 3);
  expect(ingestion.named('gateway.audit.backlog')).toMatchObject([
    { measurements: { chains: 0, unlogged: 1, unwitnessed: 1 } },
  ]);
});

test('a witness that is away is told of, and nothing else is', async () => {
  const { ingestion, startProcess, sweep } = createWorld();
  const witness = new MemoryWitness();
  witness.isAway = true;
  const sweeper = startProcess({ heads: openGrowingLog(new MemoryLog(), { witness }) });
  sweeper.append(closing('one'));
  await sweep(sweeper);
  expect(ingestion.named('gateway.audit.backlog')).toMatchObject([
    { measurements: { unlogged: 0, unwitnessed: 1 } },
  ]);
  expect(ingestion.named('gateway.audit.verification')).toEqual([]);
});

test('a transparency log that somebody changed is told of once', async () => {
  const { ingestion, startProcess, sweep, clock } = createWorld();
  const store = new MemoryLog();
  const sweeper = startProcess({ heads: openGrowingLog(store) });
  sweeper.append(closing('one'));
  await sweep(sweeper);
  const [part = ''] = store.blobs.keys();
  store.put(part, Buffer.from('mine\n'));
  await sweep(sweeper);
  await clock.advance(3_600_000);
  await sweep(sweeper);
  expect(ingestion.named('gateway.audit.verification')).toMatchObject([
    { properties: { writer: sweeper.writer.name, problem: 'tree-changed' } },
  ]);
});

test('a sweep while ingestion is away ends in plain words that say why, and the next one ships', async () => {
  const { ingestion, clock, startProcess, pass, sweep } = createWorld();
  const lost = startProcess();
  const sweeper = startProcess();
  lost.writer.append(...closings(3));
  await clock.advance(GONE_AFTER_IN_MS);
  ingestion.faults.push(...Array.from({ length: 6 }, () => 'silence' as const));
  const sweeping = shippingOutcome(sweeper.shipping.sweep());
  await pass(60);
  expect(await sweeping).toBe(
    'The audit sweep took too long; the next one goes on. Records wait in the ledger: Nobody answers.',
  );
  await pass(60);
  await sweep(sweeper);
  expectEachOnce(ingestion, 3);
});

test('a sweep of a ledger that cannot be read ends in plain words', async () => {
  const { startProcess } = createWorld();
  const { shipping } = startProcess({ loadStorage: () => Promise.reject(new Error('secret')) });
  await expect(shipping.sweep()).rejects.toThrow(
    'The audit ledger could not be swept: its storage could not be read or written.',
  );
});

test('the clock may jump backwards: what is gone goes by the clock of storage', async () => {
  const { ingestion, ledger, clock, state, deliveryTo, startProcess, pass } = createWorld();
  const lost = startProcess();
  lost.writer.append(opening('one'), closing('two'));
  await clock.advance(GONE_AFTER_IN_MS);
  const writer = new MemoryWriter(ledger, '20260101T000000000Z-000000ff', () => clock.now() - 86_400_000);
  const sweeper = new LedgerShipping({
    writer: writer.name,
    append: (body) => Promise.resolve(writer.append(body)),
    sealKey: writer.sealKey,
    publicKeys: auditPublicKeys,
    heads: openGrowingLog(),
    ledger,
    state,
    delivery: deliveryTo(ingestion),
    describe: ({ id }) => ({ properties: { id: String(id) }, measurements: {} }),
    goneAfterInMs: GONE_AFTER_IN_MS,
    now: () => new Date(clock.now() - 86_400_000),
    schedule: clock.schedule,
  });
  const sweeping = sweeper.sweep();
  await pass();
  await sweeping;
  expect(idsOf(ingestion)).toEqual(['two']);
  expect(closingsOf(ledger, { writer })).toMatchObject([
    { record: { id: 'one' }, recovered: { sequence: 1 } },
  ]);
});

test('closing ships what is left at once, and then closes the sender', async () => {
  const { ingestion, startProcess } = createWorld();
  const { append, shipping } = startProcess();
  append(...closings(3));
  append({ kind: 'end', opened: 0, closed: 3 });
  await shipping.close(5000);
  expectEachOnce(ingestion, 3);
  expect(ingestion.named('gateway.audit.anchor')).toHaveLength(2);
  expect(ingestion.closed).toBe(1);
});

test('closing tries at once what waits for its next try', async () => {
  const { ingestion, startProcess, pass } = createWorld();
  const { append, shipping } = startProcess();
  ingestion.faults.push({ status: 429, retryAfter: '3600' });
  append(...closings(3));
  await pass();
  expect(idsOf(ingestion)).toEqual([]);
  await shipping.close(5000);
  expectEachOnce(ingestion, 3);
});

test('closing gives up in time, and another process ships the rest', async () => {
  const { ingestion, clock, startProcess, pass, sweep } = createWorld();
  const ending = startProcess();
  const sweeper = startProcess();
  ingestion.faults.push(...Array.from({ length: 4 }, () => 'silence' as const));
  ending.append(...closings(3));
  const closed = ending.shipping.close(5000);
  await pass(6);
  await closed;
  expect(idsOf(ingestion)).toEqual([]);
  ingestion.faults.length = 0;
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  expectEachOnce(ingestion, 3);
});

test('whatever goes wrong, every record arrives or its refusal is on the ledger', async () => {
  const fault = fc.constantFrom<IngestionFault>(
    ...[400, 402, 413, 429, 439, 500, 503].map((status) => ({ status })),
    { status: 200, body: '{}' },
    { status: 429, retryAfter: '3' },
    'silence',
    'half',
    'half, and says so with 200',
  );
  const scenario = fc.record({
    bursts: fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 4 }),
    faults: fc.array(fault, { maxLength: 6 }),
    stateFaults: fc.array(fc.record({ isCarriedOut: fc.boolean() }), { maxLength: 3 }),
    readFaults: fc.integer({ min: 0, max: 3 }),
    poison: fc.integer({ min: 0, max: 800 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ bursts, faults, stateFaults, readFaults, poison }) => {
      const { ingestion, ledger, state, startProcess, pass } = createWorld();
      const { append, writer, shipping } = startProcess();
      ingestion.refuses = ({ properties }) =>
        properties.ledgerSequence === String(poison) ? 400 : undefined;
      for (const [index, count] of bursts.entries()) {
        ingestion.faults.push(...(index === 0 ? faults : []));
        state.faults.push(...(index === 0 ? stateFaults : []));
        ledger.faults.push(...Array.from({ length: index === 0 ? readFaults : 0 }, () => new Error('away')));
        append(...closings(count, `burst-${index}`));
        await pass(2);
      }
      await pass(120);
      const total = bursts.reduce((sum, count) => sum + count, 0);
      const entries = ledger.entries(writer.name);
      const refusals = entries.filter(({ kind }) => kind === 'refusal');
      expect(refusals).toHaveLength(entries[poison]?.kind === 'closing' ? 1 : 0);
      expectEachOnce(ingestion, total - refusals.length);
      expect(shipping.shipped()).toEqual({ sequence: entries.length - 1, refused: refusals.length });
    }),
    { numRuns: 12 },
  );
});

function shippingOutcome(sweeping: Promise<unknown>): Promise<unknown> {
  return sweeping.then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
}
