import { createHash } from 'node:crypto';
import type { AuditKey } from '../keys/audit-key.ts';
import { findKey, obtainKey, type SecretKey } from '../keys/stored-key.ts';
import type { StateStore } from '../storage/state-store.ts';

/** Whose content it is: a person, or the application where it acts for none. */
export interface DataSubject {
  /** The access document's id of who vouches for the subject. */
  readonly identityProvider: string;
  readonly objectId: string;
}

/** The key that all contents of one data subject are encrypted with. */
export type SubjectKey = SecretKey;

export interface SubjectKeys {
  /** Makes one where there is none. @throws when storage or the audit key can't be used. */
  obtain(subject: string): Promise<SubjectKey>;
  /** Undefined when there is none, or no longer. @throws as `obtain` does. */
  find(subject: string): Promise<SubjectKey | undefined>;
}

export interface SubjectKeyOptions {
  /** Called once it is needed, because storage packages are slow to load. */
  readonly loadStore: () => Promise<StateStore>;
  readonly key: Pick<AuditKey, 'wrap' | 'unwrap'>;
  readonly now: () => Date;
}

/** An erased subject's key is used no longer than this. */
const KEPT_FOR_IN_MS = 60_000;
/** Calls don't wait for what has just failed. */
const FAILED_FOR_IN_MS = 10_000;
const MOST_KEPT = 10_000;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The pseudonym under which a subject's key and contents are kept: SHA-256 of `{identityProvider}/{objectId}`. Whoever
 * is asked to erase a subject can compute it; no list says who is who.
 */
export function subjectIdOf({ identityProvider, objectId }: DataSubject): string {
  // A GUID is the same in capitals; ids of other providers aren't.
  const own = GUID.test(objectId) ? objectId.toLowerCase() : objectId;
  return createHash('sha256').update(`${identityProvider}/${own}`).digest('hex');
}

export function subjectKeyName(subject: string): string {
  return `${subject}.json`;
}

/**
 * One random key for each data subject, kept wrapped by the audit key in a blob of its own: deleting the blob makes all
 * contents of the subject unreadable, backups of the contents included.
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
      kept.set(subject, { found, until: time + KEPT_FOR_IN_MS });
      found.catch(() => kept.set(subject, { found, until: now().getTime() + FAILED_FOR_IN_MS }));
      return found;
    },
    find: async (subject) => findKey({ store: await loadStore(), key }, subjectKeyName(subject)),
  };
}
