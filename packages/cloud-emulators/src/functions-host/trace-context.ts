import { randomFillSync } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const TRACE_PARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;

/**
 * The trace context of one invocation: a new span of the caller's trace, or of a new trace. It is made when it is first
 * read.
 * Source: https://www.w3.org/TR/trace-context/#traceparent-header
 */
export class TraceContext {
  readonly #headers: IncomingHttpHeaders;
  #traceParent: string | undefined;

  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers;
  }

  get traceParent(): string {
    if (this.#traceParent === undefined) {
      const [, trace = randomHex(16), flags = '00'] =
        TRACE_PARENT.exec(String(this.#headers.traceparent)) ?? [];
      this.#traceParent = `00-${trace}-${randomHex(8)}-${flags}`;
    }
    return this.#traceParent;
  }

  /** Gives the trace context in the form that is sent to the worker. */
  toData(): { readonly traceParent: string; readonly traceState?: string } {
    const { tracestate } = this.#headers;
    return {
      traceParent: this.traceParent,
      ...(tracestate !== undefined && { traceState: String(tracestate) }),
    };
  }
}

/** A stock of random bytes; one large request to the system costs less than many small ones. */
const stock = Buffer.alloc(4096);
let used = stock.length;

function randomHex(bytes: number): string {
  if (used + bytes > stock.length) {
    randomFillSync(stock);
    used = 0;
  }
  used += bytes;
  return stock.toString('hex', used - bytes, used);
}
