import type { TypedData } from './messages.ts';
import type { RouteValues } from './route-template.ts';

/** What of a request becomes trigger metadata. */
export interface BoundRequest {
  readonly headers: NodeJS.Dict<string[]>;
  readonly query: URLSearchParams;
  readonly values: RouteValues;
  /** Undefined for a request without a `Content-Length`, whose body the host doesn't look at. */
  readonly body: Uint8Array | undefined;
}

/**
 * The metadata that the host's HTTP trigger makes of a request: members of a JSON body, the query and the route's values,
 * and beside them `Query` and `Headers`, unless a member or a parameter has that name, in whatever case, already. The
 * library takes the headers that a handler sees from there.
 * Source: https://github.com/Azure/azure-webjobs-sdk-extensions/blob/main/src/WebJobs.Extensions.Http/HttpTriggerAttributeBindingProvider.cs
 */
export function readTriggerMetadata({
  headers,
  query,
  values,
  body,
}: BoundRequest): Record<string, TypedData> {
  const data = new Map<string, { name: string; value: TypedData }>();
  // Names differ by more than their case; the case of the first one stays.
  const set = (name: string, value: TypedData): void => {
    const key = name.toLowerCase();
    data.set(key, { name: data.get(key)?.name ?? name, value });
  };
  for (const [name, value] of body ? readMembers(body) : []) set(name, value);
  for (const [name, value] of query) if (name.toLowerCase() !== 'code') set(name, { string: value });
  for (const [name, value] of Object.entries(values)) set(name, { string: value });
  if (!data.has('query')) set('Query', { json: JSON.stringify(Object.fromEntries(query)) });
  if (!data.has('headers')) set('Headers', { json: JSON.stringify(joinHeaders(headers)) });
  return Object.fromEntries([...data.values()].map(({ name, value }) => [name, value]));
}

/** Members of a JSON object but for lists and null; of anything else none. */
function readMembers(body: Uint8Array): [string, TypedData][] {
  const text = new TextDecoder().decode(body).trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return [];
  try {
    return Object.entries(JSON.parse(text) as object).flatMap(([name, value]) => {
      const data = toTypedData(value);
      return data ? [[name, data] as [string, TypedData]] : [];
    });
  } catch {
    return [];
  }
}

function toTypedData(value: unknown): TypedData | undefined {
  if (value === null || Array.isArray(value)) return undefined;
  if (typeof value === 'object') return { json: JSON.stringify(value) };
  if (typeof value === 'boolean') return { string: value ? 'True' : 'False' };
  return { string: typeof value === 'string' ? value : JSON.stringify(value) };
}

function joinHeaders(headers: NodeJS.Dict<string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, values = []]) => [name, values.join(',')]));
}
