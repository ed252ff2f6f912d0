import type { LedgerCheck } from '../check.ts';

/** A chain that lasts longer than this has a signed checkpoint; ten are due in that time. */
const SIGNED_WITHIN_IN_MS = 600_000;

/**
 * Checks that each chain with calls has a fitting signature, because a forged chain links as well as a genuine one. A
 * gateway signs its chains each minute, and before it ends one. Only a chain that a process wrote for some minutes
 * before it was lost can lack signatures.
 * @param notBefore chains that ended from this time on may still get their signature.
 */
export function checkVouching(notBefore: Date): LedgerCheck {
  return {
    *endChain({ writer, calls, signatures, hasBadSignature, endedAt, lastedInMs }) {
      if (calls === 0 || signatures > 0 || hasBadSignature) return;
      const isSettled =
        endedAt === undefined ? lastedInMs > SIGNED_WITHIN_IN_MS : new Date(endedAt) < notBefore;
      if (!isSettled) return;
      yield {
        kind: 'unvouched',
        writer,
        message: `Nothing shows that a gateway wrote the chain of ${writer}: the audit key signed none of its checkpoints.`,
      };
    },
  };
}
