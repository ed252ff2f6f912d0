import type { Framing } from '../prediction/answer.ts';
import { splitStream } from '../json/split-stream.ts';
import { loopTurns, type Turns } from '../json/turns.ts';
import { readShortValue, readValue } from './read-value.ts';
import type { Json } from './usage-counts.ts';

/** One event of a stream, or one element of an array, and where it lies in its part. */
export interface StreamValue {
  readonly value: Json;
  readonly start: number;
  readonly end: number;
}

/** The bytes that are looked through in one turn of the event loop. */
export const PIECE_BYTES = 65_536;

/**
 * Yields the JSON objects of a part that holds whole events or elements; data that is no JSON object or list is left out.
 * Other calls get their turn while a long part is read.
 */
export async function* splitValues(
  part: Buffer,
  framing: Framing,
  turns: Turns = loopTurns,
): AsyncGenerator<StreamValue> {
  let looked = 0;
  for (const { json, start, end } of splitStream(part, framing)) {
    if (end - looked > PIECE_BYTES) {
      looked = end;
      await turns.next();
    }
    const reading = json && readValue(json, turns);
    const value = reading instanceof Promise ? await reading : reading;
    if (value) yield { value, start, end };
  }
}

/**
 * Yields the JSON objects of a part as `splitValues` does, in one turn of the event loop.
 * @param part at most PIECE_BYTES.
 */
export function* readValues(part: Buffer, framing: Framing): Generator<StreamValue> {
  for (const { json, start, end } of splitStream(part, framing)) {
    const value = json && readShortValue(json);
    if (value) yield { value, start, end };
  }
}
