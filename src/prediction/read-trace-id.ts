import type { ReadHeader } from './caller.ts';

/** Version 00 has four parts; a later version may add more behind them. */
const TRACE_PARENT =
  /^(?:00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}|(?!00|ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?)$/;

/** Reads the id of a call's trace; undefined for a header that is not as https://www.w3.org/TR/trace-context/ says. */
export function readTraceId(header: ReadHeader): string | undefined {
  const [, first, firstParent, later, laterParent] = TRACE_PARENT.exec(header('traceparent') ?? '') ?? [];
  const traceId = first ?? later;
  const parentId = firstParent ?? laterParent;
  return isZero(traceId) || isZero(parentId) ? undefined : traceId;
}

function isZero(id: string | undefined): boolean {
  return id === undefined || /^0+$/.test(id);
}
