const ENCODED = /(?:%[0-9a-f]{2})+/gi;
/** The characters of a path that the proxy encodes; a percent sign is one of them. */
const TO_ENCODE = /[^A-Za-z0-9!$&'()*+,\-./:;=@_~]+/gu;

const HOST = /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i;
const PRINTABLE = /^[!-~]*$/;

/** A request target and the authority that it is for. */
interface Target {
  readonly host: string;
  /** Path and query of the request. */
  readonly path: string;
}

/**
 * Splits a request's target. A target in absolute form must have the same authority as `Host`.
 * @returns undefined for a target that Kestrel answers with 400.
 * Source: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export function readTarget(target: string, host: string): Target | undefined {
  if (!HOST.test(host) || !PRINTABLE.test(target)) return undefined;
  const [, authority, path = ''] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target) ?? [];
  if (authority === undefined) return target.startsWith('/') ? { host, path: target } : undefined;
  if (authority.toLowerCase() !== host.toLowerCase()) return undefined;
  return { host, path: path.startsWith('/') ? path : `/${path}` };
}

/**
 * Decodes a path for routing: percent-encoded characters are decoded, except `%2F`; invalid sequences stay as they are;
 * dot segments are removed after decoding, as Kestrel does.
 * @param target the request target, with or without a query.
 * @returns undefined for a target that Kestrel answers with 400: one that holds `%00`.
 */
export function decodePath(target: string): string | undefined {
  const path = target.slice(0, queryStart(target));
  if (path.includes('%00')) return undefined;
  const decoded = path.includes('%') ? path.replace(ENCODED, decodeSequence) : path;
  return decoded.includes('/.') ? removeDotSegments(decoded) : decoded;
}

/**
 * Builds the target that the worker gets: the decoded path is encoded anew, percent signs too, so that `%2F` becomes
 * `%252F`. The query stays as it came. Recorded from YARP 2.1.
 */
export function encodeTarget(decodedPath: string, target: string): string {
  const query = target.slice(queryStart(target));
  return decodedPath.replace(TO_ENCODE, encodeURIComponent) + query;
}

function queryStart(target: string): number {
  const start = target.indexOf('?');
  return start < 0 ? target.length : start;
}

function decodeSequence(sequence: string): string {
  return sequence
    .split(/(%2f)/i)
    .map((part) => {
      if (part.toLowerCase() === '%2f') return part;
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    })
    .join('');
}

/** Removes dot segments by RFC 3986, section 5.2.4, from a path that starts with a slash. */
function removeDotSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (index === segments.length - 1) kept.push('');
  }
  return `/${kept.join('/')}`;
}
