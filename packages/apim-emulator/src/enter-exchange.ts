import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type {
  PolicyApi,
  PolicyDeployment,
  PolicyProduct,
} from '@vertex-ai-gateway/csharp-expressions/context';
import { Exchange } from './engine/exchange.ts';
import type { ExchangeRequest } from './engine/exchange.ts';
import { dropHopByHop, overrideHeader, readHeaders } from './engine/headers.ts';
import { MessageUrl } from './engine/message-url.ts';
import type { RequestBody } from './engine/request-body.ts';
import { useBackend } from './policies/set-backend-service.ts';
import type { Authorization } from './service/built-in-steps.ts';
import type { Match } from './service/match-operation.ts';
import type { ApiDefinition, ProductDefinition } from './service/service-definition.ts';

const DEPLOYMENT: PolicyDeployment = { serviceName: 'api-management', region: 'local', gatewayId: 'managed' };

/** Starts the exchange of one request: headers of the connection dropped, `x-forwarded-for` appended to. */
export function startExchange(
  request: IncomingMessage,
  body: RequestBody,
  now: () => number,
  clientGone: AbortSignal,
): Exchange {
  const target = request.url ?? '/';
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  const headers = readHeaders(request.rawHeaders);
  dropHopByHop(headers);
  const ipAddress = request.socket.remoteAddress ?? '';
  const forwardedFor = headers.get('x-forwarded-for')?.values ?? [];
  overrideHeader(headers, 'X-Forwarded-For', [...forwardedFor, ipAddress].join(', '));
  const url = new MessageUrl(
    request.socket instanceof TLSSocket ? 'https' : 'http',
    request.headers.host ?? 'localhost',
    path,
    at < 0 ? '' : target.slice(at),
  );
  const exchangeRequest: ExchangeRequest = {
    type: 'IRequest',
    method: request.method ?? 'GET',
    url,
    originalUrl: url,
    headers,
    ipAddress,
    matchedParameters: new Map(),
    body,
  };
  const requestId = randomUUID();
  return new Exchange({ requestId, now, request: exchangeRequest, deployment: DEPLOYMENT, clientGone });
}

/** Notes which API and operation the request is for. Only with an operation does its URL become the backend's. */
export function enterApi(exchange: Exchange, match: Match): void {
  const { api, operation, path, parameters } = match;
  exchange.api = describeApi(api);
  if (!operation) return;
  exchange.request.url = exchange.request.url.at(path, exchange.request.url.queryString);
  if (api.serviceUrl !== undefined && api.serviceUrl !== '') useBackend(exchange, api.serviceUrl);
  const { id, displayName, method, urlTemplate } = operation;
  exchange.operation = { id, name: displayName, method, urlTemplate };
  exchange.rawParameters = parameters;
  exchange.contract = operation.contract;
  exchange.keyNames = api.keyNames;
  exchange.request.matchedParameters = new Map([...parameters].map(([name, value]) => [name, decode(value)]));
}

/** Notes the product that the call belongs to, and the subscription whose key it has. */
export function enterProduct(exchange: Exchange, { product, holder }: Authorization): void {
  if (product) exchange.product = describeProduct(product);
  if (!holder) return;
  const { key, subscription } = holder;
  const { id, name, primaryKey, secondaryKey = '', startDate } = subscription;
  const start = startDate === undefined ? {} : { startDate: new Date(startDate) };
  exchange.subscription = { id, name, key, primaryKey, secondaryKey, ...start };
}

const products = new WeakMap<ProductDefinition, PolicyProduct>();
const apis = new WeakMap<ApiDefinition, PolicyApi>();

function describeProduct(product: ProductDefinition): PolicyProduct {
  const known = products.get(product);
  if (known) return known;
  const { approvalRequired, isPublished, subscriptionLimit, subscriptionRequired } = product;
  const described: PolicyProduct = {
    id: product.id,
    name: product.displayName,
    apis: product.apiDefinitions.map(describeApi),
    groups: product.groups.map((id) => ({ id, name: id })),
    approvalRequired,
    isPublished,
    subscriptionLimit,
    subscriptionRequired,
  };
  products.set(product, described);
  return described;
}

function describeApi(api: ApiDefinition): PolicyApi {
  const known = apis.get(api);
  if (known) return known;
  const { id, displayName, path, revision, serviceUrl, keyNames } = api;
  const [, scheme = '', authority = '', servicePath = ''] =
    /^(https?):\/\/([^/?#]+)([^?#]*)/i.exec(serviceUrl ?? '') ?? [];
  const described: PolicyApi = {
    id,
    name: displayName,
    path,
    version: '',
    revision,
    isCurrentRevision: true,
    serviceUrl: authority === '' ? null : new MessageUrl(scheme, authority, servicePath, ''),
    keyNames,
  };
  apis.set(api, described);
  return described;
}

/** A parameter's value as expressions see it; what isn't valid percent-encoding stays as it came. */
function decode(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
