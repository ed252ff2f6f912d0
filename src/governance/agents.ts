import type { Access, Agent, IdentityProvider } from './documents.ts';

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The identity provider of an application whose entry names none: the first of Entra ID, or else the first of the list.
 * @throws Error for an empty list.
 */
export function fallbackProvider(providers: Access['identityProviders']): IdentityProvider {
  const fallback = providers.find(({ type }) => type === 'entra') ?? providers[0];
  if (!fallback) throw new Error('There is no identity provider.');
  return fallback;
}

interface Application {
  /** Id of an identity provider of the access document; the fallback provider's when left out. */
  readonly identityProvider?: string | undefined;
  readonly applicationId: string;
}

/**
 * The key of an application, unique across issuers: two issuers may give the same application id. GUIDs are the same in
 * upper and lower case, other ids are not.
 */
export function agentKeyOf(
  { identityProviders }: Access,
  { identityProvider, applicationId }: Application,
): string {
  const provider = identityProvider ?? fallbackProvider(identityProviders).id;
  return `${provider}/${GUID.test(applicationId) ? applicationId.toLowerCase() : applicationId}`;
}

/** The agents of each access document by their keys, filled when a document is first asked. */
const agentsByKey = new WeakMap<Access, ReadonlyMap<string, Agent>>();

/** Finds the agent that an application is; undefined for an application that may not act for people. */
export function findAgent(access: Access, application: Application): Agent | undefined {
  let agents = agentsByKey.get(access);
  if (!agents) {
    agents = new Map(access.agents.map((agent) => [agentKeyOf(access, agent), agent]));
    agentsByKey.set(access, agents);
  }
  return agents.get(agentKeyOf(access, application));
}
