import { JsonValue } from './json-value.ts';
import type { Tape } from './tape.ts';

/**
 * The positions of all values of a JSON text, on a tape of entries in document order.
 * - A string, number, boolean or null has one entry: its start and its end.
 * - An object or array has two. The opening entry has its start and the number of the closing entry. The closing entry
 *   has its end and its count of members or items. Its content stands between the two.
 * - The name of a member has an entry of its own, before the entry of the member's value.
 */
export class JsonIndex {
  readonly bytes: Buffer;
  readonly tape: Tape;

  constructor(bytes: Uint8Array, tape: Tape) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.tape = tape;
  }

  /** The outermost value. */
  get root(): JsonValue {
    return this.valueAt(0);
  }

  /** The value whose first entry on the tape has this number. */
  valueAt(entry: number): JsonValue {
    return new JsonValue(this, entry);
  }
}
