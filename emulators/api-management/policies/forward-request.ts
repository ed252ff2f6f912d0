import { errors } from 'undici';
import { dispatchToBackend } from '../engine/dispatch-to-backend.ts';
import type { Exchange } from '../engine/exchange.ts';
import { flattenHeaders } from '../engine/headers.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { BackendPools } from '../engine/backend-pools.ts';
import type { PolicyDefinition } from './policy.ts';

const BOOLEAN = { literal: true, oneOf: ['true', 'false'] } as const;
const DEFAULT_TIMEOUT_IN_SECONDS = 300;
/** "chunks are buffered (8 KB, unless end of stream is detected)". */
const BUFFERED_BYTES = 8 * 1024;

/** Headers that belong to one connection, or that the client to the backend writes itself. */
const NOT_FORWARDED = ['host', 'content-length', 'expect'];

interface Forwarding {
  readonly timeoutInMs: number;
  readonly collectBytes: number;
  readonly failsOnErrorStatus: boolean;
}

/** https://learn.microsoft.com/azure/api-management/forward-request-policy */
export const forwardRequest: PolicyDefinition = {
  name: 'forward-request',
  sections: ['backend'],
  attributes: {
    timeout: {},
    'follow-redirects': { literal: true, oneOf: ['false'] },
    'buffer-request-body': { literal: true, oneOf: ['false'] },
    'buffer-response': BOOLEAN,
    'fail-on-error-status-code': BOOLEAN,
  },
  compile: (element, compiler) => {
    const timeout = compiler.value(element, 'timeout');
    if (timeout?.literal !== undefined) compiler.wholeNumber(element, 'timeout', 0, Infinity);
    const collectBytes = compiler.literal(element, 'buffer-response') === 'false' ? 0 : BUFFERED_BYTES;
    const failsOnErrorStatus = compiler.literal(element, 'fail-on-error-status-code') === 'true';
    const { pools } = compiler.services;
    return (exchange) => {
      const seconds = timeout ? Number(timeout.text(exchange)) : DEFAULT_TIMEOUT_IN_SECONDS;
      return forward(exchange, pools, { timeoutInMs: seconds * 1000, collectBytes, failsOnErrorStatus });
    };
  },
};

async function forward(exchange: Exchange, pools: BackendPools, forwarding: Forwarding): Promise<void> {
  const { request, backendUrl, clientGone } = exchange;
  const [, origin = '', basePath = ''] = /^(https?:\/\/[^/]+)(.*)$/.exec(backendUrl) ?? [];
  if (origin === '')
    throw new PolicyFailure({
      reason: 'InternalError',
      message: 'No backend is set for the API.',
      status: 500,
    });
  const headers = new Map(request.headers);
  for (const name of NOT_FORWARDED) headers.delete(name);
  try {
    exchange.response = await dispatchToBackend(
      pools.get(origin),
      {
        path: basePath + request.url.path + request.url.queryString,
        method: request.method,
        headers: flattenHeaders(headers),
        body: request.body.forUpstream(),
        headersTimeout: forwarding.timeoutInMs,
      },
      forwarding.collectBytes,
      clientGone,
    );
  } catch (error) {
    throw explain(error, clientGone.aborted);
  }
  if (!forwarding.failsOnErrorStatus || exchange.response.statusCode < 400) return;
  exchange.response.body.discard();
  const message = `The backend answered ${exchange.response.statusCode}.`;
  throw new PolicyFailure({ reason: 'BackendErrorStatus', message, status: exchange.response.statusCode });
}

function explain(error: unknown, clientGone: boolean): PolicyFailure {
  if (clientGone) {
    const message = 'The client closed its connection while the request was pending.';
    return new PolicyFailure({ reason: 'ClientConnectionFailure', message, status: 500 });
  }
  if (error instanceof errors.HeadersTimeoutError) {
    const message = 'The backend did not answer within the configured timeout.';
    return new PolicyFailure({ reason: 'Timeout', message, status: 500 });
  }
  const message = 'The connection to the backend was not established or was aborted by the backend.';
  return new PolicyFailure({ reason: 'BackendConnectionFailure', message, status: 500 });
}
