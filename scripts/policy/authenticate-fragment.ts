import { fallbackProvider, KEY_ONLY_PROVIDER } from '../../src/governance/principals.ts';
import type { Access, IdentityProvider } from '../../src/governance/documents.ts';
import type { GovernanceDocuments } from '../../src/governance/governance.ts';
import { keyOnlyProducts } from './key-only-products.ts';
import { escapeLiteral, indent, quote, writeHeader } from './policy-text.ts';
import type { GeneratedFile } from './write-schemas.ts';

type EntraProvider = Extract<IdentityProvider, { type: 'entra' }>;

const OUTPUT = 'output-token-variable-name="caller-token"';

/**
 * Derives the fragment that authenticates callers. The token's issuer chooses the identity provider, whose policy validates
 * the token; the first provider of Entra ID validates a token of any other issuer. Without a token, the key of a product
 * that allows it is enough.
 */
export function authenticateFragment({
  access: { identityProviders },
  limits,
}: Pick<GovernanceDocuments, 'access' | 'limits'>): GeneratedFile {
  const choice: Choice = {
    others: otherProviders(identityProviders),
    fallback: fallbackProvider(identityProviders),
    keyOnly: keyOnlyProducts(limits).map(({ id }) => id),
  };
  const header = writeHeader(
    'governance/access.yaml and governance/limits.yaml',
    'The issuer is read before validation only to choose the policy that validates the token: each policy refuses every',
    'issuer but its own. So a token of an unknown issuer is refused, and a token that is present is always validated. The',
    'key of the APIM subscription is not a token, even in the header of one.',
  );
  const body = [DROP_KEY, choiceOfProvider(choice), validation(choice)].join('\n');
  const text = `${header}<fragment>\n${indent(body, 2)}\n</fragment>\n`;
  return { path: 'apim/policy-fragments/authenticate/policy.xml', text };
}

interface Choice {
  readonly others: readonly IdentityProvider[];
  readonly fallback: IdentityProvider;
  /** The ids of products whose keys are enough. */
  readonly keyOnly: readonly string[];
}

const READ_HEADER = 'var header = context.Request.Headers.GetValueOrDefault("Authorization", "");';
const WITHOUT_SCHEME = 'header.ToLower().StartsWith("bearer ") ? header.Substring(7).Trim() : header';

const DROP_KEY = [
  '<choose>',
  "  <when condition='@{",
  `    ${READ_HEADER}`,
  `    var bearer = ${WITHOUT_SCHEME};`,
  '    var own = new[] { context.Subscription.Key, context.Subscription.PrimaryKey, context.Subscription.SecondaryKey };',
  '    return own.Contains(bearer);',
  "  }'>",
  '    <set-header name="Authorization" exists-action="delete" />',
  '  </when>',
  '</choose>',
].join('\n');

/** Lists the providers but the fallback: they are chosen by the token's issuer. */
export function otherProviders(providers: Access['identityProviders']): IdentityProvider[] {
  return providers.filter((provider) => provider !== fallbackProvider(providers));
}

function choiceOfProvider({ others, fallback, keyOnly }: Choice): string {
  if (others.length === 0 && keyOnly.length === 0)
    return `<set-variable name="caller-identity-provider" value="${escapeLiteral(fallback.id)}" />`;
  return [
    '<set-variable',
    '  name="caller-identity-provider"',
    "  value='@{",
    `    ${READ_HEADER}`,
    ...(keyOnly.length === 0
      ? []
      : [
          `    var isKeyEnough = new[] { ${keyOnly.map(quote).join(', ')} }.Contains(context.Product.Id);`,
          `    if (header == "" &amp;&amp; isKeyEnough) { return ${quote(KEY_ONLY_PROVIDER)}; }`,
        ]),
    ...(others.length === 0 ? [] : [`    var token = (${WITHOUT_SCHEME}).AsJwt();`]),
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

function validation({ others, fallback, keyOnly }: Choice): string {
  const cases = [
    ...others.map((provider) => ({ id: provider.id, policies: validate(provider) })),
    ...(keyOnly.length === 0
      ? []
      : [{ id: KEY_ONLY_PROVIDER, policies: '<!-- API Management has checked the key. -->' }]),
  ];
  if (cases.length === 0) return validate(fallback);
  return [
    '<choose>',
    ...cases.map(({ id, policies }) =>
      [
        `  <when condition='@((string)context.Variables["caller-identity-provider"] == ${quote(id)})'>`,
        indent(policies, 4),
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
  if (provider.type === 'entra') return validateEntra(provider);
  return [
    `<validate-jwt header-name="Authorization" require-scheme="Bearer" require-expiration-time="true" require-signed-tokens="true" ${OUTPUT}>`,
    // The edge can be deployed while an issuer can't be reached.
    `  <openid-config url="${escapeLiteral(provider.openIdConfiguration)}" validate-connectivity="false" />`,
    ...listAudiences(provider.audiences),
    '  <issuers>',
    `    <issuer>${escapeLiteral(provider.issuer)}</issuer>`,
    '  </issuers>',
    '</validate-jwt>',
  ].join('\n');
}

/** An audience that is an application id URI, not a client id. */
const URI = /^[a-z]+:/i;
/** The application id URI that Entra ID offers by default, which contains the client id. */
const OFFERED_URI = /^api:\/\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?$/i;

/**
 * Validates v1.0 and v2.0 tokens of Entra ID, each with its own audiences. The vendor's policy alone would accept a v2.0
 * token with an audience of v1.0, which Entra ID never issues.
 * Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#payload-claims
 */
function validateEntra({ tenantId, audiences }: EntraProvider): string {
  const clientIds = unique(
    audiences.flatMap((audience) => OFFERED_URI.exec(audience)?.[1] ?? (URI.test(audience) ? [] : audience)),
  );
  // Entra ID may add a slash to an audience: https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
  const v1 = unique([
    ...audiences,
    ...clientIds.flatMap((clientId) => [clientId, `api://${clientId}`, `api://${clientId}/`]),
  ]);
  const validation = (version: string, allowed: readonly string[]) => [
    `    <validate-azure-ad-token tenant-id="${escapeLiteral(tenantId)}" ${OUTPUT}>`,
    ...listAudiences(allowed).map((line) => `    ${line}`),
    '      <required-claims>',
    '        <claim name="ver">',
    `          <value>${version}</value>`,
    '        </claim>',
    '      </required-claims>',
    '    </validate-azure-ad-token>',
  ];
  if (clientIds.length === 0)
    return validation('1.0', v1)
      .map((line) => line.slice(4))
      .join('\n');
  return [
    '<choose>',
    "  <when condition='@{",
    `    ${READ_HEADER}`,
    `    var token = (${WITHOUT_SCHEME}).AsJwt();`,
    '    return (token?.Issuer ?? "").StartsWith("https://sts.");',
    "  }'>",
    ...validation('1.0', v1),
    '  </when>',
    '  <otherwise>',
    ...validation('2.0', clientIds),
    '  </otherwise>',
    '</choose>',
  ].join('\n');
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function listAudiences(audiences: readonly string[]): string[] {
  return [
    '  <audiences>',
    ...audiences.map((audience) => `    <audience>${escapeLiteral(audience)}</audience>`),
    '  </audiences>',
  ];
}
