import type { Readable } from 'node:stream';
import type { Backend } from './backend-entities.ts';
import type { Exchange } from './exchange.ts';
import { copyHeaders } from './headers.ts';
import type { Headers } from './headers.ts';
import { PolicyFailure } from './policy-failure.ts';

/** A request as it goes to a backend. */
export interface BackendRequest {
  readonly origin: string;
  /** The path and query, byte for byte. */
  readonly target: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Buffer | Readable | null;
}

/**
 * Returns the exchange's request, for the address that the exchange points to.
 * @param keepsBody so that it can be sent again.
 * @throws {PolicyFailure} when there is no address, or the body is too long to be kept.
 */
export function toBackendRequest(
  { request, receivedHost, backendUrl, traceparent }: Exchange,
  backend: Backend | undefined,
  keepsBody: boolean,
): BackendRequest {
  const [, origin = '', basePath = ''] = /^(https?:\/\/[^/]+)(.*)$/.exec(backendUrl) ?? [];
  if (origin === '')
    throw new PolicyFailure({
      reason: 'InternalError',
      message: 'No backend is set for the API.',
      status: 500,
    });
  const headers = copyHeaders(request.headers, receivedHost);
  if (traceparent !== undefined) headers.set('traceparent', { name: 'traceparent', values: [traceparent] });
  const { credentials } = backend?.definition ?? {};
  for (const [name, values] of credentials?.headers ?? []) headers.set(name.toLowerCase(), { name, values });
  const query = (credentials?.query ?? []).flatMap(([name, values]) =>
    values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  const given = request.url.queryString;
  const queryString = query.length === 0 ? given : `${given === '' ? '?' : `${given}&`}${query.join('&')}`;
  return {
    origin,
    target: basePath + request.url.path + queryString,
    method: request.method,
    headers,
    body: request.body.forUpstream(keepsBody),
  };
}
