import type { ShippedRecord, VerifiedPeriod } from './evidence.ts';
import type { Finding, Place } from './finding.ts';
import type { Fault } from './judge-pieces.ts';

/** Records that could not be matched at once are kept until the end of their chain, up to this many of each side. */
const MOST_KEPT = 5_000;
/** Of all chains together; a refusal of what is beyond is not looked for. */
const MOST_ABSENT = 20_000;

/** A closing of the chain that is being read. */
export interface Closing {
  readonly sequence: number;
  readonly hash: string;
  readonly place: Place;
  readonly record: Readonly<Record<string, unknown>>;
  readonly recordId: string;
  readonly time: Date;
}

export interface ShippedOptions {
  readonly records: AsyncIterable<ShippedRecord>;
  readonly fieldsOf: ((record: Closing['record']) => Readonly<Record<string, unknown>>) | undefined;
  readonly period: VerifiedPeriod;
  /** Records younger than this need not show yet. */
  readonly notBefore: Date;
  /** Every chain of the ledger, also those outside the period, which are not read. */
  readonly writers: ReadonlySet<string>;
  readonly report: (finding: Finding) => void;
}

/** What of a chain is known when it has been read. */
export interface ChainEnd {
  readonly faults: readonly Fault[];
  /** The last entry that was shipped. */
  readonly shipped: number;
  /** The last entry that was read. */
  readonly last: number;
}

export interface ShippedCounts {
  /** Records that were read. */
  readonly records: number;
  /** How many calls of a trace are on record in the ledger alone. */
  readonly inLedgerAlone: ReadonlyMap<string, number>;
}

/** A closing whose record Application Insights doesn't have. */
interface AbsentRecord extends Pick<Closing, 'sequence' | 'place' | 'recordId'> {
  readonly writer: string;
  readonly traceId: string | undefined;
  /** Whether it should have it, unless it was refused. */
  readonly isExpected: boolean;
}

/** Walks through the ledger's closings and the records in Application Insights side by side. */
export interface ShippedComparison {
  /** Chains come in the order of their writers. */
  begin(writer: string): Promise<void>;
  compare(closings: readonly Closing[]): Promise<void>;
  /** @returns the last record's sequence beyond the end of the chain, where there is one. */
  end(chain: ChainEnd): Promise<number | undefined>;
  /** When there are no more chains, and all refusals are known, wherever they stand. */
  finish(isRefused: (writer: string, sequence: number) => boolean): Promise<ShippedCounts>;
}

export function createShippedComparison(options: ShippedOptions): ShippedComparison {
  const { fieldsOf, period, notBefore, writers, report } = options;
  const records = options.records[Symbol.asyncIterator]();
  let peeked: ShippedRecord | undefined;
  let isDone = false;
  let count = 0;
  let writer = '';
  let early = new Map<number, ShippedRecord>();
  let late: Closing[] = [];
  const absent: AbsentRecord[] = [];

  const peek = async (): Promise<ShippedRecord | undefined> => {
    if (peeked || isDone) return peeked;
    const next = await records.next();
    if (next.done === true) isDone = true;
    else {
      peeked = next.value;
      count += 1;
    }
    return peeked;
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

  const reportUnknown = (name: string, sequence: number): void =>
    report({
      kind: 'unknown-to-ledger',
      writer: name,
      sequence,
      message: `Application Insights has a record of entry ${sequence} of ${name}, but the ledger has no such record.`,
    });

  const reportMissing = (
    name: string,
    { sequence, place, recordId }: Pick<Closing, 'sequence' | 'place' | 'recordId'>,
  ): void =>
    report({
      kind: 'missing-in-application-insights',
      writer: name,
      sequence,
      ...place,
      recordId,
      message: `The record of entry ${sequence} of ${name} was shipped, but Application Insights does not have it.`,
    });

  const noteAbsent = ({ sequence, place, recordId, record }: Closing, isExpected: boolean): void => {
    const traceId = typeof record.traceId === 'string' ? record.traceId : undefined;
    if (absent.length < MOST_ABSENT) absent.push({ writer, sequence, place, recordId, traceId, isExpected });
    else if (isExpected) reportMissing(writer, { sequence, place, recordId });
  };

  const dropBefore = async (name: string): Promise<void> => {
    for (let one = await peek(); one && one.writer < name; one = await peek()) {
      peeked = undefined;
      if (!writers.has(one.writer)) reportUnknown(one.writer, one.sequence);
    }
  };

  return {
    async begin(name) {
      await dropBefore(name);
      writer = name;
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
        // A record can be delivered more than once.
        for (; shipped?.writer === writer && shipped.sequence === closing.sequence; shipped = await peek()) {
          peeked = undefined;
          if (!isThere) judge(closing, shipped);
          isThere = true;
        }
        if (!isThere) {
          if (late.length < MOST_KEPT) late.push(closing);
          else if (isDue(closing, period, notBefore)) reportMissing(writer, closing);
        }
      }
    },

    async end({ faults, shipped, last }) {
      for (let one = await peek(); one?.writer === writer; one = await peek()) {
        peeked = undefined;
        if (early.size < MOST_KEPT || one.sequence > last) early.set(one.sequence, one);
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
        else noteAbsent(closing, sequence <= shipped && isDue(closing, period, notBefore));
      }
      let beyond: number | undefined;
      for (const { sequence } of early.values()) {
        if (sequence > last) beyond = Math.max(beyond ?? sequence, sequence);
        else if (!isExplained(sequence)) reportUnknown(writer, sequence);
      }
      return beyond;
    },

    async finish(isRefused) {
      await dropBefore('\u{10ffff}');
      const inLedgerAlone = new Map<string, number>();
      const counted = new Set<string>();
      for (const one of absent) {
        const { writer: name, sequence, recordId, traceId, isExpected } = one;
        if (isExpected && !isRefused(name, sequence)) reportMissing(name, one);
        // A record and its correction are of one call.
        if (traceId !== undefined && !counted.has(recordId))
          inLedgerAlone.set(traceId, (inLedgerAlone.get(traceId) ?? 0) + 1);
        counted.add(recordId);
      }
      return { records: count, inLedgerAlone };
    },
  };
}

function isDue({ time }: Closing, { from, to }: VerifiedPeriod, notBefore: Date): boolean {
  return time >= from && time < to && time < notBefore;
}

/** Names of fields whose values are not the same; Application Insights may have more of them. */
function findDifferences(
  expected: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(expected).flatMap(([name, value]) => (isSame(value, found[name]) ? [] : [name]));
}

function isSame(expected: unknown, found: unknown): boolean {
  // Measurements are floating-point numbers, and some versions of the service write whole numbers as texts.
  if (typeof expected === 'number') return Number(found) === expected && found !== '' && found !== null;
  return expected === found;
}
