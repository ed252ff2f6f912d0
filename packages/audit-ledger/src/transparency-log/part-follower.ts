import type { Line } from '../ledger/read-lines.ts';
import type { CheckTreeHead } from './check-tree-head.ts';
import { type LogLeaf, parseLogLine, type TreeHead } from './log-lines.ts';
import { dayOf, type LogPartName } from './log-parts.ts';
import { MerkleTree } from './merkle-tree.ts';

/**
 * A fault within a part. `unreadable`: a line is neither leaf nor head. `unsigned`: a head without a signature by the
 * audit key. `repeated`: a signed head that is no larger than the one before. `changed`: a signed head whose root is not
 * that of the leaves before it. `uncovered`: leaves without a head.
 */
export type PartFault = 'unreadable' | 'unsigned' | 'repeated' | 'changed' | 'uncovered';

/** A signed head of a part. */
export interface HeadStep {
  readonly head: TreeHead;
  /** The leaves that it adds; none for the head that a part begins with, and where they are not those that were signed. */
  readonly leaves: readonly LogLeaf[];
  /** The head before in the same part; undefined for the first one. */
  readonly before: TreeHead | undefined;
  readonly line: number;
}

/** A line of a part that is not as a writer of the log wrote it. */
export interface FaultStep {
  readonly fault: PartFault;
  readonly line: number;
}

/** The most leaves that one head may add. Writers of the log add fewer. */
export const MOST_LEAVES_OF_A_HEAD = 10_000;

/**
 * Follows a part of the transparency log line by line. A part begins with the head at which the part before it ended; the
 * first part of all begins with a leaf. After each head come leaves and the head that covers them.
 */
export class PartFollower {
  readonly name: LogPartName;
  readonly #isSigned: CheckTreeHead;
  /** The tree up to the last line; undefined before the first. */
  #tree: MerkleTree | undefined;
  #leaves: LogLeaf[] = [];
  #head: TreeHead | undefined;
  #isClean = true;
  #line = 0;
  #bytes = 0;

  constructor(name: LogPartName, isSigned: CheckTreeHead) {
    this.name = name;
    this.#isSigned = isSigned;
  }

  /** The last head that fits; undefined before the first. */
  get head(): TreeHead | undefined {
    return this.#head;
  }

  /** The size of the lines that were taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True while the lines are those that a writer of the log wrote, and the last one is a head. */
  get isClean(): boolean {
    return this.#isClean && this.#leaves.length === 0;
  }

  /** True when the last head is of a later day than the part. The log goes on in a part of that day then. */
  get isFull(): boolean {
    return this.#head !== undefined && dayOf(this.#head.time) > this.name.day;
  }

  /** Takes further lines. */
  async *take(lines: readonly Line[]): AsyncGenerator<HeadStep | FaultStep, void> {
    for (const { text, bytes, isWhole } of lines) {
      this.#bytes += bytes;
      this.#line += 1;
      const read = isWhole ? parseLogLine(text) : undefined;
      if (!read) yield this.#fault('unreadable');
      else if ('leaf' in read) yield* this.#takeLeaf(read.leaf, text);
      else yield* this.#takeHead(read.head, await this.#isSigned(read.head));
    }
  }

  /** Takes lines that this process has appended itself. @param head the last of them. */
  jumpTo(head: TreeHead, { bytes, lines }: { readonly bytes: number; readonly lines: number }): void {
    this.#bytes += bytes;
    this.#line += lines;
    this.#adopt(head);
  }

  /** Tells that the part has no more lines. */
  *end(): Generator<FaultStep, void> {
    if (this.#leaves.length > 0) yield this.#drop();
  }

  *#takeLeaf(leaf: LogLeaf, text: Buffer): Generator<FaultStep, void> {
    if (this.#leaves.length === MOST_LEAVES_OF_A_HEAD) yield this.#drop();
    this.#tree ??= MerkleTree.empty();
    this.#tree.append(text);
    this.#leaves.push(leaf);
  }

  *#takeHead(head: TreeHead, isSigned: boolean): Generator<HeadStep | FaultStep, void> {
    const before = this.#head;
    if (!isSigned) yield this.#fault('unsigned');
    // A copy of an older head must not lead back to it.
    else if (before && head.size <= before.size) yield this.#fault('repeated');
    else {
      const fits = !this.#tree || (this.#tree.size === head.size && this.#tree.root === head.root);
      const leaves = fits ? this.#leaves : [];
      if (!fits) yield this.#fault('changed');
      this.#adopt(head);
      yield { head, leaves, before, line: this.#line };
    }
  }

  #adopt(head: TreeHead): void {
    this.#head = head;
    this.#restart();
  }

  /** Drops leaves that no head covers. */
  #drop(): FaultStep {
    this.#restart();
    return this.#fault('uncovered');
  }

  #restart(): void {
    this.#tree = this.#head && MerkleTree.of(this.#head.size, this.#head.frontier);
    this.#leaves = [];
  }

  #fault(fault: PartFault): FaultStep {
    this.#isClean = false;
    return { fault, line: this.#line };
  }
}
