import { sampleApplications } from '@vertex-ai-gateway/cloud-emulators/entra/sample-applications';
import { oktaApplications } from '@vertex-ai-gateway/cloud-emulators/okta/sample-applications';
import type { Principal } from '../../src/governance/call-target.ts';
import type { GovernanceDocuments } from '../../src/governance/governance.ts';
import { suggest } from '../../src/governance/suggest.ts';

/** Returns the principal of a sample application that calls with its own token. @throws Error for an unknown name. */
export function findSampleCaller({ access }: GovernanceDocuments, name: string): Principal {
  const application = sampleApplications.find((one) => one.name === name);
  if (application) {
    const { clientId: applicationId, roles, person } = application;
    return { applicationId, roles: person?.roles ?? roles, isDelegated: person !== undefined };
  }
  const oktaApplication = oktaApplications.find((one) => one.name === name);
  if (oktaApplication) {
    const { clientId: applicationId, groups } = oktaApplication;
    const providers = access.identityProviders.filter(({ type }) => type === 'oidc');
    const roles = providers.flatMap((provider) => groups.map((group) => provider.groups?.roles[group]));
    return {
      identityProvider: providers[0]?.id ?? '',
      applicationId,
      roles: roles.filter((role) => role !== undefined),
      isDelegated: false,
    };
  }
  const names = [...sampleApplications, ...oktaApplications].map((one) => one.name);
  throw new Error(`"${name}" is not a sample application. ${suggest(name, names)}`);
}

/**
 * Finds the product whose key a caller uses: the named one; otherwise the first of its roles' environment, or of
 * production. @throws Error for a product that the documents don't have.
 */
export function findProduct(
  { access, limits }: GovernanceDocuments,
  { roles }: Principal,
  asked?: string,
): string {
  const ids = limits.products.map(({ id }) => id);
  if (asked !== undefined) {
    if (ids.includes(asked)) return asked;
    throw new Error(`"${asked}" is not a known product. ${suggest(asked, ids)}`);
  }
  const environment = access.roles.find(({ name }) => roles.includes(name))?.environment ?? 'production';
  return limits.products.find((product) => product.environment === environment)?.id ?? '';
}
