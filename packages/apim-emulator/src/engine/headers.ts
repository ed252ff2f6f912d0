import type { PolicyHeader } from '@vertex-ai-gateway/csharp-expressions/context';

/** The headers of one message by lower-case name; the case they arrived in is kept. */
export type Headers = Map<string, PolicyHeader>;

/** RFC 9110, section 7.6.1, and what proxies add to it: meant for one connection, never passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers that the HTTP client writes itself, for the message that it sends. */
const WRITTEN_ANEW = ['host', 'content-length', 'expect'];

/** Reads the flat list of names and values that node's HTTP parsers give. */
export function readHeaders(flat: readonly (string | Buffer)[]): Headers {
  const headers: Headers = new Map();
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = text(flat[index]);
    const value = text(flat[index + 1]);
    const key = name.toLowerCase();
    const existing = headers.get(key);
    headers.set(
      key,
      existing ? { name: existing.name, values: [...existing.values, value] } : { name, values: [value] },
    );
  }
  return headers;
}

/** Drops the headers of the connection, those that `Connection` names included. */
export function dropHopByHop(headers: Headers): void {
  for (const value of headers.get('connection')?.values ?? []) {
    for (const name of value.split(',')) headers.delete(name.trim().toLowerCase());
  }
  for (const name of HOP_BY_HOP) headers.delete(name);
}

/**
 * Returns a copy of a message's headers for another message, to another host.
 * @param host the `Host` that isn't copied.
 */
export function copyHeaders(headers: Headers, host: PolicyHeader | undefined): Headers {
  const copy = new Map(headers);
  for (const name of WRITTEN_ANEW) copy.delete(name);
  const set = headers.get('host');
  if (set && set !== host) copy.set('host', set);
  return copy;
}

/** Returns the flat list of names and values that node's HTTP writers take. */
export function flattenHeaders(headers: Headers): string[] {
  const flat: string[] = [];
  for (const { name, values } of headers.values()) {
    for (const value of values) flat.push(name, value);
  }
  return flat;
}

/** Sets one header, whatever was there before. */
export function overrideHeader(headers: Headers, name: string, value: string): void {
  headers.set(name.toLowerCase(), { name, values: [value] });
}

/** Sets a header that is added to a message, whatever it is; `Vary` keeps what it names already (RFC 9110, 12.5.5). */
export function addHeader(headers: Headers, name: string, value: string): void {
  const named = name === 'Vary' ? (headers.get('vary')?.values ?? []) : [];
  const known = named
    .join(',')
    .split(',')
    .map((one) => one.trim().toLowerCase());
  if (known.includes('*') || known.includes(value.toLowerCase())) return;
  overrideHeader(headers, name, [...named, value].join(', '));
}

function text(value: string | Buffer | undefined): string {
  return typeof value === 'string' ? value : (value?.toString('latin1') ?? '');
}
