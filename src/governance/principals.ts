import type { Principal } from './call-target.ts';
import type { Denial } from './denials.ts';
import type { Access, Agent, CatalogEntry, IdentityProvider, Limits } from './documents.ts';
import type { GovernanceDocuments } from './governance.ts';

/** The identity provider that the edge names for callers with a key and without a token. */
export const KEY_ONLY_PROVIDER = 'subscription-key';

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Returns the identity provider of an application whose entry names none: the first of Entra ID, or else the first of
 * the list.
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
 * Returns the key of an application, unique across issuers: two issuers may give the same application id. GUIDs are the
 * same in upper and lower case, other ids are not.
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

/** A caller with all its roles, and the id of the product of the key that it sent. */
type KeyHolder = Principal & { readonly productId: string };

/** The names of the roles of each environment of each access document, filled when a document is first asked. */
const rolesByEnvironment = new WeakMap<Access, ReadonlyMap<string | undefined, ReadonlySet<string>>>();
const NO_ROLES: ReadonlySet<string> = new Set();

/**
 * Splits a caller's roles by the environment of the product of its key. Roles of that environment count for grants and
 * limits; the others become idle. Denies and residency rules hold for idle roles too, so that another key does not lift
 * them. No role counts with a product that the documents do not list.
 */
export function splitRoles<Holder extends KeyHolder>(
  { access, limits }: Pick<GovernanceDocuments, 'access' | 'limits'>,
  holder: Holder,
): Holder & { readonly idleRoles: readonly string[] } {
  const environment = limits.products.find(({ id }) => id === holder.productId)?.environment;
  const counting = rolesOf(access).get(environment) ?? NO_ROLES;
  return {
    ...holder,
    roles: holder.roles.filter((role) => counting.has(role)),
    idleRoles: holder.roles.filter((role) => !counting.has(role)),
  };
}

function rolesOf(access: Access): ReadonlyMap<string | undefined, ReadonlySet<string>> {
  const known = rolesByEnvironment.get(access);
  if (known) return known;
  const byEnvironment = Map.groupBy(access.roles, ({ environment }) => environment);
  const roles = new Map(
    [...byEnvironment].map(([environment, group]) => [environment, new Set(group.map(({ name }) => name))]),
  );
  rolesByEnvironment.set(access, roles);
  return roles;
}

/** A caller, with the APIM subscription whose key it sent. */
interface SubscriptionUser {
  readonly identityProvider: string;
  readonly applicationId: string;
  readonly subscriptionId: string;
  readonly productId: string;
}

/** The edge refuses with the same text, in its policy fragment `name-error`. */
const REASON =
  'Your APIM subscription belongs to another application than your token, or to none yet. Use the key ' +
  'of your application’s own APIM subscription, or ask the platform team to list yours in governance/limits.yaml.';

/**
 * Denies a call whose token is of another application than the one that its APIM subscription belongs to.
 * @returns undefined for a call that may go on: of a product whose subscriptions belong to no applications, or without
 *   a token.
 */
export function judgeSubscription(
  { access, limits }: Pick<GovernanceDocuments, 'access' | 'limits'>,
  user: SubscriptionUser,
): Denial | undefined {
  if (user.identityProvider === KEY_ONLY_PROVIDER) return undefined;
  const applications = limits.products.find(({ id }) => id === user.productId)?.subscriptions?.applications;
  if (!applications) return undefined;
  const owner = applications.find(({ subscription }) => subscription === user.subscriptionId);
  if (owner && agentKeyOf(access, owner) === agentKeyOf(access, user)) return undefined;
  return { allowed: false, rule: 'subscriptions', code: 'SUBSCRIPTION_NOT_ALLOWED', reason: REASON };
}

/** The limits of one product, role or catalog entry. */
export interface AppliedLimit extends LimitValues {
  readonly scope: 'product' | 'role' | 'entry';
  readonly name: string;
}

/** Numbers of calls, tokens and open streams; one that is left out is not limited. */
export type LimitValues = Readonly<Omit<Limits['roles'][number], 'role'>>;

/** Lists the limits that a caller's calls of an entry count against. All of them hold together. */
export function listLimits(
  { limits }: GovernanceDocuments,
  { roles }: Principal,
  entry: CatalogEntry | undefined,
  productId: string,
): AppliedLimit[] {
  return [
    ...limits.products
      .filter(({ id }) => id === productId)
      .map((product) => ({ scope: 'product' as const, name: product.id, ...valuesOf(product) })),
    ...limits.roles
      .filter(({ role }) => roles.includes(role))
      .map((limit) => ({ scope: 'role' as const, name: limit.role, ...valuesOf(limit) })),
    ...limits.entries
      .filter((limit) => limit.entry === entry?.name)
      .map((limit) => ({ scope: 'entry' as const, name: limit.entry, ...valuesOf(limit) })),
  ];
}

/**
 * Names the product, role or entry of a limit, for the end of a sentence such as `10 calls a minute on the product a`.
 */
export function describeOwner({ scope, name }: AppliedLimit): string {
  return { product: `on the product ${name}`, role: `with the role ${name}`, entry: `of ${name}` }[scope];
}

function valuesOf(limit: LimitValues): LimitValues {
  const { callsPerMinute, callsPerDay, tokensPerMinute, tokensPerDay, concurrentStreams } = limit;
  return {
    ...(callsPerMinute !== undefined && { callsPerMinute }),
    ...(callsPerDay !== undefined && { callsPerDay }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute }),
    ...(tokensPerDay !== undefined && { tokensPerDay }),
    ...(concurrentStreams !== undefined && { concurrentStreams }),
  };
}
