import type { Headers } from './headers.ts';

/** The place of a request in a distributed trace. Source: https://www.w3.org/TR/trace-context/#traceparent-header */
export interface Correlation {
  /** The caller's trace id; the request's own id without its dashes where there is none. */
  readonly operationId: string;
  /** The caller's span; empty where there is none. */
  readonly parentId: string;
  /** The span of this request. */
  readonly spanId: string;
  /** The span of the call of the backend, which the backend is told. */
  readonly backendSpanId: string;
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}/;

/** Spans are taken from the request's id, which is as random as they must be. */
export function readCorrelation(headers: Headers, requestId: string): Correlation {
  const own = requestId.replaceAll('-', '');
  const [traceparent = ''] = headers.get('traceparent')?.values ?? [];
  const [, operationId = own, parentId = ''] = TRACEPARENT.exec(traceparent) ?? [];
  return { operationId, parentId, spanId: own.slice(0, 16), backendSpanId: own.slice(16) };
}

/** Returns the backend's `traceparent`. Its sampled flag is always set, so that the backend decides what it records. */
export function writeTraceparent({ operationId, backendSpanId }: Correlation): string {
  return `00-${operationId}-${backendSpanId}-01`;
}
