import type { IncomingHttpHeaders } from 'node:http';

/** An operation on an account, as Azure's roles name it. */
export interface BlobOperation {
  /** Each of these actions alone permits the request. */
  readonly actions: readonly string[];
  /** True for an action on blobs; false for one on a container or the account. */
  readonly isDataAction: boolean;
  readonly subOperation?: string;
  /** Name of the container; undefined for a request about the account. */
  readonly container: string | undefined;
}

/** The parts of a request that say what it does. */
export interface BlobRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

const CONTAINERS = 'Microsoft.Storage/storageAccounts/blobServices/containers';
const WRITE = `${CONTAINERS}/blobs/write`;
const ADD = `${CONTAINERS}/blobs/add/action`;

/**
 * Reads which permission a request needs. A blob that is created on condition that there is none of its name, and an
 * appended block, need either of two actions.
 * Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-blob-service-operations
 */
export function readBlobOperation({ method = 'GET', url = '', headers }: BlobRequest): BlobOperation {
  const { pathname, searchParams } = new URL(url, 'https://127.0.0.1');
  const [, , container = '', ...blob] = pathname.split('/');
  const operation = searchParams.get('comp');
  const isRead = method === 'GET' || method === 'HEAD';
  const isDeletion = method === 'DELETE';
  if (container === '') return { actions: [`${CONTAINERS}/read`], isDataAction: false, container: undefined };
  if (blob.join('/') !== '') {
    const dataAction = (...actions: string[]) => ({ actions, isDataAction: true, container });
    if (isRead) return dataAction(`${CONTAINERS}/blobs/read`);
    if (isDeletion) return dataAction(`${CONTAINERS}/blobs/delete`);
    const adds = operation === 'appendblock' || (operation === null && headers['if-none-match'] === '*');
    return adds ? dataAction(WRITE, ADD) : dataAction(WRITE);
  }
  if (isRead && operation === 'list')
    return {
      actions: [`${CONTAINERS}/blobs/read`],
      isDataAction: true,
      subOperation: 'Blob.List',
      container,
    };
  const action = isRead ? 'read' : isDeletion ? 'delete' : 'write';
  return { actions: [`${CONTAINERS}/${action}`], isDataAction: false, container };
}
