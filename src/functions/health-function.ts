import { app, type HttpResponseInit } from '@azure/functions';
import { toGatewayError } from '../errors/gateway-error.ts';
import type { AccessTokens } from '../prediction/interfaces.ts';

/**
 * The platform's health address, which the edge does not expose. It answers as soon as the app is live; 200 when it is
 * ready (governance loaded, Google credentials obtainable), else 503 with what is missing.
 */
export function registerHealthFunction(accessTokens: AccessTokens, policyVersion: string): void {
  app.http('health', {
    route: 'api/health',
    methods: ['GET'],
    authLevel: 'anonymous',
    handler: async (): Promise<HttpResponseInit> => {
      const credentials = await accessTokens.accessToken().then(
        () => 'ok',
        (error: unknown) => toGatewayError(error).message,
      );
      const isReady = credentials === 'ok';
      return {
        status: isReady ? 200 : 503,
        headers: { 'cache-control': 'no-store', 'x-policy-version': policyVersion },
        jsonBody: { live: true, ready: isReady, governance: { policyVersion }, credentials },
      };
    },
  });
}
