import { toEventAttributes } from '../../src/record/event-attributes.ts';
import { LedgerTrail } from '../../src/ledger/ledger-trail.ts';
import { LedgerWriter } from '../../src/ledger/ledger-writer.ts';
import { FlatOpening, type FlatRecord } from '../../src/record/record-schema.ts';
import { EventDelivery } from '../../src/shipping/event-delivery.ts';
import type { AuditEvent } from '../../src/shipping/event-sender.ts';
import { LedgerShipping } from '../../src/shipping/ledger-shipping.ts';
import { TransparencyLog } from '../../src/transparency-log/transparency-log.ts';
import { CountingStorage } from './counting-storage.ts';
import { createTypicalRecord } from './typical-record.ts';
import { VirtualClock } from './virtual-clock.ts';

/** The load of one instance, and the time that each service takes for a request. */
export interface InstanceLoad {
  readonly durability: 'standard' | 'strict';
  readonly callsPerSecond: number;
  readonly storageInMs: number;
  readonly ingestionInMs: number;
  readonly keyVaultInMs: number;
}

/** The work of one instance in a second, on average. Sizes are in bytes. */
export interface InstanceWork {
  readonly calls: number;
  readonly appends: number;
  readonly appendedBytes: number;
  readonly reads: number;
  readonly cursorWrites: number;
  readonly signatures: number;
  readonly ingestionRequests: number;
  readonly events: number;
  /** The size of the names and values of the events' fields, as JSON. */
  readonly eventBytes: number;
}

const STARTED_AT = Date.UTC(2026, 0, 1);
/** The first seconds, in which a process starts, are left out. */
const START_IN_S = 5;
/** About so many calls are counted: three minutes of them, and so three checkpoints, at 10 calls a second. */
const COUNTED_CALLS = 1_800;
const CALL_IN_MS = 800;
const CHECKPOINT_INTERVAL_IN_MS = 60_000;
const TIMEOUT_IN_MS = 5_000;
const MAXIMUM_PENDING_BYTES = 16_777_216;
const SAMPLE_KEY_ID = 'https://audit-sample.vault.azure.net/keys/audit/0123456789abcdef0123456789abcdef';

/**
 * Runs the writer, the trail and the shipping of one instance for some minutes of a virtual clock, against services in
 * memory, and counts their requests. Calls arrive at random, the same ones each time.
 */
export async function measureInstance(load: InstanceLoad): Promise<InstanceWork> {
  const clock = new VirtualClock(STARTED_AT);
  const storage = new CountingStorage(() => clock.wait(load.storageInMs));
  const counted = { calls: 0, signatures: 0, ingestionRequests: 0, events: 0, eventBytes: 0 };
  const now = () => new Date(clock.now());
  const { schedule } = clock;
  const ledger = {
    ...storage.ledger,
    list: nothingIsSwept,
    listDay: nothingIsSwept,
    listDays: nothingIsSwept,
  };
  const writer = new LedgerWriter({
    loadStore: () => Promise.resolve(storage.appendStore),
    policyVersion: '0123456789abcdef',
    now,
    schedule,
    onCommitted: () => shipping.committed(),
  });
  const delivery = new EventDelivery({
    loadSender: () =>
      Promise.resolve({
        send: async (events: readonly AuditEvent[]) => {
          await clock.wait(load.ingestionInMs);
          counted.ingestionRequests += 1;
          counted.events += events.length;
          for (const { properties, measurements } of events)
            counted.eventBytes += Buffer.byteLength(JSON.stringify({ ...properties, ...measurements }));
          return { outcomes: events.map(() => 'accepted' as const) };
        },
        close: () => Promise.resolve(),
      }),
    now,
    schedule,
    random: () => 0.5,
  });
  const shipping: LedgerShipping = new LedgerShipping({
    writer: writer.name,
    append: (body) => trail.append(body),
    sealKey: writer.sealKey,
    publicKeys: () => Promise.resolve(undefined),
    ledger,
    state: {
      ...storage.state,
      read: () => Promise.resolve(undefined),
      list: () => Promise.resolve(new Map()),
    },
    heads: {
      log: new TransparencyLog({
        reader: { read: ledger.read, listParts: nothingIsSwept },
        loadStore: () => Promise.resolve(storage.appendStore),
        key: { sign: nothingIsSwept },
        isSigned: nothingIsSwept,
      }),
      isSigned: nothingIsSwept,
      witness: undefined,
    },
    delivery,
    describe: toEventAttributes,
    goneAfterInMs: 3 * CHECKPOINT_INTERVAL_IN_MS,
    now,
    schedule,
  });
  const trail: LedgerTrail = new LedgerTrail({
    writer,
    timeoutInMs: TIMEOUT_IN_MS,
    maximumPendingBytes: MAXIMUM_PENDING_BYTES,
    checkpointIntervalInMs: CHECKPOINT_INTERVAL_IN_MS,
    sign: async (_, { sequence, hash }) => {
      await clock.wait(load.keyVaultInMs);
      counted.signatures += 1;
      // A signature by an RSA key of 3,072 bits has 512 characters.
      return { keyId: SAMPLE_KEY_ID, algorithm: 'PS256', sequence, hash, value: 'A'.repeat(512) };
    },
    treeHead: () => undefined,
    shipped: () => shipping.shipped(),
    now: clock.now,
    schedule,
  });

  const call = async (number: number): Promise<void> => {
    const record = createTypicalRecord(number, load.durability, now());
    await trail.admit();
    if (load.durability === 'strict') await trail.open(openingOf(record));
    await clock.wait(CALL_IN_MS);
    if (load.durability === 'strict') await trail.commit(record, {});
    else trail.record(record, {});
    counted.calls += 1;
  };
  const random = createRandom();
  const countedInS = COUNTED_CALLS / load.callsPerSecond;
  let calls = 0;
  const arrive = (): void => {
    calls += 1;
    void call(calls);
    schedule(arrive, (-Math.log(1 - random()) / load.callsPerSecond) * 1000);
  };
  arrive();
  await clock.advanceTo(STARTED_AT + START_IN_S * 1000);
  const before = { ...counted, ...storage.counts() };
  await clock.advanceTo(STARTED_AT + (START_IN_S + countedInS) * 1000);
  const after = { ...counted, ...storage.counts() };
  const perSecond = (name: keyof typeof after): number => (after[name] - before[name]) / countedInS;
  return {
    calls: perSecond('calls'),
    appends: perSecond('appends'),
    appendedBytes: perSecond('appendedBytes'),
    reads: perSecond('reads'),
    cursorWrites: perSecond('stateWrites'),
    signatures: perSecond('signatures'),
    ingestionRequests: perSecond('ingestionRequests'),
    events: perSecond('events'),
    eventBytes: perSecond('eventBytes'),
  };
}

/** Sweeps are left out: the platform runs them on one instance alone. */
function nothingIsSwept(): Promise<never> {
  return Promise.reject(new Error('Nothing is swept.'));
}

function openingOf(record: FlatRecord): FlatOpening {
  const known = Object.entries(record).filter(([name]) => name in FlatOpening.shape);
  return FlatOpening.parse(Object.fromEntries(known));
}

/** Makes a sequence of numbers from 0 to 1 that is the same each time: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function createRandom(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
