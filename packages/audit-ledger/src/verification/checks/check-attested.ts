import type { LogReading } from '../../transparency-log/log-reading.ts';
import type { Attestation } from '../attestation/attestation.ts';
import type { LedgerCheck } from '../check.ts';
import type { FindingList } from '../finding-list.ts';

/** The attested chains of a listed ledger. */
export interface AttestedCounts {
  /** The number of chains that were not read, and of their entries. */
  readonly chains: number;
  readonly entries: number;
  /** The number of attested chains that were read again. */
  readonly readAgain: number;
  /** A finding for each attested chain that is gone. */
  readonly gone: FindingList;
}

/**
 * Checks that the ledger still has the chains that were attested, and that the transparency log goes on from the head that
 * was its newest then.
 */
export function checkAttested(
  attestation: Attestation | undefined,
  counts: AttestedCounts | undefined,
  reading: LogReading | undefined,
): LedgerCheck {
  if (!attestation || !counts) return {};
  const { head, verifiedAt } = attestation;
  return {
    *begin() {
      yield counts.gone;
      if (reading && reading.heads.get(head.size)?.root !== head.root)
        yield {
          kind: 'tree-changed',
          message:
            `The transparency log does not have the head with ${head.size} leaves that was its newest when it was verified at ` +
            `${verifiedAt}: it was rolled back or forked since, and chains may have been removed with it.`,
        };
    },
    counts: () => ({
      attestedAt: verifiedAt,
      attestedChains: counts.chains,
      attestedEntries: counts.entries,
      readAgain: counts.readAgain,
    }),
  };
}
