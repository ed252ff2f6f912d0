import { readLines } from '../ledger/read-lines.ts';
import type { CheckTreeHead } from './check-tree-head.ts';
import type { LogLeaf, TreeHead } from './log-lines.ts';
import {
  choosePartsOf,
  compareParts,
  folderOf,
  type LogPartName,
  type LogPeriod,
  type LogReader,
} from './log-parts.ts';
import { type HeadStep, type PartFault, PartFollower } from './part-follower.ts';

/** Something in the log that no writer of it did, with its place. */
export interface LogFault {
  /**
   * A fault within a part, or between parts. `gap`: lines before a head are missing. `copied`: a head of before was put
   * into another place. `forked`: the audit key signed a head that does not go on from the one before.
   */
  readonly kind: PartFault | 'gap' | 'copied' | 'forked';
  readonly part: LogPartName;
  /** The line of the part, from 1. */
  readonly line: number;
}

/** The dependencies of a reading. */
interface LogReadingOptions {
  readonly reader: LogReader;
  readonly isSigned: CheckTreeHead;
  readonly period: LogPeriod;
  readonly abortSignal?: AbortSignal | undefined;
}

/** The most faults that are listed. Others are only counted. */
const MOST_FAULTS = 1_000;

/**
 * Reads the transparency log as an auditor does: every line of a period, held against the heads that the audit key
 * signed.
 */
export class LogReading {
  readonly #options: LogReadingOptions;
  readonly #heads = new Map<number, Pick<TreeHead, 'root' | 'time'>>();
  readonly #leaves: LogLeaf[] = [];
  readonly #faults: LogFault[] = [];
  #faultCount = 0;
  #first: TreeHead | undefined;
  #newest: TreeHead | undefined;
  #part: PartFollower | undefined;

  private constructor(options: LogReadingOptions) {
    this.#options = options;
  }

  /** Reads the log to its end. @throws what the reader and the public key throw. */
  static async read(options: LogReadingOptions): Promise<LogReading> {
    const reading = new LogReading(options);
    await reading.readOn();
    return reading;
  }

  /** The signed heads that were read, by their sizes. */
  get heads(): ReadonlyMap<number, Pick<TreeHead, 'root' | 'time'>> {
    return this.#heads;
  }

  /** The leaves that signed heads cover. */
  get leaves(): readonly LogLeaf[] {
    return this.#leaves;
  }

  /** The faults that were found, a thousand of them at most. */
  get faults(): readonly LogFault[] {
    return this.#faults;
  }

  /** True where the log goes on after what was read. */
  get endsEarly(): boolean {
    return this.#options.period.to !== undefined;
  }

  /** The number of all faults. */
  get faultCount(): number {
    return this.#faultCount;
  }

  /** The first head that was read; undefined where there is none. */
  get first(): TreeHead | undefined {
    return this.#first;
  }

  /** The largest head that was read; undefined where there is none. */
  get newest(): TreeHead | undefined {
    return this.#newest;
  }

  /** Reads what was appended since the last reading. @throws as `read` does. */
  async readOn(): Promise<void> {
    const { reader, isSigned, abortSignal } = this.#options;
    if (this.#part) await this.#follow(this.#part);
    const last = this.#part?.name;
    for (const name of choosePartsOf(this.#options.period, await reader.listParts(abortSignal))) {
      if (last && compareParts(name, last) <= 0) continue;
      this.#part = new PartFollower(name, isSigned);
      await this.#follow(this.#part);
    }
  }

  async #follow(part: PartFollower): Promise<void> {
    const { reader, abortSignal } = this.#options;
    const stretch = { part: part.name.part, offset: part.bytes };
    for await (const lines of readLines(reader, folderOf(part.name), stretch, abortSignal))
      for await (const step of part.take(lines)) {
        if ('fault' in step) this.#add(step.fault, part, step.line);
        else this.#takeHead(part, step);
      }
    for (const { fault, line } of part.end()) this.#add(fault, part, line);
  }

  #takeHead(part: PartFollower, { head, leaves, before, line }: HeadStep): void {
    const fault = this.#judge(head, before, leaves.length === 0);
    if (fault) this.#add(fault, part, line);
    if (fault === 'copied') return;
    this.#leaves.push(...leaves);
    this.#first ??= head;
    if (!this.#heads.has(head.size)) this.#heads.set(head.size, { root: head.root, time: head.time });
    if (head.size > (this.#newest?.size ?? 0)) this.#newest = head;
  }

  /** Tells what is wrong with the place of a head. @param isFirst true for a head that adds no leaves. */
  #judge(head: TreeHead, before: TreeHead | undefined, isFirst: boolean): LogFault['kind'] | undefined {
    const newest = this.#newest;
    if (!newest) return undefined;
    const known = this.#heads.get(head.size);
    if (known && known.root !== head.root) return 'forked';
    if (before ? before.size === newest.size : isFirst && head.size === newest.size) return undefined;
    if (known || (isFirst && head.size < (this.#first?.size ?? 0))) return 'copied';
    return isFirst && !before && head.size > newest.size ? 'gap' : 'forked';
  }

  #add(kind: LogFault['kind'], { name }: PartFollower, line: number): void {
    this.#faultCount += 1;
    if (this.#faults.length < MOST_FAULTS) this.#faults.push({ kind, part: name, line });
  }
}
