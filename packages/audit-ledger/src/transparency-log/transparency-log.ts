import type { AuditKey } from '../keys/audit-key.ts';
import { toBase64url } from '../keys/base64url.ts';
import type { AppendStore } from '../ledger/append-store.ts';
import { readLines } from '../ledger/read-lines.ts';
import type { CheckTreeHead } from './check-tree-head.ts';
import { type LogLeaf, type TreeHead, treeHeadText } from './log-lines.ts';
import { dayOf, folderOf, type LogPartName, logPartName, type LogReader } from './log-parts.ts';
import { MerkleTree } from './merkle-tree.ts';
import { MOST_LEAVES_OF_A_HEAD, PartFollower } from './part-follower.ts';

/**
 * Something in the transparency log, or in its witness, that no writer of the log did. `changed`: its lines are not
 * those that were written. `cut`: lines are gone that this process or the witness has seen. `forked`: the witness has a
 * head of the same size with another root.
 */
export type LogProblem = 'changed' | 'cut' | 'forked';

/** The dependencies of a transparency log. */
interface TransparencyLogOptions {
  readonly reader: LogReader;
  /** Called before the first append, because storage packages are slow to load. */
  readonly loadStore: () => Promise<AppendStore>;
  readonly key: Pick<AuditKey, 'sign'>;
  readonly isSigned: CheckTreeHead;
}

const ATTEMPTS = 8;
/** The most parts after one another that are looked at when somebody else has made parts. */
const MOST_PARTS = 100;
/** The most leaves and heads of which this process remembers that the log has them. */
const REMEMBERED = 20_000;
/** Clocks of writers may differ by this. */
const MOST_CLOCK_ERROR_IN_MS = 3_600_000;

/**
 * The append-only log of the heads of all chains, as one process reads and grows it. Each head is signed by the audit key
 * and appended together with the leaves that it adds, in one block and at the position up to which this process has
 * read. So of several processes one at a time grows the log, and it never forks. A block whose answer was lost is found
 * in the log like that of another process.
 *
 * What the log says is believed only as far as the audit key signed it, and never less than this process has seen
 * before: where lines are gone, the log goes on from the newest signed head in a new part, and verification names the
 * gap.
 */
export class TransparencyLog {
  readonly #options: TransparencyLogOptions;
  #store: Promise<AppendStore> | undefined;
  /** The part at whose end the log goes on; undefined before the first reading. */
  #part: PartFollower | undefined;
  /** True where the part takes no more lines. */
  #isClosed = false;
  #head: TreeHead | undefined;
  /** The roots of the heads that this process has seen, by their sizes. */
  readonly #roots = new Map<number, string>();
  /** The last leaf of each chain that this process has seen. */
  readonly #leaves = new Map<string, LogLeaf>();
  readonly #reported = new Set<string>();
  #problems: readonly LogProblem[] = [];

  constructor(options: TransparencyLogOptions) {
    this.#options = options;
  }

  /** The newest signed head of the log that this process knows; undefined before the first. */
  get head(): TreeHead | undefined {
    return this.#head;
  }

  /** The last leaf of each chain, as far as this process has seen them under signed heads: those of the newest two days. */
  get leaves(): Iterable<LogLeaf> {
    return this.#leaves.values();
  }

  /** The problems that nobody was told yet. */
  get problems(): readonly LogProblem[] {
    return this.#problems;
  }

  /** Tells that these problems were reported. Each is reported once. */
  reported(problems: readonly LogProblem[]): void {
    this.#problems = this.#problems.slice(problems.length);
  }

  /**
   * Reads what was appended since the last reading.
   * @param now the time by the storage service's clock.
   * @throws what the reader throws, and Error where somebody has made more parts than are passed over.
   */
  async catchUp(now: Date, abortSignal?: AbortSignal): Promise<void> {
    this.#part ??= await this.#findEnd(now, abortSignal);
    await this.#follow(this.#part, abortSignal);
    for (let passed = 0; this.#isClosed || !this.#canGrow(this.#part); passed += 1) {
      if (passed === MOST_PARTS) throw new Error('Others have made too many parts of the transparency log.');
      this.#part = await this.#nextPart(this.#part, abortSignal);
    }
  }

  /** Tells whether a head is larger than any that this process has seen, or has another root than the one of its size. */
  isUnknown({ size, root }: Pick<TreeHead, 'size' | 'root'>): boolean {
    const known = this.#roots.get(size);
    return known === undefined ? size > (this.#head?.size ?? 0) : known !== root;
  }

  /**
   * Takes over a signed head that the witness has. A head that the log should have and doesn't is gone on from.
   * @throws Error when the witness has another head of the same size, since one of both must be wrong.
   */
  compare(witnessed: TreeHead): void {
    const known = this.#roots.get(witnessed.size);
    if (known !== undefined && known !== witnessed.root) {
      this.#report('forked', String(witnessed.size));
      throw new Error('The witness has another head of the transparency log.');
    }
    if (witnessed.size <= (this.#head?.size ?? 0)) return;
    this.#report('cut', String(witnessed.size));
    this.#see(witnessed);
  }

  /**
   * Adds leaves that the log does not have, under a new signed head. Nothing is appended where it has them all.
   * @param now the time of the head, by the storage service's clock.
   * @throws what storage and the audit key throw, and Error when other processes were faster each time.
   */
  async grow(candidates: readonly LogLeaf[], now: Date, abortSignal?: AbortSignal): Promise<void> {
    let left = candidates;
    for (let failures = 0; failures < ATTEMPTS;) {
      await this.catchUp(now, abortSignal);
      left = left.filter((leaf) => !this.#has(leaf));
      if (left.length === 0) return;
      const isAppended = await this.#append(left.slice(0, MOST_LEAVES_OF_A_HEAD), now, abortSignal);
      if (!isAppended) failures += 1;
    }
    throw new Error('The transparency log could not be appended to: others did so each time.');
  }

  /** Reads a part from where it was left to its end. */
  async #follow(part: PartFollower, abortSignal: AbortSignal | undefined): Promise<void> {
    const { reader } = this.#options;
    const stretch = { part: part.name.part, offset: part.bytes };
    for await (const lines of readLines(reader, folderOf(part.name), stretch, abortSignal))
      for await (const step of part.take(lines)) {
        if ('fault' in step) this.#report('changed', nameOf(part.name));
        else if (step.head.size >= (this.#head?.size ?? 0)) {
          for (const leaf of step.leaves) remember(this.#leaves, leaf.writer, leaf);
          this.#see(step.head);
        }
      }
  }

  #see(head: TreeHead): void {
    this.#head = head;
    remember(this.#roots, head.size, head.root);
  }

  /** Tells whether the log has this leaf or a later one of the chain. A chain never gets shorter by itself. */
  #has({ writer, sequence, isLast }: LogLeaf): boolean {
    const known = this.#leaves.get(writer);
    if (!known) return false;
    return known.sequence > sequence || (known.sequence === sequence && (known.isLast || !isLast));
  }

  /** Tells whether the log can go on at the end of the part. */
  #canGrow(part: PartFollower): boolean {
    return part.bytes === 0 || (part.isClean && !part.isFull && part.head?.size === this.#head?.size);
  }

  /**
   * Finds the part at whose end the log goes on, from the parts of the newest two days. Others can make parts, and copy
   * lines into them: of parts that end with the newest head the first one is believed, as every process does.
   */
  async #findEnd(now: Date, abortSignal: AbortSignal | undefined): Promise<PartFollower> {
    const { reader, isSigned } = this.#options;
    const tomorrow = dayOf(new Date(now.getTime() + MOST_CLOCK_ERROR_IN_MS));
    const names = (await reader.listParts(abortSignal)).filter(({ day }) => day <= tomorrow);
    const days = [...new Set(names.map(({ day }) => day))].slice(-2);
    let end: PartFollower | undefined;
    for (const name of names) {
      if (!days.includes(name.day)) continue;
      const part = new PartFollower(name, isSigned);
      await this.#follow(part, abortSignal);
      if (part.head && part.head.size > (end?.head?.size ?? 0)) end = part;
    }
    return end ?? new PartFollower({ day: dayOf(now), part: 1 }, isSigned);
  }

  /** Reads the part that comes after one that takes no more. Parts that do not go on from the newest head are passed over. */
  async #nextPart(part: PartFollower, abortSignal: AbortSignal | undefined): Promise<PartFollower> {
    this.#isClosed = false;
    const { name, isFull } = part;
    if ([...part.end()].length > 0) this.#report('changed', nameOf(name));
    const next =
      isFull && this.#head ? { day: dayOf(this.#head.time), part: 1 } : { ...name, part: name.part + 1 };
    const follower = new PartFollower(next, this.#options.isSigned);
    await this.#follow(follower, abortSignal);
    return follower;
  }

  /** Tries once to append leaves with their head. False where another process was first, or the part takes no more. */
  async #append(
    leaves: readonly LogLeaf[],
    now: Date,
    abortSignal: AbortSignal | undefined,
  ): Promise<boolean> {
    const part = this.#part;
    if (!part) throw new Error('The transparency log was not read.');
    const lines = leaves.map((leaf) => JSON.stringify(leaf));
    const head = await this.#sign(lines, now);
    const repeated = part.bytes === 0 && this.#head ? [JSON.stringify(this.#head)] : [];
    const all = [...repeated, ...lines, JSON.stringify(head)];
    const block = Buffer.from(all.map((line) => `${line}\n`).join(''));
    const store = await this.#openStore();
    const name = logPartName(part.name);
    abortSignal?.throwIfAborted();
    const position = part.bytes;
    if (position === 0) await store.create(name);
    const outcome = await store.append(name, block, position);
    if (outcome === 'appended') {
      part.jumpTo(head, { bytes: block.byteLength, lines: all.length });
      for (const leaf of leaves) remember(this.#leaves, leaf.writer, leaf);
      this.#see(head);
      return true;
    }
    await this.#follow(part, abortSignal);
    if (part.bytes > position) return false;
    // Nobody has appended more: the part takes no more, or is shorter than this process has read.
    const isThere = position === 0 || (await store.read(name, position - 1, 1)).byteLength > 0;
    if (!isThere) this.#report('cut', nameOf(part.name));
    this.#isClosed = true;
    return false;
  }

  async #sign(lines: readonly string[], now: Date): Promise<TreeHead> {
    const tree = (this.#head && MerkleTree.of(this.#head.size, this.#head.frontier)) ?? MerkleTree.empty();
    for (const line of lines) tree.append(Buffer.from(line));
    const { size, root, frontier } = tree;
    const time = now.toISOString();
    const { keyId, value } = await this.#options.key.sign(Buffer.from(treeHeadText({ size, root, time })));
    const signature = { keyId, algorithm: 'PS256' as const, value: toBase64url(value) };
    return { size, root, time, frontier: [...frontier], signature };
  }

  #openStore(): Promise<AppendStore> {
    this.#store ??= this.#options.loadStore().catch((error: unknown) => {
      this.#store = undefined;
      throw error;
    });
    return this.#store;
  }

  #report(problem: LogProblem, where: string): void {
    const key = `${problem} ${where}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#problems = [...this.#problems, problem];
  }
}

function nameOf({ day, part }: LogPartName): string {
  return `${day}/${part}`;
}

/** Keeps a value by its key, and forgets the oldest ones when there are too many. */
function remember<Key, Value>(known: Map<Key, Value>, key: Key, value: Value): void {
  known.delete(key);
  known.set(key, value);
  if (known.size <= REMEMBERED) return;
  const [oldest] = known.keys();
  if (oldest !== undefined) known.delete(oldest);
}
