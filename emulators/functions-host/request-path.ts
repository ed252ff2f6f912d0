const ENCODED = /(?:%[0-9a-f]{2})+/gi;

/**
 * The path as routes see it: percent-encoded characters decoded, except `%2F`; invalid sequences left as they are;
 * dot segments removed after decoding, as Kestrel does.
 * @param target the request target, with or without a query.
 * @returns undefined for a target that Kestrel answers with 400: one that holds `%00`.
 */
export function decodePath(target: string): string | undefined {
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  if (path.includes('%00')) return undefined;
  const decoded = path.includes('%') ? path.replace(ENCODED, decodeSequence) : path;
  return decoded.includes('/.') ? removeDotSegments(decoded) : decoded;
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

/** RFC 3986, section 5.2.4, for a path that starts with a slash. */
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
