import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { PolicyBody } from '@vertex-ai-gateway/csharp-expressions/context';
import type { Tier } from '../policies/policy.ts';
import { bodyPace, type PacedBody } from './body-pace.ts';
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

/** The parts of a body in order. */
type BodyParts = Pick<AsyncIterator<Buffer, unknown, undefined>, 'next'>;

/**
 * A request's body: its first bytes in memory, and, where it is longer than they are, the rest still to be read.
 */
export class RequestBody implements PolicyBody {
  readonly #maximum: number;
  /** The parts of the head as they came, or one that joins them; null once a policy has taken them. */
  #parts: readonly Buffer[] | null;
  #rest: BodyParts | undefined;
  readonly #unread: BodyParts | undefined;
  #isSent = false;

  private constructor(parts: readonly Buffer[], rest: BodyParts | undefined, maximum: number) {
    this.#maximum = maximum;
    this.#parts = parts;
    this.#rest = rest;
    this.#unread = rest;
  }

  /**
   * Reads at most about as much ahead as is kept; by events, which for the short bodies of most requests cost less than an iterator.
   * @throws the stream's error, also for a client that leaves before its request is whole.
   */
  static receive(stream: IncomingMessage, tier: Tier): Promise<RequestBody> {
    const maximum = MAXIMUM_BUFFERED_BYTES[tier];
    const received = Promise.withResolvers<RequestBody>();
    const chunks: Buffer[] = [];
    let length = 0;
    const pace = bodyPace.begin(Number(stream.headers['content-length'] ?? 0));
    const listeners = {
      data: (chunk: Buffer): void => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > maximum) return resolve(paced(stream.pause()[Symbol.asyncIterator](), pace));
        const mayGoOn = pace.next(chunk.length);
        if (!mayGoOn) return;
        stream.pause();
        void mayGoOn.then(() => stream.resume());
      },
      end: (): void => resolve(undefined),
      error: received.reject,
      close: (): void => received.reject(new Error('The request broke off.')),
    };
    const resolve = (rest: BodyParts | undefined): void => {
      for (const [event, listener] of Object.entries(listeners)) stream.off(event, listener);
      received.resolve(new RequestBody(chunks, rest, maximum));
    };
    for (const [event, listener] of Object.entries(listeners)) stream.on(event, listener);
    return received.promise;
  }

  static of(bytes: Buffer): RequestBody {
    return new RequestBody([bytes], undefined, bytes.length);
  }

  /** The part of the body that is in memory; all of it unless the body is longer than the bound. */
  get head(): Buffer {
    const [first, ...others] = this.#parts ?? [];
    if (!first || others.length === 0) return first ?? Buffer.alloc(0);
    const head = Buffer.concat([first, ...others]);
    this.#parts = [head];
    return head;
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
    const bytes = this.#parts && this.head;
    if (!preserveContent) this.#parts = null;
    return bytes;
  };

  replace(bytes: Buffer): void {
    this.#parts = [bytes];
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
    if (this.#rest) return Readable.from(chunksOf(this.#parts ?? [], this.#rest), { objectMode: false });
    return this.head.length > 0 ? this.head : null;
  }
}

/** Reads the rest of a body at its pace. */
function paced(rest: BodyParts, pace: PacedBody): BodyParts {
  let mayGoOn: Promise<void> | undefined;
  return {
    next: async () => {
      await mayGoOn;
      const part = await rest.next();
      if (!part.done) mayGoOn = pace.next(part.value.length);
      return part;
    },
  };
}

/** The parts of the head are sent as they came: to join 8 MB would hold up other calls. */
async function* chunksOf(parts: readonly Buffer[], rest: BodyParts): AsyncGenerator<Buffer> {
  yield* parts;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
