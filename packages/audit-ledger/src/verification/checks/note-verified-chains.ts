import type { LogLeaf } from '../../transparency-log/log-lines.ts';
import type { AttestationNotes } from '../attestation/attestation-writer.ts';
import { lastWrittenAt } from '../../ledger/chain-times.ts';
import type { CheckedChain, LedgerCheck } from '../check.ts';
import type { ChainLine } from '../read-chain.ts';
import { readClosing } from './closing.ts';

/**
 * Notes the chains that may be attested: those that were read to the entry that the transparency log has as their last, and
 * that were last written to before everything was due. It finds nothing wrong.
 * @param leaves the last leaves of chains.
 * @param comparedUntil the time up to which everything was due.
 */
export function noteVerifiedChains(
  notes: Pick<AttestationNotes, 'note'> | undefined,
  leaves: readonly LogLeaf[],
  comparedUntil: Date,
): LedgerCheck {
  if (!notes) return {};
  const lastLeaves = new Map(leaves.filter(({ isLast }) => isLast).map((leaf) => [leaf.writer, leaf]));
  let last = { sequence: -1, hash: '', time: '' };
  let contentsUntil = -Infinity;
  let hasErasure = false;
  const take = (lines: readonly ChainLine[], writer: string): void => {
    for (const line of lines) {
      const { entry, hash } = line;
      if (!entry) continue;
      if (entry.sequence > last.sequence) last = { sequence: entry.sequence, hash, time: entry.time };
      hasErasure ||= entry.kind === 'erasure' || entry.kind === 'erased';
      const closing = readClosing(line, writer);
      if (closing?.record.content !== undefined)
        contentsUntil = Math.max(contentsUntil, closing.time.getTime());
    }
  };
  const isSettled = (chain: CheckedChain): boolean => {
    const leaf = lastLeaves.get(chain.writer);
    return (
      chain.founding === 'founded' &&
      chain.faults.length === 0 &&
      leaf?.sequence === chain.last &&
      leaf.sequence === last.sequence &&
      leaf.hash === last.hash &&
      lastWrittenAt(chain) < comparedUntil.getTime() &&
      Date.parse(last.time) < comparedUntil.getTime() &&
      // A call of an impossible time has contents of an impossible time.
      !Number.isNaN(contentsUntil)
    );
  };
  return {
    beginChain() {
      last = { sequence: -1, hash: '', time: '' };
      contentsUntil = -Infinity;
      hasErasure = false;
      return undefined;
    },
    pass({ scan, shown }, { writer }) {
      take(shown, writer);
      last = { sequence: scan.last, hash: scan.hashes.slice(-64), time: scan.lastTime };
      return undefined;
    },
    visit(lines, { writer }) {
      take(lines, writer);
      return undefined;
    },
    // eslint-disable-next-line require-yield -- it only takes note
    async *endChain(chain) {
      const parts = chain.parts.flatMap(({ part, bytes, modifiedAt, etag }) =>
        etag === undefined ? [] : [{ part, bytes, modifiedAt: modifiedAt.toISOString(), etag }],
      );
      if (!isSettled(chain) || parts.length < chain.parts.length) return;
      await notes.note({
        writer: chain.writer,
        sequence: last.sequence,
        hash: last.hash,
        ...(chain.shipped !== undefined && { shipped: chain.shipped }),
        parts,
        ...(contentsUntil > -Infinity && { contentsUntil: new Date(contentsUntil).toISOString() }),
        ...(hasErasure && { isReadAgain: true as const }),
      });
    },
  };
}
