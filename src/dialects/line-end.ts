/** The end of a line in server-sent events. */
export type LineEnd = '\n' | '\r\n';

/** Returns the line end that a part of events ends with; a line feed for a part that ends with none. */
export function lineEndOf(part: Uint8Array): LineEnd {
  return part.at(-2) === 0x0d && part.at(-1) === 0x0a ? '\r\n' : '\n';
}
