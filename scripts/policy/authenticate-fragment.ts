import type { Access, IdentityProvider } from '../../src/governance/documents.ts';
import { escapeLiteral, indent, quote, writeHeader } from './policy-text.ts';
import type { GeneratedFile } from './write-schemas.ts';

const OUTPUT = 'output-token-variable-name="caller-token"';

/**
 * The fragment that authenticates callers: which identity provider must vouch for a token is read from the token,
 * and that provider's policy validates it. What no other provider claims is left to the first of Entra ID.
 */
export function authenticateFragment({ identityProviders }: Access): GeneratedFile {
  const others = otherProviders(identityProviders);
  const fallback = fallbackProvider(identityProviders);
  const header = writeHeader(
    'governance/access.yaml',
    'The issuer is read before the token is validated, only to choose the policy that validates it: that one refuses',
    'every issuer but its own. A token of an unknown issuer is thus refused.',
  );
  const body = [choiceOfProvider(others, fallback), validation(others, fallback)].join('\n');
  const text = `${header}<fragment>\n${indent(body, 2)}\n</fragment>\n`;
  return { path: 'apim/policy-fragments/authenticate/policy.xml', text };
}

/** Those that are chosen by what the token says. */
export function otherProviders(providers: Access['identityProviders']): IdentityProvider[] {
  return providers.filter((provider) => provider !== fallbackProvider(providers));
}

/** The one that validates what no other provider claims. */
export function fallbackProvider(providers: Access['identityProviders']): IdentityProvider {
  const fallback = providers.find(({ type }) => type === 'entra') ?? providers[0];
  if (!fallback) throw new Error('There is no identity provider.');
  return fallback;
}

function choiceOfProvider(others: readonly IdentityProvider[], fallback: IdentityProvider): string {
  if (others.length === 0)
    return `<set-variable name="caller-identity-provider" value="${escapeLiteral(fallback.id)}" />`;
  return [
    '<set-variable',
    '  name="caller-identity-provider"',
    "  value='@{",
    '    var header = context.Request.Headers.GetValueOrDefault("Authorization", "");',
    '    var token = (header.ToLower().StartsWith("bearer ") ? header.Substring(7).Trim() : header).AsJwt();',
    ...others.map((provider) => `    if (${isOf(provider)}) { return ${quote(provider.id)}; }`),
    `    return ${quote(fallback.id)};`,
    "  }'",
    '/>',
  ].join('\n');
}

function isOf(provider: IdentityProvider): string {
  return provider.type === 'oidc'
    ? `token?.Issuer == ${quote(provider.issuer)}`
    : `token?.Claims.GetValueOrDefault("tid", "") == ${quote(provider.tenantId)}`;
}

function validation(others: readonly IdentityProvider[], fallback: IdentityProvider): string {
  if (others.length === 0) return validate(fallback);
  return [
    '<choose>',
    ...others.map((provider) =>
      [
        `  <when condition='@((string)context.Variables["caller-identity-provider"] == ${quote(provider.id)})'>`,
        indent(validate(provider), 4),
        '  </when>',
      ].join('\n'),
    ),
    '  <otherwise>',
    indent(validate(fallback), 4),
    '  </otherwise>',
    '</choose>',
  ].join('\n');
}

function validate(provider: IdentityProvider): string {
  const audiences = [
    '  <audiences>',
    ...provider.audiences.map((audience) => `    <audience>${escapeLiteral(audience)}</audience>`),
    '  </audiences>',
  ];
  if (provider.type === 'entra') {
    const tenant = `tenant-id="${escapeLiteral(provider.tenantId)}"`;
    return [`<validate-azure-ad-token ${tenant} ${OUTPUT}>`, ...audiences, '</validate-azure-ad-token>'].join(
      '\n',
    );
  }
  return [
    `<validate-jwt header-name="Authorization" require-scheme="Bearer" require-expiration-time="true" require-signed-tokens="true" ${OUTPUT}>`,
    `  <openid-config url="${escapeLiteral(provider.openIdConfiguration)}" />`,
    ...audiences,
    '  <issuers>',
    `    <issuer>${escapeLiteral(provider.issuer)}</issuer>`,
    '  </issuers>',
    '</validate-jwt>',
  ].join('\n');
}
