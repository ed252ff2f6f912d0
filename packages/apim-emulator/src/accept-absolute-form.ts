import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';

/** A target in absolute form: scheme, authority without credentials, and the rest. */
const ABSOLUTE_FORM = /^https?:\/\/([^/?#@\s]+)([/?][^#]*)?$/i;

/**
 * Makes a server accept requests in absolute form, such as `GET http://host/path`, which clients send to proxies. The
 * target's host replaces the header `Host`, and later handlers see a path. Another target that is neither a path nor `*`
 * is answered 400.
 * Source: RFC 9112, section 3.2.2
 */
export function acceptAbsoluteForm(server: Pick<Server, 'emit'>): void {
  const emit = server.emit.bind(server) as (event: string, ...values: unknown[]) => boolean;
  server.emit = (event: string, ...values: unknown[]): boolean => {
    if (event !== 'request') return emit(event, ...values);
    const [request, response] = values as [IncomingMessage, ServerResponse];
    if (request.httpVersionMajor > 1 || useOwnHost(request)) return emit(event, ...values);
    response.writeHead(400, { 'content-type': 'text/plain', connection: 'close' }).end('Bad Request');
    return true;
  };
}

/** Takes the request's host from its target; false for an invalid target. */
function useOwnHost(request: IncomingMessage): boolean {
  const { url = '/' } = request;
  if (url.startsWith('/') || url === '*') return true;
  const [, authority, rest = '/'] = ABSOLUTE_FORM.exec(url) ?? [];
  if (authority === undefined || !URL.canParse(`http://${authority}`)) return false;
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  request.headers.host = authority;
  const { rawHeaders } = request;
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  if (at < 0) rawHeaders.push('Host', authority);
  else rawHeaders[at + 1] = authority;
  return true;
}
