import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { Backend } from '../engine/backend-entities.ts';
import { explainBackendError, LONGEST_TIMER_IN_MS } from '../engine/backend-failure.ts';
import { HTTP_VERSIONS } from '../engine/backend-pools.ts';
import type { BackendPools, HttpVersion } from '../engine/backend-pools.ts';
import { dispatchToBackend } from '../engine/dispatch-to-backend.ts';
import { dispatchWithContinue } from '../engine/dispatch-with-continue.ts';
import type { ExchangeResponse } from '../engine/exchange-response.ts';
import type { Exchange } from '../engine/exchange.ts';
import { flattenHeaders } from '../engine/headers.ts';
import { MAXIMUM_REDIRECTS, redirect } from '../engine/redirect.ts';
import { toBackendRequest } from '../engine/to-backend-request.ts';
import type { BackendRequest } from '../engine/to-backend-request.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import type { PolicyDefinition } from './policy.ts';
import { isTrue } from './rate-limit-by-key.ts';
import { useBackend } from './set-backend-service.ts';

const BOOLEAN = { literal: true, oneOf: ['true', 'false'] } as const;
const DEFAULT_TIMEOUT_IN_SECONDS = 300;
/** "chunks are buffered (8 KB, unless end of stream is detected)". */
const BUFFERED_BYTES = 8 * 1024;

interface Forwarding {
  readonly pools: BackendPools;
  readonly version: HttpVersion;
  readonly timeoutInMs: number;
  readonly continueTimeoutInMs: number | undefined;
  readonly collectBytes: number;
  readonly followsRedirects: boolean;
}

/** https://learn.microsoft.com/azure/api-management/forward-request-policy */
export const forwardRequest: PolicyDefinition = {
  name: 'forward-request',
  sections: ['backend'],
  attributes: {
    timeout: {},
    'timeout-ms': {},
    'continue-timeout': {},
    'http-version': { literal: true, oneOf: HTTP_VERSIONS },
    'follow-redirects': { oneOf: ['true', 'false'] },
    'buffer-request-body': BOOLEAN,
    'buffer-response': BOOLEAN,
    'fail-on-error-status-code': BOOLEAN,
  },
  compile: (element, compiler) => {
    const timeoutInMs = compileTimeout(element, compiler);
    const continueTimeoutInMs = compileContinueTimeout(element, compiler);
    const version = readVersion(element, compiler);
    const redirects = compiler.condition(element, 'follow-redirects');
    const keepsBody = compiler.literal(element, 'buffer-request-body') === 'true';
    const collectBytes = compiler.literal(element, 'buffer-response') === 'false' ? 0 : BUFFERED_BYTES;
    const failsOnErrorStatus = compiler.literal(element, 'fail-on-error-status-code') === 'true';
    const { pools } = compiler.services;

    return async (exchange) => {
      const forwarding = {
        pools,
        version,
        timeoutInMs: timeoutInMs(exchange),
        continueTimeoutInMs: continueTimeoutInMs?.(exchange),
        collectBytes,
        followsRedirects: redirects !== undefined && isTrue(redirects, exchange),
      };
      const response = exchange.runtime
        ? await exchange.runtime()
        : await forward(exchange, keepsBody, forwarding);
      exchange.response?.body.discard();
      exchange.response = response;
      for (const look of exchange.afterBackend) await look(response);
      if (!failsOnErrorStatus || response.statusCode < 400) return;
      const message = `The backend answered ${response.statusCode}.`;
      throw new PolicyFailure({ reason: 'BackendErrorStatus', message, status: response.statusCode });
    };
  },
};

/** "You can specify either timeout or timeout-ms but not both." */
function compileTimeout(element: PolicyElement, compiler: PolicyCompiler): (exchange: Exchange) => number {
  const other = element.attributes.get('timeout-ms');
  if (other && element.attributes.has('timeout'))
    throw new PolicyDocumentError(other.position, element.name, 'takes timeout or timeout-ms, not both.');
  const attribute = other ? 'timeout-ms' : 'timeout';
  const unitInMs = other ? 1 : 1000;
  const timeout = compiler.count(element, attribute, 0, Infinity);
  if (!timeout) return () => DEFAULT_TIMEOUT_IN_SECONDS * 1000;
  return (exchange) => Math.min(readTime(timeout, exchange) * unitInMs, LONGEST_TIMER_IN_MS);
}

function compileContinueTimeout(
  element: PolicyElement,
  compiler: PolicyCompiler,
): ((exchange: Exchange) => number) | undefined {
  const timeout = compiler.count(element, 'continue-timeout', 1, Infinity);
  return timeout && ((exchange) => Math.min(readTime(timeout, exchange) * 1000, LONGEST_TIMER_IN_MS));
}

function readTime(timeout: PolicyValue, exchange: Exchange): number {
  const time = Number(timeout.text(exchange));
  if (Number.isSafeInteger(time) && time >= 0) return time;
  throw new PolicyFailure({
    reason: 'InternalError',
    message: 'A timeout is not a whole number.',
    status: 500,
  });
}

/** Reads `http-version`. HTTP/2 has a framing of its own, in which nothing waits for the body. */
function readVersion(element: PolicyElement, compiler: PolicyCompiler): HttpVersion {
  const given = compiler.literal(element, 'http-version');
  const version = HTTP_VERSIONS.find((one) => one === given) ?? '1';
  const continueTimeout = element.attributes.get('continue-timeout');
  if (version !== '1' && continueTimeout)
    throw new PolicyDocumentError(
      continueTimeout.position,
      element.name,
      '"continue-timeout" is for http-version 1 only.',
    );
  return version;
}

/** The backend entity that is next, if one is set; the exchange then points to it. */
function pickBackend(exchange: Exchange): Backend | undefined {
  if (!exchange.backend) return undefined;
  const { entity } = exchange.backend;
  const backend = entity.pick();
  if (!backend)
    throw new PolicyFailure({
      reason: 'BackendUnavailable',
      message: `${entity.title} is temporarily unavailable.`,
      status: 503,
      answer: 'Service Unavailable',
      statusReason: `${entity.title} is temporarily unavailable.`,
    });
  useBackend(exchange, backend.definition.url);
  exchange.backendId = backend.id;
  return backend;
}

async function forward(
  exchange: Exchange,
  keepsBody: boolean,
  forwarding: Forwarding,
): Promise<ExchangeResponse> {
  const { clientGone } = exchange;
  const backend = pickBackend(exchange);
  let request = toBackendRequest(exchange, backend, keepsBody);
  try {
    let response = await dispatch(request, forwarding, clientGone);
    for (let count = 0; forwarding.followsRedirects && count < MAXIMUM_REDIRECTS; count += 1) {
      const next = redirect(request, response);
      if (!next) break;
      response.body.discard();
      request = next;
      response = await dispatch(request, forwarding, clientGone);
    }
    backend?.answered(response.statusCode, response.headers);
    return response;
  } catch (error) {
    const failure = explainBackendError(error, clientGone.aborted);
    backend?.failed(failure.failure.reason);
    throw failure;
  }
}

function dispatch(
  request: BackendRequest,
  { pools, version, timeoutInMs, continueTimeoutInMs, collectBytes }: Forwarding,
  clientGone: AbortSignal,
): Promise<ExchangeResponse> {
  // Without a body there is nothing to wait for.
  if (continueTimeoutInMs !== undefined && request.body !== null)
    return dispatchWithContinue(request, { timeoutInMs, continueTimeoutInMs }, collectBytes, clientGone);
  const { origin, target, method, headers, body } = request;
  return dispatchToBackend(
    pools.get(origin, version),
    { path: target, method, headers: flattenHeaders(headers), body, headersTimeout: timeoutInMs },
    collectBytes,
    clientGone,
  );
}
