import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ManagedIdentityCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';
import type { Environment } from '@vertex-ai-gateway/cloud-emulators/environment-file';

/** An entry of the ledger, as far as tests look at it. */
export interface StoredEntry {
  readonly kind: string;
  readonly writer: string;
  readonly sequence: number;
  readonly record?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** What a chain's storage account keeps of its calls, seen with the function app's own identity. */
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
    this.credential = new ManagedIdentityCredential();
    this.#service = new BlobServiceClient(functionAppSettings.AUDIT_STORAGE_URL ?? '', this.credential);
  }

  /** The whole text of a container's blobs, by name. */
  async texts(container: string): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    const client = this.#service.getContainerClient(container);
    for await (const { name } of client.listBlobsFlat()) {
      const { readableStreamBody } = await client.getBlobClient(name).download();
      texts.set(name, readableStreamBody ? await text(readableStreamBody) : '');
    }
    return texts;
  }

  /** All entries of all chains. */
  async entries(): Promise<StoredEntry[]> {
    const lines = [...(await this.texts('audit-ledger')).values()].flatMap((part) => part.split('\n'));
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as StoredEntry);
  }

  /** What certificates the process trusts is as it was. */
  close(): void {
    setDefaultCACertificates(this.#trusted);
  }
}
