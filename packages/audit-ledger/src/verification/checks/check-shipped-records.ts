import type { CheckedChain, LedgerCheck } from '../check.ts';
import { isNamed } from '../chain-faults/fault.ts';
import type { LedgerEvidence, ShippedRecord } from '../evidence.ts';
import type { Period } from '../../time/period.ts';
import { createFindingList, type FindingList } from '../finding-list.ts';
import type { LedgerChain } from '../../ledger/ledger-reader.ts';
import type { RefusalCheck } from './check-refusals.ts';
import { type Closing, isDue, readClosing } from './closing.ts';
import { namesEntry } from '../anchors.ts';
import { describeDifference, describeUnknown } from './describe-shipped.ts';
import { createMissingRecords } from './missing-records.ts';
import { readShippedRecords } from './shipped-records.ts';
import { createStrayRecords } from './stray-records.ts';
import type { EvidenceReader } from '../vouching/evidence-reader.ts';
import type { UnshownCalls } from './unshown-calls.ts';

/** The most unmatched records of each side that are kept until the end of their chain. */
const MOST_KEPT = 5_000;

/** The rules of the check, and what it shares with others. */
interface ShippedCheckOptions {
  readonly period: Period;
  /** Records from this time on need not show in Application Insights yet. */
  readonly notBefore: Date;
  readonly reader: EvidenceReader;
  /** All chains of the ledger, also of those outside the period. */
  readonly chains: readonly LedgerChain[];
  readonly refusals: Pick<RefusalCheck, 'isRefused'>;
  readonly unshown: UnshownCalls;
}

/** The check of shipped records, which also tells which of them lie beyond the end of their chain. */
interface ShippedRecordCheck extends LedgerCheck {
  /** The highest sequences of records beyond the end of their chain, by writer, once all chains are read. */
  readonly beyond: ReadonlyMap<string, number>;
}

/**
 * Checks that Application Insights has the ledger's closings, the same, and no others. It reads both side by side. Chains
 * outside the period are read in the end, where records name them.
 */
export function checkShippedRecords(
  { records, retention }: LedgerEvidence,
  { period, notBefore, reader, chains, refusals, unshown }: ShippedCheckOptions,
): ShippedRecordCheck {
  const beyond = new Map<string, number>();
  if (!records) return { beyond };
  let found = createFindingList();
  const writers = new Set(chains.map(({ writer }) => writer));
  const newcomers: ShippedRecord[] = [];
  const shipped = readShippedRecords(records, writers, (stranger) => {
    if (namesEntry(stranger) && newcomers.length < MOST_KEPT) newcomers.push(stranger);
    else found.add(describeUnknown(stranger));
  });
  const strays = createStrayRecords(reader, chains);
  let early: ShippedRecord[] = [];
  let late: Closing[] = [];
  // Missing records are reported at the end, because a chain that is read later can hold their refusals.
  const missing = createMissingRecords(retention);

  const takeFound = (): FindingList[] => {
    const list = found;
    found = createFindingList();
    return [list];
  };
  const keepEarly = (record: ShippedRecord): void => {
    if (early.length < MOST_KEPT) early.push(record);
    else found.add(describeUnknown(record));
  };
  const compare = (closing: Closing, record: ShippedRecord): void => {
    const difference = describeDifference(closing, record);
    if (difference) found.add(difference);
  };
  const noteMissing = (closing: Closing, upTo: number): void => {
    unshown.note(closing.record);
    if (closing.sequence <= upTo && isDue(closing, period, notBefore)) missing.add(closing);
  };
  const match = async (
    closing: Closing,
    { writer, shipped: upTo = Infinity }: CheckedChain,
  ): Promise<void> => {
    const { sequence } = closing;
    let record = await shipped.peek();
    for (; record?.writer === writer && record.sequence < sequence; record = await shipped.peek()) {
      shipped.take();
      keepEarly(record);
    }
    let isThere = false;
    // A record can be delivered more than once, and must be the same each time.
    for (; record?.writer === writer && record.sequence === sequence; record = await shipped.peek()) {
      shipped.take();
      compare(closing, record);
      isThere = true;
    }
    if (isThere) return;
    if (late.length < MOST_KEPT) late.push(closing);
    else noteMissing(closing, upTo);
  };

  return {
    beyond,

    async *beginChain({ writer }) {
      early = [];
      late = [];
      for (let one = await shipped.peek(); one && one.writer < writer; one = await shipped.peek()) {
        shipped.take();
        strays.add(one);
      }
      yield* takeFound();
    },

    async *visit(lines, chain) {
      for (const line of lines) {
        const closing = readClosing(line, chain.writer);
        if (closing) await match(closing, chain);
      }
      yield* takeFound();
    },

    async *endChain({ writer, faults, last, shipped: upTo = Infinity }) {
      for (let one = await shipped.peek(); one?.writer === writer; one = await shipped.peek()) {
        shipped.take();
        if (one.sequence > last) beyond.set(writer, Math.max(beyond.get(writer) ?? 0, one.sequence));
        else keepEarly(one);
      }
      const bySequence = Map.groupBy(early, ({ sequence }) => sequence);
      for (const closing of late) {
        const copies = bySequence.get(closing.sequence);
        bySequence.delete(closing.sequence);
        if (isNamed(faults, closing.sequence, closing.place)) continue;
        if (copies) copies.forEach((record) => compare(closing, record));
        else noteMissing(closing, upTo);
      }
      for (const [record] of bySequence.values())
        if (record && !isNamed(faults, record.sequence)) found.add(describeUnknown(record));
      yield* takeFound();
    },

    async *finish() {
      for (let one = await shipped.peek(); one; one = await shipped.peek()) {
        shipped.take();
        strays.add(one);
      }
      yield* strays.settle();
      // A process that began after the chains were listed can have recovered calls of the period.
      const begun = newcomers.length === 0 ? [] : (await reader.list()).chains;
      const now = new Set(begun.map(({ writer }) => writer));
      for (const record of newcomers) if (!now.has(record.writer)) found.add(describeUnknown(record));
      yield missing.findings(refusals.isRefused);
      yield* takeFound();
    },

    counts: () => ({ comparedRecords: shipped.count }),
    notChecked: missing.notChecked,
  };
}
