import { lowered } from '../scan/context.ts';

/** The endings of words that name a street. */
const ENDINGS =
  'straße strasse str. gasse allee platz ufer damm straat laan plein gracht singel kade weg dijk'.split(' ');
const SHORTEST = 4;

/** The endings by their last character. */
const BY_LAST: (readonly string[] | undefined)[] = new Array<readonly string[] | undefined>(0x80).fill(
  undefined,
);
for (const ending of ENDINGS) {
  const last = ending.charCodeAt(ending.length - 1);
  BY_LAST[last] = [...(BY_LAST[last] ?? []), ending];
}

/** Tells if a word ends as names of streets do. A capital at its very end is none of them. */
export function isStreetName(units: Uint16Array, start: number, end: number): boolean {
  if (end - start < SHORTEST) return false;
  const last = units[end - 1] ?? 0;
  const endings = last < 0x80 ? BY_LAST[last] : undefined;
  if (endings === undefined) return false;
  for (const ending of endings) if (endsWith(units, start, end, ending)) return true;
  return false;
}

function endsWith(units: Uint16Array, start: number, end: number, ending: string): boolean {
  const from = end - ending.length;
  if (from < start) return false;
  for (let at = end - 2; at >= from; at--)
    if (loweredEszett(units[at] ?? 0) !== ending.charCodeAt(at - from)) return false;
  return true;
}

/** Returns a letter in lower case, also the capital of `ß`. */
function loweredEszett(unit: number): number {
  return unit === 0x1e9e ? 0xdf : lowered(unit);
}

/** One for each pair of characters that words of streets in Romance languages begin with, and the `bis` and `ter` before. */
const ROMANCE_BEGINNINGS = new Uint8Array(0x80 * 0x80);
for (const pair of 'ru av bo bd pl ch al im qu co ro ca c/ pa vi pi la pr tr es bi te'.split(' '))
  ROMANCE_BEGINNINGS[pair.charCodeAt(0) * 0x80 + pair.charCodeAt(1)] = 1;

/** Tells if a word in small letters may be one of streets in a Romance language: `rue`, `calle`, `via`. */
export function mayBeRomanceStreet(units: Uint16Array, at: number): boolean {
  const first = units[at] ?? 0;
  const second = units[at + 1] ?? 0;
  return first < 0x80 && second < 0x80 && ROMANCE_BEGINNINGS[first * 0x80 + second] === 1;
}
