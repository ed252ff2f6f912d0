import { GatewayError } from '../errors/gateway-error.ts';

/** The part of the budget that one call holds, for its body or for its answer. */
export interface HeldBytes {
  /**
   * Sets the bytes that are held from now on.
   * @param expectedBytes the bytes that there will be in all, where that is known; they tell small bodies from large ones.
   * @throws GatewayError INSTANCE_FULL when there is no room for more; what was held before stays held.
   */
  resize(bytes: number, expectedBytes?: number): void;
  /** Gives all bytes back, for good: a later `resize` does nothing. */
  release(): void;
}

/** Bodies and answers of at most this size are small. */
const SMALL_BYTES = 262_144;
/** The share of the budget that only small bodies and answers may use. */
const KEPT_FOR_SMALL = 1 / 4;
/** The time after which some calls are likely to have ended. */
const RETRY_AFTER_IN_MS = 1_000;

/**
 * Bounds the bytes of bodies and answers that all running calls hold together. The other memory of a body (its index, a
 * copy for Google) is in proportion to it, so it is bounded too. Large bodies and answers leave a quarter of the budget to
 * small ones.
 */
export class MemoryBudget {
  readonly #maximumBytes: number;
  #smallBytes = 0;
  #largeBytes = 0;

  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
  }

  /** The bytes that all calls hold together. */
  get bytes(): number {
    return this.#smallBytes + this.#largeBytes;
  }

  /** Begins to hold bytes for one call; none are held yet. */
  hold(): HeldBytes {
    let held = 0;
    let isLarge = false;
    let isReleased = false;
    const add = (bytes: number) => {
      if (isLarge) this.#largeBytes += bytes;
      else this.#smallBytes += bytes;
    };
    return {
      resize: (bytes, expectedBytes = 0) => {
        if (isReleased) return;
        const before = { held, isLarge };
        add(-held);
        isLarge = Math.max(bytes, expectedBytes) > SMALL_BYTES;
        const hasRoom = bytes <= before.held || this.#hasRoom(bytes, isLarge);
        held = hasRoom ? bytes : before.held;
        if (!hasRoom) ({ isLarge } = before);
        add(held);
        if (!hasRoom) throw full();
      },
      release: () => {
        add(-held);
        held = 0;
        isReleased = true;
      },
    };
  }

  #hasRoom(bytes: number, isLarge: boolean): boolean {
    if (this.bytes + bytes > this.#maximumBytes) return false;
    return !isLarge || this.#largeBytes + bytes <= maximumLargeBytes(this.#maximumBytes);
  }
}

function full(): GatewayError {
  return new GatewayError(
    'INSTANCE_FULL',
    'The instance that serves this call has no memory left for it. Wait for as long as the header ' +
      'Retry-After says, and send the call again.',
    { retryAfterInMs: RETRY_AFTER_IN_MS },
  );
}

/** Returns the bytes that large bodies and answers may hold together in a budget of `maximumBytes`. */
export function maximumLargeBytes(maximumBytes: number): number {
  return Math.floor(maximumBytes * (1 - KEPT_FOR_SMALL));
}
