import { ManagedIdentityCredential } from '@azure/identity';
import { GatewayError } from '../errors/gateway-error.ts';
import { withTimeLimit } from './time-limit.ts';

export interface SubjectTokenOptions {
  /** Application id URI that the Google pool provider accepts as audience. */
  readonly resource: string;
  /** Of a user-assigned identity; the system-assigned one when undefined. */
  readonly clientId: string | undefined;
  readonly timeoutInMs: number;
}

/** Few and quick, so that an endpoint that fails is told from one that is late. */
const RETRIES = { retryOptions: { maxRetries: 2, retryDelayInMs: 100, maxRetryDelayInMs: 400 } };

/**
 * Gets the function app's managed identity token, cached by @azure/identity.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity
 * @throws GatewayError MANAGED_IDENTITY_UNAVAILABLE; nothing of the SDK's error is kept.
 */
export function createSubjectTokenSource(options: SubjectTokenOptions): () => Promise<string> {
  const credential = options.clientId
    ? new ManagedIdentityCredential({ clientId: options.clientId, ...RETRIES })
    : new ManagedIdentityCredential(RETRIES);
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
