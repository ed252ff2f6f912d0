import type { Principal } from './call-target.ts';
import { keysOfPlace, readPlace } from './place.ts';
import type { ReachIndex } from './reach-index.ts';

/** The use that a call makes of a place: `inputs` are read, `outputs` are written. */
export type PlaceUse = 'inputs' | 'outputs';

/** `malformed`: the URI names no place, or two readers could take it for two places. */
export type PlaceVerdict = 'allowed' | 'not-allowed' | 'malformed';

/**
 * Judges if a caller's calls may make Google read or write a place. Deny by default: a storage rule of one of the
 * caller's roles must list it. For an application that acts for a person, a rule of one of the application's roles must
 * list it too.
 * @param uri in one of the forms of `readPlace`.
 */
export function judgePlace(
  index: ReachIndex,
  principal: Principal,
  use: PlaceUse,
  uri: string,
): PlaceVerdict {
  const place = readPlace(uri);
  if (!place) return 'malformed';
  const keys = keysOfPlace(place);
  const isAllowed = index.holdersOf(principal).every(({ roles }) => index.isListed(roles, use, keys));
  return isAllowed ? 'allowed' : 'not-allowed';
}
