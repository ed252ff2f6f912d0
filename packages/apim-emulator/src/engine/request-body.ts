import { Readable } from 'node:stream';
import type { PolicyBody } from '@vertex-ai-gateway/csharp-expressions/context';
import type { Tier } from '../policies/policy.ts';
import { PolicyFailure } from './policy-failure.ts';

/**
 * The bytes of a request's body that are kept in memory for policies; the rest is streamed behind them. The classic tiers
 * tell no limit; in the v2 tiers the "maximum buffered payload size" is 2 MiB.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#limits---api-management-v2-tiers
 */
const MAXIMUM_BUFFERED_BYTES: Readonly<Record<Tier, number>> = {
  classic: 8 * 1024 * 1024,
  v2: 2 * 1024 * 1024,
};

/**
 * A request's body: its first bytes in memory, and, where it is longer than they are, the rest still to be read.
 */
export class RequestBody implements PolicyBody {
  readonly #maximum: number;
  #head: Buffer | null;
  #rest: AsyncIterator<Buffer> | undefined;
  readonly #unread: AsyncIterator<Buffer> | undefined;
  #isSent = false;

  private constructor(head: Buffer | null, rest: AsyncIterator<Buffer> | undefined, maximum: number) {
    this.#maximum = maximum;
    this.#head = head;
    this.#rest = rest;
    this.#unread = rest;
  }

  /**
   * Reads at most about as much ahead as is kept; by events, which for the short bodies of most requests cost less than an iterator.
   * @throws the stream's error, also for a client that leaves before its request is whole.
   */
  static receive(stream: Readable, tier: Tier): Promise<RequestBody> {
    const maximum = MAXIMUM_BUFFERED_BYTES[tier];
    const received = Promise.withResolvers<RequestBody>();
    const chunks: Buffer[] = [];
    let length = 0;
    const listeners = {
      data: (chunk: Buffer): void => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > maximum) resolve(stream.pause()[Symbol.asyncIterator]());
      },
      end: (): void => resolve(undefined),
      error: received.reject,
      close: (): void => received.reject(new Error('The request broke off.')),
    };
    const resolve = (rest: AsyncIterator<Buffer> | undefined): void => {
      for (const [event, listener] of Object.entries(listeners)) stream.off(event, listener);
      received.resolve(new RequestBody(join(chunks), rest, maximum));
    };
    for (const [event, listener] of Object.entries(listeners)) stream.on(event, listener);
    return received.promise;
  }

  static of(bytes: Buffer): RequestBody {
    return new RequestBody(bytes, undefined, bytes.length);
  }

  /** The part of the body that is in memory; all of it unless the body is longer than the bound. */
  get head(): Buffer {
    return this.#head ?? Buffer.alloc(0);
  }

  /** @throws {PolicyFailure} when a policy reads a body that is longer than the bound. */
  readonly read = (preserveContent: boolean): Uint8Array | null => {
    if (this.#rest) {
      throw new PolicyFailure({
        reason: 'RequestBodyTooLarge',
        message: `A policy reads a body of more than ${this.#maximum} bytes.`,
        status: 500,
      });
    }
    const bytes = this.#head;
    if (!preserveContent) this.#head = null;
    return bytes;
  };

  replace(bytes: Buffer): void {
    this.#head = bytes;
    this.#rest = undefined;
    this.#isSent = false;
  }

  /** Reads what nobody has read, and forgets it: only then can the client's connection take its next request. */
  async drain(): Promise<void> {
    while (this.#unread && !(await this.#unread.next()).done);
  }

  /**
   * Returns the backend's body: bytes where all of them are here, else a stream; null for no body. A body that isn't kept
   * to be sent again is sent once only.
   * @throws {PolicyFailure} for one that is to be kept and is longer than the bound.
   */
  forUpstream(keep: boolean): Buffer | Readable | null {
    if (this.#isSent) return null;
    if (keep) this.read(true);
    else this.#isSent = true;
    if (this.#rest) return Readable.from(chunksOf(this.head, this.#rest), { objectMode: false });
    return this.#head?.length ? this.#head : null;
  }
}

async function* chunksOf(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function join(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first ? first : Buffer.concat(chunks);
}
