import type { JsonValue } from '../../src/json/json-value.ts';
import { readJsonAtOnce } from '../../src/json/read-json.ts';

/** Reads a value as if it were in the body of a request. */
export function jsonOf(value: unknown): JsonValue {
  return readJsonAtOnce(Buffer.from(JSON.stringify(value)));
}
