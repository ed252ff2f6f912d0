import { GatewayError } from '../errors/gateway-error.ts';
import { createManagedIdentity } from './managed-identity.ts';
import { withTimeLimit } from './time-limit.ts';

export interface SubjectTokenOptions {
  /** What the token is for: an application id URI, or a client id. The audience is the client id where that is v2.0. */
  readonly resource: string;
  /** Of a user-assigned identity; the system-assigned one when undefined. */
  readonly clientId: string | undefined;
  readonly timeoutInMs: number;
}

/**
 * Gives the function app's managed identity token.
 * @throws GatewayError MANAGED_IDENTITY_UNAVAILABLE; nothing of the SDK's error is kept.
 */
export function createSubjectTokenSource(options: SubjectTokenOptions): () => Promise<string> {
  const credential = createManagedIdentity(options.clientId);
  const scope = `${options.resource}/.default`;
  return async () => {
    const work = credential.getToken(scope).catch(() => {
      throw unavailable('with a token');
    });
    const { token } = await withTimeLimit(work, options.timeoutInMs, () => unavailable('in time'));
    return token;
  };
}

function unavailable(how: string): GatewayError {
  return new GatewayError(
    'MANAGED_IDENTITY_UNAVAILABLE',
    `The function app's managed identity endpoint did not answer ${how}, so no Google credentials can be had. Try again shortly.`,
  );
}
