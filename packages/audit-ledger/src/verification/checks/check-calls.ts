import type { LedgerChain } from '../../ledger/ledger-reader.ts';
import { lastWrittenAt } from '../../ledger/chain-times.ts';
import type { CheckedChain, LedgerCheck } from '../check.ts';
import type { Finding } from '../finding.ts';
import type { ListedLedger } from '../listed-ledger.ts';
import { createOpenCalls, type Orphan, type Suspects } from '../open-calls.ts';
import type { ChainLine } from '../read-chain.ts';
import { NUMBERS_OF_A_CLOSING } from '../scanning/plain-calls.ts';
import type { RecordPlace } from '../record-place.ts';
import type { Reference } from '../references.ts';
import type { EvidenceReader } from '../vouching/evidence-reader.ts';
import { settleDoubts, type SettledDoubts } from './settle-doubts.ts';

/** The ledger, and the rules by which calls must be closed. */
interface CallCheckOptions {
  readonly reader: EvidenceReader;
  readonly ledger: ListedLedger;
  readonly now: Date;
  /** The time after a chain's end in which another chain may close its calls. */
  readonly graceInMs: number;
  /** The longest time that a call can last. */
  readonly openForInMs: number;
  /** True for a part of a ledger, which may lack the chain of an opening that one of its closings recovers. */
  readonly isPart: boolean;
  /** The seed by which ids are hashed. */
  readonly seed: number;
}

/** The clock of a process may be ahead of the storage service's by so much. */
const MOST_CLOCK_ERROR_IN_MS = 3_600_000;

type Chains = ReadonlyMap<string, CheckedChain>;

/**
 * Checks that each call that was opened is closed, that none is closed twice, and that closings which correct or recover
 * name the entry that they correct or recover. The calls of young chains are only counted.
 */
export function checkCalls(options: CallCheckOptions): LedgerCheck {
  const { now, graceInMs, openForInMs } = options;
  const calls = createOpenCalls(options.seed);
  const counts = { openings: 0, closings: 0, open: 0 };

  const isYoung = ({ writer, time }: Orphan, chains: Chains): boolean => {
    const endedAt = chains.get(writer)?.endedAt;
    return endedAt === undefined
      ? now.getTime() - Date.parse(time) < openForInMs
      : now.getTime() - Date.parse(endedAt) < graceInMs;
  };

  /** The oldest opening that must be closed by now; undefined where there is none. */
  const oldestUnclosed = (chains: Chains): number | undefined => {
    const times = [...calls.orphans().values()].filter((orphan) => !isYoung(orphan, chains));
    return times.length === 0
      ? undefined
      : times.reduce((least, { time }) => Math.min(least, Date.parse(time)), Infinity);
  };

  /**
   * Reads chains once more where the first reading leaves a doubt. Those that were read are read again for a repeated
   * closing, an opening in a damaged chain, or an entry that a closing names. Others are read for a call that they can
   * have closed, because they were written to after it was opened, and for an opening that a closing names.
   */
  const settle = async (chains: Chains, suspects: Suspects['keys']): Promise<SettledDoubts | undefined> => {
    const orphans = calls.orphans();
    const { references } = calls.unmet();
    const isDamaged = [...orphans.values()].some(
      ({ writer }) => (chains.get(writer)?.faults.length ?? 0) > 0,
    );
    const unclosedSince = oldestUnclosed(chains);
    if (suspects.count() === 0 && references.size === 0 && !isDamaged && unclosedSince === undefined)
      return undefined;
    const named = new Set([...references].flatMap(({ call: { recovered } }) => recovered?.writer ?? []));
    const doubtful = async function* (): AsyncGenerator<LedgerChain, void> {
      if (suspects.count() > 0 || references.size > 0 || isDamaged) yield* options.ledger.read;
      if (unclosedSince !== undefined) {
        for await (const chain of options.ledger.others())
          if (named.has(chain.writer) || lastWrittenAt(chain) >= unclosedSince - MOST_CLOCK_ERROR_IN_MS)
            yield chain;
      } else yield* (await options.ledger.find(named)).filter(({ writer }) => !chains.has(writer));
    };
    return settleDoubts(options.reader, doubtful(), chains, { suspects, orphans, references });
  };

  const writers = new Set(options.ledger.listed.map(({ writer }) => writer));
  const isLeftOut = ({ call: { recovered } }: Reference): boolean =>
    options.isPart && recovered !== undefined && !writers.has(recovered.writer);

  const findUnclosed = (chains: Chains, settled: SettledDoubts | undefined): Finding[] =>
    [...calls.orphans()].flatMap(([id, orphan]) => {
      if (settled?.closed.has(id) === true) return [];
      if (!isYoung(orphan, chains)) return [neverClosed(id, orphan)];
      counts.open += 1;
      return [];
    });

  const visit = (lines: readonly ChainLine[], { writer, founding }: CheckedChain): void => {
    for (const { entry, call, hash, place } of lines) {
      if (!entry || !call) continue;
      const { kind, sequence, time } = entry;
      const isOpening = kind === 'opening';
      counts[isOpening ? 'openings' : 'closings'] += 1;
      // A young chain may still turn out to be made up, so it closes no call.
      if (founding === 'young') continue;
      const at = { writer, sequence, hash, part: place.part, line: place.line };
      if (isOpening) calls.opened(call, at, time);
      else calls.closed(call, at);
    }
  };

  return {
    pass(stretch, chain) {
      const { scan, shown } = stretch;
      visit(shown, chain);
      counts.openings += scan.openings;
      counts.closings += scan.closings.length / NUMBERS_OF_A_CLOSING;
      calls.passed(stretch, chain.writer);
    },
    visit: (lines, chain) => {
      visit(lines, chain);
    },

    async *finish(chains) {
      const suspects = calls.suspects();
      const settled = await settle(chains, suspects.keys);
      yield* findUnclosed(chains, settled);
      const overflow = calls.overflow();
      if (overflow > 0)
        yield {
          kind: 'never-closed',
          message: `So many calls are open that ${overflow} of them were not followed.`,
        };
      if (suspects.others > 0)
        yield {
          kind: 'closed-twice',
          message: `So many calls seem to be closed twice that ${suspects.others} closings were not followed.`,
        };
      for (const [first, second] of settled?.repeated ?? [])
        yield {
          kind: 'closed-twice',
          ...placeOf(second),
          recordId: second.id,
          message: `Entry ${second.sequence} of ${second.writer} closes a call that entry ${first.sequence} of ${first.writer} closed before.`,
        };
      const { references, others } = calls.unmet();
      for (const reference of references)
        if (!settled?.met.has(reference) && !isLeftOut(reference)) yield namesNothing(reference);
      if (others > 0)
        yield {
          kind: 'false-closing',
          message: `So many closings name an entry that is not there that ${others} of them were not followed.`,
        };
    },

    counts: () => counts,
  };
}

function neverClosed(recordId: string, opening: RecordPlace): Finding {
  const { writer, sequence } = opening;
  return {
    kind: 'never-closed',
    ...placeOf(opening),
    recordId,
    message: `The call that entry ${sequence} of ${writer} opened was never closed.`,
  };
}

function namesNothing({ call: { id, recovered, corrects }, closing }: Reference): Finding {
  const entry = `Entry ${closing.sequence} of ${closing.writer}`;
  const message = recovered
    ? `${entry} closes a call in place of a lost process, but entry ${recovered.sequence} of ${recovered.writer}, which it names, does not open that call.`
    : corrects === undefined
      ? `${entry} corrects the record of a call, but does not name the closing that it corrects.`
      : `${entry} corrects the record of a call, but the closing that it names is none of that call before it in its chain.`;
  return { kind: 'false-closing', ...placeOf(closing), recordId: id, message };
}

function placeOf({ writer, part, line, sequence }: RecordPlace): RecordPlace {
  return { writer, part, line, sequence };
}
