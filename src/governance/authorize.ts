import type { Durability } from './documents.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import type { AnyResource, CallTarget, EndpointResource, ModelResource } from './call-target.ts';
import type { Owner } from './owners.ts';

declare const authorized: unique symbol;

/** A call that a rule allows. Only a decision makes one, and Vertex AI cannot be called without one. */
export interface AuthorizedCall<Target extends CallTarget> {
  readonly target: Target;
  readonly rule: string;
  /** What the rule asks of the call's record. */
  readonly durability: Durability;
  /** Whose what the call makes is. */
  readonly owner: Owner;
  /** Where the call goes and what it reaches there, after names and short forms are resolved. */
  readonly project: string;
  readonly location: string;
  readonly resource: ModelResource | EndpointResource | AnyResource;
  /** Of an endpoint that has a host of its own there; Google's shared hosts serve all else. */
  readonly address?: EndpointAddress;
  readonly [authorized]: true;
}

/** Used by the decision alone; the boundary rules keep other rooms from importing it. */
export function allow<Target extends CallTarget>(
  call: Omit<AuthorizedCall<Target>, typeof authorized>,
): AuthorizedCall<Target> {
  return call as AuthorizedCall<Target>;
}
