import type { TokenCredential } from '@azure/identity';
import { Pool } from 'undici';
import type { AppendStore } from './append-store.ts';

/**
 * Error codes by which a blob takes no more:
 * https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
 */
const CLOSED = new Set([
  'BlockCountExceedsLimit',
  'MaxBlobSizeConditionNotMet',
  'BlobIsSealed',
  'BlobImmutableDueToPolicy',
  'BlobNotFound',
  'InvalidBlobType',
]);

/** https://learn.microsoft.com/rest/api/storageservices/versioning-for-the-azure-storage-services */
const SERVICE_VERSION = '2021-12-02';
/** https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory */
const SCOPE = 'https://storage.azure.com/.default';

type Response = Awaited<ReturnType<Pool['request']>>;

/**
 * Works with the append blobs of one container of Azure Storage, over REST. The SDK needs twice the CPU time for a request,
 * and a process that answers its first strict call would wait until it is loaded. Nothing is tried again here, because the
 * ledger writer does so itself, at the same position.
 * https://learn.microsoft.com/rest/api/storageservices/append-block
 * @param containerUrl `https://{account}.blob.core.windows.net/{container}`. Names of blobs need no encoding.
 * @param credential is asked for a token with each request.
 * @param timeoutInMs the time limit of each request.
 * @throws TypeError for a URL without TLS, because a token would be sent in the clear.
 */
export function createAzureAppendStore(
  containerUrl: string,
  credential: TokenCredential,
  timeoutInMs: number,
): AppendStore {
  const { protocol, origin, pathname } = new URL(containerUrl);
  if (protocol !== 'https:') throw new TypeError('the ledger is reached over TLS alone');
  const pool = new Pool(origin, { allowH2: false, headersTimeout: 0, bodyTimeout: 0 });

  const send = async (
    method: 'GET' | 'PUT',
    name: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array | null = null,
  ): Promise<Response> => {
    const signal = AbortSignal.timeout(timeoutInMs);
    const token = await credential.getToken(SCOPE, { abortSignal: signal });
    if (!token) throw new Error('The identity has no token for storage.');
    return pool.request({
      method,
      path: `${pathname}/${name}`,
      headers: { ...headers, authorization: `Bearer ${token.token}`, 'x-ms-version': SERVICE_VERSION },
      body,
      signal,
    });
  };

  return {
    async create(name) {
      const response = await send('PUT', name, { 'x-ms-blob-type': 'AppendBlob', 'if-none-match': '*' });
      await response.body.dump();
      if (response.statusCode !== 201 && errorCodeOf(response) !== 'BlobAlreadyExists')
        throw refused(response);
    },
    async append(name, bytes, position) {
      const response = await send(
        'PUT',
        `${name}?comp=appendblock`,
        { 'x-ms-blob-condition-appendpos': String(position) },
        bytes,
      );
      await response.body.dump();
      if (response.statusCode === 201) return 'appended';
      const code = errorCodeOf(response);
      if (code === 'AppendPositionConditionNotMet') return 'elsewhere';
      if (CLOSED.has(code)) return 'closed';
      throw refused(response);
    },
    async read(name, position, length) {
      const range = `bytes=${position}-${position + length - 1}`;
      const response = await send('GET', name, { 'x-ms-range': range });
      const { statusCode, body } = response;
      if (statusCode === 206) return new Uint8Array(await body.arrayBuffer());
      await body.dump();
      // 416: the range lies behind the end. 404: the blob is gone.
      if (statusCode === 416 || statusCode === 404) return new Uint8Array();
      throw refused(response);
    },
  };
}

/** The service names each error in a header: https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2 */
function errorCodeOf({ headers }: Response): string {
  return String(headers['x-ms-error-code']);
}

function refused({ statusCode }: Response): Error {
  return new Error(`Azure Storage answered ${statusCode}.`);
}
