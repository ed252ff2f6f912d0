import type { LedgerCheck } from '../check.ts';
import type { Place } from '../finding.ts';
import type { ListedLedger } from '../listed-ledger.ts';
import type { ReadEntry } from '../read-entry.ts';
import type { EvidenceReader } from '../vouching/evidence-reader.ts';

/** The ledger, and the time by which an erasure must be finished. */
export interface ErasureCheckOptions {
  readonly reader: EvidenceReader;
  readonly ledger: Pick<ListedLedger, 'others'>;
  /** Erasures that began later may still be at work. */
  readonly notBefore: Date;
}

interface Begun extends Place {
  readonly writer: string;
  readonly sequence: number;
  readonly time: string;
}

/** Checks that each erasure of a data subject that was begun was finished, by itself or by a later one. */
export function checkErasures(options: ErasureCheckOptions): LedgerCheck {
  const { reader, ledger, notBefore } = options;
  /** The last erasure of each subject that is not finished. */
  const begun = new Map<string, Begun>();
  const finish = ({ kind, members, time }: ReadEntry): void => {
    if (kind !== 'erased' || typeof members.subject !== 'string') return;
    const erasure = begun.get(members.subject);
    if (erasure && time >= erasure.time) begun.delete(members.subject);
  };

  return {
    visit(lines, { writer, founding }) {
      // A young chain may still turn out to be made up, so it proves nothing.
      if (founding === 'young') return;
      for (const { entry, place } of lines) {
        if (!entry) continue;
        const { subject } = entry.members;
        if (entry.kind === 'erasure' && typeof subject === 'string')
          begun.set(subject, { writer, sequence: entry.sequence, time: entry.time, ...place });
        finish(entry);
      }
    },

    async *finish() {
      // The proof of an erasure has a chain of its own, which may be outside the period.
      for await (const chain of begun.size === 0 ? [] : ledger.others()) {
        const { founding, lines: all } = await reader.open(chain);
        if (founding === 'young') continue;
        for await (const lines of all)
          for (const { entry, isEvidence } of lines) if (entry && isEvidence) finish(entry);
      }
      for (const { writer, sequence, time, part, line } of begun.values())
        if (Date.parse(time) < notBefore.getTime())
          yield {
            kind: 'erasure-unfinished',
            writer,
            sequence,
            part,
            line,
            message: `The erasure that entry ${sequence} of ${writer} began is not proven to be finished.`,
          };
    },
  };
}
