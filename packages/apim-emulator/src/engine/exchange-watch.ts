import { describeVariable } from './describe-variable.ts';
import type { ExchangeResponse } from './exchange-response.ts';
import type { Exchange } from './exchange.ts';
import type { Headers } from './headers.ts';
import type { SecretMask } from './secret-mask.ts';

/** The headers after a step, by name; null for one that is gone. */
export type HeaderChanges = Readonly<Record<string, string | null>>;

/** The changes of a step to the request that will be forwarded. */
interface RequestChange {
  readonly method?: string;
  readonly url?: string;
  readonly backend?: string;
  readonly headers?: HeaderChanges;
}

/** The changes of a step to the response; `isNew` where it is another one, such as the backend's. */
interface ResponseChange {
  readonly isNew?: true;
  readonly statusCode?: number;
  readonly headers?: HeaderChanges;
}

/** The changes between two looks at an exchange; bodies aside. */
export interface Changes {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly request?: RequestChange;
  readonly response?: ResponseChange;
}

/** Tells what changed of an exchange since the last look, secrets masked. */
export class ExchangeWatch {
  readonly #exchange: Exchange;
  readonly #mask: SecretMask;
  #seen: Seen;

  constructor(exchange: Exchange, mask: SecretMask) {
    this.#exchange = exchange;
    this.#mask = mask;
    this.#seen = see(exchange);
  }

  /** Returns the changes since the last look; undefined when there are none. */
  look(): Changes | undefined {
    const before = this.#seen;
    const after = see(this.#exchange, before);
    if (before === after) return undefined;
    this.#seen = after;
    const variables = this.#changedVariables(before, after);
    const request = this.#changedRequest(before, after);
    const response = this.#changedResponse(before, after);
    return { ...(variables && { variables }), ...(request && { request }), ...(response && { response }) };
  }

  #changedVariables(before: Seen, after: Seen): Record<string, unknown> | undefined {
    if (before.variables === after.variables) return undefined;
    const changed: [string, unknown][] = [];
    for (const [name, value] of after.variables) {
      if (!before.variables.has(name) || before.variables.get(name) !== value)
        changed.push([name, describeVariable(name, value, this.#mask)]);
    }
    return Object.fromEntries(changed);
  }

  #changedRequest(before: Seen, after: Seen): RequestChange | undefined {
    const headers = changedHeaders(before.requestHeaders, after.requestHeaders, this.#mask);
    const change: RequestChange = {
      ...(before.method !== after.method && { method: after.method }),
      ...(before.url !== after.url && { url: this.#mask.url(after.url) }),
      ...(before.backendUrl !== after.backendUrl && { backend: this.#mask.url(after.backendUrl) }),
      ...(headers && { headers }),
    };
    return Object.keys(change).length === 0 ? undefined : change;
  }

  #changedResponse(before: Seen, after: Seen): ResponseChange | undefined {
    if (!after.response) return undefined;
    const isNew = before.response !== after.response;
    const headers = changedHeaders(isNew ? NONE : before.responseHeaders, after.responseHeaders, this.#mask);
    const change: ResponseChange = {
      ...(isNew && { isNew }),
      ...((isNew || before.statusCode !== after.statusCode) && { statusCode: after.statusCode }),
      ...(headers && { headers }),
    };
    return Object.keys(change).length === 0 ? undefined : change;
  }
}

/** An exchange at one moment. Maps are copied when they have changed; what they hold never changes. */
interface Seen {
  readonly method: string;
  /** The path and query. */
  readonly url: string;
  readonly backendUrl: string;
  readonly requestHeaders: Headers;
  readonly response: ExchangeResponse | null;
  readonly statusCode: number;
  readonly responseHeaders: Headers;
  readonly variables: ReadonlyMap<string, unknown>;
}

const NONE: Headers = new Map();

function see(exchange: Exchange, before?: Seen): Seen {
  const { request, response, backendUrl, variables } = exchange;
  const statusCode = response?.statusCode ?? 0;
  const seen: Seen = {
    method: request.method,
    url: request.url.path + request.url.queryString,
    backendUrl,
    requestHeaders: sameOrCopy(before?.requestHeaders, request.headers),
    response,
    statusCode,
    responseHeaders: sameOrCopy(before?.responseHeaders, response?.headers ?? NONE),
    variables: sameOrCopy(before?.variables, variables),
  };
  const isSame = before && (Object.keys(seen) as (keyof Seen)[]).every((key) => seen[key] === before[key]);
  return isSame ? before : seen;
}

function sameOrCopy<Value>(
  before: ReadonlyMap<string, Value> | undefined,
  now: ReadonlyMap<string, Value>,
): Map<string, Value> {
  if (before?.size !== now.size) return new Map(now);
  for (const [key, value] of now) {
    if (!before.has(key) || before.get(key) !== value) return new Map(now);
  }
  return before as Map<string, Value>;
}

/** Returns the changes of headers, by name; undefined when there are none. */
export function changedHeaders(before: Headers, after: Headers, mask: SecretMask): HeaderChanges | undefined {
  if (before === after) return undefined;
  const changed: [string, string | null][] = [];
  for (const [key, header] of after) {
    if (before.get(key) !== header) changed.push([header.name, mask.named(key, ...header.values)]);
  }
  for (const [key, { name }] of before) {
    if (!after.has(key)) changed.push([name, null]);
  }
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

/** Joins the changes of two looks, one after the other. */
export function mergeChanges(before: Changes, after: Changes): Changes {
  const variables = (before.variables ?? after.variables) && { ...before.variables, ...after.variables };
  const request = merge(before.request, after.request);
  const response = merge(before.response, after.response);
  return { ...(variables && { variables }), ...(request && { request }), ...(response && { response }) };
}

function merge<Change extends { readonly headers?: HeaderChanges }>(
  before: Change | undefined,
  after: Change | undefined,
): Change | undefined {
  if (!before || !after) return after ?? before;
  const headers = before.headers && after.headers ? { ...before.headers, ...after.headers } : undefined;
  return { ...before, ...after, ...(headers && { headers }) };
}
