import type { ContainerClient } from '@azure/storage-blob';
import { contentFolder } from './sealed-content.ts';
import { subjectKeyName } from './subject-keys.ts';

/** Where keys of data subjects and their contents are kept. */
export interface SubjectStorage {
  readonly subjects: ContainerClient;
  readonly content: ContainerClient;
}

/** What is kept of a data subject. */
export interface KeptOfSubject {
  readonly hasKey: boolean;
  /** How many calls' contents there are. */
  readonly contents: number;
}

export async function countKept(storage: SubjectStorage, subject: string): Promise<KeptOfSubject> {
  const hasKey = await storage.subjects.getBlobClient(subjectKeyName(subject)).exists();
  return { hasKey, contents: (await namesOfContents(storage, subject)).length };
}

/** Without the key nothing of it can be read; that it goes as well leaves nothing to be broken one day. */
export async function deleteContents(storage: SubjectStorage, subject: string): Promise<void> {
  for (const name of await namesOfContents(storage, subject))
    await storage.content.getBlobClient(name).deleteIfExists({ deleteSnapshots: 'include' });
}

export async function deleteKey(storage: SubjectStorage, subject: string): Promise<void> {
  const name = subjectKeyName(subject);
  await storage.subjects.getBlobClient(name).deleteIfExists({ deleteSnapshots: 'include' });
}

/**
 * Whether the subject's key could be brought back: from soft delete, a snapshot or an earlier version.
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
