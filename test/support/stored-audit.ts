import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ManagedIdentityCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';
import type { Environment } from '@vertex-ai-gateway/cloud-emulators/environment-file';

/** The fields of a ledger's entry that tests read. */
export interface StoredEntry {
  readonly kind: string;
  readonly writer: string;
  readonly sequence: number;
  readonly record?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** Reads the audit data in a chain's storage account, with the function app's own identity. */
export class StoredAudit {
  readonly settings: Readonly<Record<string, string>>;
  readonly credential: ManagedIdentityCredential;
  readonly #service: BlobServiceClient;
  readonly #trusted = getCACertificates('default');

  constructor({ functionAppSettings, certificateAuthorityFile }: Environment) {
    this.settings = functionAppSettings;
    setDefaultCACertificates([...this.#trusted, readFileSync(certificateAuthorityFile, 'utf8')]);
    for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'])
      process.env[name] = functionAppSettings[name];
    this.credential = new ManagedIdentityCredential({ clientId: functionAppSettings.AZURE_CLIENT_ID ?? '' });
    this.#service = new BlobServiceClient(functionAppSettings.AUDIT_STORAGE_URL ?? '', this.credential);
  }

  /** Reads the texts of a container's blobs, by name. */
  async texts(container: string): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    const client = this.#service.getContainerClient(container);
    for await (const { name } of client.listBlobsFlat()) {
      const { readableStreamBody } = await client.getBlobClient(name).download();
      texts.set(name, readableStreamBody ? await text(readableStreamBody) : '');
    }
    return texts;
  }

  /** Reads the entries of all chains. */
  async entries(): Promise<StoredEntry[]> {
    const lines = [...(await this.texts('audit-ledger')).values()].flatMap((part) => part.split('\n'));
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as StoredEntry);
  }

  /** Restores the certificates that the process trusts. */
  close(): void {
    setDefaultCACertificates(this.#trusted);
  }
}
