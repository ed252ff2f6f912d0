import { GatewayError } from '../../errors/gateway-error.ts';
import { isObject, type JsonObject } from '../json-answers.ts';
import type { Ending } from './response-writer.ts';

/** Reads an answer of one vendor into a response. */
export interface AnswerReader {
  /** Reads a whole answer, or one event of a stream. */
  read(value: JsonObject): void;
  /** Returns how the answer has ended, once it has been read. */
  readonly ending: Ending;
}

/** Returns the objects of a list; none for another value. */
export function objectsOf(list: unknown): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Returns a member that is a text; an empty one for another value. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Reads the data of server-sent events that are whole. @throws GatewayError VERTEX_FAILED for data that is no JSON object. */
export function readEvents(part: Uint8Array): JsonObject[] {
  const text = Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString();
  return text.split(/\r?\n\r?\n/).flatMap((event) => {
    const data = event
      .split(/\r?\n/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice('data:'.length));
    return data.length === 0 ? [] : [parseObject(data.join('\n'))];
  });
}

/** Parses an answer. @throws GatewayError VERTEX_FAILED for a text that is no JSON object. */
export function parseObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // The error below also covers a text that is not JSON.
  }
  throw new GatewayError('VERTEX_FAILED', 'Vertex AI’s answer is not a JSON object.');
}
