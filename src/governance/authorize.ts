import type { CallTarget } from './call-target.ts';

declare const authorized: unique symbol;

/** A call that a rule allows. Only a decision makes one, and Vertex AI cannot be called without one. */
export interface AuthorizedCall<Target extends CallTarget> {
  readonly target: Target;
  readonly rule: string;
  readonly [authorized]: true;
}

/** Used by the decision alone; the boundary rules keep other rooms from importing it. */
export function allow<Target extends CallTarget>(target: Target, rule: string): AuthorizedCall<Target> {
  return { target, rule } as AuthorizedCall<Target>;
}
