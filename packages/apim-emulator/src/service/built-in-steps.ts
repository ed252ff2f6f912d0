import { PolicyFailure } from '../engine/policy-failure.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { ApiDefinition, ProductDefinition } from './service-definition.ts';
import type { FindSubscription, Subscription } from './subscription-keys.ts';

/** The reason that a call is let in: a valid key, or an open product. */
export interface Authorization {
  /** The product of the call; undefined for the key of a subscription to all APIs, or to one. */
  readonly product: ProductDefinition | undefined;
  readonly holder: { readonly subscription: Subscription; readonly key: string } | undefined;
}

/** Returns the 404 of a call that no API or no operation matches. */
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
 * Checks the subscription key: of the header, otherwise of the query parameter. Where there is no valid one, the call
 * belongs to the open product of the API, if any.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-subscriptions#how-api-management-handles-requests-with-or-without-subscription-keys
 * @returns undefined where there is no open product and the API needs no key.
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
  const subscription = key === '' ? undefined : find(key);
  if (subscription && (subscription.state ?? 'active') === 'active') {
    const product = products.get(subscription.product ?? '');
    if (subscription.product === undefined ? isFor(subscription, api) : product?.apis.includes(api.id))
      return { product, holder: { subscription, key } };
  }
  const open = [...products.values()].find(
    ({ subscriptionRequired, apis }) => !subscriptionRequired && apis.includes(api.id),
  );
  if (open) return { product: open, holder: undefined };
  if (!api.subscriptionRequired) return undefined;
  if (key === '')
    throw unauthorized(
      exchange,
      api,
      'SubscriptionKeyNotFound',
      'Access denied due to missing subscription key. Make sure to include subscription key when making requests to this API.',
      'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.',
    );
  const message =
    'Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.';
  throw unauthorized(exchange, api, 'SubscriptionKeyInvalid', message, message);
}

/** Returns whether a subscription without a product, to one API or to all of them, is for an API. */
function isFor(subscription: Subscription, { id }: ApiDefinition): boolean {
  return subscription.api === undefined || subscription.api === id;
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
