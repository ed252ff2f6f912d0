import { agentKeyOf, KEY_ONLY_PROVIDER } from '../../src/governance/principals.ts';
import type { GovernanceDocuments } from '../../src/governance/governance.ts';
import { indent, quote, writeHeader } from './policy-text.ts';
import type { GeneratedFile } from './write-schemas.ts';

/**
 * Derives the fragment that compares the application of a caller's token with the owner of the APIM subscription. The
 * fragment only names the denial; name-error writes its message. The function app checks every call alike.
 */
export function matchApplicationFragment({
  access,
  limits,
}: Pick<GovernanceDocuments, 'access' | 'limits'>): GeneratedFile {
  const header = writeHeader(
    'governance/access.yaml and governance/limits.yaml',
    'Denies a token of another application than the one that the APIM subscription belongs to: the call would count',
    'against limits that are not its own. A caller with a key and no token calls as the APIM subscription itself.',
  );
  const bound = limits.products.flatMap(({ id, subscriptions }) =>
    subscriptions?.applications ? [{ id, applications: subscriptions.applications }] : [],
  );
  const owners = bound.flatMap(({ id, applications }) =>
    applications.map((one) => `${id} ${one.subscription} ${agentKeyOf(access, one)}`),
  );
  const body =
    bound.length === 0
      ? denial(['return "";'])
      : deny(
          bound.map(({ id }) => id),
          owners,
        );
  return {
    path: 'apim/policy-fragments/match-application/policy.xml',
    text: `${header}<fragment>\n${indent(body, 2)}\n</fragment>\n`,
  };
}

/** GUIDs are compared without regard to case; other ids with it. */
const GUID = String.raw`"\\A[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\\z"`;

function deny(products: readonly string[], owners: readonly string[]): string {
  return [
    denial([
      'var provider = (string)context.Variables["caller-identity-provider"];',
      `if (provider == ${quote(KEY_ONLY_PROVIDER)} || !${listOf(products)}.Contains(context.Product.Id)) { return ""; }`,
      'var application = (string)context.Variables["caller-application-id"];',
      `if (Regex.IsMatch(application, ${GUID})) { application = application.ToLower(); }`,
      'var caller = context.Product.Id + " " + context.Subscription.Id + " " + provider + "/" + application;',
      ...(owners.length === 0
        ? []
        : [
            'var owners = new[] {',
            ...owners.map((owner, index) => `  ${quote(owner)}${index < owners.length - 1 ? ',' : ''}`),
            '};',
            'if (owners.Contains(caller)) { return ""; }',
          ]),
      'return "SubscriptionNotAllowed";',
    ]),
    '<choose>',
    '  <when condition=\'@((string)context.Variables["subscription-denial"] != "")\'>',
    '    <set-variable name="error-rule" value="subscriptions" />',
    '    <set-variable name="denial" value=\'@((string)context.Variables["subscription-denial"])\' />',
    '  </when>',
    '</choose>',
  ].join('\n');
}

function denial(statements: readonly string[]): string {
  return [
    '<set-variable',
    '  name="subscription-denial"',
    "  value='@{",
    ...statements.map((statement) => `    ${statement}`),
    "  }'",
    '/>',
  ].join('\n');
}

function listOf(texts: readonly string[]): string {
  return `new[] { ${texts.map(quote).join(', ')} }`;
}
