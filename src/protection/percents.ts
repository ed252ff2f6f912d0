import type { Spend } from './base64.ts';

/** The code units that are decoded in one go. */
const SLICE_UNITS = 65_536;
/** The most bytes of a character in UTF-8 that follow its first. */
const MAXIMUM_FOLLOWING = 3;

/**
 * Decodes a text as `decodeURIComponent` does, a long one in turns of the event loop; undefined for one that is malformed.
 * @param spend counts the work of each slice.
 */
export async function decodePercents(text: string, spend: Spend): Promise<string | undefined> {
  const decoded: string[] = [];
  for (let from = 0; from < text.length;) {
    const end = endOfSlice(text, from + SLICE_UNITS);
    try {
      decoded.push(decodeURIComponent(text.slice(from, end)));
    } catch {
      return undefined;
    }
    const pending = spend(end - from);
    if (pending) await pending;
    from = end;
  }
  return decoded.join('');
}

/** Returns the position up to `limit` at which neither an escape nor a character of several escapes is cut. */
function endOfSlice(text: string, limit: number): number {
  if (limit >= text.length) return text.length;
  let end = limit;
  if (text[end - 1] === '%') end -= 1;
  else if (text[end - 2] === '%') end -= 2;
  for (let steps = 0; steps < MAXIMUM_FOLLOWING && isFollowing(text, end); steps += 1) end -= 3;
  return end;
}

/** Returns true for the escape of a byte that is not the first of its character: `%80` to `%BF`. */
function isFollowing(text: string, at: number): boolean {
  return /^%[89ab]/i.test(text.slice(at, at + 2));
}
