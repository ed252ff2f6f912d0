import { enterApi, enterProduct } from './enter-exchange.ts';
import type { Plan } from './engine/compile-plan.ts';
import { ExchangeResponse } from './engine/exchange-response.ts';
import type { Exchange } from './engine/exchange.ts';
import { PolicyFailure } from './engine/policy-failure.ts';
import { runOnError } from './engine/run-plan.ts';
import { checkKey } from './service/built-in-steps.ts';
import type { Authorization } from './service/built-in-steps.ts';
import type { FindPlan } from './service/compile-plans.ts';
import type { MatchOperation } from './service/match-operation.ts';
import type { ApiDefinition, ProductDefinition } from './service/service-definition.ts';
import type { FindSubscription } from './service/subscription-keys.ts';

/** The parts of a compiled service that the handling of a request looks up. */
export interface KnownService {
  readonly matchOperation: MatchOperation;
  readonly findPlan: FindPlan;
  readonly products: ReadonlyMap<string, ProductDefinition>;
  readonly findSubscription: FindSubscription;
}

/**
 * Answers a preflight request that no OPTIONS operation takes, by the `cors` policies of the operation that it asks
 * for; nothing else is evaluated. A browser sends no key with it: policies of a product count only where the key is in
 * the query, or the product is open.
 * Source: https://learn.microsoft.com/azure/api-management/cors-policy
 * @returns undefined for any other request, and where no `cors` policy is in scope.
 */
export async function answerPreflight(
  exchange: Exchange,
  service: KnownService,
): Promise<ExchangeResponse | undefined> {
  const method = preflightMethod(exchange);
  if (method === undefined) return undefined;
  const match = service.matchOperation(method, exchange.request.originalUrl.path);
  if (!match) return undefined;
  const { api, operation } = match;
  const authorization = operation && authorize(exchange, api, service);
  const plan = service.findPlan(api.id, operation?.id, authorization?.product?.id);
  if (!plan.inbound.some(({ preflights }) => preflights?.length)) return undefined;
  enterApi(exchange, match);
  exchange.journey?.hideKeys(exchange, api.keyNames);
  if (authorization) enterProduct(exchange, authorization);
  try {
    return evaluate(plan, exchange);
  } catch (error) {
    return await runOnError(plan, exchange, PolicyFailure.of(error));
  }
}

/** The first policy that answers counts; otherwise "terminate the request with an empty 200 OK response". */
function evaluate(plan: Plan, exchange: Exchange): ExchangeResponse {
  for (const preflight of plan.inbound.flatMap(({ preflights = [] }) => preflights)) {
    if (preflight(exchange) === 'answered') break;
  }
  return exchange.response ?? new ExchangeResponse(200);
}

/** The method that a preflight request asks for. https://fetch.spec.whatwg.org/#cors-preflight-request */
function preflightMethod({ request }: Exchange): string | undefined {
  if (request.method !== 'OPTIONS' || !request.headers.has('origin')) return undefined;
  return request.headers.get('access-control-request-method')?.values[0];
}

function authorize(
  exchange: Exchange,
  api: ApiDefinition,
  { products, findSubscription }: KnownService,
): Authorization | undefined {
  try {
    return checkKey(exchange, api, products, findSubscription);
  } catch {
    return undefined;
  }
}
