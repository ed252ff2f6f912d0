import { app, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { toGatewayError } from '../errors/gateway-error.ts';
import type { AccessTokens } from '../prediction/vertex.ts';
import { createThrottledLog } from './throttled-log.ts';

/**
 * Registers two addresses for the platform and its operators, which the edge does not expose:
 * - `api/health/live` is 200 as long as the app answers at all. An instance that isn't live should be replaced.
 * - `api/health/ready` (and `api/health`) is 200 while the app has a valid Google access token or can get one, and else
 *   503. A new instance would lack the credentials too.
 * Anyone who reaches the app may ask, so the answers have no reasons. The reason for missing credentials is logged as an
 * error.
 */
export function registerHealthFunction(accessTokens: AccessTokens, policyVersion: string): void {
  const headers = { 'cache-control': 'no-store', 'x-policy-version': policyVersion };
  const governance = { policyVersion };
  const logReason = createThrottledLog(() => performance.now());
  const live = (): HttpResponseInit => ({ status: 200, headers, jsonBody: { live: true, governance } });
  const ready = async (_: unknown, context: InvocationContext): Promise<HttpResponseInit> => {
    const reason = await accessTokens.accessToken().then(
      () => undefined,
      (error: unknown) => toGatewayError(error),
    );
    logReason(reason && `${reason.code}: ${reason.message}`, (text) => context.error(text));
    const isReady = reason === undefined;
    return {
      status: isReady ? 200 : 503,
      headers,
      jsonBody: { live: true, ready: isReady, governance, credentials: isReady ? 'ok' : 'unavailable' },
    };
  };
  register('health', 'api/health', ready);
  register('health-live', 'api/health/live', live);
  register('health-ready', 'api/health/ready', ready);
}

function register(
  name: string,
  route: string,
  handler: (request: unknown, context: InvocationContext) => HttpResponseInit | Promise<HttpResponseInit>,
): void {
  app.http(name, { route, methods: ['GET'], authLevel: 'anonymous', handler });
}
