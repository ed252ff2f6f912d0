import { hash } from 'node:crypto';

const LEAF = Buffer.of(0x00);
const NODE = Buffer.of(0x01);

/** The hashes of the largest complete subtrees of a Merkle tree, from left to right, in hex. */
export type Frontier = readonly string[];

/**
 * A Merkle tree over a growing list of leaves, of which only the frontier is kept, so that adding a leaf and computing
 * the root take log n steps. The hashes are those of RFC 6962: https://www.rfc-editor.org/rfc/rfc6962#section-2.1
 * The frontier is a compact range: https://github.com/transparency-dev/merkle/blob/main/docs/compact_ranges.md
 */
export class MerkleTree {
  #size: number;
  readonly #frontier: Buffer[];

  private constructor(size: number, frontier: readonly Buffer[]) {
    this.#size = size;
    this.#frontier = [...frontier];
  }

  /** Makes a tree without leaves. */
  static empty(): MerkleTree {
    return new MerkleTree(0, []);
  }

  /** Makes the tree of a size and a frontier; undefined where no tree of this size has so many complete subtrees. */
  static of(size: number, frontier: Frontier): MerkleTree | undefined {
    if (frontier.length !== countOnes(size)) return undefined;
    return new MerkleTree(
      size,
      frontier.map((node) => Buffer.from(node, 'hex')),
    );
  }

  /** The number of leaves. */
  get size(): number {
    return this.#size;
  }

  get frontier(): Frontier {
    return this.#frontier.map((node) => node.toString('hex'));
  }

  /** The root in hex; the hash of nothing for a tree without leaves. */
  get root(): string {
    const [last = Buffer.from(hash('sha256', ''), 'hex'), ...others] = this.#frontier.toReversed();
    return others.reduce((right, left) => hashNode(left, right), last).toString('hex');
  }

  copy(): MerkleTree {
    return new MerkleTree(this.#size, this.#frontier);
  }

  /** Adds a leaf. */
  append(leaf: Uint8Array): void {
    let node: Buffer = hash('sha256', Buffer.concat([LEAF, leaf]), 'buffer');
    // Each complete subtree at the right end with as many leaves as the new one is joined with it.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#frontier.pop();
      if (left) node = hashNode(left, node);
    }
    this.#frontier.push(node);
    this.#size += 1;
  }
}

function hashNode(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
}

/** Counts the ones in the binary form of a number of leaves. */
function countOnes(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}
