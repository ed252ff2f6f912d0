import { Readable } from 'node:stream';

/** A body that arrives in pieces, and how to tell its maker that nobody wants the rest. */
export interface BodyStream {
  next(): Promise<Uint8Array | undefined>;
  cancel(): void;
}

/** A handler's body as bytes that are there already, as a stream, or as nothing. */
export type ResponseBody =
  | { readonly bytes: string | Uint8Array; readonly type?: string }
  | { readonly stream: BodyStream; readonly type?: string }
  | undefined;

/**
 * Reads a body as the library's `HttpResponse` would: text gets `text/plain;charset=UTF-8` unless the handler says otherwise.
 * @throws TypeError for a value that is no body.
 */
export function readResponseBody(body: unknown): ResponseBody {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return { bytes: body, type: 'text/plain;charset=UTF-8' };
  if (body instanceof Uint8Array) return { bytes: body };
  if (ArrayBuffer.isView(body))
    return { bytes: new Uint8Array(body.buffer, body.byteOffset, body.byteLength) };
  if (body instanceof ArrayBuffer) return { bytes: new Uint8Array(body) };
  if (body instanceof ReadableStream) return { stream: fromReader(body.getReader()) };
  if (body instanceof Readable) return { stream: fromIterable(body, () => body.destroy()) };
  if (isAsyncIterable(body)) return { stream: fromIterable(body) };
  if (body instanceof Blob || body instanceof FormData || body instanceof URLSearchParams) {
    const response = new Response(body);
    const type = response.headers.get('content-type');
    return response.body
      ? { stream: fromReader(response.body.getReader()), ...(type ? { type } : {}) }
      : undefined;
  }
  throw new TypeError(`A response body cannot be ${typeof body}.`);
}

function fromReader(reader: ReadableStreamDefaultReader<unknown>): BodyStream {
  return {
    async next() {
      const { done, value } = await reader.read();
      return done ? undefined : toBytes(value);
    },
    cancel: () => void reader.cancel().catch(() => undefined),
  };
}

function fromIterable(iterable: AsyncIterable<unknown>, destroy?: () => void): BodyStream {
  const iterator = iterable[Symbol.asyncIterator]();
  return {
    async next() {
      const result: IteratorResult<unknown, unknown> = await iterator.next();
      return result.done ? undefined : toBytes(result.value);
    },
    cancel: () => {
      destroy?.();
      // A generator that waits runs its `finally` once what it waits for has come.
      void Promise.resolve(iterator.return?.()).catch(() => undefined);
    },
  };
}

function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw new TypeError(`A chunk of a response body cannot be ${typeof chunk}.`);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
