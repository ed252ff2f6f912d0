import type { View } from '../text/normalise.ts';
import { LONGEST_PRIVATE_KEY } from '../values/examine-private-key.ts';

/** The most code units that a value spans. The longest is a private key. */
export const LONGEST_VALUE = LONGEST_PRIVATE_KEY;

/** Returns the position up to which a value may reach that begins at a position: at most `LONGEST_VALUE` units of the original. */
export function reachOf({ text, places }: View, start: number): number {
  const last = Math.min(text.length, start + LONGEST_VALUE);
  if (places === undefined) return last;
  const limit = (places[start] ?? 0) + LONGEST_VALUE;
  return (places[last] ?? 0) <= limit ? last : lastWithin(places, start, last, limit);
}

/** Tells if the reach ends because the text does, and not because a value would be too long. */
export function endsAtText({ text, places, end }: View, start: number): boolean {
  return places === undefined
    ? text.length < start + LONGEST_VALUE
    : end < (places[start] ?? 0) + LONGEST_VALUE;
}

/** Returns the last position whose place is not after a limit, by halving. */
function lastWithin(places: Int32Array, from: number, to: number, limit: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((places[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
