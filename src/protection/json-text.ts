/** The escapes that stand for a character which may stand for itself, too. Halves of surrogate pairs stay escaped. */
function unescaped(escape: string): string {
  if (escape === '\\/') return '/';
  const unit = Number.parseInt(escape.slice(2), 16);
  const mustStay =
    unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit < 0xe000) || unit === 0x7f;
  return mustStay ? escape : String.fromCharCode(unit);
}

/**
 * A JSON text that comes in pieces, in which characters stand for themselves where they can. It means the same. An escape
 * that is cut is held back.
 */
export class PlainJson {
  #held = '';

  /** Takes the next piece. @returns the text that no later piece can change. */
  push(piece: string): string {
    const text = this.#held + piece;
    this.#held = '';
    if (!text.includes('\\')) return text;
    let plain = '';
    let from = 0;
    for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at)) {
      const length = text[at + 1] === 'u' ? 6 : 2;
      if (at + length > text.length) {
        this.#held = text.slice(at);
        return plain + text.slice(from, at);
      }
      const escape = text.slice(at, at + length);
      if (length === 6 || escape === '\\/') {
        plain += text.slice(from, at) + unescaped(escape);
        from = at + length;
      }
      at += length;
    }
    return plain + text.slice(from);
  }

  /** Ends the text. @returns the rest of it. */
  end(): string {
    const rest = this.#held;
    this.#held = '';
    return rest;
  }
}

/** Tells whether the end of a JSON text, taken piece by piece, is within a string. */
export class JsonStrings {
  isInside = false;
  #isEscaped = false;

  /** Takes the next piece. @returns the same piece. */
  take(piece: string): string {
    for (let at = 0; at < piece.length; at += 1) {
      const unit = piece.charCodeAt(at);
      if (this.#isEscaped) this.#isEscaped = false;
      else if (unit === 0x5c) this.#isEscaped = this.isInside;
      else if (unit === 0x22) this.isInside = !this.isInside;
    }
    return piece;
  }
}
