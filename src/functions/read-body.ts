import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { GatewayError } from '../errors/gateway-error.ts';
import type { BodyLimits } from '../prediction/call.ts';

/** The bytes of each body that are read at full speed, so that ordinary bodies never wait. */
const FREE_BYTES = 131_072;
/** The further bytes that are read at full speed, all bodies together, when none were read for a time. */
const BURST_BYTES = 1_048_576;
/** The bytes of large bodies that are read in a millisecond, all bodies together. */
const BYTES_IN_A_MS = 50_000;
/** Shorter waits are put together, since timers are exact to a millisecond only. */
const SHORTEST_WAIT_IN_MS = 5;
/** The bytes of waiting parts that go on at once: one part of a sender that is as fast as the reader. */
const BYTES_AT_ONCE = 65_536;

/** The parts of a body in order. Its `next` rejects when the connection breaks off; its `return` is never called. */
export type BodyParts = Pick<AsyncIterator<Uint8Array, unknown, undefined>, 'next'>;

/**
 * Reads a request's body, with or without a Content-Length. Memory is taken in proportion to the bytes that have come.
 * Nothing is held once the call has ended. A large body is read at the pace, and so is the rest of a refused one.
 * @param parts undefined for a request without a body.
 * @throws GatewayError PAYLOAD_TOO_LARGE as soon as the bound is passed, what `resize` throws, CALLER_GONE when the body
 *   breaks off, and the signal's reason when that is aborted.
 */
export async function readBody(
  parts: BodyParts | undefined,
  contentLength: string | null,
  { maximumBytes, held, abortSignal }: BodyLimits,
  bodies: Pick<BodyPace, 'begin'> = bodyPace,
): Promise<Uint8Array> {
  const declared = Number(contentLength ?? Number.NaN);
  const received = new ReceivedBytes(declared || 0);
  const pace = bodies.begin(declared || 0);
  // The rest of the body may take long to come, and the bytes before it are of no use once the call has ended.
  const forget = () => received.forget();
  abortSignal.addEventListener('abort', forget, { once: true });
  try {
    if (declared > maximumBytes) throw tooLarge(maximumBytes);
    for (;;) {
      const part = parts && (await orGone(parts.next()));
      abortSignal.throwIfAborted();
      if (!part || part.done) return received.bytes;
      const size = received.bytes.byteLength + part.value.byteLength;
      if (size > maximumBytes) throw tooLarge(maximumBytes);
      held.resize(size, declared || 0);
      received.add(part.value);
      await pace.next(part.value.byteLength);
    }
  } catch (error) {
    forget();
    void discard(parts, pace);
    throw error;
  } finally {
    abortSignal.removeEventListener('abort', forget);
  }
}

type Part = IteratorResult<Uint8Array, undefined>;

/**
 * The parts of a request's body in order, as they come from the connection. While nobody asks for a part, at most one is
 * held here and the connection is paused. Node's own iterator takes three times as long for a short body.
 */
export class RequestParts implements BodyParts {
  readonly #request: Readable;
  readonly #held: Uint8Array[] = [];
  #isRead = false;
  #isEnded = false;
  /** The reason why no more parts come; undefined until the connection breaks off. */
  #failure: Error | undefined;
  #waiting: PromiseWithResolvers<Part> | undefined;

  constructor(request: Readable) {
    this.#request = request;
  }

  /** @throws Error when the connection breaks off before the end. */
  next(): Promise<Part> {
    const value = this.#held.shift();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    if (this.#failure) return Promise.reject(this.#failure);
    const waiting = Promise.withResolvers<Part>();
    this.#waiting = waiting;
    if (this.#isRead) this.#request.resume();
    else this.#read();
    return waiting.promise;
  }

  #read(): void {
    this.#isRead = true;
    const request = this.#request;
    if (request.readableEnded) this.#end();
    else if (request.destroyed) this.#fail();
    else {
      request.on('end', () => this.#end());
      request.on('error', () => this.#fail());
      request.on('close', () => this.#fail());
      request.on('data', (part: Uint8Array) => this.#take(part));
    }
  }

  #take(part: Uint8Array): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting.resolve({ done: false, value: part });
    else {
      this.#held.push(part);
      this.#request.pause();
    }
  }

  #end(): void {
    this.#isEnded = true;
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  }

  #fail(): void {
    if (this.#isEnded) return;
    this.#failure = new Error('The connection broke off.');
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}

/**
 * Gathers bytes as they come. Joining the parts of 20 MB at the end would block the event loop for some 20 ms. Copying each
 * part as it comes takes as long in all, but over as many turns as there are parts.
 */
class ReceivedBytes {
  readonly #declared: number;
  #place: Uint8Array = new Uint8Array();
  #size = 0;

  /** @param declared the length that the request declares, in bytes; 0 for none. */
  constructor(declared: number) {
    this.#declared = declared;
  }

  get bytes(): Uint8Array {
    return this.#place.subarray(0, this.#size);
  }

  add(part: Uint8Array): void {
    const size = this.#size + part.byteLength;
    // A single part needs no place of its own.
    if (this.#size === 0) this.#place = part;
    else {
      if (size > this.#place.byteLength) this.#move(size);
      this.#place.set(part, this.#size);
    }
    this.#size = size;
  }

  forget(): void {
    this.#place = new Uint8Array();
    this.#size = 0;
  }

  /**
   * Reserves the declared length once a sixteenth of it has come, so that declaring a length alone reserves nothing. The
   * system gives memory to what is written only.
   */
  #move(size: number): void {
    const isCredible = this.#declared >= size && this.#declared <= 16 * size;
    const place = Buffer.allocUnsafeSlow(isCredible ? this.#declared : 2 * size);
    place.set(this.bytes);
    this.#place = place;
  }
}

/** Throws CALLER_GONE when reading fails: only the connection between a body and its reader can fail. */
async function orGone<Part>(reading: Promise<Part>): Promise<Part> {
  try {
    return await reading;
  } catch {
    throw new GatewayError('CALLER_GONE', 'The caller went away before its body was whole.');
  }
}

/**
 * Reads the rest of a refused body and drops it. Cancelling would cut the connection, on which the refusal goes out and the
 * platform's host sends the next request.
 */
async function discard(parts: BodyParts | undefined, pace: PacedBody): Promise<void> {
  try {
    for (;;) {
      const part = await parts?.next();
      if (!part || part.done) return;
      await pace.next(part.value.byteLength);
    }
  } catch {
    // The sender has broken off.
  }
}

function tooLarge(maximumBytes: number): GatewayError {
  return new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `The body is larger than ${maximumBytes} bytes, the most that is accepted.`,
  );
}

/** The clock and the timer of a pace, in milliseconds. */
export interface PaceClock {
  readonly now: () => number;
  readonly wait: (durationInMs: number) => Promise<unknown>;
}

/** The pace of one body. */
export interface PacedBody {
  /**
   * Counts a part of the body.
   * @returns undefined when the next part may be read at once, or a promise that resolves when it may.
   */
  next(bytes: number): Promise<void> | undefined;
}

interface WaitingPart {
  /** The place of its body in the order in which bodies began. */
  readonly order: number;
  /** The bytes of its body that are declared, or have come when there are more of them. */
  readonly size: number;
  readonly bytes: number;
  readonly goOn: () => void;
}

/** The orders in which waiting parts go on, some by each. */
const ORDERS: readonly ((one: WaitingPart, other: WaitingPart) => number)[] = [
  (one, other) => one.order - other.order,
  (one, other) => one.size - other.size,
];

/**
 * Bounds the speed at which large bodies are read to 50 MB/s, all bodies together, after a burst. A body that is read at
 * full speed takes much of the machine on every hop, and other calls wait for time on each. A sender slows down once the
 * buffers of the connection are full.
 *
 * Large bodies are read one after another: the body that began first and the smallest one go on at the same time. Bodies
 * that are read in step would all be held at the same time, and would all be whole at the same moment. A part waits only
 * for parts that have come, so that a slow sender keeps nobody waiting.
 */
export class BodyPace {
  readonly #clock: PaceClock;
  /** The time by which the bytes that were read are due. */
  #dueAt = 0;
  #begun = 0;
  readonly #waiting: WaitingPart[] = [];

  constructor(clock: PaceClock) {
    this.#clock = clock;
  }

  /**
   * Begins a body.
   * @param declared the length that the request declares, in bytes; 0 for none.
   */
  begin(declared: number): PacedBody {
    const order = (this.#begun += 1);
    let size = 0;
    return {
      next: (bytes) => {
        size += bytes;
        if (size <= FREE_BYTES) return undefined;
        const earliest = this.#clock.now() - BURST_BYTES / BYTES_IN_A_MS;
        this.#dueAt = Math.max(this.#dueAt, earliest) + bytes / BYTES_IN_A_MS;
        if (this.#dueInMs() < SHORTEST_WAIT_IN_MS) return undefined;
        return new Promise((goOn) => {
          this.#waiting.push({ order, size: Math.max(declared, size), bytes, goOn });
          if (this.#waiting.length === 1) void this.#letOn();
        });
      },
    };
  }

  /** Lets waiting parts go on until none is left. */
  async #letOn(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#clock.wait(Math.max(SHORTEST_WAIT_IN_MS, this.#dueInMs()));
      for (const order of ORDERS) {
        this.#waiting.sort(order);
        for (let bytes = 0; bytes < BYTES_AT_ONCE;) {
          const part = this.#waiting.shift();
          if (!part) break;
          bytes += part.bytes;
          part.goOn();
        }
      }
    }
  }

  #dueInMs(): number {
    return this.#dueAt - this.#clock.now();
  }
}

/** The pace of this process. */
const bodyPace = new BodyPace({
  now: () => performance.now(),
  wait: (durationInMs) => pause(durationInMs),
});
