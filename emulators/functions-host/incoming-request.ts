import { Blob } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { IncomingHeaders } from './incoming-headers.ts';

/** The largest request body in bytes. Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#limits */
export const MAXIMUM_BODY_BYTES = 104_857_600;

/**
 * What the library's `HttpRequest` needs of a `Request`, read from the connection only when it is asked for.
 * The body comes from `source`; `whenRead` is told the whole of it once it has been read.
 */
export class IncomingRequest {
  readonly url: string;
  readonly method: string;
  readonly #message: Pick<IncomingMessage, 'method' | 'headers'>;
  readonly #source: Readable;
  readonly #whenRead: ((body: Buffer) => void) | undefined;
  #headers: IncomingHeaders | undefined;
  #stream: ReadableStream<Uint8Array> | null | undefined;
  #used = false;
  #tooLarge = false;

  constructor(
    url: string,
    message: Pick<IncomingMessage, 'method' | 'headers'>,
    source: Readable,
    whenRead: ((body: Buffer) => void) | undefined,
  ) {
    this.url = url;
    this.method = message.method ?? 'GET';
    this.#message = message;
    this.#source = source;
    this.#whenRead = whenRead;
  }

  get headers(): IncomingHeaders {
    return (this.#headers ??= new IncomingHeaders(this.#message.headers));
  }

  get bodyUsed(): boolean {
    return this.#used;
  }

  /** Whether the body was found to be over the limit while it was read. */
  get tooLarge(): boolean {
    return this.#tooLarge;
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (this.#stream === undefined)
      this.#stream = this.#hasBody() ? ReadableStream.from(this.#chunks()) : null;
    return this.#stream;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const body = await this.#read();
    const whole = body.byteOffset === 0 && body.byteLength === body.buffer.byteLength;
    return whole ? body.buffer : new Uint8Array(body).buffer;
  }

  async text(): Promise<string> {
    const text = (await this.#read()).toString('utf8');
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.arrayBuffer()], { type: this.headers.get('content-type') ?? '' });
  }

  formData(): never {
    throw new Error('HttpRequest.formData() is not supported by the local host.');
  }

  clone(): never {
    throw new Error('HttpRequest.clone() is not supported by the local host.');
  }

  #hasBody(): boolean {
    return this.method !== 'GET' && this.method !== 'HEAD';
  }

  async #read(): Promise<Buffer<ArrayBuffer>> {
    if (this.#stream?.locked) throw new TypeError('Body is unusable: Body has already been read');
    this.#use();
    if (!this.#hasBody()) return Buffer.alloc(0);
    const source = this.#source;
    const chunks: Buffer[] = [];
    let length = 0;
    await new Promise<void>((resolve, reject) => {
      source.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= MAXIMUM_BODY_BYTES) chunks.push(chunk);
        else reject(this.#refuse());
      });
      source.on('end', resolve);
      source.on('error', reject);
      source.on('close', () => {
        if (!source.readableEnded) reject(new Error('The client closed the connection.'));
      });
    });
    const body = Buffer.from(new ArrayBuffer(length));
    let offset = 0;
    for (const chunk of chunks) offset += chunk.copy(body, offset);
    this.#whenRead?.(body);
    return body;
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    this.#use();
    const chunks: Buffer[] = [];
    let length = 0;
    // Who stops reading doesn't end the connection: the answer goes out on it.
    for await (const chunk of this.#source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAXIMUM_BODY_BYTES) throw this.#refuse();
      if (this.#whenRead) chunks.push(chunk);
      yield chunk;
    }
    this.#whenRead?.(Buffer.concat(chunks));
  }

  #use(): void {
    if (this.#used) throw new TypeError('Body is unusable: Body has already been read');
    this.#used = true;
  }

  #refuse(): Error {
    this.#tooLarge = true;
    this.#source.pause();
    return new Error(`The request body is larger than ${MAXIMUM_BODY_BYTES} bytes.`);
  }
}
