import type { ServiceTier } from './documents.ts';

/**
 * The part of a call that a decision depends on besides the caller: an operation on a resource in a project and
 * location.
 */
export interface CallTarget {
  /** Project id or number; undefined in the short form `publishers/…`, for which the gateway chooses. */
  readonly project: string | undefined;
  /** Google Cloud location; undefined in the short form, for which the gateway chooses. */
  readonly location: string | undefined;
  /**
   * The locations in which Google has the operation; every one when left out. A call that names another location, which the
   * caller may use, is served in one of these.
   */
  readonly servedIn?: readonly string[];
  /** One of `OPERATIONS`, or an operation that only describes models: `listModels`, `getModel`. */
  readonly operation: string;
  /**
   * Operations that do the same on models of other publishers. The first that the model offers, of `operation` and these,
   * is the operation of the call.
   */
  readonly otherOperations?: readonly string[];
  /** The tier of Google's shared capacity that the call asks for; the standard one when left out. */
  readonly serviceTier?: ServiceTier;
  readonly resource: ModelResource | EndpointResource | NamedResource | AnyResource;
}

/** A publisher model. The name is the one that the caller used: the model's own, its catalog name or its alias. */
export interface ModelResource {
  readonly kind: 'model';
  readonly publisher: string;
  readonly model: string;
}

/** A custom endpoint. The name is the one that the caller used: the endpoint's id, its catalog name or its alias. */
export interface EndpointResource {
  readonly kind: 'endpoint';
  readonly endpoint: string;
}

/** A model or endpoint by its catalog name or alias alone, as a request body gives it. */
export interface NamedResource {
  readonly kind: 'name';
  readonly name: string;
}

/** The resource of a call that names no model or endpoint, such as a list of models. */
export interface AnyResource {
  readonly kind: 'any';
  /** The publisher to whose models the call is limited; every entry of the catalog counts when left out. */
  readonly publisher?: string;
}

/** The part of a caller's identity that decisions depend on. */
export interface Principal {
  /** The roles that grants count. For an application that acts for a person they are the person's. */
  readonly roles: readonly string[];
  /**
   * The roles that grants do not count, because they are of another environment than the product of the call
   * (`splitRoles`). Denies and residency rules count them.
   */
  readonly idleRoles?: readonly string[];
  /** Id of the product of the APIM subscription; left out if the decision shall not depend on a product. */
  readonly productId?: string;
  /** Id of an identity provider of the access document; its first provider of Entra ID when left out. */
  readonly identityProvider?: string;
  readonly applicationId: string;
  /** True if the application acts for a person. */
  readonly isDelegated: boolean;
  /** Id of the APIM subscription; the only identity of a caller without a token. */
  readonly subscriptionId?: string;
}
