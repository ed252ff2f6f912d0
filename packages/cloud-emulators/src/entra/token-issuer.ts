import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { OAuth2Issuer } from 'oauth2-mock-server';

/** Lifetime of the tokens that applications get. Real ones live 60 to 90 minutes, chosen at random. */
export const TOKEN_LIFETIME_IN_SECONDS = 3600;

/** Claims of a token by name. */
export type Claims = Readonly<Record<string, unknown>>;

/** Signs access tokens of one issuer with a key that is new at every start. */
export interface TokenIssuer {
  /**
   * Signs an access token (RS256): `iss`, `iat`, `nbf`, `exp` (an hour from now) and what every token of this issuer
   * has, unless `claims` says otherwise. A claim that is undefined is left out.
   */
  issueToken(claims: Claims): Promise<string>;
  /** The JSON Web Key Set, public parts only. */
  publicKeys(): Record<string, unknown>[];
}

/** @param standing the claims that every token of this issuer has. */
export async function createTokenIssuer(
  issuer: string,
  standing: () => Claims,
  now: () => number,
): Promise<TokenIssuer> {
  const signer = new OAuth2Issuer();
  signer.url = issuer;
  // Not `keys.generate`: it takes no key that was made in another realm than its own, as under jest.
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  await signer.keys.add({ ...(await exportJWK(privateKey)), alg: 'RS256', kid: randomUUID() });
  return {
    issueToken: (claims) =>
      signer.buildToken({
        scopesOrTransform: (header, payload) => {
          const issuedAt = Math.floor(now() / 1000);
          Object.assign(payload, {
            iat: issuedAt,
            nbf: issuedAt,
            exp: issuedAt + TOKEN_LIFETIME_IN_SECONDS,
            ...standing(),
            ...claims,
          });
          // Entra ID's v1.0 tokens name their key twice.
          if (payload.ver === '1.0') Object.assign(header, { x5t: header.kid });
        },
      }),
    publicKeys: () => signer.keys.toJSON().map(({ kty, kid, n, e }) => ({ kty, use: 'sig', kid, n, e })),
  };
}
