import type { PublicKeys } from '../keys/signature.ts';
import { type CheckTreeHead, createTreeHeadCheck } from '../transparency-log/check-tree-head.ts';
import type { TreeHead } from '../transparency-log/log-lines.ts';
import { dayOf, type LogPeriod, type LogReader } from '../transparency-log/log-parts.ts';
import { LogReading } from '../transparency-log/log-reading.ts';
import type { Period } from '../time/period.ts';
import type { Witness } from '../transparency-log/witness.ts';

const SETTLED_WITHIN_IN_MS = 2 * 86_400_000;

/** Heads of the transparency log that were kept outside of the ledger. */
export interface KeptHeads extends Pick<Witness, 'list' | 'read'> {
  /** The only head, where there is one; undefined for a store that gets every head. */
  readonly head?: TreeHead;
}

/** The transparency log of a period, and what vouches for it. */
export interface LogEvidence {
  readonly reading: LogReading;
  readonly isSigned: CheckTreeHead;
  /** Undefined where nothing outside the ledger vouches for it; `unasked` where that is not to be checked. */
  readonly witness: LogSources['witness'];
  readonly isExcerpt: boolean;
}

/** The sources of the transparency log. */
export interface LogSources {
  readonly reader: LogReader;
  readonly publicKeys: PublicKeys;
  readonly witness: KeptHeads | 'unasked' | undefined;
  /** True for a copy of some parts of the log. Heads before and after them say nothing against it. */
  readonly isExcerpt?: boolean;
}

/**
 * Reads the transparency log of a period, or to its end. It must be read before the chains are listed, so
 * that no chain may be shorter than it says.
 * @throws what the reader and the public keys throw.
 */
export async function readLogEvidence(
  { reader, publicKeys, witness, isExcerpt = false }: LogSources,
  { from, to }: LogPeriod,
  abortSignal?: AbortSignal,
): Promise<LogEvidence> {
  const isSigned = createTreeHeadCheck(publicKeys);
  const kept = witness === 'unasked' ? undefined : witness?.head;
  const keptAt = new Date(kept?.time ?? from);
  const period = { from: keptAt < from ? keptAt : from, to };
  const reading = await LogReading.read({ reader, isSigned, period, abortSignal });
  return { reading, isSigned, witness, isExcerpt };
}

/**
 * Gives the period of the transparency log that vouches for the chains of a period. The chain of a lost process gets its
 * last leaf a day later.
 * @param now the time up to which there is a log; a period that ends about then has no end in the log.
 */
export function periodOfLog({ from, to }: Period, now: Date): LogPeriod {
  const end = new Date(to.getTime() + SETTLED_WITHIN_IN_MS);
  return { from, to: end < now ? end : undefined };
}

/** Makes kept heads of a single one, which somebody has put aside. */
export function keepHead(head: TreeHead): KeptHeads {
  return {
    head,
    async *list() {
      yield await Promise.resolve({ day: dayOf(head.time), size: head.size, root: head.root });
    },
    read: () => Promise.resolve(head),
  };
}
