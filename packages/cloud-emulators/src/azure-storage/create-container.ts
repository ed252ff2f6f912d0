import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { sendWithRetries } from '../loopback/send-with-retries.ts';
import { type Destination, sendToServer } from './send-to-server.ts';

/** The address of a storage account on this machine. */
export interface AccountAddress extends Destination {
  readonly account: string;
  /** The account's key, in base64. */
  readonly accountKey: string;
}

const API_VERSION = '2025-01-05';

/**
 * Creates a private container with the account's key, as a deployment does. A container that exists already is no
 * error.
 * Sources: https://learn.microsoft.com/rest/api/storageservices/create-container and
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 * @param wait pauses between tries, since a connection may break off.
 * @throws Error when the service refuses, or can't be reached.
 */
export async function createContainer(
  address: AccountAddress,
  name: string,
  wait?: () => Promise<unknown>,
): Promise<void> {
  const { account, accountKey } = address;
  const path = `/${account}/${name}`;
  const canonicalHeaders = { 'x-ms-date': new Date().toUTCString(), 'x-ms-version': API_VERSION };
  const toSign = [
    'PUT',
    // The eleven standard headers that the request does not have are empty lines of the string to sign.
    ...Array.from({ length: 11 }, () => ''),
    ...Object.entries(canonicalHeaders).map(([header, value]) => `${header}:${value}`),
    `/${account}${path}`,
    'restype:container',
  ].join('\n');
  const signature = createHmac('sha256', Buffer.from(accountKey, 'base64')).update(toSign).digest('base64');
  const headers = {
    ...canonicalHeaders,
    'content-length': '0',
    authorization: `SharedKey ${account}:${signature}`,
  };
  const status = await sendWithRetries(async () => {
    const answer = await sendToServer(address, { method: 'PUT', path: `${path}?restype=container`, headers });
    answer.resume();
    await once(answer, 'end');
    return answer.statusCode ?? 0;
  }, wait);
  // 409 says that the container exists; an earlier try may have made it and lost the answer.
  if (status !== 201 && status !== 409)
    throw new Error(`Azurite answers ${status} to the creation of the container "${name}".`);
}
