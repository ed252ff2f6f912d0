import { GatewayError } from '../errors/gateway-error.ts';
import type { Owner } from '../governance/owners.ts';
import type { GrantedCall } from '../prediction/prediction.ts';
import type { Json } from './listed-resources.ts';
import { isObject } from './listed-resources.ts';
import { readModelName } from './read-model-name.ts';

/** Whether something that was made for a model is one's own: of an owner one reaches, for a model that one may still use so. */
export function isOwn(
  call: GrantedCall,
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

/** @throws GatewayError RESOURCE_NOT_FOUND. */
export function expectOwn(answer: unknown, what: What, isTheirs: (resource: Json) => boolean): void {
  if (isObject(answer) && isTheirs(answer)) return;
  throw notTheirs(what);
}

type What = 'batch prediction job' | 'context cache' | 'operation';

/** Another team's is not told apart from what isn't there. */
export function notTheirs(what: What): GatewayError {
  return new GatewayError('RESOURCE_NOT_FOUND', `Your team has no ${what} of this name here.`);
}
