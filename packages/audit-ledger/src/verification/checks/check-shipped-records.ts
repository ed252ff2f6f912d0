import type { CheckedChain, LedgerCheck } from '../check.ts';
import { isNamed } from '../chain-faults/fault.ts';
import type { LedgerEvidence, ShippedRecord } from '../evidence.ts';
import type { Period } from '../../time/period.ts';
import type { Finding } from '../finding.ts';
import { createFindingList, type FindingList } from '../finding-list.ts';
import type { ListedLedger } from '../listed-ledger.ts';
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
/** The most records that are kept because their entries may have been written after the chains were listed. */
const MOST_LATER = 20_000;

/** The rules of the check, and what it shares with others. */
interface ShippedCheckOptions {
  readonly period: Period;
  /** Records from this time on need not show in Application Insights yet. */
  readonly notBefore: Date;
  readonly reader: EvidenceReader;
  readonly ledger: Pick<ListedLedger, 'listed' | 'find'>;
  readonly refusals: Pick<RefusalCheck, 'isRefused'>;
  readonly unshown: UnshownCalls;
}

/** The check of shipped records, which also tells which of them lie beyond the end of their chain. */
interface ShippedRecordCheck extends LedgerCheck {
  /**
   * The highest sequences of records beyond the end of their chain, by writer, once all chains are read. Chains that have
   * changed in size meanwhile are left out.
   */
  readonly beyond: ReadonlyMap<string, number>;
}

/**
 * Checks that Application Insights has the ledger's closings, the same, and no others. It reads both side by side. Chains
 * outside the period are read in the end, where records name them.
 */
export function checkShippedRecords(
  { records, retention }: LedgerEvidence,
  { period, notBefore, reader, ledger, refusals, unshown }: ShippedCheckOptions,
): ShippedRecordCheck {
  const beyond = new Map<string, number>();
  if (!records) return { beyond };
  let found = createFindingList();
  const { listed } = ledger;
  const writers = new Set(listed.map(({ writer }) => writer));
  const later: ShippedRecord[] = [];
  let tooLate = 0;
  const keepLater = (record: ShippedRecord): void => {
    if (later.length < MOST_LATER) later.push(record);
    else tooLate += 1;
  };
  const shipped = readShippedRecords(records, writers, (stranger) => {
    if (namesEntry(stranger)) keepLater(stranger);
    else found.add(describeUnknown(stranger));
  });
  const strays = createStrayRecords(reader, listed);
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
  const noteMissing = (
    closing: Closing,
    { founding, shipped: upTo = Infinity }: Pick<CheckedChain, 'founding' | 'shipped'>,
  ): void => {
    // A young chain may still turn out to be made up, so it shows no call.
    if (founding !== 'young') unshown.note(closing.record);
    if (closing.sequence <= upTo && isDue(closing, period, notBefore)) missing.add(closing);
  };
  const match = async (closing: Closing, chain: CheckedChain): Promise<void> => {
    const { writer, sequence } = closing;
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
    else noteMissing(closing, chain);
  };

  /**
   * Holds records against the entries that were not listed: those of chains of other days, and those that were written
   * since, because a process that goes on or begins can close calls of the period meanwhile.
   */
  const settleLater = async function* (): AsyncGenerator<Finding, void> {
    if (later.length === 0) return;
    const now = await ledger.find([...later.map(({ writer }) => writer), ...beyond.keys()]);
    const before = new Map(listed.map((chain) => [chain.writer, sizeOf(chain)]));
    const sizes = new Map(now.map((chain) => [chain.writer, sizeOf(chain)]));
    const hasChanged = (writer: string) => before.get(writer) !== sizes.get(writer);
    for (const writer of beyond.keys()) if (hasChanged(writer)) beyond.delete(writer);
    const others = createStrayRecords(reader, now, { records: MOST_LATER, chains: MOST_LATER });
    for (const record of later)
      if (!sizes.has(record.writer)) yield describeUnknown(record);
      else if (hasChanged(record.writer)) others.add(record);
    yield* others.settle();
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

    async *endChain(chain) {
      const { writer, faults, last } = chain;
      for (let one = await shipped.peek(); one?.writer === writer; one = await shipped.peek()) {
        shipped.take();
        if (one.sequence > last) {
          beyond.set(writer, Math.max(beyond.get(writer) ?? 0, one.sequence));
          keepLater(one);
        } else keepEarly(one);
      }
      const bySequence = Map.groupBy(early, ({ sequence }) => sequence);
      for (const closing of late) {
        const copies = bySequence.get(closing.sequence);
        bySequence.delete(closing.sequence);
        if (isNamed(faults, closing.sequence, closing.place)) continue;
        if (copies) copies.forEach((record) => compare(closing, record));
        else noteMissing(closing, chain);
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
      yield* settleLater();
      yield missing.findings(refusals.isRefused);
      yield* takeFound();
    },

    counts: () => ({ comparedRecords: shipped.count }),
    notChecked: () =>
      tooLate === 0
        ? missing.notChecked()
        : [
            ...missing.notChecked(),
            `${tooLate} records of entries that were written since the verification began: verify a period that ended earlier.`,
          ],
  };
}

function sizeOf({ parts }: LedgerChain): number {
  return parts.reduce((total, { bytes }) => total + bytes, 0);
}
