import { PolicyFailure } from '../engine/policy-failure.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { ApiDefinition, ProductDefinition } from './service-definition.ts';
import type { FindSubscription, Subscription } from './subscription-keys.ts';

/** What a valid key gives. */
export interface Authorization {
  readonly subscription: Subscription;
  readonly product: ProductDefinition;
  readonly key: string;
}

/** No API or no operation matches: 404. */
export function operationNotFound(): PolicyFailure {
  return new PolicyFailure(
    {
      reason: 'OperationNotFound',
      message: 'Unable to match incoming request to an operation.',
      status: 404,
      answer: 'Resource not found',
    },
    { ...NOWHERE, source: 'configuration' },
  );
}

/**
 * Checks the subscription key: of the header, otherwise of the query parameter.
 * @returns undefined where the API needs none and none was sent.
 * @throws {PolicyFailure} 401 for a key that is missing, unknown, not active, or not for this API.
 */
export function checkKey(
  exchange: Exchange,
  api: ApiDefinition,
  products: ReadonlyMap<string, ProductDefinition>,
  find: FindSubscription,
): Authorization | undefined {
  const { headers, originalUrl } = exchange.request;
  const key =
    headers.get(api.keyNames.header.toLowerCase())?.values[0] ??
    originalUrl.query.get(api.keyNames.query)?.[0] ??
    '';
  if (key === '') {
    if (!api.subscriptionRequired) return undefined;
    throw unauthorized(
      exchange,
      api,
      'SubscriptionKeyNotFound',
      'Access denied due to missing subscription key. Make sure to include subscription key when making requests to this API.',
      'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.',
    );
  }
  const subscription = find(key);
  const product = subscription && products.get(subscription.product);
  if (subscription && product?.apis.includes(api.id) && (subscription.state ?? 'active') === 'active')
    return { subscription, product, key };
  if (!api.subscriptionRequired) return undefined;
  const message =
    'Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.';
  throw unauthorized(exchange, api, 'SubscriptionKeyInvalid', message, message);
}

const NOWHERE = { scope: '', section: '', path: '', policyId: '' };

function unauthorized(
  exchange: Exchange,
  api: ApiDefinition,
  reason: string,
  message: string,
  answer: string,
): PolicyFailure {
  const { scheme } = exchange.request.originalUrl;
  const [host = ''] = exchange.request.headers.get('host')?.values ?? [];
  const realm = `${scheme}://${host.replace(/[^\w.:[\]-]/g, '')}/${api.path}`;
  const challenge = `AzureApiManagementKey realm="${realm}",name="${api.keyNames.header}",type="header"`;
  return new PolicyFailure(
    { reason, message, status: 401, answer, headers: { 'WWW-Authenticate': challenge } },
    { ...NOWHERE, source: 'authorization' },
  );
}
