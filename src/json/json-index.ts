import { JsonValue } from './json-value.ts';
import type { Tape } from './tape.ts';

/**
 * Where the values of a JSON text stand. Each value has one entry of where it begins and where it ends; before each member
 * stands its name; an object or array has two: one of where it begins and which entry ends it, then what is in it, then
 * one of where it ends and how many members or items it has.
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

  valueAt(entry: number): JsonValue {
    return new JsonValue(this, entry);
  }
}
