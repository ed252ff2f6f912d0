import type { Durability } from './documents.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import type { AnyResource, CallTarget, EndpointResource, ModelResource } from './call-target.ts';
import type { Owner } from './owners.ts';

declare const authorized: unique symbol;

/** A call that a rule allows. Only `decide` makes one, and Vertex AI cannot be called without one. */
export interface AuthorizedCall<Target extends CallTarget> {
  readonly target: Target;
  /** Id of the grant; for an application that acts for a person `grant+agent`. */
  readonly rule: string;
  /** The durability that the rule demands of the call's record. */
  readonly durability: Durability;
  /** The owner of the resources that the call creates. */
  readonly owner: Owner;
  /** Id of the project that serves the call; resolved if the target leaves it out. */
  readonly project: string;
  /** Location that serves the call; resolved if the target leaves it out. */
  readonly location: string;
  /** The model or endpoint by Vertex AI's own name, even if the target uses another name of the catalog. */
  readonly resource: ModelResource | EndpointResource | AnyResource;
  /** The host of an endpoint that has its own in the location; undefined if a shared host of Google serves the call. */
  readonly address?: EndpointAddress;
  readonly [authorized]: true;
}

/** Marks a call as authorized. Boundary rules let `decide.ts` alone import it. */
export function allow<Target extends CallTarget>(
  call: Omit<AuthorizedCall<Target>, typeof authorized>,
): AuthorizedCall<Target> {
  return call as AuthorizedCall<Target>;
}
