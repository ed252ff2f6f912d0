/** Returns a part of an answer with placeholders in place of the values that were put back into it. */
export type HideValues = (part: Uint8Array | string) => Uint8Array | string;

/**
 * Creates the reverse of restoring: it takes the caller's values out of parts that go out, as text of their own, in JSON,
 * and in JSON in a string of JSON. A value must lie in one part, as those that are restored do.
 * @param restored the values by their placeholders.
 */
export function createHideValues(restored: ReadonlyMap<string, string>): HideValues {
  const placeholders = new Map<string, string>();
  for (const [placeholder, value] of restored)
    for (const form of formsOf(value)) placeholders.set(form, placeholder);
  const lengthsByFirst = listLengths(placeholders.keys());
  return (part) => {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    let hidden = '';
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const length = lengthsByFirst
        .get(text.charCodeAt(at))
        ?.find((one) => placeholders.has(text.slice(at, at + one)));
      if (length === undefined) continue;
      hidden += text.slice(from, at) + (placeholders.get(text.slice(at, at + length)) ?? '');
      from = at + length;
      at = from - 1;
    }
    return from === 0 ? part : Buffer.from(hidden + text.slice(from), 'latin1');
  };
}

/** Lists the forms of a value as text in which each character stands for a byte, so that a part may end in a character. */
function formsOf(value: string): string[] {
  const escaped = escape(value);
  return [value, escaped, escape(escaped)].map((form) => Buffer.from(form).toString('latin1'));
}

function escape(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Lists the lengths of forms by their first byte, the longest first. */
function listLengths(forms: Iterable<string>): ReadonlyMap<number, readonly number[]> {
  const lengths = new Map<number, Set<number>>();
  for (const form of forms) {
    const first = form.charCodeAt(0);
    const known = lengths.get(first) ?? new Set();
    lengths.set(first, known);
    known.add(form.length);
  }
  return new Map([...lengths].map(([first, known]) => [first, [...known].toSorted((a, b) => b - a)]));
}
