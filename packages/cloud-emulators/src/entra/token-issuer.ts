import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { OAuth2Issuer } from 'oauth2-mock-server';

/** The lifetime of the tokens that applications get. Real tokens live 60 to 90 minutes, chosen at random. */
export const TOKEN_LIFETIME_IN_SECONDS = 3600;

/** Claims of a token by name. */
export type Claims = Readonly<Record<string, unknown>>;

/** A signer of one issuer's access tokens. Its key is new at every start. */
export interface TokenIssuer {
  /**
   * Signs an access token (RS256). It has `iss`, `iat`, `nbf`, `exp` (an hour from now) and the standing claims of this
   * issuer, unless `claims` replaces them. A claim that is undefined is left out.
   */
  issueToken(claims: Claims): Promise<string>;
  /** Gives the keys of the JSON Web Key Set, public parts only. */
  publicKeys(): Record<string, unknown>[];
}

/** Makes the signer of an issuer's tokens. @param standing the claims that every token of this issuer has. */
export async function createTokenIssuer(
  issuer: string,
  standing: () => Claims,
  now: () => number,
): Promise<TokenIssuer> {
  const signer = new OAuth2Issuer();
  signer.url = issuer;
  // `keys.generate` rejects a key that was made in another realm than its own, as under jest.
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
          // The header of a v1.0 token names its key twice, as `kid` and `x5t`.
          if (payload.ver === '1.0') Object.assign(header, { x5t: header.kid });
        },
      }),
    publicKeys: () => signer.keys.toJSON().map(({ kty, kid, n, e }) => ({ kty, use: 'sig', kid, n, e })),
  };
}
