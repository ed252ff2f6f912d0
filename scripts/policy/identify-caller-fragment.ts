import { fallbackProvider, KEY_ONLY_PROVIDER } from '../../src/governance/principals.ts';
import type { IdentityProvider } from '../../src/governance/documents.ts';
import type { GovernanceDocuments } from '../../src/governance/governance.ts';
import { otherProviders } from './authenticate-fragment.ts';
import { type KeyOnlyProduct, keyOnlyProducts } from './key-only-products.ts';
import { escapeLiteral, indent, quote, writeHeader } from './policy-text.ts';
import type { GeneratedFile } from './write-schemas.ts';

type EntraProvider = Extract<IdentityProvider, { type: 'entra' }>;
type OidcProvider = Extract<IdentityProvider, { type: 'oidc' }>;

const CLAIMS = 'var claims = ((Jwt)context.Variables["caller-token"]).Claims;';

/**
 * A person in more groups than a token can hold has none in it. Roles, and with them residency rules, would then be
 * unknown, so the call is denied.
 * Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#groups-overage-claim
 */
const DENY_WITHOUT_GROUPS = [
  '<choose>',
  "  <when condition='@{",
  `    ${CLAIMS}`,
  '    return !claims.ContainsKey("groups") &amp;&amp; (claims.ContainsKey("_claim_names") || claims.ContainsKey("hasgroups"));',
  "  }'>",
  '    <set-variable name="error-rule" value="edge/identify-caller" />',
  '    <set-variable name="denial" value="TokenGroupsOmitted" />',
  '  </when>',
  '</choose>',
].join('\n');

interface Case {
  /** The value of `caller-identity-provider`. */
  readonly id: string;
  readonly policies: string;
}

/** Derives the fragment that reads the caller's identity from the validated token, or from the key of a call without one. */
export function identifyCallerFragment({
  access: { identityProviders, roles },
  limits,
}: Pick<GovernanceDocuments, 'access' | 'limits'>): GeneratedFile {
  const header = writeHeader(
    'governance/access.yaml and governance/limits.yaml',
    'Sets the variables of the caller’s identity from the validated token. Limits, residency and stamp-identity read them.',
    'A call without a token has only its APIM subscription: no tenant and no application. Roles of a token that the',
    'documents don’t know are left out.',
  );
  const known = roles.map(({ name }) => name);
  const describe = (provider: IdentityProvider) =>
    provider.type === 'entra' ? describeEntra(provider, known) : describeOidc(provider);
  const products = keyOnlyProducts(limits);
  const cases = [
    ...otherProviders(identityProviders).map((provider) => ({
      id: provider.id,
      policies: describe(provider),
    })),
    ...(products.length === 0 ? [] : [{ id: KEY_ONLY_PROVIDER, policies: describeKeyHolder(products) }]),
  ];
  const last = describe(fallbackProvider(identityProviders));
  const body = cases.length === 0 ? last : chooseAmong(cases, last);
  return {
    path: 'apim/policy-fragments/identify-caller/policy.xml',
    text: `${header}<fragment>\n${indent(body, 2)}\n</fragment>\n`,
  };
}

function chooseAmong(cases: readonly Case[], last: string): string {
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
    indent(last, 4),
    '  </otherwise>',
    '</choose>',
  ].join('\n');
}

/** https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
function describeEntra({ groups }: EntraProvider, known: readonly string[]): string {
  return [
    variable('caller-tenant-id', 'return claims.GetValueOrDefault("tid", "");'),
    variable('caller-object-id', 'return claims.GetValueOrDefault("oid", "");'),
    variable(
      'caller-application-id',
      'return claims.GetValueOrDefault("azp", claims.GetValueOrDefault("appid", ""));',
    ),
    '<!-- The optional claim idtyp tells applications from people; without it, only tokens of people have scp. -->',
    variable(
      'caller-delegated',
      'var type = claims.GetValueOrDefault("idtyp", "");',
      'if (type == "app") { return "false"; }',
      'return type == "user" || claims.ContainsKey("scp") ? "true" : "false";',
    ),
    variable('caller-roles', ...listRoles(known, groups)),
    ...(groups?.claim === 'groups' ? [DENY_WITHOUT_GROUPS] : []),
  ].join('\n');
}

/** https://www.rfc-editor.org/rfc/rfc9068#section-2.2 and, for `cid`, Okta's access tokens. */
function describeOidc({ id, groups }: OidcProvider): string {
  const application =
    'claims.GetValueOrDefault("azp", claims.GetValueOrDefault("cid", claims.GetValueOrDefault("client_id", "")))';
  return [
    `<set-variable name="caller-tenant-id" value="${escapeLiteral(id)}" />`,
    variable('caller-object-id', 'return claims.GetValueOrDefault("sub", "");'),
    variable('caller-application-id', `return ${application};`),
    "<!-- The subject of an application's own token is the application; any other subject is a person. -->",
    variable(
      'caller-delegated',
      `return claims.GetValueOrDefault("sub", "") == ${application} ? "false" : "true";`,
    ),
    variable('caller-roles', ...listRoles(undefined, groups)),
  ].join('\n');
}

/** The fragment `authenticate` requires no token with a key of these products. */
function describeKeyHolder(products: readonly KeyOnlyProduct[]): string {
  return [
    '<set-variable name="caller-tenant-id" value="" />',
    '<set-variable name="caller-object-id" value="@(context.Subscription.Id)" />',
    '<set-variable name="caller-application-id" value="" />',
    '<set-variable name="caller-delegated" value="false" />',
    '<set-variable',
    '  name="caller-roles"',
    "  value='@{",
    ...products.map(
      ({ id, roles }) => `    if (context.Product.Id == ${quote(id)}) { return ${quote(roles.join(' '))}; }`,
    ),
    '    return "";',
    "  }'",
    '/>',
  ].join('\n');
}

/**
 * Statements that return the caller's roles, once each: the token's roles that the documents know, and the roles that the
 * caller's groups stand for.
 */
function listRoles(
  known: readonly string[] | undefined,
  groups: OidcProvider['groups'] | undefined,
): string[] {
  const named = known && 'named.Where(role => known.Contains(role))';
  const grouped = groups && `mapped.Where(role => ${standsForOne(groups)})`;
  return [
    ...(known
      ? [
          'var named = claims.ContainsKey("roles") ? claims["roles"] : new string[0];',
          `var known = ${listOf(known)};`,
        ]
      : []),
    ...(groups
      ? [
          `var groups = claims.ContainsKey(${quote(groups.claim)}) ? claims[${quote(groups.claim)}] : new string[0];`,
          `var mapped = ${listOf([...new Set(Object.values(groups.roles))])};`,
        ]
      : []),
    `return string.Join(" ", ${named && grouped ? `${named}.Concat(${grouped})` : (named ?? grouped ?? '')}.Distinct());`,
  ];
}

/** A condition: one of the caller's groups stands for `role`. */
function standsForOne({ roles }: OidcProvider['groups']): string {
  const groupsOf = Map.groupBy(Object.entries(roles), ([, role]) => role);
  const cases = Array.from(groupsOf, ([role, standing]) => {
    const names = listOf(standing.map(([group]) => group));
    return `role == ${quote(role)} &amp;&amp; ${names}.Any(name => groups.Contains(name))`;
  });
  return cases.length === 0 ? 'false' : cases.join(' || ');
}

function listOf(texts: readonly string[]): string {
  return texts.length === 0 ? 'new string[0]' : `new[] { ${texts.map(quote).join(', ')} }`;
}

/** Sets a variable by statements that read the token's claims. */
function variable(name: string, ...statements: readonly string[]): string {
  return [
    '<set-variable',
    `  name="${name}"`,
    "  value='@{",
    ...[CLAIMS, ...statements].map((statement) => `    ${statement}`),
    "  }'",
    '/>',
  ].join('\n');
}
