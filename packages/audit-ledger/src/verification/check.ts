import type { LedgerChain } from '../ledger/ledger-reader.ts';
import type { Fault } from './chain-faults/fault.ts';
import type { Finding } from './finding.ts';
import type { FindingList } from './finding-list.ts';
import type { ChainLine } from './read-chain.ts';
import type { VerificationReport } from './report.ts';
import type { SealedStretch } from './scanning/read-sealed.ts';
import type { Founding } from './vouching/evidence-reader.ts';

/** A chain while it is checked, and after that. Checks rely on what the reading and the checks before them have noted. */
export interface CheckedChain extends LedgerChain {
  /** The sequence of the last shipped entry: -1 where there is none, undefined where the cursors are not at hand. */
  readonly shipped: number | undefined;
  readonly founding: Founding;
  /** The highest sequence that was read, whoever wrote it; -1 before the first. */
  last: number;
  /** The highest sequence of its evidence; -1 before the first. */
  lastVouched: number;
  /** The time of the end entry; undefined where its evidence has none. */
  endedAt: string | undefined;
  /** The changes that were made to its lines, noted by the check of lines at the end of the chain. */
  faults: readonly Fault[];
  /** True when its lines have too many faults to be told apart, noted with the faults. */
  isShattered: boolean;
}

/** Findings as a check makes them, one by one or as a list, which counts more than it holds. */
export type FindingStream = Iterable<Finding | FindingList> | AsyncIterable<Finding | FindingList>;

/** The counts that a check adds to the report. */
export type ReportCounts = Partial<
  Omit<
    VerificationReport,
    | 'version'
    | 'verifiedAt'
    | 'from'
    | 'to'
    | 'scope'
    | 'isIntact'
    | 'findings'
    | 'findingCount'
    | 'chains'
    | 'notChecked'
    | 'notRead'
  >
>;

/**
 * One check of a verification. It looks at the evidence as that is read, once and in order, and yields what is wrong.
 * Each method is called for all checks of the list, in its order, before the next method is called for any. A method that
 * only takes note gives undefined. The methods throw what reading the evidence throws.
 */
export interface LedgerCheck {
  /** Checks the evidence before a chain is read. */
  begin?(): FindingStream | undefined;
  /** Checks a chain before its lines are read. Chains come in the order of their writers. */
  beginChain?(chain: CheckedChain): FindingStream | undefined;
  /**
   * Checks a stretch of a chain as a whole, in place of `inspect` and `visit` of its lines. A check without this method
   * gets the lines of the stretch that are shown by those two, because it has nothing to find in the others.
   */
  pass?(stretch: SealedStretch, chain: CheckedChain): FindingStream | undefined;
  /** Checks further lines of a chain as they stand there, whoever wrote them. They come in their order. */
  inspect?(lines: readonly ChainLine[], chain: CheckedChain): FindingStream | undefined;
  /** Checks further evidence of a chain: lines that somebody else wrote are left out. It comes in its order. */
  visit?(lines: readonly ChainLine[], chain: CheckedChain): FindingStream | undefined;
  /** Checks a chain as a whole, after its last line. */
  endChain?(chain: CheckedChain): FindingStream | undefined;
  /** Checks the ledger as a whole, after its last chain. @param chains the chains that were read, by their writers. */
  finish?(chains: ReadonlyMap<string, CheckedChain>): FindingStream | undefined;
  /** Gives the counts for the report, at the very end. */
  counts?(): ReportCounts;
  /** Gives a sentence for each thing that could not be checked, at the very end. */
  notChecked?(): readonly string[];
}
