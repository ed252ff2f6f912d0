import { GatewayError } from '../errors/gateway-error.ts';
import type { Spend } from './base64.ts';
import type { KindWords } from './kind-words.ts';

/** A text of the form of a placeholder, whoever has written it. */
const PLACEHOLDER = /\[([A-Z][A-Z0-9_]{0,63})_(\d{1,9})\]/g;
/** The longest placeholder, in UTF-16 code units. */
const LONGEST_UNITS = 76;
/** The code units that are looked through in one go. */
const SLICE_UNITS = 16_384;
/**
 * The most different placeholders that a request may have, and the most different values that may be taken out of a call.
 * No content has as many within the longest context of a model.
 */
const MAXIMUM_DIFFERENT = 100_000;
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

  /**
   * Leaves out the placeholders that a text of the request has. Every text must be noted before the first is assigned.
   * @returns a promise for a long text, which is looked through in turns of the event loop.
   * @throws GatewayError PAYLOAD_TOO_LARGE beyond 100,000 different ones.
   */
  leaveOut(text: string, spend: Spend): Promise<void> | undefined {
    if (!text.includes('[')) return undefined;
    if (text.length > SLICE_UNITS) return this.#leaveOutOfLong(text, spend);
    for (const [placeholder] of text.matchAll(PLACEHOLDER)) this.#take(placeholder);
    return undefined;
  }

  /**
   * Returns the placeholder of a value.
   * @param isRestored true for a value that the answer gets back.
   * @throws GatewayError PAYLOAD_TOO_LARGE beyond 100,000 different values.
   */
  assign(kind: string, value: string, isRestored: boolean): string {
    const key = `${kind}\n${value}`;
    let placeholder = this.#byValue.get(key);
    if (placeholder === undefined) {
      if (this.#byValue.size >= MAXIMUM_DIFFERENT) throw tooMany('values that must be taken out of it');
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

  async #leaveOutOfLong(text: string, spend: Spend): Promise<void> {
    for (let from = 0; from < text.length; from += SLICE_UNITS) {
      // One that begins in this slice is found whole.
      const slice = text.slice(from, from + SLICE_UNITS + LONGEST_UNITS);
      if (slice.includes('['))
        for (const [placeholder] of slice.matchAll(PLACEHOLDER)) this.#take(placeholder);
      const pending = spend(SLICE_UNITS);
      if (pending) await pending;
    }
  }

  #take(placeholder: string): void {
    if (this.#taken.has(placeholder)) return;
    if (this.#taken.size >= MAXIMUM_DIFFERENT) throw tooMany('placeholders of its own, such as [EMAIL_1]');
    this.#taken.add(copyOf(placeholder));
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

function tooMany(what: string): GatewayError {
  return new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `The body has more than ${MAXIMUM_DIFFERENT} different ${what}. Send less in one call.`,
  );
}

/** Copies a part of a text, which would keep all of the text in memory. */
function copyOf(part: string): string {
  return Buffer.from(part, 'utf16le').toString('utf16le');
}
