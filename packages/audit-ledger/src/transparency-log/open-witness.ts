import type { TokenCredential } from '@azure/identity';
import { ContainerClient } from '@azure/storage-blob';
import { createWitness, type Witness } from './witness.ts';

/**
 * Opens a container as a witness. Nothing is read yet.
 * @param url `https://{account}.blob.core.windows.net/{container}`
 * @param maxTries the number of times that a request is tried.
 */
export function openWitness(url: string, credential: TokenCredential, maxTries: number): Witness {
  return createWitness(new ContainerClient(url, credential, { retryOptions: { maxTries } }));
}
