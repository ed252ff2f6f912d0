import { type ContainerClient, RestError } from '@azure/storage-blob';
import { contentFolder } from './sealed-content.ts';
import { subjectKeyName } from './subject-keys.ts';

/** The containers of the keys of data subjects and of their contents. */
export interface SubjectStorage {
  readonly subjects: ContainerClient;
  readonly content: ContainerClient;
}

/**
 * The key and the contents that storage keeps of a data subject at some moment. Later calls of the subject add to
 * storage, and not to this.
 */
export interface KeptOfSubject {
  /** The ETag of the key's blob; undefined where there is no key. */
  readonly key: string | undefined;
  /** The names of the blobs of contents. */
  readonly contents: readonly string[];
}

/** Finds what storage keeps of a data subject. @param subject its pseudonym. @throws what the storage SDK throws. */
export async function findKept(storage: SubjectStorage, subject: string): Promise<KeptOfSubject> {
  return { key: await findKey(storage, subject), contents: await findContents(storage, subject) };
}

/**
 * Deletes what was kept of a data subject: first the key, without which nobody can read the contents, then the contents,
 * so that there is also no ciphertext that could be broken one day. Doing it again does no harm.
 * @param subject its pseudonym.
 * @throws what the storage SDK throws; the rest is still there then.
 */
export async function deleteKept(
  { subjects, content }: SubjectStorage,
  subject: string,
  { key, contents }: KeptOfSubject,
): Promise<void> {
  if (key !== undefined) {
    const blob = subjects.getBlobClient(subjectKeyName(subject));
    await blob
      .deleteIfExists({ deleteSnapshots: 'include', conditions: { ifMatch: key } })
      .catch((error: unknown) => {
        // The key that was found is gone, and the subject has called since and has another.
        if (!(error instanceof RestError && error.statusCode === 412)) throw error;
      });
  }
  for (const name of contents)
    await content.getBlobClient(name).deleteIfExists({ deleteSnapshots: 'include' });
}

/**
 * Tells whether all that was kept of a data subject is gone, also as a soft-deleted blob, a snapshot or an earlier
 * version of the key. Later calls of the subject may have stored more, which may be there.
 * https://learn.microsoft.com/rest/api/storageservices/list-blobs#uri-parameters
 * @throws what the storage SDK throws.
 */
export async function isGone(
  storage: SubjectStorage,
  subject: string,
  kept: KeptOfSubject,
): Promise<boolean> {
  const left = new Set(await findContents(storage, subject));
  if (kept.contents.some((name) => left.has(name))) return false;
  const key = await findKey(storage, subject);
  const prefix = subjectKeyName(subject);
  const options = { prefix, includeDeleted: true, includeSnapshots: true, includeVersions: true };
  for await (const { name, properties } of storage.subjects.listBlobsFlat(options)) {
    if (name !== prefix) continue;
    const isLater = key !== undefined && key !== kept.key && isSameTag(properties.etag, key);
    if (!isLater) return false;
  }
  return true;
}

async function findKey({ subjects }: SubjectStorage, subject: string): Promise<string | undefined> {
  try {
    return (await subjects.getBlobClient(subjectKeyName(subject)).getProperties()).etag;
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return undefined;
    throw error;
  }
}

async function findContents({ content }: SubjectStorage, subject: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of content.listBlobsFlat({ prefix: contentFolder(subject) })) names.push(name);
  return names;
}

/** Compares two ETags. A list has them without the quotes of the header. */
function isSameTag(one: string, other: string): boolean {
  return one.replaceAll('"', '') === other.replaceAll('"', '');
}
