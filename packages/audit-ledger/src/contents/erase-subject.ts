import type { ContainerClient } from '@azure/storage-blob';
import { contentFolder } from './sealed-content.ts';
import { subjectKeyName } from './subject-keys.ts';

/** The containers of the keys of data subjects and of their contents. */
export interface SubjectStorage {
  readonly subjects: ContainerClient;
  readonly content: ContainerClient;
}

/** The counts of what storage keeps of a data subject. */
interface KeptOfSubject {
  readonly hasKey: boolean;
  /** The number of calls whose content is kept. */
  readonly contents: number;
}

/** Counts what storage keeps of a data subject. @param subject its pseudonym. @throws what the storage SDK throws. */
export async function countKept(storage: SubjectStorage, subject: string): Promise<KeptOfSubject> {
  const hasKey = await storage.subjects.getBlobClient(subjectKeyName(subject)).exists();
  return { hasKey, contents: (await namesOfContents(storage, subject)).length };
}

/**
 * Deletes all contents of a data subject. Deleting the key makes them unreadable already; without them there is also no
 * ciphertext that could be broken one day.
 * @param subject its pseudonym.
 * @throws what the storage SDK throws.
 */
export async function deleteContents(storage: SubjectStorage, subject: string): Promise<void> {
  for (const name of await namesOfContents(storage, subject))
    await storage.content.getBlobClient(name).deleteIfExists({ deleteSnapshots: 'include' });
}

/** Deletes the key of a data subject. @param subject its pseudonym. @throws what the storage SDK throws. */
export async function deleteKey(storage: SubjectStorage, subject: string): Promise<void> {
  const name = subjectKeyName(subject);
  await storage.subjects.getBlobClient(name).deleteIfExists({ deleteSnapshots: 'include' });
}

/**
 * Tells whether storage still has the subject's key: as a blob, a soft-deleted one, a snapshot or an earlier version.
 * https://learn.microsoft.com/rest/api/storageservices/list-blobs#uri-parameters
 */
export async function canKeyComeBack({ subjects }: SubjectStorage, subject: string): Promise<boolean> {
  const prefix = subjectKeyName(subject);
  const options = { prefix, includeDeleted: true, includeSnapshots: true, includeVersions: true };
  for await (const { name } of subjects.listBlobsFlat(options)) if (name === prefix) return true;
  return false;
}

async function namesOfContents({ content }: SubjectStorage, subject: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of content.listBlobsFlat({ prefix: contentFolder(subject) })) names.push(name);
  return names;
}
