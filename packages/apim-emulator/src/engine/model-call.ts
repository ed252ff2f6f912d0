import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { ExchangeResponse } from './exchange-response.ts';
import type { Exchange } from './exchange.ts';
import { asksForStream, estimatePrompt, readUsage } from './model-messages.ts';
import type { TokenUsage } from './model-messages.ts';
import { StreamEstimate } from './stream-estimate.ts';

const MAXIMUM_DECODED_BYTES = 32 * 1024 * 1024;
const DECODERS: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Buffer>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/**
 * The token counts of a call of a model. An answer's own usage counts; prompt and completion of a stream are estimated as it
 * passes, and known when it ends.
 * Source: https://learn.microsoft.com/azure/api-management/llm-token-limit-policy#considerations-for-token-counts-and-estimation
 */
export class ModelCall {
  readonly streams: boolean;
  /** An estimate. */
  readonly promptTokens: number;
  readonly #listeners: ((usage: TokenUsage) => void)[] = [];

  private constructor(exchange: Exchange) {
    const { request } = exchange;
    const body = parse(request.body.read(true));
    this.streams = asksForStream(body, request.url.path);
    this.promptTokens = estimatePrompt(body);
    exchange.afterBackend.push((response) => this.#look(response));
  }

  /** The same one for all policies of an exchange. @throws {PolicyFailure} for a body that is too long to be read. */
  static of(exchange: Exchange): ModelCall {
    exchange.modelCall ??= new ModelCall(exchange);
    return exchange.modelCall;
  }

  /** Calls a listener with the usage of each answer of a backend, unless the answer says nothing of tokens. */
  onUsage(listener: (usage: TokenUsage) => void): void {
    this.#listeners.push(listener);
  }

  #look(response: ExchangeResponse): Promise<void> | undefined {
    const [type = ''] = response.headers.get('content-type')?.values ?? [];
    if (this.streams) {
      if (response.statusCode < 400) this.#watch(response);
      return undefined;
    }
    return /\bjson\b/i.test(type) ? this.#read(response) : undefined;
  }

  #watch(response: ExchangeResponse): void {
    const completion = new StreamEstimate();
    response.body.observe({
      chunk: (bytes) => completion.add(bytes),
      end: () => {
        const tokens = completion.finish();
        this.#report({ prompt: this.promptTokens, completion: tokens, total: this.promptTokens + tokens });
      },
    });
  }

  async #read(response: ExchangeResponse): Promise<void> {
    await response.body.buffer();
    const [encoding] = response.headers.get('content-encoding')?.values ?? [];
    const usage = readUsage(parse(decode(response.body.read(true), encoding)));
    if (usage) this.#report(usage);
  }

  #report(usage: TokenUsage): void {
    for (const listener of this.#listeners) listener(usage);
  }
}

function decode(bytes: Uint8Array | null, encoding: string | undefined): Uint8Array | null {
  const decoder = DECODERS[encoding?.trim().toLowerCase() ?? ''];
  if (!decoder || !bytes) return bytes;
  try {
    return decoder(Buffer.from(bytes), { maxOutputLength: MAXIMUM_DECODED_BYTES });
  } catch {
    return null;
  }
}

function parse(bytes: Uint8Array | null): unknown {
  if (!bytes) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
