import { GatewayError } from '../errors/gateway-error.ts';

/** The part of the budget that one call holds, for its body or for its answer. */
export interface HeldBytes {
  /**
   * Says how many bytes are held from now on.
   * @param expectedBytes how many there will be in all, where that is known: it tells small ones from large ones.
   * @throws GatewayError INSTANCE_FULL where there is no room for more; what was held before still is.
   */
  resize(bytes: number, expectedBytes?: number): void;
  /** Gives back all, for good: what comes after that is kept by nobody. */
  release(): void;
}

/** Bodies and answers of at most this size are small. */
const SMALL_BYTES = 262_144;
/** The part of the budget that large bodies leave to small ones. */
const KEPT_FOR_SMALL = 1 / 4;
/** The time after which some calls are likely to have ended. */
const RETRY_AFTER_IN_MS = 1_000;

/**
 * Bounds how many bytes of bodies and answers the calls that run at the moment hold together. What a body costs besides
 * (its index, a copy for Google) is in proportion to it, so this bounds that, too. Small bodies and answers find room
 * while large ones don't.
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
    return !isLarge || this.#largeBytes + bytes <= largestOf(this.#maximumBytes);
  }
}

function full(): GatewayError {
  return new GatewayError(
    'INSTANCE_FULL',
    'The instance that serves this call holds as much of other calls as it may at once. Wait for as long as the header ' +
      'Retry-After says, and send the call again.',
    { retryAfterInMs: RETRY_AFTER_IN_MS },
  );
}

/** The most that a large body may have in such a budget. */
export function largestOf(maximumBytes: number): number {
  return Math.floor(maximumBytes * (1 - KEPT_FOR_SMALL));
}
