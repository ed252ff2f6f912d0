import { checkSeal, type SealPublicKey } from '../../keys/seal-key.ts';
import { sealedText } from '../../ledger/ledger-entry.ts';
import type { ChainLine } from '../read-chain.ts';
import type { ReadEntry } from '../read-entry.ts';
import { createSequenceSet } from './sequence-set.ts';

/** The number of further lines after which the last of their seals is checked. It vouches for all of them. */
const LINES_BETWEEN_CHECKS = 128;
/** The most seals of a chain that are checked besides. Only a chain that was changed needs any. */
const MOST_OTHER_CHECKS = 4_000;
/** The most that waits for a seal. A block of the ledger is smaller, and each block ends with a seal. */
const MOST_HELD_BYTES = 8 * 1024 * 1024;
const MOST_HELD_LINES = 32_768;

/** A line of which it is not known yet whether it is vouched for. */
interface HeldLine extends ChainLine {
  isEvidence: boolean;
}

/** The last entry of a chain before the lines that are settled. */
interface SettledBefore {
  readonly sequence: number;
  /** True where it is the seal of the chain's end. */
  readonly isEnd: boolean;
}

/** Takes the lines of a chain in their order, and gives them back in that order once their standing is known. */
interface StandingSettler {
  /** Takes further lines. @returns the lines that are settled by now. */
  add(lines: readonly ChainLine[]): readonly ChainLine[];
  /** Gives the lines that are left after the last one. */
  end(): readonly ChainLine[];
}

/**
 * Finds the lines that a chain's seals vouch for. A seal vouches for the entry whose hash it signs, and by the hashes
 * that entries name for all before it, wherever they stand; an entry counts once. Few seals are checked, because the
 * last one of several vouches for the same entries as all of them. Nothing counts after the end of the chain and its seal.
 * @param sealKey the key by which the chain's seals are checked.
 * @param before the last entry of the lines before, which are vouched for; there are none when left out.
 */
function createStandingSettler(
  writer: string,
  sealKey: SealPublicKey,
  before?: SettledBefore,
): StandingSettler {
  let held: HeldLine[] = [];
  let heldBytes = 0;
  /** The number of held lines whose seals were looked at. */
  let looked = 0;
  let otherChecks = 0;
  const byHash = new Map<string, HeldLine>();
  const vouched = createSequenceSet(before?.sequence);
  let end = before?.isEnd === true ? before.sequence - 1 : Infinity;

  const fits = (seal: ReadEntry): boolean => {
    const { value } = seal.members;
    return typeof value === 'string' && checkSeal(sealKey, sealedText(writer, seal), value);
  };
  /** Marks what a fitting seal vouches for: itself, and the entries before it as far as they are held. */
  const vouchUpTo = (seal: HeldLine): void => {
    const linked: HeldLine[] = [];
    for (let line: HeldLine | undefined = seal; line?.entry && !line.isEvidence;) {
      linked.push(line);
      const { previous, sequence }: ReadEntry = line.entry;
      const parent = byHash.get(previous);
      line = parent?.entry?.sequence === sequence - 1 ? parent : undefined;
    }
    for (const line of linked.reverse()) line.isEvidence = vouched.add(line.entry?.sequence ?? -1);
  };
  /** Checks the last new seal, and those before it that it does not vouch for. @returns the place after the last that fits. */
  const look = (): number => {
    let settled = 0;
    let isFirst = true;
    for (let index = held.length - 1; index >= looked; index -= 1) {
      const line = held[index];
      if (line?.entry?.kind !== 'seal' || line.isEvidence) continue;
      if (!isFirst && otherChecks >= MOST_OTHER_CHECKS) break;
      if (!isFirst) otherChecks += 1;
      isFirst = false;
      if (!fits(line.entry)) continue;
      vouchUpTo(line);
      settled = Math.max(settled, index + 1);
    }
    looked = held.length;
    return settled;
  };
  /** Leaves out a line that follows the end of the chain, and takes note of the end. */
  const leaveOutAfterEnd = (line: HeldLine): void => {
    if (!line.entry || !line.isEvidence) return;
    const { sequence, kind } = line.entry;
    if (sequence > end && !(kind === 'seal' && sequence === end + 1)) line.isEvidence = false;
    else if (kind === 'end') end = sequence;
  };
  const release = (count: number): readonly ChainLine[] => {
    if (count === 0) return [];
    const released = held.slice(0, count);
    held = held.slice(count);
    looked -= count;
    for (const line of released) {
      leaveOutAfterEnd(line);
      heldBytes -= line.bytes;
      if (byHash.get(line.hash) === line) byHash.delete(line.hash);
    }
    return released;
  };

  return {
    add(lines) {
      for (const line of lines) {
        held.push(line);
        heldBytes += line.bytes;
        if (line.entry && line.isWhole && !byHash.has(line.hash)) byHash.set(line.hash, line);
      }
      if (held.length - looked < LINES_BETWEEN_CHECKS && heldBytes <= MOST_HELD_BYTES) return [];
      const settled = look();
      const isFull = held.length > MOST_HELD_LINES || heldBytes > MOST_HELD_BYTES;
      return release(settled === 0 && isFull ? held.length : settled);
    },
    end() {
      look();
      return release(held.length);
    },
  };
}

/** Gives the lines of a chain once their standing is known. @param before as of `createStandingSettler`. */
export async function* settleLines(
  lines: AsyncGenerator<readonly ChainLine[], void>,
  writer: string,
  sealKey: SealPublicKey,
  before?: SettledBefore,
): AsyncGenerator<readonly ChainLine[], void> {
  const settler = createStandingSettler(writer, sealKey, before);
  for await (const read of lines) {
    const settled = settler.add(read);
    if (settled.length > 0) yield settled;
  }
  yield settler.end();
}
