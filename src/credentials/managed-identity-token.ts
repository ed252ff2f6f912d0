import { byTheClock, waitAtMost } from '@vertex-ai-gateway/audit-ledger/time';
import { GatewayError } from '../errors/gateway-error.ts';
import { createManagedIdentity } from './managed-identity.ts';

/** The options of `createManagedIdentityTokenSource`. */
export interface ManagedIdentityTokenOptions {
  /** The API that the token is for: its application id URI or its client id. A v2.0 token has the client id as audience. */
  readonly resource: string;
  /** The client id of a user-assigned identity; undefined for the system-assigned one. */
  readonly clientId: string | undefined;
  readonly timeoutInMs: number;
}

/**
 * Returns a function that gets the function app's managed identity token for an API.
 * @throws GatewayError MANAGED_IDENTITY_UNAVAILABLE from that function; nothing of the SDK's error is kept.
 */
export function createManagedIdentityTokenSource({
  resource,
  clientId,
  timeoutInMs,
}: ManagedIdentityTokenOptions): () => Promise<string> {
  const credential = createManagedIdentity(clientId);
  const scope = `${resource}/.default`;
  return async () => {
    const work = credential.getToken(scope).catch(() => {
      throw unavailable('with a token');
    });
    const onLate = () => {
      throw unavailable('in time');
    };
    const { token } = await waitAtMost(work, { schedule: byTheClock, timeoutInMs, onLate });
    return token;
  };
}

function unavailable(how: string): GatewayError {
  return new GatewayError(
    'MANAGED_IDENTITY_UNAVAILABLE',
    `The function app's managed identity endpoint did not answer ${how}, so the gateway has no Google credentials. Try again shortly.`,
  );
}
