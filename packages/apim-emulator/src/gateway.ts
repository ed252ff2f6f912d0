import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerPreflight } from './answer-preflight.ts';
import { createOperationCaller } from './call-operation.ts';
import { enterApi, enterProduct, startExchange } from './enter-exchange.ts';
import type { Exchange } from './engine/exchange.ts';
import { writeTraceparent } from './engine/correlation.ts';
import type { ExchangeResponse } from './engine/exchange-response.ts';
import { PolicyFailure } from './engine/policy-failure.ts';
import { createRequestReport, type ReportRequest } from './engine/request-telemetry.ts';
import { RequestBody } from './engine/request-body.ts';
import { runOnError, runPlan } from './engine/run-plan.ts';
import { sendResponse } from './engine/send-response.ts';
import { bytesSinceLastCall } from './engine/bytes-since-last-call.ts';
import { serveMcp } from './mcp/serve-mcp.ts';
import { checkKey, operationNotFound } from './service/built-in-steps.ts';
import { compilePlans } from './service/compile-plans.ts';
import type { CompilationSetting } from './service/compile-plans.ts';
import { compileOperations } from './service/match-operation.ts';
import type { ServiceDefinition } from './service/service-definition.ts';
import type { FindSubscription } from './service/subscription-keys.ts';

/** A request as a hook sees it. A body beyond the bound of `RequestBody` is cut there. */
interface InterceptedExchange {
  readonly method: string;
  /** The path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A hook that sees every request before anything else does; it gives true when it has answered the request. */
export type Intercept = (exchange: InterceptedExchange, response: ServerResponse) => Promise<boolean>;

/** The parts that a gateway is built from. */
export interface GatewaySetting {
  readonly service: ServiceDefinition;
  readonly compiler: CompilationSetting;
  readonly findSubscription: FindSubscription;
  readonly intercept: Intercept | undefined;
}

/** Takes one request from its first byte to the last of its response. */
export type HandleRequest = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** https://learn.microsoft.com/azure/api-management/api-management-howto-deploy-multi-region */
const HEALTH_PATH = '/status-0123456789abcdef';

/**
 * Compiles every policy document of a service, once.
 * @throws {PolicyDocumentError} for what isn't supported or allowed.
 */
export function createGateway(setting: GatewaySetting): HandleRequest {
  const { intercept } = setting;
  const { now, journeys, emitRequests, random } = setting.compiler.services;
  const { diagnostic } = setting.service;
  const report =
    diagnostic && emitRequests && createRequestReport({ diagnostic, emit: emitRequests, random });
  const answer = compileAnswer(setting, report);

  return async (request, response) => {
    const method = request.method ?? 'GET';
    const path = request.url ?? '/';
    if (path === HEALTH_PATH && method === 'GET') {
      response.writeHead(200, { 'content-length': 0 }).end();
      return;
    }
    const gone = watchClient(request, response);
    const body = await RequestBody.receive(request, setting.compiler.tier).catch(() => {
      gone.abort();
      return RequestBody.of(Buffer.alloc(0));
    });
    const { headers } = request;
    const isIntercepted =
      !gone.signal.aborted &&
      (await intercept?.({ method, path, headers, body: body.head }, response)) === true;
    if (isIntercepted) return;
    const exchange = startExchange(request, body, now, gone.signal);
    const journey = (exchange.journey = journeys?.start(exchange));
    let answered: ExchangeResponse | undefined;
    try {
      answered = await answer(exchange);
      journey?.answered(answered);
      await sendResponse(exchange, answered, response);
    } finally {
      journey?.sent();
      report?.(exchange, answered);
      const bytes = bytesSinceLastCall(request.socket);
      for (const callback of exchange.afterResponse) callback(bytes);
    }
    await body.drain();
  };
}

/** Returns a signal that is aborted when the client leaves before its request or its response is whole. */
function watchClient(request: IncomingMessage, response: ServerResponse): AbortController {
  const gone = new AbortController();
  // Tells before whoever reads the body learns that it breaks off.
  request.once('error', () => gone.abort());
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone;
}

/** The built-in steps: find the operation, check the key, run the plan of the scopes that are then known. */
function compileAnswer(
  setting: GatewaySetting,
  report: ReportRequest | undefined,
): (exchange: Exchange) => Promise<ExchangeResponse> {
  const { service, compiler, findSubscription } = setting;
  const findPlan = compilePlans(service, compiler);
  const matchOperation = compileOperations(service.apis);
  const products = new Map(service.products.map((product) => [product.id, product]));
  const { now, journeys } = compiler.services;
  const callFor = createOperationCaller(now, journeys, report, (exchange) => answer(exchange));
  const tellsTrace = service.diagnostic?.httpCorrelationProtocol === 'W3C';
  const answer = async (exchange: Exchange): Promise<ExchangeResponse> => {
    if (tellsTrace) exchange.traceparent = writeTraceparent(exchange.correlation);
    const match = matchOperation(exchange.request.method, exchange.request.originalUrl.path);
    if (match) enterApi(exchange, match);
    if (!match?.operation) {
      const known = { matchOperation, findPlan, products, findSubscription };
      const preflight = await answerPreflight(exchange, known);
      return preflight ?? runOnError(findPlan(match?.api.id), exchange, operationNotFound());
    }
    const { api, operation } = match;
    const { mcpServer } = api;
    if (mcpServer) {
      const call = callFor(exchange);
      exchange.runtime = () => serveMcp(mcpServer, exchange, call);
    }
    exchange.journey?.hideKeys(exchange, api.keyNames);
    try {
      const authorization = checkKey(exchange, api, products, findSubscription);
      if (authorization) enterProduct(exchange, authorization);
    } catch (error) {
      return runOnError(findPlan(api.id, operation.id), exchange, PolicyFailure.of(error));
    }
    return runPlan(findPlan(api.id, operation.id, exchange.product?.id), exchange);
  };
  return answer;
}
