import { hashIdIn } from '../id-set.ts';
import { createCorrectableSeed } from '../references.ts';
import type { LinePlace } from './line-places.ts';
import type { ScanRules, ShownLine } from './scan-sealed.ts';
import { holds, isSame, type Words, wordsOf } from './words.ts';

/**
 * The numbers of a plain closing: the bytes at which the id of its record begins and ends, the hash of the id, and the hash
 * by which a correction finds the closing.
 */
export const ClosingNumber = { idStart: 0, idEnd: 1, low: 2, high: 3, namedLow: 4, namedHigh: 5 } as const;
export const NUMBERS_OF_A_CLOSING = 6;

const FIRST_CLOSINGS = 512;
const BRACE = 0x7b;
const QUOTE = 0x22;
/** The record of an ordinary call begins so. `ChainLines` puts everything that makes a call another before that. */
const OPENING = wordsOf('opening","record":{"version":1,"id":"');
const CLOSING = wordsOf('closing","record":{"version":1,"id":"');
/** The bytes of ids that need no escape. */
const ID_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[\w-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** An opening whose closing is looked for, and the place of its id. */
interface OpenLine {
  readonly line: ShownLine;
  readonly idStart: number;
  readonly idEnd: number;
}

/** The plain calls of a piece, and the openings whose closing is not plain, or not in the piece. */
export interface PlainCalls {
  /** The number of openings whose closing is in the piece. */
  readonly openings: number;
  /** The closings in their order: `NUMBERS_OF_A_CLOSING` numbers for each. */
  readonly closings: Uint32Array<ArrayBuffer>;
  /** The closings whose opening is not in the piece, by their indexes. */
  readonly unopened: readonly number[];
  readonly unclosed: readonly ShownLine[];
}

/** Starts to take the plain calls out of the lines of a piece. */
export function startPlainCalls(
  bytes: Buffer,
  words: Words,
  { writer, showsClosings, shipped, showsContents, seed }: ScanRules,
) {
  /** The openings by one half of the hash of their ids. */
  const open = new Map<number, OpenLine>();
  const others: ShownLine[] = [];
  let closings = new Uint32Array(FIRST_CLOSINGS * NUMBERS_OF_A_CLOSING);
  let count = 0;
  const unopened: number[] = [];
  const correctableSeed = createCorrectableSeed(writer, seed);
  let openings = 0;

  /** Tells whether a record has a member that is an object. The only one is the reference to its content. */
  const hasContent = (idEnd: number, end: number): boolean => {
    const brace = bytes.indexOf(BRACE, idEnd);
    return brace >= 0 && brace < end;
  };
  /** Takes the opening of a call out of those that are open. @returns false where it is not there. */
  const close = (low: number, idStart: number, idEnd: number): boolean => {
    const opening = open.get(low);
    const isThere =
      opening !== undefined &&
      opening.idEnd - opening.idStart === idEnd - idStart &&
      isSame(words, opening.idStart, words, idStart, idEnd - idStart);
    if (isThere) open.delete(low);
    return isThere;
  };
  const add = (numbers: readonly number[]): void => {
    const at = count * NUMBERS_OF_A_CLOSING;
    if (at === closings.length) {
      const fewer = closings;
      closings = new Uint32Array(2 * fewer.length);
      closings.set(fewer);
    }
    for (let index = 0; index < NUMBERS_OF_A_CLOSING; index += 1) closings[at + index] = numbers[index] ?? 0;
    count += 1;
  };
  return {
    /**
     * Takes the line that begins and ends at these places. @param next the place of the line after it.
     * @returns false where it is no plain call, and to be shown.
     */
    take(
      index: number,
      start: number,
      end: number,
      kindStart: number,
      sequence: number,
      next: LinePlace,
    ): boolean {
      const isOpening = holds(words, kindStart, OPENING);
      if (!isOpening && !holds(words, kindStart, CLOSING)) return false;
      const idStart = kindStart + OPENING.length;
      let idEnd = idStart;
      while (ID_BYTES[bytes[idEnd] ?? 0] === 1) idEnd += 1;
      if (idEnd === idStart || bytes[idEnd] !== QUOTE) return false;
      const [low, high] = hashIdIn(words, idStart, idEnd, seed);
      if (isOpening) {
        const another = open.get(low);
        if (another) others.push(another.line);
        open.set(low, { line: { index, start, end }, idStart, idEnd });
        return true;
      }
      if (showsClosings || sequence > shipped || (showsContents && hasContent(idEnd, end))) return false;
      if (close(low, idStart, idEnd)) openings += 1;
      else unopened.push(count);
      const [namedLow, namedHigh] = next.hashPrevious(correctableSeed(low, high, 0));
      add([idStart, idEnd, low, high, namedLow, namedHigh]);
      return true;
    },
    end: (): PlainCalls => ({
      openings,
      closings: closings.slice(0, count * NUMBERS_OF_A_CLOSING),
      unopened,
      unclosed: [...others, ...Array.from(open.values(), ({ line }) => line)],
    }),
  };
}
