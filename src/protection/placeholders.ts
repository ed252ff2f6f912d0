import type { KindWords } from './kind-words.ts';

/** A text of the form of a placeholder, whoever has written it. */
const PLACEHOLDER = /\[([A-Z][A-Z0-9_]{0,63})_(\d{1,9})\]/g;
const ONLY_PLACEHOLDER = /^\[[A-Z][A-Z0-9_]{0,63}_\d{1,9}\]$/;

/** Returns true for a text that is a placeholder and nothing else. */
export function isPlaceholder(text: string): boolean {
  return ONLY_PLACEHOLDER.test(text);
}

/**
 * The placeholders of one call. The same value of a kind has the same placeholder. No placeholder stands for a value that
 * the caller has written himself: numbers that the request has are left out.
 */
export class Placeholders {
  readonly #words: KindWords;
  readonly #taken = new Set<string>();
  readonly #byValue = new Map<string, string>();
  readonly #next = new Map<string, number>();
  readonly #restored = new Map<string, string>();

  constructor(words: KindWords) {
    this.#words = words;
  }

  /** Leaves out the placeholders that a text of the request has. Every text must be noted before the first is assigned. */
  leaveOut(text: string): void {
    if (!text.includes('[')) return;
    for (const [placeholder] of text.matchAll(PLACEHOLDER)) this.#taken.add(copyOf(placeholder));
  }

  /** Returns the placeholder of a value. @param isRestored true for a value that the answer gets back. */
  assign(kind: string, value: string, isRestored: boolean): string {
    const key = `${kind}\n${value}`;
    let placeholder = this.#byValue.get(key);
    if (placeholder === undefined) {
      placeholder = this.#create(this.#words.placeholderOf(kind));
      const copy = copyOf(value);
      this.#byValue.set(`${kind}\n${copy}`, placeholder);
      if (isRestored) this.#restored.set(placeholder, copy);
    }
    return placeholder;
  }

  /** The values that the answer gets back, by their placeholders. */
  get restored(): ReadonlyMap<string, string> {
    return this.#restored;
  }

  #create(word: string): string {
    for (;;) {
      const number = (this.#next.get(word) ?? 0) + 1;
      this.#next.set(word, number);
      const placeholder = `[${word}_${number}]`;
      if (!this.#taken.has(placeholder)) return placeholder;
    }
  }
}

/** Copies a part of a text, which would keep all of the text in memory. */
function copyOf(part: string): string {
  return Buffer.from(part, 'utf16le').toString('utf16le');
}
