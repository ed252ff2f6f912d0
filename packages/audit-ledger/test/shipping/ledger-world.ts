import { createSealKey, type SealKey } from '../../src/keys/seal-key.ts';
import type { PublicKeys } from '../../src/keys/signature.ts';
import { type EntryBody, type EntryPlace, hashEntry } from '../../src/ledger/ledger-entry.ts';
import { sealedText } from '../../src/ledger/ledger-entry.ts';
import { type CommittedBlock, LedgerWriter } from '../../src/ledger/ledger-writer.ts';
import { EventDelivery } from '../../src/shipping/event-delivery.ts';
import type { DescribeRecord } from '../../src/shipping/ledger-events.ts';
import type { GrowingLog } from '../../src/shipping/log-chain-heads.ts';
import { LedgerShipping } from '../../src/shipping/ledger-shipping.ts';
import { createHandDrivenClock, settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { FakeIngestion } from '../fake-ingestion.ts';
import { MemoryLedger, MemoryState, signedCheckpoint } from '../memory-storage.ts';
import { openGrowingLog } from '../transparency-log/memory-log.ts';
import { auditPublicKeys } from '../verification/sample-chain.ts';

/** A chain without new entries for so long has lost its writer. */
export const GONE_AFTER_IN_MS = 180_000;

const UNSIGNED: EntryBody = {
  kind: 'checkpoint',
  shipped: { sequence: -1, refused: 0 },
  opened: 0,
  closed: 0,
};

const describeBriefly: DescribeRecord = ({ id, outcome }) => ({
  properties: { id: String(id), outcome: String(outcome) },
  measurements: {},
});

/** Creates storage in memory, an ingestion service, and processes that write chains with a real writer. */
export function createLedgerWorld({
  publicKeys = auditPublicKeys,
  describe = describeBriefly,
  openHeads = openGrowingLog,
}: { publicKeys?: PublicKeys; describe?: DescribeRecord; openHeads?: () => GrowingLog } = {}) {
  const clock = createHandDrivenClock();
  const ledger = new MemoryLedger(clock.now);
  const state = new MemoryState(clock.now);
  const ingestion = new FakeIngestion();
  /** @param handsOver gives the blocks that are handed over in memory; the others are read from the ledger. */
  const startProcess = (handsOver: (block: CommittedBlock) => boolean = () => false) => {
    const writer = new LedgerWriter({
      loadStore: () => Promise.resolve(ledger.appendStore()),
      policyVersion: 'v1',
      now: () => new Date(clock.now()),
      schedule: clock.schedule,
      onCommitted: (block) => shipping.committed(handsOver(block) ? block : undefined),
    });
    const shipping = new LedgerShipping({
      writer: writer.name,
      append: (body) => writer.append(body),
      sealKey: writer.sealKey,
      publicKeys,
      heads: openHeads(),
      ledger,
      state,
      delivery: new EventDelivery({
        loadSender: () => Promise.resolve(ingestion),
        now: () => new Date(clock.now()),
        schedule: clock.schedule,
        random: () => 1,
      }),
      describe,
      goneAfterInMs: GONE_AFTER_IN_MS,
      now: () => new Date(clock.now()),
      schedule: clock.schedule,
    });
    /** Writes one block of entries. */
    const write = async (...bodies: EntryBody[]) => {
      await Promise.all(bodies.map((body) => writer.append(body)));
    };
    /** Has the audit key sign the chain. */
    const found = async () => {
      if (writer.head.sequence < 0) await write(UNSIGNED);
      await write(signedCheckpoint(writer.name, writer.head));
    };
    return { writer, shipping, write, found, name: writer.name };
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
  /** The id and the outcome of each record in Application Insights. */
  const shipped = () =>
    ingestion
      .named('gateway.prediction')
      .map(({ properties }) => `${properties.id} ${properties.outcome}`)
      .toSorted();
  /** The places and problems that were told to Application Insights. */
  const problems = () =>
    ingestion
      .named('gateway.audit.verification')
      .map(({ properties: { sequence, problem } }) => `${sequence} ${problem}`);
  /** The closings that a process wrote for others: the ids of their records. */
  const recoveredBy = ({ name }: { readonly name: string }) =>
    ledger
      .entries(name)
      .flatMap((entry) => (entry.kind === 'closing' && entry.recovered ? [String(entry.record.id)] : []));
  return { clock, ledger, state, ingestion, startProcess, pass, sweep, shipped, problems, recoveredBy };
}

export function opening(id: string): EntryBody {
  return { kind: 'opening', record: { id, time: '2026-01-01T00:00:00.000Z' } };
}

export function closing(id: string, outcome = 'answered'): EntryBody {
  return { kind: 'closing', record: { id, time: '2026-01-01T00:00:00.000Z', outcome } };
}

/**
 * Writes lines as an attacker does who knows the form of a chain and has no key of it: linked to the entry before, and
 * sealed with a key of the attacker's.
 */
export function forge(
  writer: string,
  after: EntryPlace,
  bodies: readonly EntryBody[],
  sealKey: SealKey = createSealKey(),
): string {
  const time = '2026-01-01T00:00:01.000Z';
  let { sequence, hash } = after;
  const add = (body: EntryBody): string => {
    const head = { v: 1, writer, sequence: sequence + 1, previous: hash, time };
    const line = JSON.stringify({ ...head, ...body });
    sequence += 1;
    hash = hashEntry(line);
    return `${line}\n`;
  };
  const lines = bodies.map(add);
  lines.push(
    add({
      kind: 'seal',
      value: sealKey.sign(sealedText(writer, { sequence: sequence + 1, previous: hash, time })),
    }),
  );
  return lines.join('');
}
