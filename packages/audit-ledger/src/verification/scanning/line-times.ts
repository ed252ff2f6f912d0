import { type Words, wordsOf } from './words.ts';

const INSTANT = '0000-00-00T00:00:00.000Z';
/** The number of bytes of a time. */
export const INSTANT_BYTES = INSTANT.length;

/** A digit has the upper half of zero, and still has it when six is added to it. */
const UPPER_HALVES = 0xf0f0f0f0 | 0;
const ZEROS = 0x30303030;
const SIXES = 0x06060606;
/** The letters of a time, and the bits that are those of digits. */
const { view: LETTERS } = wordsOf(INSTANT);
const { view: DIGITS } = wordsOf(
  Buffer.from(INSTANT.replaceAll(/\D/g, '\0').replaceAll('0', '\xff'), 'latin1'),
);

/** The times of the lines of a piece. */
export interface LineTimes {
  readonly firstTime: string;
  readonly lastTime: string;
  /** The first and the last time after a bound; undefined where there is none. */
  readonly noted: { readonly first: string; readonly last: string } | undefined;
}

/** Starts to take the times of lines. @param notedAfter the bound, as entries write it, or empty. */
export function startLineTimes(bytes: Buffer, words: Words, notedAfter: string) {
  const bound = Buffer.from(notedAfter);
  const timeAt = (at: number): string => bytes.toString('latin1', at, at + INSTANT_BYTES);
  let first = -1;
  let last = -1;
  let noted: { readonly first: number; last: number } | undefined;
  return {
    /** Takes the time at a place. @returns false where there is none. */
    take(at: number): boolean {
      if (!isInstantAt(words, at)) return false;
      if (first < 0) first = at;
      last = at;
      if (bound.length === 0 || bytes.compare(bound, 0, bound.length, at, at + INSTANT_BYTES) > 0) {
        noted ??= { first: at, last: at };
        noted.last = at;
      }
      return true;
    },
    end: (): LineTimes => ({
      firstTime: timeAt(first),
      lastTime: timeAt(last),
      noted: noted && { first: timeAt(noted.first), last: timeAt(noted.last) },
    }),
  };
}

/** Tells whether a time stands at a place, as entries write it. */
function isInstantAt({ view, length }: Words, at: number): boolean {
  if (at + INSTANT_BYTES > length) return false;
  for (let done = 0; done < INSTANT_BYTES; done += 4) {
    const word = view.getInt32(at + done);
    const digits = DIGITS.getInt32(done);
    const zeros = digits & ZEROS;
    if ((word & ~digits) !== (LETTERS.getInt32(done) & ~digits)) return false;
    if ((word & digits & UPPER_HALVES) !== zeros) return false;
    if (((word + (digits & SIXES)) & digits & UPPER_HALVES) !== zeros) return false;
  }
  return true;
}
