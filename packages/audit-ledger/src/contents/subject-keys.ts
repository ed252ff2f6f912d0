import { createHash } from 'node:crypto';
import type { AuditKey } from '../keys/audit-key.ts';
import { findKey, obtainKey, type SecretKey } from '../keys/stored-key.ts';
import type { StateStore } from '../storage/state-store.ts';

/** The subject of a content: a person, or the application where it acts for no person. */
export interface DataSubject {
  /** The identity provider that vouches for the subject, by its id in the access document. */
  readonly identityProvider: string;
  readonly objectId: string;
}

/** The key with which all contents of one data subject are encrypted. */
export type SubjectKey = SecretKey;

/** Gives the keys of data subjects by their pseudonyms. */
export interface SubjectKeys {
  /**
   * Gives the key of a subject, and makes one where there is none. @throws when storage or the audit key can't be used.
   */
  obtain(subject: string): Promise<SubjectKey>;
  /** Gives the key of a subject; undefined where there is none, or no longer. @throws as `obtain` does. */
  find(subject: string): Promise<SubjectKey | undefined>;
}

/** The dependencies of subject keys. */
interface SubjectKeyOptions {
  /** Called when a key is needed, because storage packages are slow to load. */
  readonly loadStore: () => Promise<StateStore>;
  readonly key: Pick<AuditKey, 'wrap' | 'unwrap'>;
  readonly now: () => Date;
}

/** A key is read anew after this time, so the key of an erased subject is used no longer. */
const KEPT_FOR_IN_MS = 60_000;
/** After a failure, the same error is given for this long without another try. */
const FAILED_FOR_IN_MS = 1_000;
/** A reading of a key that has lasted this long may hang, so calls that come later do not wait for it. */
const SHARED_FOR_IN_MS = 1_000;
const MOST_KEPT = 10_000;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The pseudonym under which a subject's key and contents are kept: the SHA-256 of `{identityProvider}/{objectId}`, in
 * hex. An operator who is asked to erase a subject can compute it, so no list of pseudonyms is needed.
 */
export function subjectIdOf({ identityProvider, objectId }: DataSubject): string {
  // A GUID means the same in capitals; ids of other providers don't.
  const own = GUID.test(objectId) ? objectId.toLowerCase() : objectId;
  return createHash('sha256').update(`${identityProvider}/${own}`).digest('hex');
}

/** The name of the blob that holds the wrapped key of a subject. @param subject its pseudonym. */
export function subjectKeyName(subject: string): string {
  return `${subject}.json`;
}

/**
 * Keeps one random key for each data subject, wrapped by the audit key, in a blob of its own. Deleting the blob makes
 * all contents of the subject unreadable, backups of the contents included.
 */
export function createSubjectKeys({ loadStore, key, now }: SubjectKeyOptions): SubjectKeys {
  const kept = new Map<string, { readonly found: Promise<SubjectKey>; readonly until: number }>();

  const obtain = async (subject: string): Promise<SubjectKey> =>
    obtainKey({ store: await loadStore(), key, now }, subjectKeyName(subject));
  return {
    obtain(subject) {
      const time = now().getTime();
      const known = kept.get(subject);
      if (known && time < known.until) return known.found;
      for (const [one, { until }] of kept) if (time >= until || kept.size >= MOST_KEPT) kept.delete(one);
      const found = obtain(subject);
      kept.set(subject, { found, until: time + SHARED_FOR_IN_MS });
      const keepUntil = (until: number): void => {
        // A reading that lasted long may have been overtaken by another.
        if (kept.get(subject)?.found === found) kept.set(subject, { found, until });
      };
      found.then(
        () => keepUntil(time + KEPT_FOR_IN_MS),
        () => keepUntil(now().getTime() + FAILED_FOR_IN_MS),
      );
      return found;
    },
    find: async (subject) => findKey({ store: await loadStore(), key }, subjectKeyName(subject)),
  };
}
