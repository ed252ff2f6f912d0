import type { Access, Agent, IdentityProvider } from './documents.ts';

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The identity provider of what names none: the first of Entra ID, or else the first. */
export function fallbackProvider(providers: Access['identityProviders']): IdentityProvider {
  const fallback = providers.find(({ type }) => type === 'entra') ?? providers[0];
  if (!fallback) throw new Error('There is no identity provider.');
  return fallback;
}

/** An application, told from those of other issuers. */
interface Application {
  readonly identityProvider?: string | undefined;
  readonly applicationId: string;
}

/**
 * What tells an application from all others: two issuers may give the same id. GUIDs are the same in upper and lower
 * case, other ids are not.
 */
export function agentKeyOf(
  { identityProviders }: Access,
  { identityProvider, applicationId }: Application,
): string {
  const provider = identityProvider ?? fallbackProvider(identityProviders).id;
  return `${provider}/${GUID.test(applicationId) ? applicationId.toLowerCase() : applicationId}`;
}

/** The access document's entry of an application that acts for people. */
export function findAgent(access: Access, application: Application): Agent | undefined {
  const key = agentKeyOf(access, application);
  return access.agents.find((agent) => agentKeyOf(access, agent) === key);
}
