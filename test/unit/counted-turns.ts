import type { Turns } from '../../src/json/turns.ts';

/** Turns that come at once and are counted. */
export function countTurns(): Turns & { readonly taken: number } {
  const turns = {
    taken: 0,
    next: () => {
      turns.taken += 1;
      return Promise.resolve();
    },
  };
  return turns;
}
