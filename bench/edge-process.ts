import { join } from 'node:path';
import { startApiManagement } from '@vertex-ai-gateway/apim-emulator/start-api-management';

/**
 * Starts API Management with the documents of `apim/`, unchanged, before any backend. The parent forks it with the
 * addresses of the environment variables below and the key of a subscription of the product production. It sends its
 * parent `{ port }`.
 */
const { BACKEND_URL = '', ENTRA_AUTHORITY = '', TENANT_ID = '', SUBSCRIPTION_KEY = '' } = process.env;
const HOUR_IN_MS = 3_600_000;

const { port } = await startApiManagement({
  directory: join(import.meta.dirname, '../apim'),
  port: 0,
  namedValues: (gatewayUrl, loopbackUrl) => ({
    'gateway-url': gatewayUrl,
    'gateway-loopback-url': loopbackUrl,
    'function-app-url': BACKEND_URL,
    'tenant-id': TENANT_ID,
    'okta-issuer': BACKEND_URL,
    'okta-openid-configuration': `${BACKEND_URL}/.well-known/openid-configuration`,
  }),
  subscriptions: [
    { id: 'assistants-app', name: 'bench', product: 'production', primaryKey: SUBSCRIPTION_KEY },
  ],
  entraAuthority: ENTRA_AUTHORITY,
  managedIdentityToken: (resource) =>
    Promise.resolve({ token: `token for ${resource}`, expiresAt: new Date(Date.now() + HOUR_IN_MS) }),
  emitTrace: () => undefined,
});

process.send?.({ port });
process.on('disconnect', () => process.exit(0));
