import { CLASSES, DIGIT } from '../text/characters.ts';

/** Looks ahead for digits. Of places that come in their order, it reads no unit twice. */
export class NextDigit {
  /** The place up to which it read, and where a digit stands if one does. */
  #end = 0;

  /** Forgets the text before. */
  reset(): void {
    this.#end = 0;
  }

  /** Tells if a digit stands between two places. */
  isWithin(units: Uint16Array, start: number, limit: number): boolean {
    let at = Math.max(start, this.#end);
    while (at < limit && CLASSES[units[at] ?? 0] !== DIGIT) at += 1;
    this.#end = at;
    return at < limit;
  }
}
