import type { Principal } from './call-target.ts';
import { keysOfPlace, readPlace } from './place.ts';
import type { ReachIndex } from './reach-index.ts';

/** What a call does with a place. */
export type PlaceUse = 'inputs' | 'outputs';

export type PlaceVerdict = 'allowed' | 'not-allowed' | 'malformed';

/**
 * Whether a caller's calls may read or write a place. Deny by default: one of the caller's roles must have it on its list,
 * and for an application that acts for a person one of the application's as well.
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
  const isAllowed = index.subjectsOf(principal).every(({ roles }) => index.isListed(roles, use, keys));
  return isAllowed ? 'allowed' : 'not-allowed';
}
