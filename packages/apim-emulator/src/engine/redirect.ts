import type { ExchangeResponse } from './exchange-response.ts';
import { copyHeaders } from './headers.ts';
import type { BackendRequest } from './to-backend-request.ts';

/** The redirects that .NET's client follows: https://learn.microsoft.com/dotnet/api/system.net.http.httpclienthandler.maxautomaticredirections */
export const MAXIMUM_REDIRECTS = 50;

const REDIRECTS = new Set([300, 301, 302, 303, 307, 308]);
const OF_A_BODY = ['content-type', 'content-encoding', 'content-language', 'content-location'];

/**
 * Returns the request that a redirect asks for, as .NET's client makes it: without `Authorization`, a POST as GET
 * unless the status keeps the method, and never from https to http.
 * @returns undefined for a response that is no redirect, or none that can be followed.
 */
export function redirect(request: BackendRequest, response: ExchangeResponse): BackendRequest | undefined {
  const [location] = response.headers.get('location')?.values ?? [];
  if (location === undefined || !REDIRECTS.has(response.statusCode)) return undefined;
  const url = URL.parse(location, request.origin + request.target);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  if (request.origin.startsWith('https:') && url.protocol === 'http:') return undefined;
  const headers = copyHeaders(request.headers, request.headers.get('host'));
  headers.delete('authorization');
  const address = { origin: url.origin, target: url.pathname + url.search, headers };
  const { method } = request;
  const becomesGet =
    response.statusCode === 303
      ? method !== 'GET' && method !== 'HEAD'
      : response.statusCode < 303 && method === 'POST';
  if (becomesGet) {
    for (const name of OF_A_BODY) headers.delete(name);
    return { ...address, method: 'GET', body: null };
  }
  // A body that was streamed can't be sent twice.
  if (request.body !== null && !Buffer.isBuffer(request.body)) return undefined;
  return { ...address, method, body: request.body };
}
