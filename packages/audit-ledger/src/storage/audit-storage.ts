import type { TokenCredential } from '@azure/identity';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';

/** The containers that the infrastructure code makes. */
export interface AuditStorage {
  /** Append blobs, which a policy keeps from being changed. */
  readonly ledger: ContainerClient;
  /** How far each chain is shipped. */
  readonly state: ContainerClient;
  /** One wrapped key for each data subject, deleting which erases, and the one of seals. */
  readonly subjects: ContainerClient;
  /** What governance asks to be kept of prompts and predictions, encrypted. */
  readonly content: ContainerClient;
}

/** @param accountUrl `https://{account}.blob.core.windows.net`; who works with the containers tries again itself. */
export function openAuditStorage(accountUrl: string, credential: TokenCredential): AuditStorage {
  const service = new BlobServiceClient(accountUrl, credential, { retryOptions: { maxTries: 1 } });
  return {
    ledger: service.getContainerClient('audit-ledger'),
    state: service.getContainerClient('audit-state'),
    subjects: service.getContainerClient('audit-subjects'),
    content: service.getContainerClient('audit-content'),
  };
}
