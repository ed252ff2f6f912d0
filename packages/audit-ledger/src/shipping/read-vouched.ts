import { checkSeal, type SealPublicKey } from '../keys/seal-key.ts';
import { countFitting } from '../ledger/count-fitting.ts';
import { NO_PREVIOUS, sealedText } from '../ledger/ledger-entry.ts';
import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import type { AnyEntry } from '../ledger/parse-entry.ts';
import { MAXIMUM_LINE_BYTES, readLines } from '../ledger/read-lines.ts';
import { type LineProblem, type PlacedLine, placeLine } from './place-lines.ts';

/** A chain, with the key that its seals must fit. */
export interface SealedChain {
  readonly writer: string;
  readonly sealKey: SealPublicKey;
  /**
   * The parts of the chain that aren't empty, as they were listed; undefined for a chain whose parts follow one another.
   */
  readonly parts?: LedgerChain['parts'] | undefined;
  /** True when nothing will be appended any more. What is not vouched for then stays so. */
  readonly isGone: boolean;
}

/** A place between two entries of a chain. */
export interface ChainPosition {
  readonly part: number;
  /** The number of bytes of the part before the place. */
  readonly offset: number;
  /** The sequence of the last entry before the place that is vouched for; -1 at the beginning. */
  readonly sequence: number;
  /** The hash of that entry. */
  readonly hash: string;
  /** True where the chain has ended before the place. Nothing after it is vouched for. */
  readonly hasEnded?: true | undefined;
}

/** The beginning of every chain. */
export const CHAIN_START: ChainPosition = { part: 1, offset: 0, sequence: -1, hash: NO_PREVIOUS };

/**
 * The reason why entries are not vouched for. `unsealed`: no fitting seal follows them. `truncated`: there is only half a
 * line. `after-end`: the chain has ended before them.
 */
export type ChainProblem = LineProblem | 'unsealed' | 'truncated' | 'after-end';

/** Entries that are vouched for. */
export interface VouchedStretch {
  /** The problem of what lies before these entries and is not vouched for. */
  readonly problem?: ChainProblem;
  /**
   * The entries, in their order. The last one is a seal, or the end of the chain. There are none where a lost chain ends
   * with what is not vouched for. The first has the problem `unlinked` where entries before it are missing.
   */
  readonly lines: readonly PlacedLine[];
  /** The place after these entries, or after the end of a lost chain. */
  readonly next: ChainPosition;
}

/** The most bytes without a seal. Entries are appended in blocks of 4 MiB at most, and each block ends with a seal. */
export const MOST_UNSEALED_BYTES = 2 * MAXIMUM_LINE_BYTES;
/** The most parts in a row that are read in vain. A writer goes on in the next part where a part has foreign entries. */
const MOST_SKIPPED_PARTS = 16;

/**
 * Reads the entries of a chain that a fitting seal vouches for. Each is linked to the seal by its hashes in the bytes that
 * were read with it, so storage may change meanwhile. The rest of a part after the last fitting seal is left out, and what
 * follows in the next part is read on if it is vouched for and of a higher sequence. Nothing counts that follows the end
 * of the chain and its seal, whoever has sealed it. Forged entries can't make the work
 * unbounded: where they begin, 8 MiB of a part are read at most, and of thousands of seals a dozen are checked.
 * @param from the place to begin at. It need not be trusted: a wrong place gives fewer entries.
 * @throws what the reader throws, and the signal's reason.
 */
export async function* readVouched(
  ledger: Pick<LedgerReader, 'read'>,
  chain: SealedChain,
  from: ChainPosition,
  abortSignal?: AbortSignal,
): AsyncGenerator<VouchedStretch, void> {
  let position = from;
  let problem: ChainProblem | undefined;
  let isEndClean = true;
  let part: number | undefined = from.part;
  for (let skipped = 0; part !== undefined && skipped <= MOST_SKIPPED_PARTS; skipped += 1) {
    abortSignal?.throwIfAborted();
    const isAhead: boolean = part !== position.part;
    const stretches = readPart(
      ledger,
      chain,
      isAhead ? { ...position, part, offset: 0 } : position,
      abortSignal,
    );
    let read = await stretches.next();
    // Entries may have been appended to the part before, between its reading and the beginning of this part.
    const isTooEarly: boolean =
      isAhead &&
      isEndClean &&
      read.done !== true &&
      read.value.lines[0]?.problem !== undefined &&
      (await hasMore(ledger, chain.writer, position, abortSignal));
    if (isTooEarly) {
      part = position.part;
      continue;
    }
    for (; read.done !== true; read = await stretches.next()) {
      yield { ...read.value, ...(problem && { problem }) };
      position = read.value.next;
      problem = undefined;
      skipped = 0;
    }
    problem ??= read.value;
    if (part === position.part) isEndClean = read.value === undefined;
    part = await nextPart(ledger, chain, part, abortSignal);
  }
  const last = chain.parts?.at(-1);
  if (!problem || !chain.isGone || !last) return;
  const offset = last.part === position.part ? Math.max(last.bytes, position.offset) : last.bytes;
  yield { problem, lines: [], next: { ...position, part: last.part, offset } };
}

/** Reads the vouched entries of one part. @returns the problem of what is left then, if anything is. */
async function* readPart(
  ledger: Pick<LedgerReader, 'read'>,
  chain: SealedChain,
  from: ChainPosition,
  abortSignal: AbortSignal | undefined,
): AsyncGenerator<Omit<VouchedStretch, 'problem'>, ChainProblem | undefined> {
  const { part } = from;
  let { offset } = from;
  const { writer } = chain;
  const problemAfterEnd = async () =>
    (await hasMore(ledger, writer, { part, offset }, abortSignal)) ? 'after-end' : undefined;
  if (from.hasEnded) return problemAfterEnd();
  let before = { writer, sequence: from.sequence, hash: from.hash };
  let isStart = true;
  let held: PlacedLine[] = [];
  for await (const lines of readLines(ledger, writer, { part, offset }, abortSignal)) {
    let problem: ChainProblem | undefined;
    for (const line of lines) {
      const placed = line.isWhole ? placeLine(line, before) : undefined;
      problem = placed ? problemOf(placed, before.sequence, isStart) : 'truncated';
      if (!placed || problem) break;
      held.push(placed);
      before = placed.place;
      isStart = false;
    }
    const seals = held.filter(({ entry }) => entry?.kind === 'seal');
    const fitting = countFitting(seals, ({ entry }) => fits(entry, chain));
    const seal = seals[fitting - 1];
    if (seal) {
      const end = held.indexOf(seal) + 1;
      const ended = endOfChain(held.slice(0, end));
      const vouched = held.slice(0, ended ?? end);
      held = held.slice(end);
      offset += sizeOf(vouched);
      const { sequence, hash } = vouched.at(-1)?.place ?? seal.place;
      yield {
        lines: vouched,
        next: { part, offset, sequence, hash, ...(ended !== undefined && { hasEnded: true }) },
      };
      if (ended !== undefined) return problemAfterEnd();
    }
    if (fitting < seals.length || sizeOf(held) > MOST_UNSEALED_BYTES) return 'unsealed';
    if (problem) return held.length > 0 ? 'unsealed' : problem;
  }
  return held.length > 0 ? 'unsealed' : undefined;
}

/** Counts the lines up to the end of the chain and its seal; undefined where the chain does not end in them. */
export function endOfChain(lines: readonly PlacedLine[]): number | undefined {
  const at = lines.findIndex(({ entry }) => entry?.kind === 'end');
  if (at < 0) return undefined;
  return lines[at + 1]?.entry?.kind === 'seal' ? at + 2 : at + 1;
}

/** Tells whether an entry is a seal that fits the chain's key. It vouches for the entry whose hash it names as the one before. */
export function fits(entry: AnyEntry | undefined, { writer, sealKey }: SealedChain): boolean {
  if (!entry || typeof entry.value !== 'string') return false;
  return checkSeal(sealKey, sealedText(writer, entry), entry.value);
}

/** The problem that keeps a line out. The first line that is read may follow lines that are missing. */
function problemOf(
  { entry, place, problem }: PlacedLine,
  before: number,
  isStart: boolean,
): LineProblem | undefined {
  const isLater = isStart && entry?.writer === place.writer && place.sequence > before;
  return problem === 'unlinked' && isLater ? undefined : problem;
}

async function nextPart(
  ledger: Pick<LedgerReader, 'read'>,
  { writer, parts }: SealedChain,
  part: number,
  abortSignal: AbortSignal | undefined,
): Promise<number | undefined> {
  if (parts) return parts.find((other) => other.part > part)?.part;
  const next = { part: part + 1, offset: 0 };
  return (await hasMore(ledger, writer, next, abortSignal)) ? next.part : undefined;
}

async function hasMore(
  ledger: Pick<LedgerReader, 'read'>,
  writer: string,
  { part, offset }: Pick<ChainPosition, 'part' | 'offset'>,
  abortSignal: AbortSignal | undefined,
): Promise<boolean> {
  return (await ledger.read(writer, part, offset, 1, abortSignal)).byteLength > 0;
}

function sizeOf(lines: readonly PlacedLine[]): number {
  return lines.reduce((sum, { bytes }) => sum + bytes, 0);
}
