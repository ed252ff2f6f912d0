import { type IdHash, hashIdIn } from '../id-set.ts';
import { holds, type Words, wordsOf } from './words.ts';

const HASH_BYTES = 64;
const BEFORE_HASH = ',"previous":"';
const BEFORE_TIME = '","time":"';
const ZERO = 0x30;
const NINE = 0x39;

/** The text with which a line must begin, up to its time. It is that of one line after the other. */
export interface LinePlace {
  /** Gives the number of its bytes. */
  length(): number;
  /** Tells whether it stands at a place. */
  isAt(words: Words, at: number): boolean;
  /** Goes on to the next line. @param hash the hash of the line before it. */
  next(hash: string): void;
  /** Hashes the hash of the line before. */
  hashPrevious(seed: number): IdHash;
}

/** Starts with the text of a line. @param sequence its digits. @param previous the hash of the line before it. */
export function startLinePlace(writer: string, sequence: string, previous: string): LinePlace {
  const before = `{"v":1,"writer":"${writer}","sequence":`;
  const textOf = (digits: string, hash: string): Buffer =>
    Buffer.from(`${before}${digits}${BEFORE_HASH}${hash}${BEFORE_TIME}`);
  let number = Number(sequence);
  let digits = sequence.length;
  let text = textOf(sequence, previous);
  let words = wordsOf(text);
  const hashStart = (): number => before.length + digits + BEFORE_HASH.length;
  return {
    length: () => text.length,
    isAt: (bytes, at) => holds(bytes, at, words),
    next(hash) {
      number += 1;
      let at = before.length + digits - 1;
      for (; at >= before.length && text[at] === NINE; at -= 1) text[at] = ZERO;
      if (at >= before.length) {
        text[at] = (text[at] ?? 0) + 1;
        text.write(hash, hashStart(), 'latin1');
      } else {
        digits += 1;
        text = textOf(String(number), hash);
        words = wordsOf(text);
      }
    },
    hashPrevious: (seed) => hashIdIn(words, hashStart(), hashStart() + HASH_BYTES, seed),
  };
}
