import { createHmac } from 'node:crypto';
import { type Agent, request } from 'node:https';

export interface AccountAddress {
  readonly port: number;
  readonly account: string;
  /** Base64. */
  readonly accountKey: string;
  readonly agent: Agent;
}

const API_VERSION = '2025-01-05';

/**
 * Creates a private container with the account's key, as whoever deploys the account does.
 * Sources: https://learn.microsoft.com/rest/api/storageservices/create-container and
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 * @throws Error when the service refuses.
 */
export async function createContainer(address: AccountAddress, name: string): Promise<void> {
  const { port, account, accountKey, agent } = address;
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
  const status = await new Promise<number>((resolve, reject) => {
    request({
      ...{ host: '127.0.0.1', port, agent, method: 'PUT', path: `${path}?restype=container` },
      headers: {
        ...canonicalHeaders,
        'content-length': '0',
        authorization: `SharedKey ${account}:${signature}`,
      },
    })
      .once('response', (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      })
      .once('error', reject)
      .end();
  });
  if (status !== 201)
    throw new Error(`Azurite answers ${status} to the creation of the container "${name}".`);
}
