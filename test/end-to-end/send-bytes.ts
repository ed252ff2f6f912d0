import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { Pool } from 'undici';

/** A request that goes out byte for byte: no dot segment of the path is removed, nothing is encoded. */
export interface Outgoing {
  readonly method?: 'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Sends the body in pieces of 64 KiB without a Content-Length. */
  readonly chunked?: boolean;
}

/** A whole answer; `arrivals` has a time in milliseconds for each chunk of the body. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  readonly arrivals: readonly number[];
  /** The header `x-request-id`; empty when there is none. */
  readonly requestId: string;
}

const CHUNK_BYTES = 65_536;

/** Sends HTTP requests to one address over connections of its own. */
export class ByteClient {
  readonly #pool: Pool;

  constructor(origin: string) {
    this.#pool = new Pool(origin);
  }

  async send({ method = 'POST', path, headers = {}, body, chunked = false }: Outgoing): Promise<Answer> {
    const bytes = body === undefined ? null : Buffer.from(body);
    const response = await this.#pool.request({
      method,
      path,
      headers,
      body: bytes && chunked ? Readable.from(pieces(bytes), { objectMode: false }) : bytes,
    });
    const chunks: Buffer[] = [];
    const arrivals: number[] = [];
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      arrivals.push(performance.now());
    }
    const received = Buffer.concat(chunks);
    return {
      status: response.statusCode,
      headers: response.headers,
      bytes: received,
      text: received.toString('utf8'),
      arrivals,
      requestId: String(response.headers['x-request-id'] ?? ''),
    };
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES)
    yield bytes.subarray(start, start + CHUNK_BYTES);
}
