import { loopTurns, type Turns } from '../../json/turns.ts';
import { malformed } from './not-served.ts';

/** No conversation within the longest context of a model has more. */
const MAXIMUM_STEPS = 20_000;
/** The number of steps that are read in one turn of the event loop: a millisecond's work at most. */
const STEPS_IN_A_TURN = 250;

/** Counts the items and parts of a conversation, which are bounded all together. */
export class Steps {
  readonly #turns: Turns;
  #count = 0;

  constructor(turns: Turns = loopTurns) {
    this.#turns = turns;
  }

  /**
   * Counts one more item or part.
   * @returns undefined when it may be read at once, or a promise that resolves when it may.
   * @throws GatewayError INVALID_REQUEST beyond the bound.
   */
  next(): Promise<void> | undefined {
    this.#count += 1;
    if (this.#count > MAXIMUM_STEPS)
      throw malformed(['input'], `must have at most ${MAXIMUM_STEPS} items and parts`);
    return this.#count % STEPS_IN_A_TURN === 0 ? this.#turns.next() : undefined;
  }
}
