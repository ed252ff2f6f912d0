/** What is asked of which model or endpoint, where: all that a decision depends on besides the caller. */
export interface CallTarget {
  /** Undefined in the short form `publishers/…`, which leaves the choice to the gateway. */
  readonly project: string | undefined;
  /** Undefined in the short form, too. */
  readonly location: string | undefined;
  readonly operation: string;
  readonly resource: ModelResource | EndpointResource | NamedResource | AnyResource;
}

/** A publisher's model, by the name that the caller used: the model's own, its catalog name or its alias. */
export interface ModelResource {
  readonly kind: 'model';
  readonly publisher: string;
  readonly model: string;
}

export interface EndpointResource {
  readonly kind: 'endpoint';
  readonly endpoint: string;
}

/** A catalog name or an alias alone, as a body can give it. */
export interface NamedResource {
  readonly kind: 'name';
  readonly name: string;
}

/** Nothing in particular: a call on what the gateway keeps for many models, such as a list of them. */
export interface AnyResource {
  readonly kind: 'any';
  /** Whose models alone count. */
  readonly publisher?: string;
}

/** Who asks, as far as a decision depends on it. */
export interface Principal {
  readonly roles: readonly string[];
  /** Roles that it has besides, and that do not count (`countRoles`): they grant nothing, and what forbids holds for them. */
  readonly idleRoles?: readonly string[];
  /** The product of the APIM subscription that it calls with; of none in particular when left out. */
  readonly productId?: string;
  /** Whose application it is: an id of the access document; its first provider of Entra ID when left out. */
  readonly identityProvider?: string;
  readonly applicationId: string;
  /** Whether the application acts for a person, whose roles `roles` then are. */
  readonly isDelegated: boolean;
  /** Of the key that the call has; a caller without a token is known by nothing else. */
  readonly subscriptionId?: string;
}
