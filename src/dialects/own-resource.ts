import { GatewayError } from '../errors/gateway-error.ts';
import type { Owner } from '../governance/owners.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import { isObject, type JsonObject } from './json-answers.ts';
import { readModelName } from './read-model-name.ts';

/** True for a resource whose owner the caller reaches, made for a model that the caller may still use for the operation. */
export function isOwn(
  call: AuthorizedCall,
  operation: string,
  { owner, model }: { readonly owner: Owner | undefined; readonly model: unknown },
): boolean {
  const { project, location } = call;
  const named = typeof model === 'string' ? readModelName(model) : undefined;
  return (
    owner !== undefined &&
    call.reaches(owner) &&
    named !== undefined &&
    call.may({ project, location, operation, resource: named.resource })
  );
}

/**
 * Refuses every answer but an object that the caller reaches.
 * @throws GatewayError RESOURCE_NOT_FOUND for any other answer.
 */
export function expectOwn(
  answer: unknown,
  kind: ResourceKind,
  isReached: (resource: JsonObject) => boolean,
): void {
  if (isObject(answer) && isReached(answer)) return;
  throw resourceNotFound(kind);
}

type ResourceKind = 'batch prediction job' | 'context cache' | 'operation';

/** Returns the error for a resource that doesn't exist and for another team's alike. */
export function resourceNotFound(kind: ResourceKind): GatewayError {
  return new GatewayError('RESOURCE_NOT_FOUND', `Your team has no ${kind} of this name here.`);
}
