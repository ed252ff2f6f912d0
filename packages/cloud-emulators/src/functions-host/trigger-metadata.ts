import type { TypedData } from './messages.ts';
import { type Member, readMembers } from './read-members.ts';
import type { RouteValues } from './route-template.ts';

/** The parts of a request that become trigger metadata. */
export interface BoundRequest {
  readonly headers: NodeJS.Dict<string[]>;
  readonly query: URLSearchParams;
  readonly values: RouteValues;
  /** The body; undefined for a request without a `Content-Length`, whose body the host ignores. */
  readonly body: Uint8Array | undefined;
}

/** The maximum number of members that are sent to the worker. The real host sends all of them, whatever their size. */
const MAXIMUM_MEMBERS = 1_000;
const MAXIMUM_MEMBER_BYTES = 64 * 1024;
/** Names of members that replace the headers or the query that a handler sees. */
const TAKING_A_PLACE = /^(?:headers|query)$/i;

/**
 * Builds the metadata that the host's HTTP trigger makes of a request: members of a JSON body, the query, the route's
 * values, and `Query` and `Headers`. A member or a parameter with one of these two names, in any case, takes its place.
 * The library takes a handler's headers from the metadata.
 * A body gives at most 1,000 members of at most 64 KiB, and any that replace the headers or the query.
 * Source: https://github.com/Azure/azure-webjobs-sdk-extensions/blob/main/src/WebJobs.Extensions.Http/HttpTriggerAttributeBindingProvider.cs
 */
export async function readTriggerMetadata({
  headers,
  query,
  values,
  body,
}: BoundRequest): Promise<Record<string, TypedData>> {
  const data = new Map<string, { name: string; value: TypedData }>();
  // Names are compared without case; the spelling of the first one stays.
  const set = (name: string, value: TypedData): void => {
    const key = name.toLowerCase();
    data.set(key, { name: data.get(key)?.name ?? name, value });
  };
  for (const [name, value] of body ? await readBound(body) : []) set(name, value);
  for (const [name, value] of query) if (name.toLowerCase() !== 'code') set(name, { string: value });
  for (const [name, value] of Object.entries(values)) set(name, { string: value });
  if (!data.has('query')) set('Query', { json: JSON.stringify(Object.fromEntries(query)) });
  if (!data.has('headers')) set('Headers', { json: JSON.stringify(joinHeaders(headers)) });
  return Object.fromEntries([...data.values()].map(({ name, value }) => [name, value]));
}

/**
 * Reads the members of a JSON object, except lists and null. Any other body has none. The last of equal names counts.
 */
async function readBound(body: Uint8Array): Promise<Map<string, TypedData>> {
  const kept = new Map<string, TypedData>();
  const isObject = await readMembers(withoutMark(body), (member) => {
    const { name, value } = member;
    kept.delete(name);
    const takesPlace = TAKING_A_PLACE.test(name);
    if (!takesPlace && (kept.size >= MAXIMUM_MEMBERS || value.length > MAXIMUM_MEMBER_BYTES)) return;
    const data = toTypedData(member);
    if (data) kept.set(name, data);
  });
  return isObject ? kept : new Map();
}

function withoutMark(body: Uint8Array): Uint8Array {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}

function toTypedData({ kind, value }: Member): TypedData | undefined {
  if (kind === 'array') return undefined;
  const read = parse(value);
  if (read === null || read === undefined) return undefined;
  if (kind === 'object') return { json: JSON.stringify(read) };
  if (typeof read === 'boolean') return { string: read ? 'True' : 'False' };
  return { string: typeof read === 'string' ? read : JSON.stringify(read) };
}

/** Parses a value; undefined when it is malformed, such as a string with line ends in it. */
function parse(value: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(value)) as unknown;
  } catch {
    return undefined;
  }
}

function joinHeaders(headers: NodeJS.Dict<string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, values = []]) => [name, values.join(',')]));
}
