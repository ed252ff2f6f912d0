import { findAgent } from './agents.ts';
import type { Principal } from './call-target.ts';
import type { Access } from './documents.ts';
import { liesIn, readStoragePlace } from './storage-place.ts';

/** What jobs do with a place. */
export type StorageUse = 'inputs' | 'outputs';

export type StorageVerdict = 'allowed' | 'not-allowed' | 'malformed';

/**
 * Whether a caller's jobs may read or write a place. Deny by default: one of the caller's roles must have it on its list,
 * and for an application that acts for a person one of the application's as well.
 */
export function judgeStorage(
  access: Access,
  principal: Principal,
  use: StorageUse,
  uri: string,
): StorageVerdict {
  const place = readStoragePlace(uri);
  if (!place) return 'malformed';
  const isListedFor = (held: readonly string[]) =>
    access.storage.some(
      (rule) =>
        rule.roles.some((role) => held.includes(role)) &&
        rule[use].some((listed) => {
          const outer = readStoragePlace(listed);
          return outer !== undefined && liesIn(place, outer);
        }),
    );
  const { roles, isDelegated } = principal;
  const isAllowed =
    isListedFor(roles) && (!isDelegated || isListedFor(findAgent(access, principal)?.roles ?? []));
  return isAllowed ? 'allowed' : 'not-allowed';
}

/** The places of the access document that a caller's jobs may read and write; what lies in them, too. */
export interface StorageList {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export function listStorage(access: Access, principal: Principal): StorageList {
  const placesFor = (use: StorageUse) =>
    [...new Set(access.storage.flatMap((rule) => rule[use]))].filter(
      (uri) => judgeStorage(access, principal, use, uri) === 'allowed',
    );
  return { inputs: placesFor('inputs'), outputs: placesFor('outputs') };
}
