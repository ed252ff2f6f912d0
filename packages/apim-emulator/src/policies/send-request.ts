import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import { explainBackendError, LONGEST_TIMER_IN_MS, timedOut } from '../engine/backend-failure.ts';
import { dispatchToBackend } from '../engine/dispatch-to-backend.ts';
import type { ExchangeResponse } from '../engine/exchange-response.ts';
import type { Exchange } from '../engine/exchange.ts';
import { copyHeaders, flattenHeaders } from '../engine/headers.ts';
import type { Headers } from '../engine/headers.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import { compileIdentity, MANAGED_IDENTITY_RULE } from './authentication-managed-identity.ts';
import { SECTIONS } from './policy.ts';
import type { PolicyDefinition } from './policy.ts';
import { readCount } from './rate-limit-by-key.ts';
import { compileBody, SET_BODY_RULE } from './set-body.ts';
import { compileHeaderChange, SET_HEADER_RULE } from './set-header.ts';
import { compileMethod, SET_METHOD_RULE } from './set-method.ts';

const DEFAULT_TIMEOUT_IN_SECONDS = 60;

/** The request that is sent, as the policy's children fill it in. */
interface Draft {
  url: string;
  method: string;
  readonly headers: Headers;
  body: Buffer | null;
}

/** Changes a draft; children are applied in their order. */
type Change = (draft: Draft, exchange: Exchange) => Promise<void> | undefined;

/** https://learn.microsoft.com/azure/api-management/send-request-policy */
export const sendRequest: PolicyDefinition = {
  name: 'send-request',
  sections: SECTIONS,
  attributes: {
    mode: { oneOf: ['new', 'copy'] },
    'response-variable-name': { required: true },
    timeout: {},
    'ignore-error': { literal: true, oneOf: ['true', 'false'] },
  },
  children: {
    'set-url': { holds: 'text' },
    'set-method': SET_METHOD_RULE,
    'set-header': SET_HEADER_RULE,
    'set-body': SET_BODY_RULE,
    'authentication-managed-identity': MANAGED_IDENTITY_RULE,
  },
  compile: (element, compiler) => {
    const start = compileStart(element, compiler);
    const changes = element.children.map((child) => compileChange(child, compiler));
    const variable = compiler.requiredValue(element, 'response-variable-name');
    const timeout = compiler.count(element, 'timeout', 1, Infinity);
    const ignoresError = compiler.literal(element, 'ignore-error') === 'true';
    const { pools } = compiler.services;

    const send = async (exchange: Exchange): Promise<ExchangeResponse> => {
      const draft = start(exchange);
      for (const change of changes) await change(draft, exchange);
      const url = URL.parse(draft.url);
      if (!url || !/^https?:$/.test(url.protocol))
        throw new PolicyFailure({
          reason: 'InternalError',
          message: 'The URL of the request is not an http or https address.',
          status: 500,
        });
      const seconds = timeout ? readCount(timeout, exchange) : DEFAULT_TIMEOUT_IN_SECONDS;
      return within(
        Math.min(seconds * 1000, LONGEST_TIMER_IN_MS),
        exchange.clientGone,
        async (abortSignal) => {
          const request = {
            path: url.pathname + url.search,
            method: draft.method,
            headers: flattenHeaders(draft.headers),
            body: draft.body,
          };
          const response = await dispatchToBackend(pools.get(url.origin), request, 0, abortSignal);
          await response.body.buffer();
          return response;
        },
      );
    };
    return async (exchange) => {
      let response: ExchangeResponse | null = null;
      try {
        response = await send(exchange);
      } catch (error) {
        if (!ignoresError || exchange.clientGone.aborted || !(error instanceof PolicyFailure)) throw error;
      }
      exchange.variables.set(variable.text(exchange), response);
    };
  },
};

/** Compiles the request before the children change it. @throws {PolicyDocumentError} for a new one without URL or method. */
function compileStart(element: PolicyElement, compiler: PolicyCompiler): (exchange: Exchange) => Draft {
  const mode = compiler.value(element, 'mode');
  if (mode === undefined || mode.literal === 'new') {
    for (const name of ['set-url', 'set-method']) {
      if (!element.children.some((child) => child.name === name))
        throw new PolicyDocumentError(
          element.position,
          element.name,
          `needs a child <${name}> unless mode is copy.`,
        );
    }
  }
  const copiesBody = compiler.place.section !== 'outbound';
  return (exchange) => {
    if (mode?.text(exchange) !== 'copy') return { url: '', method: 'GET', headers: new Map(), body: null };
    const { request, backendUrl } = exchange;
    return {
      url: backendUrl + request.url.path + request.url.queryString,
      method: request.method,
      headers: copyHeaders(request.headers, exchange.receivedHost),
      body: copiesBody ? toBuffer(request.body.read(true)) : null,
    };
  };
}

function toBuffer(bytes: Uint8Array | null): Buffer | null {
  return bytes?.length ? Buffer.from(bytes) : null;
}

function compileChange(element: PolicyElement, compiler: PolicyCompiler): Change {
  if (element.name === 'authentication-managed-identity') {
    const identify = compileIdentity(element, compiler);
    return (draft, exchange) => identify(exchange, draft.headers);
  }
  const change = compileImmediateChange(element, compiler);
  return (draft, exchange) => {
    change(draft, exchange);
    return undefined;
  };
}

function compileImmediateChange(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (draft: Draft, exchange: Exchange) => void {
  if (element.name === 'set-url') return compileUrl(element, compiler);
  if (element.name === 'set-method') {
    compiler.literalText(element);
    const method = compileMethod(element, compiler);
    return (draft, exchange) => (draft.method = method(exchange));
  }
  if (element.name === 'set-header') {
    const change = compileHeaderChange(element, compiler);
    return (draft, exchange) => change(exchange, draft.headers);
  }
  const body = compileBody(element, compiler);
  return (draft, exchange) => (draft.body = toBuffer(body(exchange)));
}

function compileUrl(
  element: PolicyElement,
  compiler: PolicyCompiler,
): (draft: Draft, exchange: Exchange) => void {
  const url = compiler.compileText(element.text, element.name);
  if (url.literal !== undefined && !/^https?:\/\//i.test(url.literal.trim()))
    throw new PolicyDocumentError(element.text.position, element.name, 'needs an http or https address.');
  return (draft, exchange) => (draft.url = url.text(exchange).trim());
}

/** Ends what takes too long, the arrival of the body included. @throws {PolicyFailure} for whatever goes wrong. */
async function within<Result>(
  timeoutInMs: number,
  clientGone: AbortSignal,
  run: (abortSignal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(timedOut()), timeoutInMs);
  try {
    return await run(AbortSignal.any([clientGone, timeout.signal]));
  } catch (error) {
    throw explainBackendError(timeout.signal.aborted ? timeout.signal.reason : error, clientGone.aborted);
  } finally {
    clearTimeout(timer);
  }
}
