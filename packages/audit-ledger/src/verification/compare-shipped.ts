import { WriterName } from '../ledger/ledger-entry.ts';
import type { ShippedRecord, VerifiedPeriod } from './evidence.ts';
import type { Finding, Place } from './finding.ts';
import type { Fault } from './find-chain-faults.ts';

/** The most unmatched records of each side that are kept until the end of their chain. */
const MOST_KEPT = 5_000;

/** A closing of a chain, with its place and its record. */
export interface Closing {
  readonly sequence: number;
  readonly hash: string;
  readonly place: Place;
  readonly record: Readonly<Record<string, unknown>>;
  readonly recordId: string;
  readonly time: Date;
}

/** The records to compare with the ledger, and the rules of the comparison. */
export interface ShippedOptions {
  readonly records: AsyncIterable<ShippedRecord>;
  readonly fieldsOf: ((record: Closing['record']) => Readonly<Record<string, unknown>>) | undefined;
  readonly period: VerifiedPeriod;
  /** Records from this time on need not show in Application Insights yet. */
  readonly notBefore: Date;
  /** The writers of all chains of the ledger, also of those outside the period, which are not read. */
  readonly writers: ReadonlySet<string>;
  readonly report: (finding: Finding) => void;
  /** Called with each record of the ledger that Application Insights does not have, for whatever reason. */
  readonly unshown: (record: Closing['record']) => void;
}

/** The result of reading a chain, as far as the comparison needs it. */
export interface ChainEnd {
  readonly faults: readonly Fault[];
  /** The sequence of the last entry. */
  readonly last: number;
}

/** Compares the ledger's closings with the records in Application Insights, which it reads side by side. */
export interface ShippedComparison {
  /**
   * Begins a chain. Chains come in the order of their writers. @param shipped the sequence of the last shipped entry.
   */
  begin(writer: string, shipped: number): Promise<void>;
  /** Compares further closings of the chain. */
  compare(closings: readonly Closing[]): Promise<void>;
  /** Ends a chain. @returns the highest sequence of a record beyond the end of the chain, where there is one. */
  end(chain: ChainEnd): Promise<number | undefined>;
  /**
   * Ends the comparison after the last chain.
   * @param isRefused tells whether Application Insights refused an entry for good, by a refusal in any chain.
   * @returns the number of records that were read.
   */
  finish(isRefused: (writer: string, sequence: number) => boolean): Promise<number>;
}

/** Starts a comparison of a whole ledger. Its methods throw what reading the records throws. */
export function createShippedComparison(options: ShippedOptions): ShippedComparison {
  const { fieldsOf, period, notBefore, writers, report, unshown } = options;
  const records = options.records[Symbol.asyncIterator]();
  let peeked: ShippedRecord | undefined;
  let isDone = false;
  let count = 0;
  let writer = '';
  let shippedUpTo = Infinity;
  let early = new Map<number, ShippedRecord>();
  let late: Closing[] = [];
  // Missing records are reported at the end, because a chain that is read later can hold their refusals.
  const missing: { readonly writer: string; readonly sequence: number; readonly finding: Finding }[] = [];

  const peek = async (): Promise<ShippedRecord | undefined> => {
    if (peeked || isDone) return peeked;
    for (;;) {
      const next = await records.next();
      if (next.done === true) {
        isDone = true;
        return undefined;
      }
      count += 1;
      // The writer of such a record can be any text, which has no place in the order of writers.
      if (writers.has(next.value.writer) && next.value.sequence >= 0) return (peeked = next.value);
      reportUnknown(next.value.writer, next.value.sequence);
    }
  };

  const judge = (closing: Closing, shipped: ShippedRecord): void => {
    const differing =
      shipped.hash === closing.hash ? findDifferences(fieldsOf?.(closing.record) ?? {}, shipped.fields) : [];
    if (shipped.hash === closing.hash && differing.length === 0) return;
    const what = differing.length > 0 ? `in ${differing.join(', ')}` : 'in the hash of its entry';
    const { sequence, place, recordId } = closing;
    report({
      kind: 'differs-in-application-insights',
      writer,
      sequence,
      ...place,
      recordId,
      message: `The record of entry ${sequence} of ${writer} is not the same in Application Insights and in the ledger: it differs ${what}.`,
    });
  };

  const reportUnknown = (name: string, sequence: number): void => {
    const isEntry = sequence >= 0 && WriterName.safeParse(name).success;
    report({
      kind: 'unknown-to-ledger',
      ...(isEntry && { writer: name, sequence }),
      message: isEntry
        ? `Application Insights has a record of entry ${sequence} of ${name}, but the ledger has no such record.`
        : 'Application Insights has a record that names no entry of the ledger.',
    });
  };

  const noteMissing = (closing: Closing): void => {
    const { sequence, place, recordId } = closing;
    unshown(closing.record);
    if (sequence > shippedUpTo || !isDue(closing, period, notBefore)) return;
    const finding: Finding = {
      kind: 'missing-in-application-insights',
      writer,
      sequence,
      ...place,
      recordId,
      message: `The record of entry ${sequence} of ${writer} was shipped, but Application Insights does not have it.`,
    };
    if (missing.length < MOST_KEPT) missing.push({ writer, sequence, finding });
    else report(finding);
  };

  const dropBefore = async (name: string): Promise<void> => {
    for (let one = await peek(); one && one.writer < name; one = await peek()) {
      peeked = undefined;
    }
  };

  return {
    async begin(name, shipped) {
      await dropBefore(name);
      writer = name;
      shippedUpTo = shipped;
      early = new Map();
      late = [];
    },

    async compare(closings) {
      for (const closing of closings) {
        let shipped = await peek();
        for (; shipped?.writer === writer && shipped.sequence < closing.sequence; shipped = await peek()) {
          peeked = undefined;
          if (early.size < MOST_KEPT) early.set(shipped.sequence, shipped);
          else reportUnknown(writer, shipped.sequence);
        }
        let isThere = false;
        // A record can be delivered more than once, and must be the same each time.
        for (; shipped?.writer === writer && shipped.sequence === closing.sequence; shipped = await peek()) {
          peeked = undefined;
          judge(closing, shipped);
          isThere = true;
        }
        if (!isThere) {
          if (late.length < MOST_KEPT) late.push(closing);
          else noteMissing(closing);
        }
      }
    },

    async end({ faults, last }) {
      let beyond: number | undefined;
      for (let one = await peek(); one?.writer === writer; one = await peek()) {
        peeked = undefined;
        if (one.sequence > last) beyond = Math.max(beyond ?? one.sequence, one.sequence);
        else if (early.size < MOST_KEPT) early.set(one.sequence, one);
        else reportUnknown(writer, one.sequence);
      }
      const isExplained = (sequence: number, place?: Place) =>
        faults.some(
          (fault) =>
            (fault.first <= sequence && sequence <= fault.last) ||
            (fault.place.part === place?.part && fault.place.line === place.line),
        );
      for (const closing of late) {
        const { sequence, place } = closing;
        const found = early.get(sequence);
        early.delete(sequence);
        if (isExplained(sequence, place)) continue;
        if (found) judge(closing, found);
        else noteMissing(closing);
      }
      for (const { sequence } of early.values()) if (!isExplained(sequence)) reportUnknown(writer, sequence);
      return beyond;
    },

    async finish(isRefused) {
      while (await peek()) peeked = undefined;
      for (const one of missing) if (!isRefused(one.writer, one.sequence)) report(one.finding);
      return count;
    },
  };
}

/** Tells whether a closing must show in Application Insights by its time. One with an invalid time must. */
function isDue({ time }: Closing, { from, to }: VerifiedPeriod, notBefore: Date): boolean {
  return Number.isNaN(time.getTime()) || (time >= from && time < to && time < notBefore);
}

/** Finds the fields whose values differ. Application Insights may have further fields. */
function findDifferences(
  expected: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(expected).flatMap(([name, value]) => (isSame(value, found[name]) ? [] : [name]));
}

function isSame(expected: unknown, found: unknown): boolean {
  // Some versions of the service write whole numbers as texts.
  if (typeof expected === 'number') return Number(found) === expected && found !== '' && found !== null;
  return expected === found;
}
