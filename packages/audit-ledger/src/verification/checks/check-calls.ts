import type { LedgerChain, LedgerReader } from '../../ledger/ledger-reader.ts';
import type { CheckedChain, LedgerCheck } from '../check.ts';
import { createOpenCalls, type Orphan, type RecordPlace } from '../open-calls.ts';
import { findClosings, type ClosingPlaces } from './find-closings.ts';

/** The ledger, and the rules by which calls must be closed. */
interface CallCheckOptions {
  readonly reader: LedgerReader;
  /** All chains of the ledger, also of those outside the period. */
  readonly chains: readonly LedgerChain[];
  readonly now: Date;
  /** The time after a chain's end in which another chain may close its calls. */
  readonly graceInMs: number;
  /** The longest time that a call can last. */
  readonly openForInMs: number;
  readonly abortSignal: AbortSignal | undefined;
}

type Chains = ReadonlyMap<string, CheckedChain>;

/** Checks that each call that was opened is closed, and that none is closed twice. */
export function checkCalls(options: CallCheckOptions): LedgerCheck {
  const { now, graceInMs, openForInMs } = options;
  const calls = createOpenCalls();
  const counts = { openings: 0, closings: 0, open: 0 };

  const isYoung = ({ writer, time }: Orphan, chains: Chains): boolean => {
    const endedAt = chains.get(writer)?.endedAt;
    return endedAt === undefined
      ? now.getTime() - Date.parse(time) < openForInMs
      : now.getTime() - Date.parse(endedAt) < graceInMs;
  };

  /**
   * Reads all chains once more where the first reading leaves a doubt: about a repeated closing, about an opening in a
   * damaged chain, or about one that a chain outside the period can have closed.
   */
  const settle = async (chains: Chains): Promise<ClosingPlaces | undefined> => {
    const orphans = calls.orphans();
    const suspects = calls.suspects();
    const isDamaged = [...orphans.values()].some(
      ({ writer }) => (chains.get(writer)?.faults.length ?? 0) > 0,
    );
    const isElsewhere = orphans.size > 0 && options.chains.length > chains.size;
    if (suspects.size === 0 && !isDamaged && !isElsewhere) return undefined;
    return findClosings(options, chains, suspects, orphans);
  };

  return {
    visit(lines, { writer }) {
      for (const { entry, call, place } of lines) {
        if (!entry || !call) continue;
        if (entry.kind === 'opening') {
          counts.openings += 1;
          calls.opened(call, { writer, sequence: entry.sequence, ...place }, entry.time);
        } else {
          counts.closings += 1;
          calls.closed(call);
        }
      }
    },

    async *finish(chains) {
      const places = await settle(chains);
      for (const [id, orphan] of calls.orphans()) {
        if (places?.closed.has(id) === true) continue;
        if (isYoung(orphan, chains)) {
          counts.open += 1;
          continue;
        }
        yield {
          kind: 'never-closed',
          ...placeOf(orphan),
          recordId: id,
          message: `The call that entry ${orphan.sequence} of ${orphan.writer} opened was never closed.`,
        };
      }
      const overflow = calls.overflow();
      if (overflow.open > 0)
        yield {
          kind: 'never-closed',
          message: `So many calls are open that ${overflow.open} of them were not followed.`,
        };
      if (overflow.suspects > 0)
        yield {
          kind: 'closed-twice',
          message: `So many calls seem to be closed twice that ${overflow.suspects} closings were not followed.`,
        };
      for (const [first, second] of places?.repeated ?? [])
        yield {
          kind: 'closed-twice',
          ...placeOf(second),
          recordId: second.id,
          message: `Entry ${second.sequence} of ${second.writer} closes a call that entry ${first.sequence} of ${first.writer} closed before.`,
        };
    },

    counts: () => counts,
  };
}

function placeOf({ writer, part, line, sequence }: RecordPlace): RecordPlace {
  return { writer, part, line, sequence };
}
