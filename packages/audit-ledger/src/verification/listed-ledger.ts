import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import { listByDay } from '../ledger/list-by-day.ts';
import { dayNear, startDayOf } from '../ledger/part-names.ts';
import type { Attestation, AttestedChain } from './attestation/attestation.ts';
import { createAttestedLookup, isUnchanged } from './attestation/attested-listing.ts';
import type { AttestedCounts } from './checks/check-attested.ts';
import { createFindingList } from './finding-list.ts';
import type { Period } from '../time/period.ts';
import { isRealDay } from '../ledger/chain-times.ts';

/** The chains of a ledger, of which a verification reads some. The lists throw what the reader throws. */
export interface ListedLedger {
  /** The chains of the days that belong to the verification, oldest writer first. Some of them need no reading. */
  readonly listed: readonly LedgerChain[];
  /** The chains that are read, oldest writer first. */
  readonly read: readonly LedgerChain[];
  /** The chains that a former verification attested; undefined where there is no attestation. */
  readonly attested?: AttestedListing;
  /** Lists the chains that are not read, as they are now, a day at a time. */
  others(): AsyncGenerator<LedgerChain, void>;
  /** Lists the chains of some writers as they are now. There are none for writers that the ledger does not have. */
  find(writers: Iterable<string>): Promise<LedgerChain[]>;
}

/** The attested chains of a listed ledger. */
export interface AttestedListing extends AttestedCounts {
  /** The chains that are read again, by their writers. */
  readonly again: ReadonlyMap<string, AttestedChain>;
}

/** The rules by which attested chains are read again or not. */
export interface AttestedRules {
  readonly chains: AsyncIterable<AttestedChain>;
  /** Tells whether a chain is read again, though storage has it as it was. */
  readonly isReadAgain: (chain: AttestedChain) => boolean;
  /** Tells whether other evidence names the chain of a writer. */
  readonly isNamed: (writer: string) => boolean;
  /** Called with each chain that is not read, oldest writer first. */
  readonly onKept: (chain: AttestedChain) => Promise<void>;
}

/** Tells whether the chains that began on a day, by their names, belong to a verification. */
export type ChooseDay = (day: string) => boolean;

/** A clock may be ahead or behind by so much. */
const MOST_CLOCK_ERROR_IN_MS = 3_600_000;

/**
 * Chooses the days of a period: its own, those on which chains began that other evidence of the period names, and those
 * that no genuine chain can name, because they are no dates or still to come.
 * @param named such chains.
 * @param now the time of the verification.
 */
export function chooseDays(
  { from, to }: Period,
  named: Iterable<{ readonly writer: string }>,
  now: Date,
): ChooseDay {
  const first = dayNear(from.getTime() - MOST_CLOCK_ERROR_IN_MS);
  const last = dayNear(to.getTime() + MOST_CLOCK_ERROR_IN_MS);
  const today = dayNear(now.getTime() + MOST_CLOCK_ERROR_IN_MS);
  const others = new Set(Array.from(named, ({ writer }) => startDayOf(writer)));
  return (day) => (day >= first && day <= last) || others.has(day) || day > today || !isRealDay(day);
}

/**
 * Gives the sentences about what a verification does not read.
 * @param attested the attestation from which it goes on.
 */
export function describeLeftOut({ from }: Period, attested?: Attestation): string[] {
  const before = from.toISOString();
  const ofAttested =
    attested &&
    `The attested chains: storage has each of their blobs with the time, size and etag of ${attested.verifiedAt}, and the ` +
      'auditor who signed then vouches for what is in them. A call that one of them closes too is not found. Application ' +
      `Insights was not asked for records and requests of before ${attested.comparedUntil}.`;
  return [
    ...(ofAttested === undefined ? [] : [ofAttested]),
    `Chains that began before ${before}, unless a head in the transparency log or an anchor of the period names them. A call that ` +
      'one of them closes too, or an entry that somebody added to one of them, is not found.',
  ];
}

/**
 * Lists the chains of the chosen days. Those that are attested and need no reading are not kept.
 * @param isRead whether a chain of such a day is read that is not attested.
 * @throws what the reader throws.
 */
export async function listLedger(
  reader: LedgerReader,
  isChosen: ChooseDay,
  isRead: (chain: LedgerChain) => boolean,
  abortSignal: AbortSignal | undefined,
  attested?: AttestedRules,
): Promise<ListedLedger> {
  const eachOf = async function* (isWanted: ChooseDay): AsyncGenerator<LedgerChain, void> {
    for await (const chains of listByDay(reader, (days) => days.filter(isWanted), abortSignal)) yield* chains;
  };
  const listed: LedgerChain[] = [];
  const read: LedgerChain[] = [];
  const sorting = attested && sortAttested(attested);
  for await (const chain of eachOf(isChosen)) {
    const standing = await sorting?.take(chain);
    if (standing !== 'attested') listed.push(chain);
    if (standing === 'again' || (standing === undefined && isRead(chain))) read.push(chain);
  }
  const counts = await sorting?.end();
  const writers = new Set(read.map(({ writer }) => writer));
  return {
    listed,
    read,
    ...(counts && { attested: counts }),
    async *others() {
      for await (const chain of eachOf(() => true)) if (!writers.has(chain.writer)) yield chain;
    },
    async find(wanted) {
      const names = new Set(wanted);
      const days = new Set(Array.from(names, startDayOf));
      const found: LedgerChain[] = [];
      if (names.size === 0) return found;
      for await (const chain of eachOf((day) => days.has(day)))
        if (names.has(chain.writer)) found.push(chain);
      return found;
    },
  };
}

/**
 * Sorts the chains of a listing, which come oldest writer first, by their attestation. `attested`: it needs no look.
 * `named`: it is not read, and other evidence names it. `again`: it is read. Undefined: it is not attested.
 */
function sortAttested({ chains, isReadAgain, isNamed, onKept }: AttestedRules) {
  const again = new Map<string, AttestedChain>();
  const gone = createFindingList();
  const lookup = createAttestedLookup(chains, ({ writer }) => {
    gone.add({
      kind: 'chain-changed',
      writer,
      message: `The whole chain of ${writer} is missing from the ledger, but it was attested.`,
    });
  });
  const kept = { chains: 0, entries: 0 };
  return {
    async take(chain: LedgerChain): Promise<'attested' | 'named' | 'again' | undefined> {
      const attested = await lookup.find(chain.writer);
      if (!attested) return undefined;
      if (!isUnchanged(chain, attested) || isReadAgain(attested)) {
        again.set(chain.writer, attested);
        return 'again';
      }
      kept.chains += 1;
      kept.entries += attested.sequence + 1;
      await onKept(attested);
      return isNamed(chain.writer) ? 'named' : 'attested';
    },
    async end(): Promise<AttestedListing> {
      await lookup.end();
      return { ...kept, readAgain: again.size, again, gone };
    },
  };
}
