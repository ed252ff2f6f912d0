import { v1IssuerOf } from './access-token-claims.ts';
import type { Tenant } from './tenant.ts';

/**
 * Builds the OpenID configuration of v2.0 tokens.
 * Source: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#fetch-the-openid-configuration-document
 */
export function openIdConfiguration(tenant: Tenant): Record<string, unknown> {
  return {
    token_endpoint: tenant.tokenUrl,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    jwks_uri: tenant.jwksUri,
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    issuer: tenant.issuer,
  };
}

/**
 * Builds the OpenID configuration of v1.0 tokens; their keys are those of v2.0 tokens.
 * Source: https://learn.microsoft.com/entra/identity-platform/access-tokens#v10-and-v20-tokens
 */
export function v1OpenIdConfiguration(tenant: Tenant): Record<string, unknown> {
  return {
    ...openIdConfiguration(tenant),
    jwks_uri: tenant.jwksUri.replace('/v2.0/', '/'),
    issuer: v1IssuerOf(tenant.id),
  };
}
