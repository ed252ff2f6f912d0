import { app, type HttpResponseInit } from '@azure/functions';
import { toGatewayError } from '../errors/gateway-error.ts';
import type { AccessTokens } from '../prediction/interfaces.ts';

/**
 * Two addresses for the platform and its operators, which the edge does not expose:
 * - `api/health/live` is 200 as long as the app answers at all. An instance that isn't live is worth replacing.
 * - `api/health/ready` (and `api/health`) is 200 while Google credentials can be had, a token that is still valid included,
 *   and else 503 with what is missing, which a new instance would lack too.
 */
export function registerHealthFunction(accessTokens: AccessTokens, policyVersion: string): void {
  const headers = { 'cache-control': 'no-store', 'x-policy-version': policyVersion };
  const governance = { policyVersion };
  const live = (): HttpResponseInit => ({ status: 200, headers, jsonBody: { live: true, governance } });
  const ready = async (): Promise<HttpResponseInit> => {
    const credentials = await accessTokens.accessToken().then(
      () => 'ok',
      (error: unknown) => toGatewayError(error).message,
    );
    const isReady = credentials === 'ok';
    return {
      status: isReady ? 200 : 503,
      headers,
      jsonBody: { live: true, ready: isReady, governance, credentials },
    };
  };
  register('health', 'api/health', ready);
  register('health-live', 'api/health/live', live);
  register('health-ready', 'api/health/ready', ready);
}

function register(
  name: string,
  route: string,
  handler: () => HttpResponseInit | Promise<HttpResponseInit>,
): void {
  app.http(name, { route, methods: ['GET'], authLevel: 'anonymous', handler });
}
