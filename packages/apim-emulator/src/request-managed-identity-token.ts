import { request } from 'undici';
import type { FetchManagedIdentityToken } from './engine/managed-identity-tokens.ts';

const API_VERSION = '2019-08-01';
const TIMEOUT_IN_MS = 5_000;

/**
 * Asks the identity endpoint of the environment, `IDENTITY_ENDPOINT` with `IDENTITY_HEADER`, as App Service has it.
 * Without one, policies that need a token of the gateway's identity fail with `ManagedIdentityTokenUnavailable`.
 * Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export function requestManagedIdentityToken(
  environment: Readonly<Record<string, string | undefined>>,
): FetchManagedIdentityToken {
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header = '' } = environment;
  return async (resource, clientId) => {
    if (endpoint === undefined) throw new Error('IDENTITY_ENDPOINT is not set.');
    const url = new URL(endpoint);
    url.searchParams.set('resource', resource);
    url.searchParams.set('api-version', API_VERSION);
    if (clientId !== undefined) url.searchParams.set('client_id', clientId);
    const { statusCode, body } = await request(url, {
      headers: { 'x-identity-header': header },
      headersTimeout: TIMEOUT_IN_MS,
      bodyTimeout: TIMEOUT_IN_MS,
    });
    if (statusCode !== 200) {
      await body.dump();
      throw new Error(`The identity endpoint answered ${statusCode}.`);
    }
    const { access_token: token, expires_on: expiresOn } = (await body.json()) as Record<string, unknown>;
    if (typeof token !== 'string' || !Number.isFinite(Number(expiresOn)))
      throw new Error('The identity endpoint gave no token.');
    return { token, expiresAt: new Date(Number(expiresOn) * 1000) };
  };
}
