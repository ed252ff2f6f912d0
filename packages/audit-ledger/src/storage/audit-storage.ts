import type { TokenCredential } from '@azure/identity';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';

/** The containers of the audit trail, which the infrastructure code makes. */
export interface AuditStorage {
  /** Append blobs of chains. An immutability policy keeps them from being changed. */
  readonly ledger: ContainerClient;
  /** The shipping cursors and recoveries of the chains. */
  readonly state: ContainerClient;
  /** One wrapped key for each data subject, and the key of seals. Deleting a subject's key erases its contents. */
  readonly subjects: ContainerClient;
  /** The prompts and predictions that governance asks to be kept, encrypted. */
  readonly content: ContainerClient;
}

/**
 * Opens the containers without the SDK's retries: those who use them try again themselves.
 * @param accountUrl `https://{account}.blob.core.windows.net`
 */
export function openAuditStorage(accountUrl: string, credential: TokenCredential): AuditStorage {
  const service = new BlobServiceClient(accountUrl, credential, { retryOptions: { maxTries: 1 } });
  return {
    ledger: service.getContainerClient('audit-ledger'),
    state: service.getContainerClient('audit-state'),
    subjects: service.getContainerClient('audit-subjects'),
    content: service.getContainerClient('audit-content'),
  };
}
