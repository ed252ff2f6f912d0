/** A number as it was written, which `JSON.stringify` writes so again. */
interface RawNumber {
  readonly rawJSON: string;
}

/** Node's part of https://tc39.es/proposal-json-parse-with-source/, which TypeScript doesn't know yet. */
const { rawJSON, isRawJSON } = JSON as unknown as {
  readonly rawJSON: (text: string) => RawNumber;
  readonly isRawJSON: (value: unknown) => value is RawNumber;
};

const MAY_LOSE_DIGITS = /[\d.]{16}|\de/i;

/**
 * Reads JSON. A number that a double can't hold, of more digits or out of its range, stays as it was written.
 * @throws SyntaxError, and RangeError for what has such numbers and is nested too deeply to keep them.
 */
export function parseExactJson(text: string): unknown {
  const keep = (_name: string, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const { source = '' } = context ?? {};
    return source === String(value) ? value : rawJSON(source);
  };
  try {
    return JSON.parse(text, keep) as unknown;
  } catch (error) {
    // Looking at every value, JSON.parse doesn't go as deep as without.
    if (!(error instanceof RangeError) || MAY_LOSE_DIGITS.test(text)) throw error;
    return JSON.parse(text) as unknown;
  }
}

/** Returns the digits of a number that was kept as it was written; undefined for any other value. */
export function exactDigitsOf(value: unknown): string | undefined {
  return isRawJSON(value) ? value.rawJSON : undefined;
}
