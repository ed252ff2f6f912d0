import type { LogLeaf } from '../../transparency-log/log-lines.ts';
import { folderOf } from '../../transparency-log/log-parts.ts';
import type { LogFault, LogReading } from '../../transparency-log/log-reading.ts';
import { lastWrittenAt, timeIn } from '../../ledger/chain-times.ts';
import type { CheckedChain, LedgerCheck } from '../check.ts';
import type { Finding } from '../finding.ts';
import type { ChainLine } from '../read-chain.ts';

/** A head that a checkpoint names. */
interface NamedHead {
  readonly size: number;
  readonly root: string;
  readonly writer: string;
  readonly sequence: number;
}

/** A chain is in the log some minutes after it began, and no later than this. */
const LOGGED_WITHIN_IN_MS = 2 * 3_600_000;
/** The most heads of checkpoints that are kept until the log is read on. */
const MOST_NAMED = 10_000;

const MESSAGES: Readonly<Record<LogFault['kind'], string>> = {
  unreadable: 'a line of the transparency log is neither the head of a chain nor a signed head of the log.',
  unsigned: 'the transparency log has a head that the audit key did not sign.',
  repeated: 'an older head of the transparency log was put behind a newer one.',
  changed: 'lines of the transparency log are not those that the audit key signed.',
  uncovered: 'the transparency log has heads of chains that no signature covers.',
  gap: 'lines of the transparency log are missing before this head.',
  copied: 'an older part of the transparency log was copied into another place.',
  forked:
    'the audit key signed a head of the transparency log that does not go on from the one before: it was rolled back in between.',
};

/**
 * Checks that the transparency log is as it was signed, that the chains agree with it, and that it has the heads that
 * checkpoints name. The leaves are anchors of their chains as well.
 * @param reading the log of the period; undefined where it was not at hand.
 * @param leaves the leaves of the period, and those that an attestation vouches for.
 * @param now the time of the verification.
 */
export function checkTransparencyLog(
  reading: LogReading | undefined,
  leaves: readonly LogLeaf[],
  now: Date,
): LedgerCheck {
  if (!reading) return {};
  const logged = new Set(leaves.map(({ writer }) => writer));
  const lastLeaves = new Map<string, number>();
  for (const { writer, sequence, isLast } of leaves)
    if (isLast) lastLeaves.set(writer, Math.min(sequence, lastLeaves.get(writer) ?? Infinity));
  /** The times of the first and the last entry of the chain that were written after the newest head. */
  let unlogged: { readonly first: number; last: number } | undefined;
  /** The times of the first and the last evidence of the chain; undefined before the first. */
  let times: { readonly first: number; readonly last: number } | undefined;
  const newestAt = Date.parse(reading.newest?.time ?? '');
  /** Heads that were signed after the log was read, unless somebody made them up. */
  const later: NamedHead[] = [];
  /** Finds the heads that checkpoints name and that the log does not have. */
  const findMissing = function* (lines: readonly ChainLine[], writer: string): Generator<Finding, void> {
    for (const { entry } of lines) {
      const tree = entry?.kind === 'checkpoint' ? readTree(entry.members.tree) : undefined;
      if (!entry || !tree) continue;
      const named = { ...tree, writer, sequence: entry.sequence };
      if (tree.size > (reading.newest?.size ?? 0)) {
        if (later.length < MOST_NAMED && !reading.endsEarly) later.push(named);
      } else if (lacks(reading, tree)) yield describeMissing(named);
    }
  };
  return {
    *begin() {
      yield* describeFaults(reading);
    },
    beginChain() {
      unlogged = undefined;
      times = undefined;
    },
    *pass({ scan, shown }, { writer }) {
      times = { first: times?.first ?? Date.parse(scan.firstTime), last: Date.parse(scan.lastTime) };
      if (scan.noted) {
        unlogged ??= { first: Date.parse(scan.noted.first), last: 0 };
        unlogged.last = Date.parse(scan.noted.last);
      }
      yield* findMissing(shown, writer);
    },
    *visit(lines, { writer, founding }) {
      for (const { entry } of lines) {
        const time = Date.parse(entry?.time ?? '');
        times = { first: times?.first ?? time, last: time };
        if (founding === 'founded' && time > newestAt) {
          unlogged ??= { first: time, last: time };
          unlogged.last = time;
        }
      }
      yield* findMissing(lines, writer);
    },
    *endChain(chain) {
      const { writer, last } = chain;
      const end = lastLeaves.get(writer);
      if (end !== undefined && last > end)
        yield {
          kind: 'chain-changed',
          writer,
          sequence: end + 1,
          ...(last > end + 1 && { lastSequence: last }),
          message: `The chain of ${writer} was ended with entry ${end}, says the transparency log, but entries follow it.`,
        };
      if (unlogged && !reading.endsEarly && unlogged.last - unlogged.first > LOGGED_WITHIN_IN_MS)
        yield {
          kind: 'tree-changed',
          writer,
          message:
            `The transparency log did not grow after ${new Date(newestAt).toISOString()}, though ${writer} went on for ` +
            'hours: nothing but its own keys vouches for what was written since.',
        };
      if (!logged.has(writer) && isDue(chain, times ? times.last - times.first : 0, reading, now))
        yield {
          kind: 'tree-changed',
          writer,
          message:
            `The transparency log does not know the chain of ${writer}, though it should: the log was changed or did ` +
            'not grow, or the chain was put here later.',
        };
    },
    async *finish() {
      if (later.length === 0) return;
      const seen = reading.faultCount;
      await reading.readOn();
      if (reading.faultCount > seen) yield* describeFaults(reading, seen);
      for (const named of later) if (lacks(reading, named)) yield describeMissing(named);
    },
    counts: () => ({ treeHeads: reading.heads.size, leaves: reading.leaves.length }),
  };
}

function* describeFaults({ faults }: LogReading, from = 0): Generator<Finding, void> {
  for (const { kind, part, line } of faults.slice(from)) {
    const file = `${folderOf(part)}/${String(part.part).padStart(6, '0')}.jsonl`;
    yield { kind: 'tree-changed', file, line, message: `In line ${line} of ${file}, ${MESSAGES[kind]}` };
  }
}

function describeMissing({ size, writer, sequence }: NamedHead): Finding {
  return {
    kind: 'tree-changed',
    writer,
    sequence,
    message:
      `Entry ${sequence} of ${writer} names a head of the transparency log with ${size} leaves that the log does not ` +
      'have: the log was rolled back, or is another one.',
  };
}

/** Tells whether the log should have a head and doesn't. Heads before the period were not read. */
function lacks({ heads, first }: LogReading, { size, root }: Pick<NamedHead, 'size' | 'root'>): boolean {
  if (first && size < first.size) return false;
  return heads.get(size)?.root !== root;
}

/**
 * Tells whether the log must know a chain: it is founded, and the log grew long after it had begun. The clock of its
 * process may be behind, so the chain must have been there for long by the storage service's clock, or have gone on for
 * long by its own.
 */
function isDue(chain: CheckedChain, lastedInMs: number, { newest }: LogReading, now: Date): boolean {
  const grewUntil = newest ? Date.parse(newest.time) : now.getTime();
  return (
    chain.founding === 'founded' &&
    grewUntil - timeIn(chain.writer) > LOGGED_WITHIN_IN_MS &&
    Math.max(grewUntil - lastWrittenAt(chain), lastedInMs) > LOGGED_WITHIN_IN_MS
  );
}

function readTree(value: unknown): { readonly size: number; readonly root: string } | undefined {
  if (typeof value !== 'object' || value === null || !('size' in value) || !('root' in value))
    return undefined;
  const { size, root } = value;
  return typeof size === 'number' && typeof root === 'string' ? { size, root } : undefined;
}
