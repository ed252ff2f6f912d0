import { gunzipSync } from 'node:zlib';

/** The value of a line that is not JSON. */
export const MALFORMED = Symbol('malformed');

/**
 * Reads the envelopes of a request: a JSON array, one JSON object, or one object a line; gzip or plain. A line that is
 * not JSON becomes MALFORMED, and so does the whole body when it cannot be read at all.
 */
export function readEnvelopes(body: Buffer, contentEncoding: string | undefined): unknown[] {
  const text = decompress(body, contentEncoding)?.trim();
  if (text === undefined) return [MALFORMED];
  if (text === '') return [];
  const whole = parse(text);
  if (whole !== MALFORMED) return Array.isArray(whole) ? whole : [whole];
  if (text.startsWith('[')) return [MALFORMED];
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map(parse);
}

function decompress(body: Buffer, contentEncoding: string | undefined): string | undefined {
  if (contentEncoding !== 'gzip') return body.toString('utf8');
  try {
    return gunzipSync(body).toString('utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return MALFORMED;
  }
}
