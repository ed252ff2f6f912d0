/** A placeholder, at one position of a text. */
const PLACEHOLDER = /\[[A-Z][A-Z0-9_]{0,63}_\d{1,9}\]/y;
/** The end of a text that may be the beginning of a placeholder. */
const BEGINNING = /^\[(?:[A-Z][A-Z0-9_]{0,74})?$/;
/** The beginning of a text that is JSON: a value in its strings must be escaped. */
const JSON_BEGINNING = /^\s*(?:```(?:json)?\s*)?(?:\{|\[\s*(?:[{"\d]|\[\s*[{"\d]))/;
const BEGINNING_UNITS = 64;

/** Puts the caller's own values in place of their placeholders in a whole text, or undefined where it has none. */
export function restoreIn(text: string, restored: ReadonlyMap<string, string>): string | undefined {
  if (restored.size === 0 || !text.includes('[')) return undefined;
  const stream = new RestoredText(restored);
  const changed = stream.push(text) + stream.end();
  return changed === text ? undefined : changed;
}

/**
 * A text that comes in pieces, in which the caller's own values take the place of their placeholders. Only the beginning of
 * a placeholder at the end of a piece is held back. In a text that is JSON the values are escaped.
 */
export class RestoredText {
  readonly #restored: ReadonlyMap<string, string>;
  readonly #isJson: boolean;
  #beginning = '';
  #held = '';

  /** @param isJson true for a text that is known to be JSON; false for one that shows by its beginning if it is. */
  constructor(restored: ReadonlyMap<string, string>, isJson = false) {
    this.#restored = restored;
    this.#isJson = isJson;
  }

  /** Takes the next piece. @returns the text that no later piece can change. */
  push(piece: string): string {
    if (this.#beginning.length < BEGINNING_UNITS)
      this.#beginning += piece.slice(0, BEGINNING_UNITS - this.#beginning.length);
    const text = this.#held + piece;
    this.#held = '';
    let changed = '';
    let from = 0;
    for (let at = text.indexOf('['); at >= 0; at = text.indexOf('[', at + 1)) {
      PLACEHOLDER.lastIndex = at;
      const [placeholder] = PLACEHOLDER.exec(text) ?? [];
      const value = placeholder === undefined ? undefined : this.#restored.get(placeholder);
      if (placeholder !== undefined && value !== undefined) {
        changed += text.slice(from, at) + this.#write(value);
        from = at + placeholder.length;
      } else if (BEGINNING.test(text.slice(at, at + MAXIMUM_HELD_UNITS + 1))) {
        this.#held = text.slice(at);
        return changed + text.slice(from, at);
      }
    }
    return changed + text.slice(from);
  }

  /** Ends the text. @returns the rest of it. */
  end(): string {
    const rest = this.#held;
    this.#held = '';
    return rest;
  }

  #write(value: string): string {
    const isJson = this.#isJson || JSON_BEGINNING.test(this.#beginning);
    return isJson ? JSON.stringify(value).slice(1, -1) : value;
  }
}

/** The most that is held back, in UTF-16 code units: the longest placeholder without its bracket. */
const MAXIMUM_HELD_UNITS = 75;
