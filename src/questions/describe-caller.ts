import { findAgent } from '../governance/principals.ts';
import type { GovernanceDocuments } from '../governance/governance.ts';
import type { Caller } from '../prediction/caller.ts';

type Documents = GovernanceDocuments;

/** The identity that the gateway knows a caller by. */
export interface CallerDescription extends Omit<Caller, 'requestId' | 'traceId'> {
  /** The environment of the APIM subscription's product; left out for a product that the limits don't know. */
  readonly environment?: Documents['limits']['products'][number]['environment'];
  /** The access document's entry of an application that acts for people. */
  readonly agent?: Omit<Documents['access']['agents'][number], 'identityProvider' | 'applicationId'>;
}

/** Describes a caller with the environment of its product and its entry in the list of agents. */
export function describeCaller({ access, limits }: Documents, caller: Caller): CallerDescription {
  const { identityProvider, tenantId, objectId, applicationId, isDelegated, roles } = caller;
  const { subscriptionId, productId, idleRoles = [] } = caller;
  const product = limits.products.find(({ id }) => id === caller.productId);
  const agent = findAgent(access, caller);
  return {
    identityProvider,
    tenantId,
    objectId,
    applicationId,
    isDelegated,
    roles,
    ...(idleRoles.length > 0 && { idleRoles }),
    subscriptionId,
    productId,
    ...(product && { environment: product.environment }),
    ...(agent && { agent: { id: agent.id, reason: agent.reason, roles: agent.roles } }),
  };
}
