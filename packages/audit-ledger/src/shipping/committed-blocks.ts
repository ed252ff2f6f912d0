import type { CommittedBlock } from '../ledger/ledger-writer.ts';
import type { AnyEntry } from '../ledger/parse-entry.ts';
import type { PlacedLine } from './place-lines.ts';
import { type ChainPosition, endOfChain, type VouchedStretch } from './read-vouched.ts';

/** The most bytes of committed blocks that wait in memory to be shipped. Others are read from the ledger. */
export const MOST_HELD_BYTES = 8 * 1024 * 1024;
/** Blocks are taken together up to about this size. */
const STRETCH_BYTES = 1024 * 1024;

/**
 * The committed blocks of this process's chain that are not shipped yet, as far as they fit into memory. Storage can't
 * have changed them, so they need no check of their seals.
 */
export class CommittedBlocks {
  readonly #writer: string;
  readonly #blocks: CommittedBlock[] = [];
  #bytes = 0;
  #isWhole = true;

  constructor(writer: string) {
    this.#writer = writer;
  }

  /** Adds a block. One that does not fit, or that is not given, is left to the ledger. */
  add(block: CommittedBlock | undefined): void {
    const size = block?.bytes.byteLength ?? 0;
    if (!block || this.#bytes + size > MOST_HELD_BYTES) {
      this.#isWhole = false;
      return;
    }
    this.#blocks.push(block);
    this.#bytes += size;
  }

  /**
   * Takes the entries that begin at a place, and drops those before it. Undefined where none begin there. Where entries
   * begin elsewhere the ledger has what lies between, so the blocks are not whole.
   */
  takeFrom({ part, offset }: Pick<ChainPosition, 'part' | 'offset'>): VouchedStretch | undefined {
    while (this.#blocks[0] && isBefore(this.#blocks[0], part, offset)) this.#shift();
    const lines: PlacedLine[] = [];
    let next: ChainPosition | undefined;
    let size = 0;
    for (let block = this.#blocks[0]; block && size < STRETCH_BYTES; block = this.#blocks[0]) {
      if (block.part !== part || block.position !== offset + size) {
        this.#isWhole &&= next !== undefined;
        break;
      }
      for (const line of linesOf(block, this.#writer)) lines.push(line);
      size += block.bytes.byteLength;
      next = { part, offset: offset + size, ...block.end };
      this.#shift();
    }
    const hasEnded = endOfChain(lines) !== undefined;
    return next && { lines, next: hasEnded ? { ...next, hasEnded } : next };
  }

  /** False where the ledger may have entries behind the cursor that are not here. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Leaves all blocks to the ledger, which is read next. */
  leaveToLedger(): void {
    this.#blocks.length = 0;
    this.#bytes = 0;
    this.#isWhole = true;
  }

  #shift(): void {
    this.#bytes -= this.#blocks.shift()?.bytes.byteLength ?? 0;
  }
}

function isBefore(block: CommittedBlock, part: number, offset: number): boolean {
  if (block.part !== part) return block.part < part;
  return block.position + block.bytes.byteLength <= offset;
}

/** Gives the lines of a block their places. Each line has the hash of the line before it. */
function linesOf({ bytes, end }: CommittedBlock, writer: string): PlacedLine[] {
  const texts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .split('\n')
    .slice(0, -1);
  const entries = texts.map((text) => JSON.parse(text) as AnyEntry);
  return texts.map((text, index) => {
    const entry = entries[index];
    const sequence = end.sequence - texts.length + 1 + index;
    const hash = entries[index + 1]?.previous ?? end.hash;
    return { entry, place: { writer, sequence, hash }, bytes: Buffer.byteLength(text) + 1 };
  });
}
