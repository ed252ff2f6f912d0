import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { reach } from '../loopback/reach.ts';
import { type Destination, sendOn } from './send-on.ts';

export interface AccountAddress extends Destination {
  readonly account: string;
  /** Base64. */
  readonly accountKey: string;
}

const API_VERSION = '2025-01-05';

/**
 * Creates a private container with the account's key, as whoever deploys the account does; one that is there is as good.
 * Sources: https://learn.microsoft.com/rest/api/storageservices/create-container and
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 * @param wait between tries, for a connection may break off.
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
    // Eleven headers that the request doesn't have.
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
  const status = await reach(async () => {
    const answer = await sendOn(address, { method: 'PUT', path: `${path}?restype=container`, headers });
    answer.resume();
    await once(answer, 'end');
    return answer.statusCode ?? 0;
  }, wait);
  // An answer may get lost on its way after the container was made.
  if (status !== 201 && status !== 409)
    throw new Error(`Azurite answers ${status} to the creation of the container "${name}".`);
}
