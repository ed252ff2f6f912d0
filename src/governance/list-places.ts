import type { Principal } from './call-target.ts';
import type { Governance } from './governance.ts';
import type { PlaceUse } from './judge-place.ts';

/** URIs of places that calls may have read and written, with everything inside them. */
export interface PlaceList {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Lists the places of the access document that a caller's calls may have read and written. */
export function listPlaces(governance: Governance, principal: Principal): PlaceList {
  const placesFor = (use: PlaceUse) =>
    [...new Set(governance.documents.access.storage.flatMap((rule) => rule[use]))].filter(
      (uri) => governance.judgePlace(principal, use, uri) === 'allowed',
    );
  return { inputs: placesFor('inputs'), outputs: placesFor('outputs') };
}
