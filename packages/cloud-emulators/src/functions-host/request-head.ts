import type { IncomingMessage } from 'node:http';

/**
 * Kestrel's limits of a request's head.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/options#maximum-request-header-count and
 * https://learn.microsoft.com/dotnet/api/microsoft.aspnetcore.server.kestrel.core.kestrelserverlimits
 */
const MAXIMUM_HEADERS = 100;
const MAXIMUM_HEADER_BYTES = 32_768;
const MAXIMUM_LINE_BYTES = 8_192;
const LINE_END = 2;

/**
 * The limit of this process's own server. It is large enough that a head beyond Kestrel's limits can be read and
 * refused.
 */
export const READABLE_HEAD_BYTES = 2 * (MAXIMUM_HEADER_BYTES + MAXIMUM_LINE_BYTES);

/** Gives the status for a head that is too long: 414 for its first line, 431 for its headers; undefined otherwise. */
export function refuseHead({
  method = '',
  url = '',
  httpVersion,
  rawHeaders,
}: IncomingMessage): 414 | 431 | undefined {
  if (`${method} ${url} HTTP/${httpVersion}`.length + LINE_END > MAXIMUM_LINE_BYTES) return 414;
  if (rawHeaders.length / 2 > MAXIMUM_HEADERS) return 431;
  let bytes = 0;
  // A header line is `name: value` and the line's end.
  for (let index = 0; index < rawHeaders.length; index += 2)
    bytes += (rawHeaders[index]?.length ?? 0) + (rawHeaders[index + 1]?.length ?? 0) + 2 * LINE_END;
  return bytes > MAXIMUM_HEADER_BYTES ? 431 : undefined;
}
