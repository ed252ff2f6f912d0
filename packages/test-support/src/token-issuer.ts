import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, GenerateKeyPairResult } from 'jose';

/** The id of the tests' tenant. */
export const TENANT = '11111111-1111-4111-8111-111111111111';

/** The audience of v2.0 tokens, which the named values call `gateway-audience`. */
export const GATEWAY_CLIENT_ID = 'f0000001-0000-4000-8000-000000000001';

/** A domain name of the same tenant. */
export const DOMAIN = 'contoso.example';

/** A replacement of Microsoft Entra ID: discovery, keys and a signer. */
export interface TokenIssuer {
  readonly authority: string;
  readonly issuer: string;
  /** Counts the fetches of its keys. */
  readonly keyFetches: () => number;
  /**
   * Signs a v2.0 token for the gateway, valid for an hour. Given claims replace its own; undefined ones are left out.
   */
  readonly sign: (claims?: Readonly<Record<string, unknown>>, options?: SignOptions) => Promise<string>;
  /** Publishes a further key in the key set. */
  readonly publish: (key: CryptoKey, keyId: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface SignOptions {
  readonly key?: CryptoKey;
  readonly keyId?: string;
}

/** The keys of issuers that are closed. Making a pair takes longer than most tests, so later issuers take these. */
const spareKeys: GenerateKeyPairResult[] = [];

/** Starts an issuer on loopback. Issuers that are open at the same time have different keys. The times of its tokens start from `now`. */
export async function startTokenIssuer(now: () => number = Date.now): Promise<TokenIssuer> {
  const pair = spareKeys.pop() ?? (await generateKeyPair('RS256'));
  const { privateKey, publicKey } = pair;
  const keys: object[] = [];
  const publish = async (key: CryptoKey, kid: string): Promise<void> => {
    keys.push({ ...(await exportJWK(key)), kid, use: 'sig', alg: 'RS256' });
  };
  await publish(publicKey, 'key-1');
  let keyFetches = 0;
  let authority = '';
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const [, tenant = ''] =
      /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration$/.exec(request.url ?? '') ?? [];
    if ([TENANT, DOMAIN, 'organizations'].includes(tenant)) {
      const issuer = `${authority}/${tenant === 'organizations' ? '{tenantid}' : TENANT}/v2.0`;
      response.end(JSON.stringify({ issuer, jwks_uri: `${authority}/${TENANT}/discovery/v2.0/keys` }));
    } else if (request.url === `/${TENANT}/discovery/v2.0/keys`) {
      keyFetches += 1;
      response.end(JSON.stringify({ keys }));
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  authority = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${authority}/${TENANT}/v2.0`;
  return {
    authority,
    issuer,
    keyFetches: () => keyFetches,
    sign: (claims = {}, { key = privateKey, keyId = 'key-1' } = {}) => {
      const seconds = Math.floor(now() / 1000);
      const payload = {
        iss: issuer,
        aud: GATEWAY_CLIENT_ID,
        tid: TENANT,
        oid: '22222222-2222-4222-8222-222222222222',
        azp: '33333333-3333-4333-8333-333333333333',
        roles: ['Sandbox.Use', 'Scoring.Predict'],
        ver: '2.0',
        iat: seconds,
        exp: seconds + 3600,
        ...claims,
      };
      return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: keyId, typ: 'JWT' }).sign(key);
    },
    publish,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          spareKeys.push(pair);
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
